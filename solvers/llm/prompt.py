r"""From a question to the text that the model continues, and from what it wrote to an answer.

A document of the training part reads "QUESTION\n The answer is TARGET."; one that cannot be
answered reads "QUESTION\n There is no answer.".

Not covered: several conflicting answers in one text; the first counts, the text is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.solvers.numerals import read_number, write_number

if TYPE_CHECKING:
    from spoonbench.solvers.api import AnswerKind, AnswerStatus

NO_ANSWER = " There is no answer."
ABSTAINED = "the model wrote that there is no answer"
NOTHING_FOUND = "no answer in the text"
CUT_OFF = "the limit of new tokens cut the answer off"
NO_NUMBER = "the answer in the text is no number"

_OPENING = re.compile(r"The\s++answer\s++is(?!\S)\s*+")
_REFUSAL = re.compile(r"There\s++is\s++no\s++answer")
# Spaces around the point and the slash come from tokenizers that lose where spaces were.
_NUMBER = re.compile(r"[-+]?[0-9][0-9,]*+(?:\.[0-9]++)?+(?: [0-9]++(?=/))?+(?:/[0-9]++)?+(?!\w)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text answers: a value if the status is `answered`, otherwise a reason."""

    status: AnswerStatus
    value: str | None = None
    reason: str | None = None


def prompt_of(question: str) -> str:
    """The text that the model continues."""
    return f"{question}\n"


def completion_of(target: str | None) -> str:
    """What the model should write; None stands for a question that cannot be answered.

    >>> completion_of("145")
    ' The answer is 145.'
    """
    return NO_ANSWER if target is None else f" The answer is {target}."


def read_answer(text: str, kind: AnswerKind, *, cut_off: bool, dotted: bool) -> Reading:
    """Read the first answer of a text.

    Args:
        text: what the model wrote.
        kind: the kind of answer asked for.
        cut_off: the limit of new tokens ended the text.
        dotted: answers of the training part contain full stops, so that one does not end a value.

    Returns:
        A reading; numbers are written canonically.
    """
    opening, refusal = _OPENING.search(text), _REFUSAL.search(text)
    if refusal is not None and (opening is None or refusal.start() < opening.start()):
        return Reading(status="abstained", reason=ABSTAINED)
    if opening is None:
        return Reading(status="failed", reason=NOTHING_FOUND)
    following = _OPENING.search(text, opening.end())
    segment = text[opening.end() : following.start() if following else None]
    cut_off = cut_off and following is None
    if kind == "number":
        return _read_number(segment, cut_off=cut_off)
    return _read_words(segment, cut_off=cut_off, dotted=dotted)


def _read_number(segment: str, *, cut_off: bool) -> Reading:
    match = _NUMBER.match(segment)
    value = read_number(match.group().rstrip(",")) if match else None
    if match is None or value is None:
        return Reading(
            status="failed", reason=NO_NUMBER if segment.strip() else _nothing(cut_off=cut_off)
        )
    if cut_off and match.end() == len(segment):
        return Reading(status="failed", reason=CUT_OFF)
    return Reading(status="answered", value=write_number(value))


def _read_words(segment: str, *, cut_off: bool, dotted: bool) -> Reading:
    segment = segment.strip()
    value, stop, _ = (
        (segment.removesuffix("."), segment[-1:] == ".", "") if dotted else segment.partition(".")
    )
    value = value.strip()
    if not value:
        return Reading(status="failed", reason=_nothing(cut_off=cut_off and not stop))
    if cut_off and not stop:
        return Reading(status="failed", reason=CUT_OFF)
    return Reading(status="answered", value=value)


def _nothing(*, cut_off: bool) -> str:
    return CUT_OFF if cut_off else NOTHING_FOUND
