"""Whether answers keep the contract of `solve`.

Not covered: whether an answer is right; the child knows no targets.
"""

from __future__ import annotations

import math
from operator import attrgetter
from typing import TYPE_CHECKING, Any, get_args

from spoonbench.solvers.api import Answer, AnswerStatus, StopReason, TraceStep

if TYPE_CHECKING:
    from collections.abc import Sequence

STATUSES = get_args(AnswerStatus)
STOP_REASONS = get_args(StopReason)
MOST_CHARACTERS = 100_000
"""Of each text of an answer. A longer one is refused, never cut: every answer is stored."""


_BESIDE = attrgetter(
    *("raw_text", "log_probability", "tokens_in", "tokens_out", "first_token_s"),
    *("stopped_by", "cost", "trace"),
)
_NOTHING_BESIDE = _BESIDE(Answer(status="answered", value=""))


class BadAnswers(Exception):
    """A contestant did not keep its contract; the message says how."""


class NthBadAnswers(BadAnswers):
    """The same, of one call among many.

    Args:
        position: of the call, from 0.
        fault: what is wrong.
    """

    def __init__(self, position: int, fault: BadAnswers) -> None:
        super().__init__(str(fault))
        self.position = position


def check_answers(answers: Any, n_problems: int) -> None:
    """Hold `solve` to its contract.

    Raises:
        BadAnswers: no list, the wrong number, or an answer that is none.
    """
    if not isinstance(answers, (list, tuple)):
        raise BadAnswers(f"`solve` returned a {type(answers).__name__}, not a list of answers")
    if len(answers) != n_problems:
        raise BadAnswers(f"`solve` returned {len(answers)} answers for {n_problems} problems")
    for position, answer in enumerate(answers, start=1):
        fault = fault_of(answer)
        if fault is not None:
            raise BadAnswers(f"`solve` returned a bad answer ({position} of {n_problems}): {fault}")


def check_in_batches(answers: Sequence[Any], sizes: Sequence[int], asked: Sequence[int]) -> None:
    """Hold all answers of a pass to the contract of `solve`.

    Args:
        answers: of all calls, in order.
        sizes: how many came back from each call.
        asked: problems of each call.

    Raises:
        NthBadAnswers: the first call whose answers break it.
    """
    if sizes == asked and not any(map(fault_of, answers)):
        return
    at = 0
    for position, (size, n_problems) in enumerate(zip(sizes, asked, strict=True)):
        try:
            check_answers(answers[at : at + size], n_problems)
        except BadAnswers as exc:
            raise NthBadAnswers(position, exc) from None
        at += size


def fault_of(answer: Any) -> str | None:
    """What is wrong with an answer; None where nothing is."""
    if not isinstance(answer, Answer):
        return f"a {type(answer).__name__}, not an Answer"
    if _is_plain(answer):
        return None
    if answer.status not in STATUSES:
        return f"the status {answer.status!r} is none of {', '.join(STATUSES)}"
    if answer.status == "answered" and answer.value is None:
        return "answered, but without a value"
    if answer.status != "answered" and not answer.reason:
        return f"{answer.status}, but without a reason"
    faults = (_fault_of_types, _fault_of_lengths, _fault_of_numbers, _fault_of_trace)
    return next((fault for find in faults if (fault := find(answer)) is not None), None)


def _is_plain(answer: Answer) -> bool:
    """A value or a reason, and at most a confidence beside it: sound at one look.

    Rules give such answers in microseconds, and each is checked between two timed calls.
    """
    if answer.status == "answered":
        said, unsaid = answer.value, answer.reason
    else:
        said, unsaid = answer.reason or None, answer.value
    sure = answer.confidence
    return (
        type(said) is str
        and len(said) <= MOST_CHARACTERS
        and unsaid is None
        and (sure is None or (type(sure) is float and 0 <= sure <= 1))
        and answer.status in STATUSES
        and bool(_BESIDE(answer) == _NOTHING_BESIDE)
    )


def _fault_of_types(answer: Answer) -> str | None:
    kinds = (
        (str, ("value", "reason", "raw_text")),
        (int, ("tokens_in", "tokens_out")),
        ((int, float), ("confidence", "log_probability", "first_token_s", "cost")),
    )
    for kind, names in kinds:
        for name in names:
            found = getattr(answer, name)
            if found is not None and not isinstance(found, kind):
                return f"{name} is a {type(found).__name__}"
    if answer.stopped_by is not None and answer.stopped_by not in STOP_REASONS:
        return f"stopped_by {answer.stopped_by!r} is none of {', '.join(STOP_REASONS)}"
    return None


def _fault_of_lengths(answer: Answer) -> str | None:
    for name in ("value", "reason", "raw_text"):
        n_characters = len(getattr(answer, name) or "")
        if n_characters > MOST_CHARACTERS:
            return f"{name} has {n_characters:,} characters; at most {MOST_CHARACTERS:,} are taken"
    return None


def _fault_of_numbers(answer: Answer) -> str | None:
    for name in ("confidence", "log_probability", "first_token_s", "cost"):
        found = getattr(answer, name)
        if found is not None and not math.isfinite(found):
            return f"{name} is {found}"
    if answer.confidence is not None and not 0 <= answer.confidence <= 1:
        return f"the confidence {answer.confidence} is outside [0, 1]"
    return None


def _fault_of_trace(answer: Answer) -> str | None:
    steps: tuple[Any, ...] = answer.trace
    for step in steps:
        if not isinstance(step, TraceStep):
            return f"its trace holds a {type(step).__name__}"
        fault = fault_of(step.returned)
        if fault is not None:
            return f"stage {step.stage} of its trace: {fault}"
    return None
