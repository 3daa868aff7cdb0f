"""Every path of a framework, walked with representative answers.

A number's representatives are the bounds that the rest of the graph has for it, and one number
between each two: on the numbers that a representative stands for, every condition from there on
says the same. So what holds of these paths holds of all answers.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.walking import figures_of, walk
from spoonbench.harness.frameworks.wording import bounds_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spoonbench.harness.frameworks.graph import Condition, Framework, Question, Value
    from spoonbench.harness.frameworks.walking import Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """An answer, and the answers for which it stands.

    Attributes:
        answer: one of them.
        low: of a number: they are greater than this, or just this where it is `high`, too.
        high: they are less; None: without limit.
    """

    answer: Value
    low: float | None = None
    high: float | None = None

    def stands_for(self, answer: Value) -> bool:
        """Whether it is the one for an answer."""
        if self.low is None or isinstance(answer, bool | str):
            return answer == self.answer
        if self.low == self.high:
            return answer == self.low
        return answer > self.low and (self.high is None or answer < self.high)


def every_path(
    framework: Framework, thresholds: Mapping[str, float] | None = None
) -> Iterator[Walk]:
    """Every path, with every combination of representative answers.

    An answer is given once: where a path asks a question again, it keeps its answer.

    Args:
        framework: whose paths.
        thresholds: name to the figure that takes the place of the rule of thumb.

    Returns:
        Walks that end in a verdict or a gap.
    """
    figures = figures_of(framework, thresholds)
    after = places_after(framework)

    def follow(answers: dict[str, Value]) -> Iterator[Walk]:
        found = walk(framework, answers, thresholds)
        question = found.asks
        if question is None:
            yield found
            return
        place = (found.steps[-1].to if found.steps else None) or framework.start
        for one in representatives(framework, question, figures, after[place]):
            yield from follow({**answers, question.name: one.answer})

    return follow({})


def answers_of(found: Walk) -> dict[str, Value]:
    """The answers that a walk used, by name of the question, in order."""
    return {step.question.name: step.answer for step in found.steps}


def places_after(framework: Framework) -> dict[str, frozenset[str]]:
    """Nodes and verdicts that edges lead to from each place, itself included."""
    found: dict[str, frozenset[str]] = {name: frozenset([name]) for name in framework.verdicts}
    waiting = list(framework.nodes)
    while waiting:
        place = waiting[-1]
        ahead = {edge.to for edge in framework.nodes[place].edges}
        missing = [name for name in ahead if name not in found]
        if missing:
            waiting.extend(missing)
            continue
        waiting.pop()
        found[place] = frozenset([place]).union(*(found[name] for name in ahead))
    return found


def representatives(
    framework: Framework,
    question: Question,
    figures: Mapping[str, float],
    places: frozenset[str],
) -> list[Representative]:
    """Answers that stand for all that a question allows, in order.

    Args:
        framework: that asks it.
        question: one of its own.
        figures: of all thresholds.
        places: nodes and verdicts whose conditions count.
    """
    if question.type == "yes-no":
        return [Representative(answer=True), Representative(answer=False)]
    if question.type == "choice":
        return [Representative(answer=choice.name) for choice in question.choices]
    return _numbers(question, _bounds(framework, question, figures, places))


def _bounds(
    framework: Framework,
    question: Question,
    figures: Mapping[str, float],
    places: frozenset[str],
) -> set[float]:
    """Numbers at which a condition on the question may change its mind."""
    bounds: set[float] = set()
    for condition in _conditions(framework, question.name, places):
        bounds |= {figures[one] if isinstance(one, str) else one for one in bounds_of(condition)}
        bounds |= {float(value) for value in condition.one_of if not isinstance(value, str)}
    return bounds


def _conditions(framework: Framework, name: str, places: frozenset[str]) -> Iterator[Condition]:
    for place in places:
        if place in framework.verdicts:
            if name in framework.verdicts[place].needs:
                yield framework.verdicts[place].needs[name]
        elif framework.nodes[place].asks == name:
            yield from (edge.condition for edge in framework.nodes[place].edges)


def _numbers(question: Question, bounds: set[float]) -> list[Representative]:
    high = sys.float_info.max if question.high is None else question.high
    # A threshold without limit ("never") bounds nothing.
    points = {bound for bound in bounds if question.low <= bound <= high} | {question.low}
    if question.high is not None:
        points.add(high)
    if question.is_whole:
        points = {
            float(whole)
            for point in points
            for whole in (math.floor(point), math.ceil(point))
            if question.low <= whole <= high
        }
    found: list[Representative] = []
    ordered = sorted(points)
    if not ordered:
        return found
    for low, upper in pairwise(ordered):
        found.append(Representative(answer=low, low=low, high=low))
        found += _between(low, upper, is_whole=question.is_whole)
    found.append(Representative(answer=ordered[-1], low=ordered[-1], high=ordered[-1]))
    return found if question.high is not None else [*found, *_beyond(ordered[-1])]


def _between(low: float, high: float, *, is_whole: bool) -> list[Representative]:
    middle = low / 2 + high / 2
    if is_whole:
        middle = math.floor(middle)
        if middle <= low:
            middle += 1
    is_inside = low < middle < high
    return [Representative(answer=float(middle), low=low, high=high)] if is_inside else []


def _beyond(last: float) -> list[Representative]:
    further = last + max(1.0, abs(last))
    return [Representative(answer=further, low=last)] if math.isfinite(further) else []
