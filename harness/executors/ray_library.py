"""The library ray, which only an extra installs: imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class NoCluster(Exception):
    """Cells cannot be run on a cluster; the message says why, and what would help."""


def load_ray() -> Any:
    """The library.

    Raises:
        NoCluster: it is not installed.
    """
    try:
        return import_module("ray")
    except ImportError as exc:
        raise NoCluster(
            "Ray is not installed here, or not whole: pip install 'spoonbench[ray]' "
            f"installs it ({exc})."
        ) from exc
