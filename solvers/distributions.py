"""Which distributions are installed, by their metadata: nothing of them is imported."""

from __future__ import annotations

from importlib import import_module


def is_installed(name: str) -> bool:
    """Whether a distribution is there.

    A folder that an earlier installation left behind can be imported, and holds nothing; it does
    not count.
    """
    # Loaded when somebody asks: many commands need no more than the names of methods.
    metadata = import_module("importlib.metadata")
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
