"""The nearest numbers that would change an answer: above, and below, what was said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spoonbench.harness.advise.decision import decide
from spoonbench.harness.advise.flip import Flip
from spoonbench.harness.advise.lookups.memory import assumed
from spoonbench.harness.advise.rounding import rounded
from spoonbench.harness.advise.unknown_sizes import untold
from spoonbench.harness.frameworks.showing import show_value
from spoonbench.harness.frameworks.walking import BadAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.frameworks.graph import Framework, Question

FARTHEST = 4.0**8
"""A number is not looked at beyond so many times, or so many parts of, what it is."""
MANY = 10_000
"""From so many on, "below 1B" is said, and not "999,999,999 or less"."""
NEAR = 1e-5
"""Two numbers so near, in relation, are shown with the same four digits, or as neighbours."""
SHOWN_DIGITS = 4
STRIDE = 4.0
"""Between the numbers that are tried where an inference has no bounds to name. What is inferred
from a number alone changes once on the way: more memory never stops fitting."""


def number_flips(
    framework: Framework, case: Case, decision: Decision, question: Question
) -> Iterator[Flip]:
    """The nearest value above, and the nearest below."""
    now = case.number(question.name) or assumed(case, question.name)
    if now is None:
        return

    is_inferring = infers(case, decision, question.name)

    def ask(value: float) -> Decision | None:
        try:
            other = decide(framework, case.changed(question.name, value))
        except BadAnswer:
            return None
        return None if _is_lost(case.changed(question.name, value), decision, other) else other

    for upwards in (True, False):
        places = [
            value
            for value in _places(framework, decision, question, now, is_inferring=is_inferring)
            if (value > now if upwards else value < now)
        ]
        edge = _edge(ask, decision.outcome, now, sorted(places, reverse=not upwards), question)
        if edge is None:
            continue
        value, other = edge
        if is_inferring:
            value, other = _shown_edge(ask, edge, decision, question, upwards=upwards)
        words = _bound_words(framework, decision, question, value, upwards)
        yield Flip(
            name=question.name,
            value=value,
            decision=other,
            words=f"{question.name} {words}",
            shown=_in_sentence(words),
            distance=_distance(now, value),
        )


def _is_lost(changed: Case, decision: Decision, other: Decision) -> bool:
    """So far from what is known that a step of the path can no longer be inferred."""
    asks = other.asks
    return asks is not None and asks.name in decision.facts and bool(untold(changed))


def _shown_edge(
    ask: Callable[[float], Decision | None],
    edge: tuple[float, Decision],
    decision: Decision,
    question: Question,
    *,
    upwards: bool,
) -> tuple[float, Decision]:
    """The edge as it is shown, if that flips, too; else the nearest rounder number that does.

    What follows from sizes of models between those that are published is not quite monotonic.
    """
    value, other = edge
    if question.is_whole and question.unit != "parameters":
        return edge
    for digits in (SHOWN_DIGITS, 3, 2):
        shown = rounded(value, upwards=upwards, digits=digits)
        found = ask(shown) if question.low <= shown <= (question.high or math.inf) else None
        if found is not None and found.outcome != decision.outcome:
            return (value, other) if digits == SHOWN_DIGITS else (shown, found)
    return edge


def infers(case: Case, decision: Decision, name: str) -> bool:
    """Whether another fact of the path was inferred from this one."""
    others = {step.question.name for step in decision.walk.steps} - {name}
    return any(name in case.grounds(other) for other in others)


def _places(
    framework: Framework,
    decision: Decision,
    question: Question,
    now: float,
    *,
    is_inferring: bool,
) -> Iterator[float]:
    """Where the choice can change: at bounds, and on a grid where other facts follow from it."""
    for bound in _bounds(framework, decision, question.name):
        if question.is_whole:
            yield from (math.floor(bound) + step for step in (-1.0, 0.0, 1.0, 2.0))
        else:
            yield from (bound, math.nextafter(bound, math.inf), math.nextafter(bound, -math.inf))
    if not is_inferring:
        return
    ratio = STRIDE
    while ratio <= FARTHEST:
        for value in (now * ratio, now / ratio):
            yield float(round(value)) if question.is_whole else value
        ratio *= STRIDE


def _bounds(framework: Framework, decision: Decision, name: str) -> set[float]:
    """Numbers that conditions on a fact name, measured figures in their place."""
    figures = {key: one.value for key, one in framework.thresholds.items()}
    figures |= {key: one.value for key, one in decision.figures.items() if one.value is not None}
    found: set[float] = set()
    for node in framework.nodes.values():
        if node.asks != name:
            continue
        for edge in node.edges:
            at = edge.condition
            named = (at.least, at.above, at.most, at.below)
            found |= {
                figures[one] if isinstance(one, str) else one for one in named if one is not None
            }
            found |= {float(one) for one in at.one_of if not isinstance(one, bool | str)}
    return found


def _edge(
    ask: Callable[[float], Decision | None],
    outcome: str,
    now: float,
    places: Iterable[float],
    question: Question,
) -> tuple[float, Decision] | None:
    """The nearest value with another outcome, walking away from the answer that was given."""
    same = now
    for place in places:
        if place < question.low or (question.high is not None and place > question.high):
            continue
        other = ask(place)
        if other is None:
            continue
        if other.outcome != outcome:
            return _between(ask, outcome, same, place, question)
        same = place
    return None


def _between(
    ask: Callable[[float], Decision | None],
    outcome: str,
    same: float,
    other: float,
    question: Question,
) -> tuple[float, Decision]:
    """Halve until nothing lies between that would be shown otherwise, or nothing at all."""
    while abs(other - same) > NEAR * abs(other):
        middle = (same + other) / 2
        if question.is_whole:
            middle = math.floor(middle) if other > same else math.ceil(middle)
        if middle in {same, other}:
            break
        found = ask(middle)
        if found is not None and found.outcome != outcome:
            other = middle
        else:
            same = middle
    last = ask(other)
    if last is None:
        raise AssertionError("the edge itself was asked before")
    return other, last


def _bound_words(
    framework: Framework, decision: Decision, question: Question, value: float, upwards: bool
) -> str:
    """As in "12 or more"; just beyond a bound it is the bound that is named.

    Other numbers are rounded away from the answer that was given: what is shown flips it, too.
    """
    bounds = _bounds(framework, decision, question.name)
    for bound in bounds:
        if value == _beyond(bound, question, upwards=upwards):
            return f"{'above' if upwards else 'below'} {show_value(question, bound)}"
    if value not in bounds and (not question.is_whole or question.unit == "parameters"):
        value = rounded(value, upwards=upwards, digits=SHOWN_DIGITS)
    return f"{show_value(question, value)} or {'more' if upwards else 'less'}"


def _in_sentence(words: str) -> str:
    """As it stands before a noun: "a model of less than 7B", "up to 99 examples"."""
    if words.endswith(" or less"):
        return f"up to {words.removesuffix(' or less')}"
    return words.replace("below ", "less than ").replace("above ", "more than ")


def _beyond(bound: float, question: Question, *, upwards: bool) -> float | None:
    """The next number behind a bound, where people name the bound: not of a few whole things."""
    if not question.is_whole:
        return math.nextafter(bound, math.inf if upwards else -math.inf)
    return bound + (1.0 if upwards else -1.0) if bound >= MANY else None


def _distance(now: float, value: float) -> float:
    low, high = sorted((abs(now), abs(value)))
    return high / low if low else math.inf
