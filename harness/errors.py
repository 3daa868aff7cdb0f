"""Which exceptions are a user's business, and the one line that each becomes."""

from __future__ import annotations

import errno

from spoonbench.harness.artifacts import BusyArtifact, DamagedArtifact
from spoonbench.harness.registry import UnknownName
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.tasks.api import BadTask
from spoonbench.solvers.api import Unsupported

_EXPECTED = (BadTask, BusyArtifact, DamagedArtifact, StoreError, UnknownName, Unsupported)
_DISK = {
    errno.ENOSPC: "no space is left on the disk",
    errno.EACCES: "permission is denied",
    errno.EROFS: "the file system is read-only",
    errno.EISDIR: "it is a folder",
    errno.ENOTDIR: "a part of the path is no folder",
}


def explain(exc: BaseException) -> str | None:
    """One line for a person; None for what is a fault of ours and deserves its traceback."""
    if isinstance(exc, _EXPECTED):
        return " ".join(str(exc).split())
    if isinstance(exc, OSError) and exc.errno in _DISK:
        return f"{exc.filename or 'a file'}: {_DISK[exc.errno]}."
    return None
