"""Answers that representatives stand for, in words: "9 to 15", "cuda or mps"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.showing import show_number, show_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.harness.frameworks.graph import Question
    from spoonbench.harness.frameworks.paths import Representative


_LARGE = 1e6
"""Above it "1B to 6.999999999B" says less than "at least 1B and less than 7B"."""


def spans_text(question: Question, given: Iterable[Representative]) -> str:
    """What all of these answers are, neighbours together.

    Args:
        question: that they answer.
        given: representatives of it, in any order, perhaps several times.
    """
    distinct = list({one.answer: one for one in given}.values())
    if question.type != "number":
        return " or ".join(show_value(question, one.answer) for one in distinct)
    ordered = sorted(distinct, key=lambda one: one.answer)
    spans = [(ordered[0], ordered[0])]
    for one in ordered[1:]:
        first, last = spans[-1]
        if _meet(last, one, is_whole=question.is_whole):
            spans[-1] = (first, one)
        else:
            spans.append((one, one))
    return " or ".join(_span(question, span) for span in spans)


def _span(question: Question, span: tuple[Representative, Representative]) -> str:
    first, last = span
    if first is last and _is_point(first) and first.low is not None:
        return show_number(first.low, question.unit)
    whole = _whole(span) if question.is_whole else None
    if whole is not None:
        return " to ".join(show_number(value, question.unit) for value in dict.fromkeys(whole))
    words = []
    if first.low is not None:
        start = "at least" if _is_point(first) else "more than"
        words.append(f"{start} {show_number(first.low, question.unit)}")
    if last.high is not None:
        end = "at most" if _is_point(last) else "less than"
        words.append(f"{end} {show_number(last.high, question.unit)}")
    return " and ".join(words)


def _meet(one: Representative, other: Representative, *, is_whole: bool) -> bool:
    if one.high is None or other.low is None:
        return False
    return one.high == other.low or (is_whole and one.high + 1 == other.low)


def _whole(span: tuple[Representative, Representative]) -> tuple[float, float] | None:
    """Least and greatest whole number; None where there is no greatest, or numbers are large."""
    first, last = span
    if first.low is None or last.high is None or last.high > _LARGE:
        return None
    return (
        first.low if _is_point(first) else first.low + 1,
        last.high if _is_point(last) else last.high - 1,
    )


def _is_point(one: Representative) -> bool:
    return one.low == one.high
