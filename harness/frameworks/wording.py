"""What answers and verdicts look like to a person. Pure, and the same in the page of a report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.walking import figures_of

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
    from spoonbench.harness.frameworks.walking import Walk

_PLACE = re.compile(r"\{([^{}]*)\}")
_SCALES = {
    "bytes": ((1e12, " TB"), (1e9, " GB"), (1e6, " MB"), (1e3, " kB"), (1.0, " bytes")),
    "parameters": ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1.0, "")),
    "share": ((0.01, "%"),),
    "seconds": ((1.0, " s"),),
    "hours": ((1.0, " h"),),
}
_BOUNDS = {"least": "at least", "above": "more than", "most": "at most", "below": "less than"}


def placeholders(text: str) -> list[str]:
    """Names in braces, in order, each once."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def shown_number(value: float, unit: str = "") -> str:
    """A number with ten digits at most, scaled as its unit is usually written.

    >>> shown_number(124e6, "parameters"), shown_number(24e9, "bytes"), shown_number(0.95, "share")
    ('124M', '24 GB', '95%')
    """
    scales = _SCALES.get(unit, ((1.0, ""),))
    scale, mark = next((one for one in scales if abs(value) >= one[0]), scales[-1])
    return f"{value / scale:,.10g}{mark}"


def shown_answer(question: Question, answer: Value) -> str:
    """An answer in words: yes, no, a choice's name, or a number with its unit."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return answer if isinstance(answer, str) else shown_number(answer, question.unit)


def verdict_text(
    framework: Framework, walk: Walk, thresholds: Mapping[str, float] | None = None
) -> str:
    """The sentence of the verdict where a walk ends, with answers and figures in their places.

    A question that the walk did not ask leaves "?".

    Args:
        framework: that was walked.
        walk: with a verdict.
        thresholds: that it was walked with.

    Raises:
        ValueError: the walk ends in no verdict.
    """
    if walk.verdict is None:
        raise ValueError("the walk ends in no verdict")
    figures = figures_of(framework, thresholds)
    shown = {name: shown_number(figures[name], unit_of(framework, name)) for name in figures}
    shown |= {step.question.name: shown_answer(step.question, step.answer) for step in walk.steps}
    return _PLACE.sub(lambda found: shown.get(found[1], "?"), walk.verdict.text)


def unit_of(framework: Framework, threshold: str) -> str:
    """The unit of a threshold: that of the first question that it bounds."""
    for node in framework.nodes.values():
        if any(threshold in bounds_of(edge.condition) for edge in node.edges):
            return framework.questions[node.asks].unit
    return ""


def bounds_of(condition: Condition) -> list[Bound]:
    """Its bounds: numbers, and names of thresholds."""
    given = (condition.least, condition.above, condition.most, condition.below)
    return [bound for bound in given if bound is not None]


def condition_text(
    framework: Framework, question: Question, condition: Condition, figures: Mapping[str, float]
) -> str:
    """A condition in words: "at least 16 and less than 32", "cuda or mps", "otherwise"."""
    if condition.otherwise:
        return "otherwise"
    parts = []
    if condition.one_of:
        parts.append(" or ".join(shown_answer(question, value) for value in condition.one_of))
    for name, words in _BOUNDS.items():
        bound = getattr(condition, name)
        if bound is not None:
            figure = figures[bound] if isinstance(bound, str) else bound
            parts.append(f"{words} {shown_number(figure, question.unit)}")
    return " and ".join(parts)


def answers_text(framework: Framework, answers: Mapping[str, Value]) -> str:
    """Answers in a line: "parameters 7B, fits no"."""
    questions = framework.questions
    return ", ".join(
        f"{name} {shown_answer(questions[name], one)}" for name, one in answers.items()
    )


def verdict_name(verdict: Verdict) -> str:
    """A verdict in a few words."""
    return f"{verdict.name} ({verdict.choice})" if verdict.choice else verdict.name
