"""Appending to a store. One writer at a time holds the lock, for the moment of one record.

Killing the writer at any moment loses at most the record in flight: each is one transaction, and
the file itself appears under its name only once its tables are whole.
"""

from __future__ import annotations

import dataclasses
import os
import uuid
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.harness.store.database import OpenStore, connect, inspect, transaction, translated
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.store.migrations import migrate, newest_version
from spoonbench.harness.store.rows import ANSWER_COLUMNS, answer_row, encode_record, item_row

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from spoonbench.harness.duel_records import Duel
    from spoonbench.harness.matrix_records import Matrix
    from spoonbench.harness.records import Artifact, Cell, Environment, RunRecord, StoredItem

__all__ = ["StoreError", "StoreWriter", "open_writer"]

DEFAULT_TIMEOUT_S = 10.0


def open_writer(path: Path | str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> StoreWriter:
    """Open a store for appending; make it, and its folder, where there is none.

    Args:
        path: of the file.
        timeout_s: how long to wait for another process's lock.

    Raises:
        StoreError: the file is no store, damaged, locked, of a newer schema, or not writable; it
            was left as it is.
    """
    path = Path(path)
    if not os.path.lexists(path):
        _create(path, timeout_s)
    inspect(path, newest=newest_version(), timeout_s=timeout_s)
    with translated(path):
        connection = connect(path, mode="rw", timeout_s=timeout_s)
        try:
            _configure(connection)
            # Takes the lock once, so that what cannot be written is refused here and not later.
            migrate(connection)
        except BaseException:
            connection.close()
            raise
    return StoreWriter(path, connection)


class StoreWriter(OpenStore):
    """Appends records; close it, or use it in a `with` statement."""

    def add_environment(self, environment: Environment) -> str:
        """Add a machine unless it is known; returns its id."""
        record = encode_record("The environment", environment)
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO environments VALUES (?, ?) ON CONFLICT DO NOTHING",
                (environment.environment_id, record),
            )
        return environment.environment_id

    def add_duel(self, duel: Duel) -> None:
        """Add a duel; of several with the same id the newest counts."""
        self._add_again("duels", "duel_id", duel.duel_id, duel)

    def add_matrix(self, matrix: Matrix) -> None:
        """Add a matrix; of several with the same id the newest counts."""
        self._add_again("matrices", "matrix_id", matrix.matrix_id, matrix)

    def add_cell(self, cell: Cell) -> str:
        """Add a cell unless it is known; returns its key."""
        key = cell.key
        record = encode_record(f"Cell {key[:12]}", cell)
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO cells VALUES (?, ?) ON CONFLICT DO NOTHING", (key, record)
            )
        return key

    def add_items(self, items_hash: str, items: Sequence[StoredItem]) -> None:
        """Add the items of a workload, in order, unless they are known."""
        rows = [(items_hash, position, *item_row(item)) for position, item in enumerate(items)]
        with self._transaction() as connection:
            known = connection.execute(
                "SELECT 1 FROM items WHERE items_hash = ? LIMIT 1", (items_hash,)
            ).fetchone()
            if known is None:
                connection.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?)", rows)

    def add_run(self, record: RunRecord) -> None:
        """Add a run with its answers: all of it or nothing.

        Raises:
            StoreError: the id is there already, or the record holds NaN.
        """
        encoded = encode_record(f"Run {record.run_id}", dataclasses.replace(record, answers=None))
        answers = record.answers or ()
        rows = [
            (record.run_id, position, *answer_row(answer))
            for position, answer in enumerate(answers)
        ]
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO runs (run_id, cell_key, round_index, environment_id, status, "
                "started_at, n_answers, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    record.run_id,
                    record.cell_key,
                    record.round_index,
                    record.environment_id,
                    record.status,
                    record.started_at,
                    None if record.answers is None else len(answers),
                    encoded,
                ),
            )
            connection.executemany(_INSERT_ANSWER, rows)

    def add_artifact(self, artifact: Artifact) -> None:
        """Add something that was made; of several with the same id the newest counts."""
        record = encode_record(f"Artifact {artifact.artifact_id}", artifact)
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO artifacts (artifact_id, record) VALUES (?, ?)",
                (artifact.artifact_id, record),
            )

    def _add_again(self, table: str, column: str, key: str, plan: Duel | Matrix) -> None:
        """Add a plan, whatever is there under its id."""
        record = encode_record(f"{type(plan).__name__} {key}", plan)
        with self._transaction() as connection:
            connection.execute(
                f"INSERT INTO {table} ({column}, created_at, record) VALUES (?, ?, ?)",  # noqa: S608  # constants
                (key, plan.created_at, record),
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with translated(self.path), transaction(self._connection):
            yield self._connection


_INSERT_ANSWER = (
    f"INSERT INTO answers (run_id, position, {', '.join(ANSWER_COLUMNS)}) "  # noqa: S608  # constants
    f"VALUES ({', '.join('?' * (2 + len(ANSWER_COLUMNS)))})"
)


def _configure(connection: sqlite3.Connection) -> None:
    # With a log, readers never wait for the writer, and a killed writer leaves nothing to repair.
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: a run survives a power cut too. That is one sync for each run, a few hundred in a
    # duel, against minutes of measuring that it would cost to repeat one.
    connection.execute("PRAGMA synchronous = FULL")
    # Otherwise INSERT OR REPLACE would delete rows behind the back of the triggers.
    connection.execute("PRAGMA recursive_triggers = ON")


def _create(path: Path, timeout_s: float) -> None:
    """Make a store beside its place, whole, and give it its name as the last step."""
    unnamed = path.with_name(f".{path.name}.{uuid.uuid4().hex}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unnamed.touch(exist_ok=False)
        try:
            with translated(path), closing(_connect_new(unnamed, timeout_s)) as connection:
                migrate(connection)
            _give_name(unnamed, path)
        finally:
            unnamed.unlink(missing_ok=True)
    except OSError as exc:
        raise StoreError(f"{path} cannot be made: {exc.strerror or exc}.") from exc


def _connect_new(path: Path, timeout_s: float) -> sqlite3.Connection:
    connection = connect(path, mode="rw", timeout_s=timeout_s)
    _configure(connection)
    return connection


def _give_name(unnamed: Path, path: Path) -> None:
    """Never takes the place of a file: if another process was faster, its store counts."""
    try:
        path.hardlink_to(unnamed)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links: claim the name first
        path.touch(exist_ok=False)
        unnamed.replace(path)
