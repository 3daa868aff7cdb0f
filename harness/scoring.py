"""Whether an answer is right, and if not, what went wrong. Pure functions.

Not covered: reading a value out of a model's text; the contestant does that, and keeps the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from spoonbench.harness.numbers import read_number
from spoonbench.harness.records import ScoredAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Answer, AnswerKind, TraceStep

FAILURES: dict[str, str] = {
    "answered the unanswerable": "gave a value where abstaining was right",
    "abstained": "gave no value, and said so, where there was an answer",
    "failed": "gave no value because something went wrong",
    "conflicting answers": "stated several different answers",
    "repetition": "stated the same answer again, or fell into a loop of words",
    "endless": "went on after its answer until the limit cut it off",
    "malformed": "no value of the asked kind can be read",
    "off by a carry": "a whole number, wrong by exactly 10, 100, 1,000 and so on",
    "wrong value": "another number",
    "wrong label": "another label",
    "wrong text": "another text",
}
"""Kind of failure: what it means. An answer has the first kind that fits, in this order."""

TEXT_FAULTS = ("conflicting answers", "repetition", "endless")
"""Faults of a model's text that a right value can have too."""

_OPENING = re.compile(r"the answer is", flags=re.IGNORECASE)
_SENTENCE_END = re.compile(r"\.(?=\s|$)|\n")
_LONGEST_LOOP = 8
_LEAST_TURNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Whether one answer is right.

    Attributes:
        is_correct: right value, or rightly abstained.
        failure: key of `FAILURES`; None for a correct answer.
    """

    is_correct: bool
    failure: str | None


def score(
    kind: AnswerKind, answer: Answer, target: str | None, tolerance: float = 0.0
) -> Judgement:
    """Judge one answer.

    Numbers: a whole target must be equal exactly, any other within the relative tolerance.
    Labels: equal but for white space around them. Text: equal but for letter case and white space.

    Args:
        kind: kind of answer asked for.
        answer: what the contestant said.
        target: the right answer; None: abstaining is right.
        tolerance: relative, at least 0.

    Raises:
        ValueError: the target of a number problem is no number.
    """
    if target is None:
        is_correct = answer.status in {"abstained", "needs_input"}
    else:
        is_correct = _is_right(kind, answer, target, tolerance)
    return Judgement(
        is_correct=is_correct, failure=None if is_correct else _failure(kind, answer, target)
    )


def classify(
    kind: AnswerKind, answer: Answer, target: str | None, tolerance: float = 0.0
) -> str | None:
    """Kind of failure, a key of `FAILURES`; None for a correct answer. Raises as `score`."""
    return score(kind, answer, target, tolerance).failure


def score_answer(
    kind: AnswerKind, problem_id: str, answer: Answer, target: str | None, tolerance: float = 0.0
) -> ScoredAnswer:
    """An answer as it is kept, judged. Raises as `score`."""
    judgement = score(kind, answer, target, tolerance)
    step = _answering_step(answer)
    return ScoredAnswer(
        problem_id=problem_id,
        status=answer.status,
        is_correct=judgement.is_correct,
        value=answer.value,
        confidence=answer.confidence,
        reason=answer.reason,
        raw_text=answer.raw_text,
        log_probability=answer.log_probability,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        first_token_s=answer.first_token_s,
        stopped_by=answer.stopped_by,
        cost=answer.cost,
        failure=judgement.failure,
        level=step.level if step else None,
        stage=step.stage if step else None,
    )


def stated_answers(raw_text: str, stopped_by: str | None = None) -> tuple[str, ...]:
    """Every X of "The answer is X" in a model's text, in order.

    A last one that the limit cut in two is left out, unless it is the only one.

    >>> stated_answers("The answer is 12. The answer is 13. The answer is 1", "limit")
    ('12', '13')
    """
    pieces = _OPENING.split(raw_text)[1:]
    if len(pieces) > 1 and stopped_by == "limit" and not _SENTENCE_END.search(pieces[-1]):
        pieces.pop()
    stated = (_SENTENCE_END.split(piece, maxsplit=1)[0].strip(" \t:=") for piece in pieces)
    return tuple(value for value in stated if value)


@lru_cache(maxsize=2**15)
def text_faults(raw_text: str | None, stopped_by: str | None) -> tuple[str, ...]:
    """What is wrong with a model's text, whether or not its first value is right.

    Returns:
        those of `TEXT_FAULTS` that hold, in that order. Conflicting: two different answers are
        stated. Repetition: one answer is stated twice, or up to eight words recur three times
        in a row. Endless: the limit cut a text that goes on after its answer, or that loops.
    """
    if raw_text is None:
        return ()
    stated = [_comparable(value) for value in stated_answers(raw_text, stopped_by)]
    repeats = len(set(stated)) < len(stated) or _loops(raw_text.split())
    holds = (
        len(set(stated)) > 1,
        repeats,
        stopped_by == "limit" and (repeats or _goes_on(raw_text)),
    )
    return tuple(fault for fault, is_there in zip(TEXT_FAULTS, holds, strict=True) if is_there)


def rises(values: Sequence[str]) -> bool:
    """All are numbers, they never fall, and the last lies above the first."""
    numbers = [read_number(value) for value in values]
    known = [number for number in numbers if number is not None]
    if not known or len(known) < len(numbers):
        return False
    return known == sorted(known) and known[0] < known[-1]


def _is_right(kind: AnswerKind, answer: Answer, target: str, tolerance: float) -> bool:
    if kind == "number":
        expected = read_number(target)
        if expected is None:
            raise ValueError(f"the target {target[:60]!r} is not a number")
        value = _number(answer)
        return value is not None and _is_close(value, expected, tolerance)
    if answer.status != "answered" or answer.value is None:
        return False
    if kind == "label":
        return answer.value.strip() == target.strip()
    return _plain(answer.value) == _plain(target)


def _is_close(value: Fraction, expected: Fraction, tolerance: float) -> bool:
    if expected.denominator == 1:
        return value == expected
    return abs(value - expected) <= Fraction(tolerance) * abs(expected)


def _number(answer: Answer) -> Fraction | None:
    if answer.status != "answered" or answer.value is None:
        return None
    return read_number(answer.value)


def _failure(kind: AnswerKind, answer: Answer, target: str | None) -> str:
    """The first kind of failure that fits an answer that is not correct."""
    if answer.status in {"abstained", "needs_input"}:
        return "abstained"
    if answer.status == "failed":
        return "failed" if answer.raw_text is None else _first_fault(answer, otherwise="malformed")
    if target is None:
        return "answered the unanswerable"
    return _first_fault(answer, otherwise=_wrong(kind, answer, target))


def _first_fault(answer: Answer, *, otherwise: str) -> str:
    return next(iter(text_faults(answer.raw_text, answer.stopped_by)), otherwise)


def _wrong(kind: AnswerKind, answer: Answer, target: str) -> str:
    if answer.value is None:
        return "malformed"
    if kind != "number":
        return f"wrong {kind}"
    value, expected = _number(answer), read_number(target)
    if value is None:
        return "malformed"
    is_carry = expected is not None and _is_carry(value - expected)
    return "off by a carry" if is_carry else "wrong value"


def _is_carry(difference: Fraction) -> bool:
    """Plus or minus 10, 100, 1,000 and so on."""
    if difference.denominator != 1:
        return False
    digits = str(abs(difference.numerator))
    return len(digits) > 1 and digits[0] == "1" and not digits[1:].strip("0")


def _answering_step(answer: Answer) -> TraceStep | None:
    """The last stage whose value became the answer."""
    if answer.status != "answered":
        return None
    gave = [step for step in answer.trace if step.returned.status == "answered"]
    same = [step for step in gave if step.returned.value == answer.value]
    candidates = same or gave
    return candidates[-1] if candidates else None


def _comparable(value: str) -> str:
    number = read_number(value)
    return _plain(value) if number is None else str(number)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _goes_on(raw_text: str) -> bool:
    """There is text after the sentence of the first answer."""
    opening = _OPENING.search(raw_text)
    if opening is None:
        return False
    end = _SENTENCE_END.search(raw_text, opening.end())
    following = _OPENING.search(raw_text, opening.end())
    return following is not None or (end is not None and bool(raw_text[end.end() :].strip()))


def _loops(words: Sequence[str]) -> bool:
    """Some 1 to 8 words stand three times in a row."""
    for size in range(1, _LONGEST_LOOP + 1):
        run = 0
        for index in range(size, len(words)):
            run = run + 1 if words[index] == words[index - size] else 0
            if run == size * (_LEAST_TURNS - 1):
                return True
    return False
