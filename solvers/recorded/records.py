"""One recorded answer, and what it comes to for a problem of some kind.

A value that lm-eval's filter took from the text counts. Where the filter took none, so did nobody:
the answer failed. Where there was no filter, the value is read from the text, as from a model's
own: the sentence "The answer is X" first, then a number that stands alone; for labels and texts,
without the sentence, the whole reply.

Not covered: the value "There is no answer", which a log does not tell from a refusal; where there
was no filter, values with a full stop inside.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer
from spoonbench.solvers.llm.asking import Asking, read_reply
from spoonbench.solvers.llm.prompt import ABSTAINED, NO_ANSWER, NO_NUMBER, NOTHING_FOUND, Reading
from spoonbench.solvers.numerals import read_number, write_number

if TYPE_CHECKING:
    from spoonbench.solvers.api import AnswerKind, AnswerStatus

INVALID = "[invalid]"
"""What lm-eval writes where a filter took nothing from a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An answer as its file has it.

    Attributes:
        line: where it stands, from 1.
        given_id: id of the problem; None where the file has none.
        question: text of the problem; None where the file has none.
        status: as `spoonbench solve` wrote it; None for a sample of lm-eval.
        value: the answer, or what a filter took from the response; None where nothing was.
        confidence: in [0, 1], where it was written down.
        reason: why there is no value, where it was written down.
        response: what a model wrote; None where it was not written down.
    """

    line: int
    given_id: str | None
    question: str | None = None
    status: AnswerStatus | None = None
    value: str | None = None
    confidence: float | None = None
    reason: str | None = None
    response: str | None = None


def normalised(text: str) -> str:
    """The text in Unicode form NFKC, with single spaces: what makes two questions the same."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def answer_of(recorded: Recorded, kind: AnswerKind) -> Answer:
    """The answer to a problem of that kind."""
    if recorded.status is not None:
        return Answer(
            status=recorded.status,
            value=recorded.value,
            confidence=recorded.confidence,
            reason=recorded.reason,
        )
    reading = _reading(recorded, kind)
    return Answer(
        status=reading.status,
        value=reading.value,
        reason=reading.reason,
        raw_text=recorded.response,
    )


def _reading(recorded: Recorded, kind: AnswerKind) -> Reading:
    value, response = recorded.value, recorded.response or ""
    if value is None or value.strip() == response.strip():
        return _read_response(response, kind)
    if value.strip() == INVALID:
        return Reading(status="failed", reason="lm-eval's filter found no answer in the text")
    value = value.strip()
    if value.removesuffix(".") == NO_ANSWER.strip().removesuffix("."):
        return Reading(status="abstained", reason=ABSTAINED)
    return _number(value) if kind == "number" else _words(value)


def _read_response(response: str, kind: AnswerKind) -> Reading:
    reading = read_reply(Asking(kind=kind, instruction=""), response, cut_off=False)
    # Which labels there are is not known here: a reply without the sentence is taken whole.
    if kind == "label" and reading.reason == NOTHING_FOUND:
        return _words(response.strip().removesuffix("."))
    return reading


def _number(value: str) -> Reading:
    found = read_number(value.removeprefix("$").rstrip(".,"))
    if found is None:
        return Reading(status="failed", reason=NO_NUMBER)
    return Reading(status="answered", value=write_number(found))


def _words(value: str) -> Reading:
    if not value:
        return Reading(status="failed", reason=NOTHING_FOUND)
    return Reading(status="answered", value=value)
