"""From answers to a verdict, along the edges of a framework. Pure.

The page of a report takes the same steps in JavaScript (`reports/templates/`), and a test walks
every path of every framework in both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.tables import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.frameworks.graph import (
        Bound,
        Condition,
        Edge,
        Framework,
        Node,
        Question,
        Value,
        Verdict,
    )


class BadAnswer(ValueError):
    """An answer that its question does not allow; the message says what it allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One question and its answer.

    Attributes:
        node: where it was asked.
        question: what was asked.
        answer: what was answered.
        to: name of the node or verdict that follows; None where no edge fits.
        others: where further edges that fit lead to; empty in a framework without overlaps.
    """

    node: Node
    question: Question
    answer: Value
    to: str | None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far answers lead. Exactly one of `verdict`, `asks` and `gap` is given.

    Attributes:
        steps: taken, in order.
        verdict: where the path ends.
        asks: the question whose answer is missing.
        gap: the step that no edge leaves: the framework says nothing about this answer.
    """

    steps: tuple[Step, ...]
    verdict: Verdict | None = None
    asks: Question | None = None
    gap: Step | None = None


def walk(
    framework: Framework,
    answers: Mapping[str, Value],
    thresholds: Mapping[str, float] | None = None,
) -> Walk:
    """Follow the edges as far as the answers lead.

    Args:
        framework: to walk.
        answers: by name of the question; others are left aside.
        thresholds: name to the figure that takes the place of the rule of thumb.

    Raises:
        BadAnswer: a question that is asked does not allow its answer.
        ValueError: a threshold is not a number.
    """
    figures = figures_of(framework, thresholds)
    steps: list[Step] = []
    place = framework.start
    while place in framework.nodes:
        node = framework.nodes[place]
        question = framework.questions[node.asks]
        if question.name not in answers:
            return Walk(steps=tuple(steps), asks=question)
        answer = answers[question.name]
        check_answer(question, answer)
        fitting = [edge.to for edge in fitting_edges(node, answer, figures)]
        step = Step(
            node=node,
            question=question,
            answer=answer,
            to=fitting[0] if fitting else None,
            others=tuple(fitting[1:]),
        )
        steps.append(step)
        if step.to is None:
            return Walk(steps=tuple(steps), gap=step)
        place = step.to
    return Walk(steps=tuple(steps), verdict=framework.verdicts[place])


def figures_of(
    framework: Framework, thresholds: Mapping[str, float] | None = None
) -> dict[str, float]:
    """The figure of every threshold: the one that is given, or that of the rule of thumb.

    One that is infinite is never reached; what is not a number would leave every edge unfit.

    Raises:
        ValueError: a threshold is not a number.
    """
    given = thresholds or {}
    figures = {name: given.get(name, one.value) for name, one in framework.thresholds.items()}
    for name, figure in figures.items():
        if math.isnan(figure):
            raise ValueError(f"the threshold {name} is not a number")
    return figures


def fitting_edges(node: Node, answer: Value, figures: Mapping[str, float]) -> list[Edge]:
    """Edges of a node that an answer may take, in order.

    Args:
        node: that they leave.
        answer: to its question.
        figures: of all thresholds.
    """
    fitting = [
        edge
        for edge in node.edges
        if not edge.condition.otherwise and meets(edge.condition, answer, figures)
    ]
    return fitting or [edge for edge in node.edges if edge.condition.otherwise]


def meets(condition: Condition, answer: Value, figures: Mapping[str, float]) -> bool:
    """Whether an answer is what a condition asks for; `otherwise` is not its to judge."""
    if condition.one_of and answer not in condition.one_of:
        return False
    if isinstance(answer, bool | str):
        return True

    def figure(bound: Bound) -> float:
        return figures[bound] if isinstance(bound, str) else bound

    return (
        (condition.least is None or answer >= figure(condition.least))
        and (condition.above is None or answer > figure(condition.above))
        and (condition.most is None or answer <= figure(condition.most))
        and (condition.below is None or answer < figure(condition.below))
    )


def check_answer(question: Question, answer: Value) -> None:
    """Refuse what a question does not allow.

    Raises:
        BadAnswer: says what it allows.
    """
    if question.type == "yes-no":
        if not isinstance(answer, bool):
            raise BadAnswer(
                f"{question.name} is answered with yes or no, not with {shortened(answer)}."
            )
    elif question.type == "choice":
        names = [choice.name for choice in question.choices]
        if answer not in names:
            raise BadAnswer(
                f"{question.name} is one of {', '.join(names)}, not {shortened(answer)}."
            )
    else:
        _check_number(question, answer)


def _check_number(question: Question, answer: object) -> None:
    number = _finite(answer)
    if number is None:
        raise BadAnswer(f"{question.name} is a number, not {shortened(answer)}.")
    if not (question.low <= number and (question.high is None or number <= question.high)):
        upper = "" if question.high is None else f" and at most {question.high:,.10g}"
        raise BadAnswer(
            f"{question.name} is at least {question.low:,.10g}{upper}, not {number:,.10g}."
        )
    if question.is_whole and not number.is_integer():
        raise BadAnswer(f"{question.name} is a whole number, not {number:,.10g}.")


def _finite(answer: object) -> float | None:
    """As a float; None for what is no number, and for one without limit."""
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return None
    try:
        number = float(answer)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
