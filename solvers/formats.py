"""Questions about formats, "IBAN: GB82 WEST 1234 5698 7654 32", and what a reader can say to them.

A reader takes the text and returns a `Value`, a `Fault` or `NotCovered`. Asked for a label, a
contestant says "valid" or "invalid"; asked for a text, it gives the canonical form and abstains
from what is invalid, with the reason. What it does not cover it abstains from either way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.solvers.learning import abstained, answered

if TYPE_CHECKING:
    from spoonbench.solvers.api import Answer, Problem

MAX_CHARACTERS = 1_000
"""Longer questions are not read: nothing in these formats is that long."""


@dataclass(frozen=True, slots=True)
class Value:
    """The text is valid, and this is its canonical form."""

    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The text is invalid; says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotCovered:
    """Whether the text is valid is not known here; says why."""

    reason: str


Reading = Value | Fault | NotCovered
Reader = Callable[[str], Reading]


def answer_question(problem: Problem, readers: Mapping[str, Reader]) -> Answer:
    """Find the reader of the format that the question names, and answer by its reading.

    Args:
        problem: its text is the name of a format, a colon, a space, and the text to be read.
        readers: name of the format, in lower case, to its reader.
    """
    if problem.payload is not None:
        return abstained("reads text, not images")
    if problem.kind == "number":
        return abstained("answers with a label or a text, not a number")
    if len(problem.text) > MAX_CHARACTERS:
        return abstained(f"longer than {MAX_CHARACTERS:,} characters")
    name, colon, text = problem.text.partition(": ")
    reader = readers.get(name.strip().lower())
    if not colon or reader is None:
        return abstained("the question names no format that is read here")
    return _answer(problem.kind, reader(text))


def _answer(kind: str, reading: Reading) -> Answer:
    match reading:
        case NotCovered(reason=reason):
            return abstained(reason)
        case Fault(reason=reason):
            return answered("invalid") if kind == "label" else abstained(reason)
        case Value(text=text):
            return answered("valid" if kind == "label" else text)
