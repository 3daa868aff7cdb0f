"""Reading a store, strictly: nothing here can write to it."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from spoonbench.harness.records import Artifact, Cell, Environment, RunRecord, ScoredAnswer
from spoonbench.harness.store.database import OpenStore, connect_read_only, inspect, translated
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.store.migrations import newest_version
from spoonbench.harness.store.plans import TABLES, plan_from_row, select_statement
from spoonbench.harness.store.rows import (
    ANSWER_COLUMNS,
    answer_from_row,
    decode_record,
    item_from_row,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.duel_records import Duel
    from spoonbench.harness.matrix_records import Matrix
    from spoonbench.harness.records import StoredItem
    from spoonbench.harness.store.plans import StoredPlan

__all__ = ["PlanForm", "StoreError", "StoreReader", "open_reader"]

DEFAULT_TIMEOUT_S = 10.0
_MOST_NAMED = 5
_ONE = {"matrices": "matrix"}
"""What one row of a table is called, where it is not the name without its last letter."""


class _Plans(NamedTuple):
    """How one kind of plans is kept; their modules are imported when one is decoded."""

    column: str
    module: str
    kind: str


_PLANS: Mapping[str, _Plans] = {
    "duels": _Plans("duel_id", "spoonbench.harness.duel_records", "Duel"),
    "matrices": _Plans("matrix_id", "spoonbench.harness.matrix_records", "Matrix"),
}

_SELECT_ANSWERS = (
    f"SELECT {', '.join(ANSWER_COLUMNS)} FROM answers "  # noqa: S608  # constants
    "WHERE run_id = ? ORDER BY position"
)


def open_reader(
    path: Path | str, *, timeout_s: float = DEFAULT_TIMEOUT_S, checks_pages: bool = True
) -> StoreReader:
    """Open an existing store for reading.

    Args:
        path: of the file.
        timeout_s: how long to wait for another process's lock.
        checks_pages: all pages of a small file are looked at before any is read; if not, damage
            shows when the pages that have it are read, and only then.

    Raises:
        StoreError: there is none, or it is no store, damaged, locked, unreadable, or of a schema
            that this program does not read.
    """
    path = Path(path)
    if not path.exists():
        raise StoreError(f"{path} does not exist: nothing has been measured into it yet.")
    version = inspect(path, newest=newest_version(), timeout_s=timeout_s, checks_pages=checks_pages)
    if version < newest_version():
        raise StoreError(
            f"{path} was made by an older spoonbench (schema {version}, this one reads "
            f"{newest_version()}). Any command that measures brings it up to date."
        )
    with translated(path):
        return StoreReader(path, connect_read_only(path, timeout_s))


class PlanForm(NamedTuple):
    """One form of a duel or a matrix; later ones have higher numbers.

    Attributes:
        key: id of the plan.
        number: of the form, in the order in which they were added.
        environment_id: of the machine.
    """

    key: str
    number: int
    environment_id: str


class StoreReader(OpenStore):
    """Reads records; sees what a writer adds in the meantime."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        super().__init__(path, connection)
        self._answers: dict[str, tuple[ScoredAnswer, ...] | None] = {}

    def duels(self) -> list[Duel]:
        """Every duel in its newest form, the one that was added last first."""
        return self._newest("duels")

    def duel(self, prefix: str) -> Duel:
        """The duel whose id begins so, in its newest form.

        Raises:
            StoreError: none does, or several do.
        """
        duel: Duel = self._newest_of("duels", prefix)
        return duel

    def plans(self) -> list[StoredPlan]:
        """Every duel and matrix in short, the newest first; none is read whole.

        Raises:
            StoreError: one of them is damaged.
        """
        found = [
            plan_from_row(kind, row)
            for kind, table, column in TABLES
            for row in self._rows(select_statement(table, column))
        ]
        return sorted(found, key=lambda plan: plan.created_at, reverse=True)

    def counts(self) -> tuple[int, int]:
        """How many runs and answers the store holds."""
        ((n_runs, n_answers),) = self._rows("SELECT count(*), total(n_answers) FROM runs")
        return n_runs, round(n_answers)

    def forget_answers(self) -> None:
        """Give back the memory of answers that were read; they are read again when asked for."""
        self._answers.clear()

    def newest_forms(
        self,
        table: Literal["duels", "matrices"],
        environment_id: str | None = None,
        task: str | None = None,
        *,
        most: int = -1,
    ) -> list[PlanForm]:
        """Plans in their newest forms, the one that was added last first.

        Nothing of them is decoded, which takes long where they are many or large.

        Args:
            table: which plans.
            environment_id: of the machine that they are of; None: any.
            task: name of the task that they are of; None: any.
            most: so many at most are looked for; -1: all.
        """
        column, machine = _PLANS[table].column, "json_extract(record, '$.environment_id')"
        asked = {
            f"{machine} = ?": environment_id,
            "json_extract(record, '$.task.name') = ?": task,
        }
        given = {text: value for text, value in asked.items() if value is not None}
        rows = self._rows(
            f"SELECT {column}, sequence, {machine} FROM {table} WHERE sequence IN "  # noqa: S608  # constants
            f"(SELECT max(sequence) FROM {table} GROUP BY {column}) "
            f"{''.join(f'AND {text} ' for text in given)}"
            "ORDER BY sequence DESC LIMIT ?",
            *given.values(),
            most,
        )
        return [PlanForm(*row) for row in rows]

    def duel_form(self, form: PlanForm) -> Duel:
        """A duel in one of its forms."""
        duel: Duel = self._form("duels", form)
        return duel

    def matrix_form(self, form: PlanForm) -> Matrix:
        """A matrix in one of its forms."""
        matrix: Matrix = self._form("matrices", form)
        return matrix

    def last_run(self, cell_keys: Sequence[str]) -> tuple[int, str | None]:
        """How many runs some cells have, and the id of the one that was added last.

        Args:
            cell_keys: of the cells.
        """
        # Of a bare column beside max() SQLite gives the value of that row.
        ((n_runs, run_id, _),) = self._rows(
            "SELECT count(*), run_id, max(sequence) FROM runs "
            "WHERE cell_key IN (SELECT value FROM json_each(?))",
            json.dumps(list(cell_keys)),
        )
        return n_runs, run_id

    def matrices(self) -> list[Matrix]:
        """Every matrix in its newest form, the one that was added last first."""
        return self._newest("matrices")

    def matrix(self, prefix: str) -> Matrix:
        """The matrix whose id begins so, in its newest form.

        Raises:
            StoreError: none does, or several do.
        """
        matrix: Matrix = self._newest_of("matrices", prefix)
        return matrix

    def runs(
        self,
        cell_keys: Sequence[str] | None = None,
        environment_id: str | None = None,
        status: str | None = None,
    ) -> list[RunRecord]:
        """Runs in the order in which they were added, without their answers.

        Args:
            cell_keys: of these cells; None for all.
            environment_id: of this machine; None for all.
            status: that ended so; None for all.
        """
        asked = {
            "cell_key IN (SELECT value FROM json_each(?))": (
                None if cell_keys is None else json.dumps(list(cell_keys))
            ),
            "environment_id = ?": environment_id,
            "status = ?": status,
        }
        # Only what is asked for stands in the statement: "? IS NULL OR ..." would read every run.
        given = {text: value for text, value in asked.items() if value is not None}
        rows = self._rows(
            f"SELECT run_id, record FROM runs WHERE {' AND '.join(given) or 'TRUE'} "  # noqa: S608  # constants
            "ORDER BY sequence",
            *given.values(),
        )
        return [decode_record(f"Run {run_id}", RunRecord, record) for run_id, record in rows]

    def find_run(self, prefix: str) -> RunRecord:
        """The run whose id begins so, without its answers.

        Raises:
            StoreError: none does, or several do.
        """
        run_id = self._find("runs", "run_id", prefix)
        ((record,),) = self._rows("SELECT record FROM runs WHERE run_id = ?", run_id)
        run: RunRecord = decode_record(f"Run {run_id}", RunRecord, record)
        return run

    def answers(self, run_id: str) -> tuple[ScoredAnswer, ...] | None:
        """Scored answers of a run in the order of the items; None where none were kept.

        Raises:
            StoreError: there is no such run, or answers of it are lost.
        """
        if run_id not in self._answers:
            self._answers[run_id] = self._load_answers(run_id)
        return self._answers[run_id]

    def cell(self, key: str) -> Cell:
        """The cell with this key.

        Raises:
            StoreError: there is none.
        """
        cell: Cell = self._one("cells", "cell_key", key, Cell)
        return cell

    def environment(self, environment_id: str) -> Environment:
        """The machine with this id.

        Raises:
            StoreError: there is none.
        """
        environment: Environment = self._one(
            "environments", "environment_id", environment_id, Environment
        )
        return environment

    def items(self, items_hash: str) -> tuple[StoredItem, ...]:
        """Items of a workload, in order.

        Raises:
            StoreError: there are none with this hash.
        """
        rows = self._rows(
            "SELECT problem_id, text, target FROM items WHERE items_hash = ? ORDER BY position",
            items_hash,
        )
        if not rows:
            raise StoreError(f"{self.path} holds no items with the hash {items_hash}.")
        return tuple(item_from_row(row) for row in rows)

    def artifacts(self) -> list[Artifact]:
        """Every artifact in its newest form, in the order in which they were first added."""
        rows = self._rows("SELECT artifact_id, record FROM artifacts ORDER BY sequence")
        newest = dict(rows)  # a later row takes the place of an earlier one
        return [decode_record(f"Artifact {key}", Artifact, text) for key, text in newest.items()]

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with translated(self.path):
            return self._connection.execute(statement, values).fetchall()

    def _newest(self, table: str) -> list[Any]:
        """Of a table to which records are added again under the same id: the newest of each."""
        column = _PLANS[table].column
        rows = self._rows(
            f"SELECT {column}, record FROM {table} WHERE sequence IN "  # noqa: S608  # constants
            f"(SELECT max(sequence) FROM {table} GROUP BY {column}) ORDER BY sequence DESC"
        )
        return [_decode_plan(table, key, record) for key, record in rows]

    def _form(self, table: str, form: PlanForm) -> Any:
        ((record,),) = self._rows(
            f"SELECT record FROM {table} WHERE sequence = ?",  # noqa: S608  # constants
            form.number,
        )
        return _decode_plan(table, form.key, record)

    def _newest_of(self, table: str, prefix: str) -> Any:
        column = _PLANS[table].column
        key = self._find(table, column, prefix)
        ((record,),) = self._rows(
            f"SELECT record FROM {table} WHERE {column} = ? ORDER BY sequence DESC LIMIT 1",  # noqa: S608  # constants
            key,
        )
        return _decode_plan(table, key, record)

    def _one(self, table: str, column: str, key: str, kind: type[Any]) -> Any:
        rows = self._rows(f"SELECT record FROM {table} WHERE {column} = ?", key)  # noqa: S608  # constants
        if not rows:
            raise StoreError(f"{self.path} holds no {kind.__name__.lower()} {key}.")
        return decode_record(f"{kind.__name__} {key}", kind, rows[0][0])

    def _find(self, table: str, column: str, prefix: str) -> str:
        """The one id that begins so; an id in full is found even if others go on from it."""
        found = [
            key
            for (key,) in self._rows(
                f"SELECT DISTINCT {column} FROM {table} "  # noqa: S608  # constants
                f"WHERE substr({column}, 1, ?) = ? ORDER BY {column}",
                len(prefix),
                prefix,
            )
        ]
        if len(found) == 1 or prefix in found:
            return str(prefix if prefix in found else found[0])
        what = _ONE.get(table, table.removesuffix("s"))
        if not found:
            raise StoreError(f"{self.path} holds no {what} whose id begins with {prefix!r}.")
        more = ", ..." if len(found) > _MOST_NAMED else ""
        raise StoreError(
            f"{prefix!r} is the beginning of {len(found)} {table}: "
            f"{', '.join(found[:_MOST_NAMED])}{more}. Give more of the id."
        )

    def _load_answers(self, run_id: str) -> tuple[ScoredAnswer, ...] | None:
        counted = self._rows("SELECT n_answers FROM runs WHERE run_id = ?", run_id)
        if not counted:
            raise StoreError(f"{self.path} holds no run {run_id}.")
        ((n_answers,),) = counted
        if n_answers is None:
            return None
        answers = tuple(answer_from_row(row) for row in self._rows(_SELECT_ANSWERS, run_id))
        if len(answers) != n_answers:
            raise StoreError(
                f"{self.path} is damaged: run {run_id} was stored with {n_answers} answers, "
                f"{len(answers)} are there."
            )
        return answers


def _decode_plan(table: str, key: str, record: str) -> Any:
    plans = _PLANS[table]
    kind = getattr(import_module(plans.module), plans.kind)
    return decode_record(f"{plans.kind} {key}", kind, record)
