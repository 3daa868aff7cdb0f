"""The tables of a store, as an ordered list of steps; the number of steps is the schema version.

A step that was released is never changed: a change is a further step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.store.database import APPLICATION_ID, transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: list[Migration] = []


def migration(step: Migration) -> Migration:
    """Append a step to the list."""
    MIGRATIONS.append(step)
    return step


def newest_version() -> int:
    """Schema version that this program writes."""
    return len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, steps: list[Migration] = MIGRATIONS) -> None:
    """Bring a database to the newest schema: all of it or nothing.

    Args:
        connection: in autocommit.
        steps: the whole list; those that were done before are left out.
    """
    with transaction(connection):
        # Read inside the transaction: another process may just have done it.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version < len(steps):
            for step in steps[version:]:
                step(connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(steps)}")


def refuse_changes(connection: sqlite3.Connection, table: str) -> None:
    """Make a table append-only, whatever program opens it."""
    for change in ("UPDATE", "DELETE"):
        connection.execute(
            f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'a store is append-only'); END"
        )


@migration
def m001_first(connection: sqlite3.Connection) -> None:
    """Everything that a duel leaves behind.

    Free text (questions, targets, what a model wrote) is kept as a JSON string in ASCII: SQLite
    cannot hold lone surrogates, and cuts text at NUL in its functions.
    """
    for statement in _FIRST:
        connection.execute(statement)
    for table in ("environments", "duels", "cells", "items", "runs", "answers", "artifacts"):
        refuse_changes(connection, table)


_FIRST = (
    "CREATE TABLE environments (environment_id TEXT PRIMARY KEY, record TEXT NOT NULL)",
    """CREATE TABLE duels (
        sequence INTEGER PRIMARY KEY,
        duel_id TEXT NOT NULL,
        created_at TEXT NOT NULL,
        record TEXT NOT NULL)""",
    "CREATE INDEX duels_by_id ON duels (duel_id)",
    "CREATE TABLE cells (cell_key TEXT PRIMARY KEY, record TEXT NOT NULL)",
    """CREATE TABLE items (
        items_hash TEXT NOT NULL,
        position INTEGER NOT NULL,
        problem_id TEXT NOT NULL,
        text TEXT NOT NULL,
        target TEXT,
        PRIMARY KEY (items_hash, position)) WITHOUT ROWID""",
    """CREATE TABLE runs (
        sequence INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        cell_key TEXT NOT NULL,
        round_index INTEGER NOT NULL,
        environment_id TEXT NOT NULL,
        status TEXT NOT NULL,
        started_at TEXT NOT NULL,
        n_answers INTEGER,
        record TEXT NOT NULL)""",
    "CREATE INDEX runs_by_cell ON runs (cell_key)",
    """CREATE TABLE answers (
        run_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        problem_id TEXT NOT NULL,
        status TEXT NOT NULL,
        is_correct INTEGER NOT NULL,
        value TEXT,
        confidence REAL,
        reason TEXT,
        raw_text TEXT,
        log_probability REAL,
        tokens_in INTEGER,
        tokens_out INTEGER,
        first_token_s REAL,
        stopped_by TEXT,
        cost REAL,
        failure TEXT,
        level INTEGER,
        stage TEXT,
        PRIMARY KEY (run_id, position)) WITHOUT ROWID""",
    """CREATE TABLE artifacts (
        sequence INTEGER PRIMARY KEY,
        artifact_id TEXT NOT NULL,
        record TEXT NOT NULL)""",
    "CREATE INDEX artifacts_by_id ON artifacts (artifact_id)",
)


@migration
def m002_matrices(connection: sqlite3.Connection) -> None:
    """Matrices beside duels; their cells, runs and answers are kept as those of duels are."""
    connection.execute(
        """CREATE TABLE matrices (
            sequence INTEGER PRIMARY KEY,
            matrix_id TEXT NOT NULL,
            created_at TEXT NOT NULL,
            record TEXT NOT NULL)"""
    )
    connection.execute("CREATE INDEX matrices_by_id ON matrices (matrix_id)")
    refuse_changes(connection, "matrices")
