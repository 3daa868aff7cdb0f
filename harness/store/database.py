"""Opening a store file: what it is, whether it is whole, and in words what is wrong with it.

Everything here looks through a read-only connection, so a file that is refused was not touched.

Not covered: network file systems, on which SQLite's write-ahead log cannot work.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Self

from spoonbench.harness.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APPLICATION_ID = 0x53504F4E
"""ASCII "SPON", in the header of the file: tells a store from the databases of other programs."""

CHECKED_BYTES = 64 * 2**20
"""Files up to this size are checked page by page when they are opened (under 0.2 s)."""

_MAGIC = b"SQLite format 3\x00"
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_REFUSED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}


class OpenStore:
    """A store with its connection; close it, or use it in a `with` statement.

    Attributes:
        path: of the file.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into a `StoreError` about this file."""
    try:
        yield
    except sqlite3.Error as exc:
        raise StoreError(_sentence(path, exc)) from exc


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of what is done inside, or nothing: also on Ctrl-C."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk, for one, has made SQLite roll back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def connect(path: Path, *, mode: str, timeout_s: float, options: str = "") -> sqlite3.Connection:
    """Open an existing file without creating one.

    Args:
        path: of the file.
        mode: "ro" or "rw".
        timeout_s: how long to wait for another process's lock.
        options: more of SQLite's URI, for example "&immutable=1".

    Returns:
        a connection in autocommit: transactions begin where the code says so.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}{options}"
    return sqlite3.connect(uri, uri=True, timeout=timeout_s, isolation_level=None)


def connect_read_only(path: Path, timeout_s: float) -> sqlite3.Connection:
    """Open for reading; also in a folder in which nothing may be written."""
    connection = connect(path, mode="ro", timeout_s=timeout_s)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError as exc:
        connection.close()
        if _code(exc) not in _REFUSED or _has_log(path):
            raise
        # A log keeps two small files beside the store. Where they cannot be made and none is
        # left over, nobody is writing, and the file can be read by itself.
        return connect(path, mode="ro", timeout_s=timeout_s, options="&immutable=1")
    return connection


def inspect(path: Path, *, newest: int, timeout_s: float, checks_pages: bool = True) -> int:
    """Check that a file is a whole store that this program knows.

    Args:
        path: of an existing file.
        newest: the schema version that this program writes.
        timeout_s: how long to wait for another process's lock.
        checks_pages: of a file of up to `CHECKED_BYTES`, all pages are looked at.

    Returns:
        its schema version, from 1 to `newest`.

    Raises:
        StoreError: it is no store, damaged, locked, unreadable or of a newer schema.
    """
    _check_head(path)
    with translated(path), closing(connect_read_only(path, timeout_s)) as connection:
        version = _schema_version(path, connection, newest)
        if checks_pages and path.stat().st_size <= CHECKED_BYTES:
            _check_pages(path, connection)
    return version


def _check_head(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as exc:
        raise StoreError(f"{path} cannot be read: {exc.strerror or exc}.") from exc
    if not head:
        raise StoreError(f"{path} is empty, not a store: remove it, or name another place.")
    if head != _MAGIC:
        raise StoreError(
            f"{path} is not a store: it does not begin as an SQLite database does. "
            "It was left as it is; move it away, or name another place."
        )


def _schema_version(path: Path, connection: sqlite3.Connection, newest: int) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID or version < 1:
        raise StoreError(
            f"{path} is an SQLite database, but not one that spoonbench made. "
            "It was left as it is; move it away, or name another place."
        )
    if version > newest:
        raise StoreError(
            f"{path} was made by a newer spoonbench (schema {version}, this one knows {newest}). "
            "It was left as it is; use the newer version, or name another place."
        )
    return int(version)


def _check_pages(path: Path, connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreError(_damaged(path, str(verdict)))


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _code(exc: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for errors of the Python module itself."""
    return int(getattr(exc, "sqlite_errorcode", 0)) & 0xFF


def _sentence(path: Path, exc: sqlite3.Error) -> str:
    code = _code(exc)
    if code in _DAMAGE:
        return _damaged(path, str(exc))
    if code in _LOCKED:
        return f"{path} is locked: another process is writing to it. Try again when it is done."
    if code == sqlite3.SQLITE_FULL:
        return f"{path} cannot grow: the disk is full. What was stored before is safe."
    if code in _REFUSED:
        return f"{path} cannot be opened or written ({exc}): see who may use it and its folder."
    return f"{path}: {exc}."


def _damaged(path: Path, detail: str) -> str:
    first = " ".join(detail.split())
    return (
        f"{path} is damaged ({first}). It was left as it is; restore a copy, "
        "or move it away to start a new one."
    )
