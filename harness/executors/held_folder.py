"""A folder for what one process needs for as long as it lives.

It is locked by its process. Whoever makes a new one first removes those whose lock nobody holds:
they belonged to processes that were killed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_UNLOCKED = "spoonbench-new-"
_PREFIX = "spoonbench-held-"


class HeldFolder:
    """Exists until it is closed.

    Attributes:
        path: of the folder, empty at first.
    """

    def __init__(self, parent: Path | None = None) -> None:
        """Make one.

        Args:
            parent: folder around it; None: the system's for temporary files.

        Raises:
            OSError: it cannot be made.
        """
        around = Path(tempfile.gettempdir()) if parent is None else parent
        _remove_abandoned(around)
        made = Path(tempfile.mkdtemp(prefix=_UNLOCKED, dir=around))
        self._lock = _lock(made)
        # Only now it has a name under which others look for abandoned ones.
        self.path = made.rename(around / made.name.replace(_UNLOCKED, _PREFIX, 1))

    def close(self) -> None:
        """Remove it; may be called twice."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _lock(folder: Path) -> int | None:
    """Descriptor of the locked folder; None where there are no locks.

    Raises:
        OSError: another process holds the lock.
    """
    if sys.platform == "win32":
        return None
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_abandoned(around: Path) -> None:
    if sys.platform == "win32":
        return
    for folder in around.glob(f"{_PREFIX}*"):
        # Held, another user's, or removed by someone else in the meantime.
        with contextlib.suppress(OSError):
            descriptor = _lock(folder)
            shutil.rmtree(folder, ignore_errors=True)
            if descriptor is not None:
                os.close(descriptor)
