"""A command that was measured before, to be given again with other options."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from spoonbench.harness.advise.sources import RESULTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_ALONE = frozenset({"--fresh", "--no-report"})
"""Options without a value, of that one time."""


def repeated(command: Sequence[str], options: Mapping[str, str], results: Path | None) -> str:
    """The same with these options in the place of its own, into the results that were asked about.

    Args:
        command: in words, as a duel or a matrix keeps it.
        options: each with its value.
        results: folder; named where it is not the usual one.
    """
    asked = dict(options) | dict.fromkeys(["--out"] if is_elsewhere(results) else [], f"{results}")
    words = list(command)
    for option in {*asked, "--out"}:
        words = _without(words, option)
    kept = [word for word in words if word not in _ALONE]
    return shlex.join([*kept, *(word for pair in asked.items() for word in pair)])


def is_elsewhere(results: Path | None) -> bool:
    """Whether a command has to name the folder."""
    return results not in {None, RESULTS}


def _without(words: list[str], option: str) -> list[str]:
    """An option and its value left out, in both ways to write it."""
    found: list[str] = []
    is_value = False
    for word in words:
        if not is_value and word != option and not word.startswith(f"{option}="):
            found.append(word)
        is_value = not is_value and word == option
    return found
