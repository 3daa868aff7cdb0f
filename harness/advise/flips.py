"""What would change an answer, and by how much: found by asking again with one fact changed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.decision import decide
from spoonbench.harness.advise.lookups.memory import assumed
from spoonbench.harness.advise.onward import answer_words, endings
from spoonbench.harness.frameworks.showing import show_value
from spoonbench.harness.frameworks.walking import BadAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.onward import Ending
    from spoonbench.harness.frameworks.graph import Framework, Question, Value

FARTHEST = 4.0**8
"""A number is not looked at beyond so many times, or so many parts of, what it is."""
MANY = 10_000
"""From so many on, "below 1B" is said, and not "999,999,999 or less"."""
NEAR = 1e-5
"""Two numbers so near, in relation, are shown with the same four digits, or as neighbours."""
STRIDE = 4.0
"""Between the numbers that are tried where an inference has no bounds to name. What is inferred
from a number alone changes once on the way: more memory never stops fitting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One changed fact that changes the answer.

    Attributes:
        name: of the fact.
        value: nearest one that does; with a number all others hold.
        decision: what follows from it.
        words: the change, as in "batch 12 or more".
        shown: the answer alone, as it stands in a sentence: "12 or more", "less than 7B".
        distance: of a number to the answer that was given, as a ratio above 1; 1 for others.
        ahead: what further answers lead to, where the decision asks for one.
        along: another fact and its value that are changed, too; None where this change is enough.
    """

    name: str
    value: Value
    decision: Decision
    words: str
    shown: str = ""
    distance: float = 1.0
    ahead: tuple[Ending, ...] = ()
    along: tuple[str, Value] | None = None


def find_flips(framework: Framework, case: Case, decision: Decision) -> tuple[Flip, ...]:
    """Every fact of the path, changed alone as little as it takes; nearest numbers first.

    Where no single change does it, two are tried: another word first, then anything after it.
    """
    return _alone(framework, case, decision) or _in_pairs(framework, case, decision)


def _alone(framework: Framework, case: Case, decision: Decision) -> tuple[Flip, ...]:
    found: list[Flip] = []
    for name in facts_of(decision, case):
        question = case.questions[name]
        if question.type == "number":
            found += _numbers(framework, case, decision, question)
        else:
            found += _words(framework, case, decision, question)
    with_ahead = (_with_ahead(framework, case, one) for one in found)
    left = (one for one in with_ahead if not _ends_alike(one, decision))
    return tuple(sorted(left, key=lambda one: one.distance))


def _in_pairs(framework: Framework, case: Case, decision: Decision) -> tuple[Flip, ...]:
    """What a word more, said otherwise, would make of every other change; each pair once."""
    found: dict[frozenset[str], Flip] = {}
    for name in facts_of(decision, case):
        question = case.questions[name]
        for value in () if question.type == "number" else _others(case, question):
            changed = case.changed(name, value)
            first = answer_words(question, show_value(question, value))
            for flip in _alone(framework, changed, decide(framework, changed)):
                if flip.name == name or flip.decision.outcome == decision.outcome:
                    continue
                pair = frozenset({first, flip.words})
                words = f"{first} and {flip.words}"
                found.setdefault(pair, replace(flip, words=words, along=(name, value)))
    return tuple(found.values())


def _with_ahead(framework: Framework, case: Case, flip: Flip) -> Flip:
    if flip.decision.asks is None:
        return flip
    changed = case.changed(flip.name, flip.value)
    return replace(flip, ahead=endings(framework, changed, flip.decision))


def _ends_alike(flip: Flip, decision: Decision) -> bool:
    """Whatever is answered next, the choice stays."""
    return bool(flip.ahead) and {one.choice for one in flip.ahead} == {decision.choice}


def facts_of(decision: Decision, case: Case) -> list[str]:
    """Facts of the path, each once; in place of an inferred one what it was inferred from."""
    names = (step.question.name for step in decision.walk.steps)
    grounds = dict.fromkeys(one for name in names for one in case.grounds(name))
    return [name for name in grounds if name in case.questions]


def _words(
    framework: Framework, case: Case, decision: Decision, question: Question
) -> Iterator[Flip]:
    """Yes for no, and every other choice."""
    for value in _others(case, question):
        other = decide(framework, case.changed(question.name, value))
        if other.outcome != decision.outcome:
            shown = show_value(question, value)
            words = answer_words(question, shown)
            yield Flip(name=question.name, value=value, decision=other, words=words, shown=shown)


def _others(case: Case, question: Question) -> list[Value]:
    """Answers that were not given."""
    values: list[Value] = [True, False]
    if question.type == "choice":
        values = [choice.name for choice in question.choices]
    return [value for value in values if value != case.value(question.name)]


def _numbers(
    framework: Framework, case: Case, decision: Decision, question: Question
) -> Iterator[Flip]:
    """The nearest value above, and the nearest below."""
    now = case.number(question.name) or assumed(case, question.name)
    if now is None:
        return

    is_inferring = _infers(case, decision, question.name)

    def ask(value: float) -> Decision | None:
        try:
            other = decide(framework, case.changed(question.name, value))
        except BadAnswer:
            return None
        # So far from what is known that a step of this path can no longer be inferred.
        return None if other.asks is not None and other.asks.name in decision.facts else other

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
        words = _bound_words(framework, decision, question, value, upwards)
        yield Flip(
            name=question.name,
            value=value,
            decision=other,
            words=f"{question.name} {words}",
            shown=_in_sentence(words),
            distance=_distance(now, value),
        )


def _infers(case: Case, decision: Decision, name: str) -> bool:
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
        value = _rounded(value, upwards=upwards)
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


def _rounded(value: float, *, upwards: bool) -> float:
    """To four digits, upwards or downwards."""
    if value == 0:
        return value
    place = 10.0 ** (math.floor(math.log10(abs(value))) - 3)
    return (math.ceil if upwards else math.floor)(value / place) * place


def _distance(now: float, value: float) -> float:
    low, high = sorted((abs(now), abs(value)))
    return high / low if low else math.inf
