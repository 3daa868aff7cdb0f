"""Conditions, answers and verdicts of a framework in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.showing import show_number, show_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.frameworks.graph import (
        Bound,
        Condition,
        Framework,
        Question,
        Value,
        Verdict,
    )

_BOUNDS = {"least": "at least", "above": "more than", "most": "at most", "below": "less than"}


def bounds_of(condition: Condition) -> list[Bound]:
    """Its bounds: numbers, and names of thresholds."""
    given = (condition.least, condition.above, condition.most, condition.below)
    return [bound for bound in given if bound is not None]


def condition_text(question: Question, condition: Condition, figures: Mapping[str, float]) -> str:
    """A condition in words: "at least 16 and less than 32", "cuda or mps", "otherwise".

    Args:
        question: whose answer it judges.
        condition: to be told.
        figures: of all thresholds.
    """
    if condition.otherwise:
        return "otherwise"
    parts = []
    if condition.one_of:
        parts.append(" or ".join(show_value(question, value) for value in condition.one_of))
    for name, words in _BOUNDS.items():
        bound = getattr(condition, name)
        if bound is not None:
            figure = figures[bound] if isinstance(bound, str) else bound
            parts.append(f"{words} {show_number(figure, question.unit)}")
    return " and ".join(parts)


def answers_text(framework: Framework, answers: Mapping[str, Value]) -> str:
    """Answers in a line: "parameters 7B, fits no"."""
    questions = framework.questions
    return ", ".join(f"{name} {show_value(questions[name], one)}" for name, one in answers.items())


def verdict_name(verdict: Verdict) -> str:
    """A verdict in a few words."""
    return f"{verdict.name} ({verdict.choice})" if verdict.choice else verdict.name
