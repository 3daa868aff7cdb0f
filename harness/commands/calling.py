"""How a command reaches what does its work."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def call(module: str, function: str, options: dict[str, Any]) -> None:
    """Import a command's module at the moment it is needed, and run it."""
    getattr(import_module(module), function)(**options)
