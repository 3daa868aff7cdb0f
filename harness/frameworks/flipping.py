"""What would change a verdict: one answer of the path changed at a time. Pure.

The page of a report finds the same (`reports/templates/advisor_walk.js`), and a test compares the
two.

Not covered: two answers changed at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.showing import show_number, show_value
from spoonbench.harness.frameworks.walking import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from spoonbench.harness.frameworks.graph import Framework, Question, Value
    from spoonbench.harness.frameworks.walking import Walk

    Thresholds = Mapping[str, float] | Callable[[Mapping[str, Value]], Mapping[str, float]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """Another answer that leads elsewhere.

    Attributes:
        question: whose answer would be another.
        answer: one for which it is so: the nearest bound, or a number beyond it.
        change: the answers for which it is so, in words: "16 or more", "yes".
        walk: where the changed answer leads; it may ask a question that was not answered.
    """

    question: Question
    answer: Value
    change: str
    walk: Walk


def flips(
    framework: Framework,
    answers: Mapping[str, Value],
    thresholds: Thresholds = None,
) -> tuple[Flip, ...]:
    """What would change where the answers lead, in the order of the path.

    Of a number, the nearest change upwards and the nearest downwards.

    Args:
        framework: to walk.
        answers: that lead to a verdict or into a gap; others give nothing.
        thresholds: figures that take the place of rules of thumb; or what gives them for answers,
            where a measurement speaks for some cases only.

    Raises:
        BadAnswer: a question that is asked does not allow its answer.
    """
    here = _walk(framework, answers, thresholds)
    if here.asks is not None:
        return ()
    found: list[Flip] = []
    for question in {step.question.name: step.question for step in here.steps}.values():
        figures = _figures(answers, thresholds)
        for candidates in _directions(framework, question, answers[question.name], figures):
            found += _first(framework, here, answers, candidates, thresholds)
    return tuple(found)


_Candidate = tuple["Question", "Value", str]


def _figures(answers: Mapping[str, Value], thresholds: Thresholds) -> Mapping[str, float] | None:
    return thresholds(answers) if callable(thresholds) else thresholds


def _walk(framework: Framework, answers: Mapping[str, Value], thresholds: Thresholds) -> Walk:
    return walk(framework, answers, _figures(answers, thresholds))


def _first(
    framework: Framework,
    here: Walk,
    answers: Mapping[str, Value],
    candidates: Sequence[_Candidate],
    thresholds: Thresholds,
) -> Iterator[Flip]:
    for question, answer, change in candidates:
        there = _walk(framework, {**answers, question.name: answer}, thresholds)
        if outcome(there) != outcome(here):
            yield Flip(question=question, answer=answer, change=change, walk=there)
            return


def outcome(one: Walk) -> str:
    """What tells two walks apart: the choice, else where the path ends."""
    if one.verdict is not None:
        return one.verdict.choice or f"verdict {one.verdict.name}"
    return f"asks {one.asks.name}" if one.asks is not None else "gap"


def _directions(
    framework: Framework,
    question: Question,
    answer: Value,
    thresholds: Mapping[str, float] | None,
) -> list[list[_Candidate]]:
    """Answers to try; of each list the first that changes anything counts."""
    if isinstance(answer, bool):
        return [[(question, not answer, show_value(question, not answer))]]
    if isinstance(answer, str):
        others = [choice.name for choice in question.choices if choice.name != answer]
        return [[(question, other, other)] for other in others]
    bounds = _bounds(framework, question, thresholds)
    return [_upwards(question, answer, bounds), _downwards(question, answer, bounds)]


def _bounds(
    framework: Framework, question: Question, thresholds: Mapping[str, float] | None
) -> list[float]:
    """Figures at which a condition on this question may change its mind, sorted."""
    figures = {name: one.value for name, one in framework.thresholds.items()} | {
        **(thresholds or {})
    }
    found: set[float] = set()
    for node in framework.nodes.values():
        for edge in node.edges if node.asks == question.name else ():
            one = edge.condition
            given = [one.least, one.above, one.most, one.below, *one.one_of]
            found |= {figures[bound] for bound in given if isinstance(bound, str)}
            found |= {float(bound) for bound in given if isinstance(bound, int | float)}
    return sorted(bound for bound in found if math.isfinite(bound))


def _upwards(question: Question, answer: float, bounds: Sequence[float]) -> list[_Candidate]:
    found: list[_Candidate] = []
    for index, bound in enumerate(bounds):
        following = bounds[index + 1] if index + 1 < len(bounds) else None
        if question.is_whole:
            wholes = (float(math.ceil(bound)), float(math.floor(bound) + 1))
            found += [(question, one, f"{_shown(question, one)} or more") for one in wholes]
            continue
        beyond = bound + max(1.0, abs(bound)) if following is None else bound / 2 + following / 2
        if question.high is not None and beyond > question.high:
            beyond = bound / 2 + question.high / 2
        found.append((question, bound, f"{_shown(question, bound)} or more"))
        found.append((question, beyond, f"above {_shown(question, bound)}"))
    return [one for one in found if float(one[1]) > answer and _allows(question, float(one[1]))]


def _downwards(question: Question, answer: float, bounds: Sequence[float]) -> list[_Candidate]:
    found: list[_Candidate] = []
    for index in reversed(range(len(bounds))):
        bound = bounds[index]
        if question.is_whole:
            wholes = (float(math.floor(bound)), float(math.ceil(bound) - 1))
            found += [(question, one, f"{_shown(question, one)} or less") for one in wholes]
            continue
        before = bounds[index - 1] if index > 0 else question.low
        found.append((question, bound, f"{_shown(question, bound)} or less"))
        found.append((question, before / 2 + bound / 2, f"below {_shown(question, bound)}"))
    return [one for one in found if float(one[1]) < answer and _allows(question, float(one[1]))]


def _allows(question: Question, value: float) -> bool:
    return question.low <= value and (question.high is None or value <= question.high)


def _shown(question: Question, value: float) -> str:
    return show_number(value, question.unit)
