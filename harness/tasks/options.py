"""Reading the options of a task: strict, with a sentence for whoever gave a wrong one."""

from __future__ import annotations

import difflib
import math
import re
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.api import BadTask

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
_DECIMAL = re.compile(r"[0-9]{0,20}\.?[0-9]{1,20}")


def refuse_unknown(task: str, options: Mapping[str, object], known: Collection[str]) -> None:
    """Refuse an option that the task does not have.

    Raises:
        BadTask: names the option, the nearest known one and all of them.
    """
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise BadTask(
                f"{task} has no option {name!a}; {hint}its options are {', '.join(known)}"
            )


_GENERATED = {
    "n_training": (1, 1_000_000),
    "n_validation": (0, 100_000),
    "n_items": (1, 100_000),
    "seed": (-(2**63), 2**63 - 1),
}
"""Whole numbers that every generated task takes, with the least and the most."""


def generated_numbers(
    task: str,
    options: Mapping[str, object],
    known: Collection[str],
    **limits: tuple[int, int],
) -> dict[str, int]:
    """The whole numbers among the options of a generated task.

    Args:
        task: its name.
        options: as they were given.
        known: names of all options that it has.
        **limits: the least and the most of those that other tasks do not have.

    Raises:
        BadTask: an option is unknown, no whole number, or out of range.
    """
    refuse_unknown(task, options, known)
    ranges = {**_GENERATED, **limits}
    return {
        name: whole_number(name, value, least=ranges[name][0], most=ranges[name][1])
        for name, value in options.items()
        if name in ranges
    }


def whole_number(name: str, value: object, *, least: int, most: int) -> int:
    """Read a whole number that is given as a number or as text.

    Raises:
        BadTask: it is no whole number, or outside [least, most].
    """
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadTask(f"{name} must be a whole number, got {ascii(value)[:60]}")
    if not least <= value <= most:
        raise BadTask(f"{name} must be from {least} to {most}, got {value}")
    return value


def share(name: str, value: object) -> float:
    """Read a share above 0 and below 1 that is given as a number or as text.

    Raises:
        BadTask: it is no number, or 0 or less, or 1 or more.
    """
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadTask(f"{name} must be a number, got {ascii(value)[:60]}")
    if not (math.isfinite(value) and 0 < value < 1):
        raise BadTask(f"{name} must be above 0 and below 1, got {ascii(value)[:60]}")
    return float(value)
