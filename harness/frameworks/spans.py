"""Answers that representatives stand for, in words: "9 to 15", "cuda or mps"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.wording import shown_answer, shown_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.harness.frameworks.graph import Question
    from spoonbench.harness.frameworks.paths import Representative


def spans_text(question: Question, given: Iterable[Representative]) -> str:
    """What all of these answers are, neighbours together.

    Args:
        question: that they answer.
        given: representatives of it, in any order, perhaps several times.
    """
    distinct = list({one.answer: one for one in given}.values())
    if question.type != "number":
        return " or ".join(shown_answer(question, one.answer) for one in distinct)
    ordered = sorted(distinct, key=lambda one: one.answer)
    spans = [(ordered[0], ordered[0])]
    for one in ordered[1:]:
        first, last = spans[-1]
        if last.high is not None and last.high == one.low:
            spans[-1] = (first, one)
        else:
            spans.append((one, one))
    return " or ".join(_span(question, span) for span in spans)


def _span(question: Question, span: tuple[Representative, Representative]) -> str:
    first, last = span
    low, high = first.low, last.high
    if first is last and low == high and low is not None:
        return shown_number(low, question.unit)
    if question.is_whole:
        low = low if _is_point(first) or low is None else low + 1
        high = high if _is_point(last) or high is None else high - 1
        if low is not None and high is not None:
            shown = shown_number(low, question.unit)
            return shown if low == high else f"{shown} to {shown_number(high, question.unit)}"
        return f"{shown_number(low or 0.0, question.unit)} or more"
    words = [
        "" if low is None else f"{_from(first)} {shown_number(low, question.unit)}",
        "" if high is None else f"{_to(last)} {shown_number(high, question.unit)}",
    ]
    return " and ".join(word for word in words if word)


def _is_point(one: Representative) -> bool:
    return one.low == one.high


def _from(one: Representative) -> str:
    return "at least" if _is_point(one) else "more than"


def _to(one: Representative) -> str:
    return "at most" if _is_point(one) else "less than"
