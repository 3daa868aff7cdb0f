"""What a question says of an amount that contradicts another one it is added to.

"A spider has 8 legs and an ant has 6; how many legs do 7 spiders have?": the question names
spiders, so the legs of the ant are none of them. The question need not say anything; but where it
picks out some of what is added up, the rest of it has to be picked out too.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.rules.word_problems.amounts import NOBODY, Thing
from spoonbench.solvers.rules.word_problems.goals import (
    LOSS,
    MOVE,
    dimension_of_thing,
    narrow_times,
)
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.terms import Step, Term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount, Story
    from spoonbench.solvers.rules.word_problems.goals import Goal

_WHOLE = frozenset({"total", "part"})
_ADDING = frozenset({"total", "change"})
_MOVED = LOSS | MOVE | {"take"}
_TIMES_OF_DAY = frozenset(
    {"morning", "afternoon", "evening", "night", "today", "yesterday", "tomorrow", "tonight"}
)
_SPANS = frozenset({"weekend", "weekday"})
_NOT_TELLING = frozenset({"one", "another", "other", "they", "we"})
_TWO = 2
_Words = frozenset[str]
_Sum = tuple[str, list[tuple[str, Term]]]
_NOTHING: _Words = frozenset()


class _Said(NamedTuple):
    """What is said of an amount, or of several.

    Attributes:
        who: owners and places, in words.
        what: the thing's words.
        when: words of time.
    """

    who: _Words = _NOTHING
    what: _Words = _NOTHING
    when: _Words = _NOTHING


class Contradictions:
    """Finds sums that take in what the question tells apart from the rest of it.

    Args:
        goal: what is sought.
        told: the told amounts that have a number.
        story: the whole text.
    """

    __slots__ = (
        "_goal", "_is_both", "_named", "_place", "_said", "_story", "_tells_apart", "_times",
        "_told",
    )  # fmt: skip

    def __init__(self, goal: Goal, told: Sequence[Term], story: Story) -> None:
        asked = goal.amount
        place = asked.place.split()
        if place and (place[-1] in load_lexicon().units or asked.verb_class == "spend"):
            # "Spent on clothing", "in kilograms": no places.
            place = []
        self._goal = goal
        self._told = told
        self._story = story
        self._place = place
        self._times = asked.times & _telling_times()
        self._is_both = "both" in goal.asked.words
        self._named = _NOTHING
        self._said: list[_Said] = []
        self._tells_apart: bool | None = None

    def holds(self, term: Term) -> bool:
        """Whether a derived amount contradicts the question."""
        step = term.step
        if step is None:
            return False
        if self._times or step.rule in _WHOLE:
            amounts = _told_in(term, self._told)
            if (
                (bool(self._times) and self._is_of_another_time(step.rule, amounts))
                or (step.rule == "total" and self._is_of_others(amounts))
                or (step.rule == "part" and _leaves_out_kind(self._goal, amounts))
            ):
                return True
        if _mixes_units(step):
            return True
        sums: list[_Sum] = []
        _collect_sums(term, sums)
        if not sums:
            return False
        if self._tells_apart is None:
            self._tells_apart = self._compare_told()
        return self._tells_apart and any(self._mixes(rule, parts) for rule, parts in sums)

    def _compare_told(self) -> bool:
        """Note what is said of each amount; whether the question names more of one than another."""
        named = self._named = _named(self._goal)
        things = self._goal.thing.words
        self._said = [_said_of(one.amount, things) for one in self._told]
        return (
            len({said.who & named for said in self._said}) > 1
            or len({said.what & named for said in self._said}) > 1
            or len({said.when & named for said in self._said}) > 1
        )

    def _mixes(self, rule: str, parts: Sequence[tuple[str, Term]]) -> bool:
        """Whether a sum has parts that the question tells apart by who, by what or by when."""
        shared = frozenset.intersection(*[part.uses for _, part in parts])
        every = [self._said_in(part, shared) for _, part in parts]
        wholes = [said for said, (sign, _) in zip(every, parts, strict=True) if sign != "-"]
        # Where all of them are gains, none joins what there was.
        starts = [
            said
            for said, (sign, part) in zip(every, parts, strict=True)
            if sign != "-" and not _joins(part, rule)
        ]
        added, named = starts or wholes, self._named
        # What was there yesterday and what came today is there today.
        then = named - {"today"} if rule == "change" else named
        return (
            (not self._is_both and _is_mixed([said.who for said in added], named))
            or _is_mixed([said.what for said in added], named)
            or _is_mixed([said.when for said in every], then)
        )

    def _said_in(self, part: Term, shared: frozenset[int]) -> _Said:
        """What the told amounts say that a part rests on, without those that all parts share."""
        said = [
            one
            for term, one in zip(self._told, self._said, strict=True)
            if term.uses <= part.uses and not term.uses <= shared
        ]
        if len(said) == 1:
            return said[0]
        return _Said(
            _NOTHING.union(*[one.who for one in said]),
            _NOTHING.union(*[one.what for one in said]),
            _NOTHING.union(*[one.when for one in said]),
        )

    def _is_of_another_time(self, rule: str, amounts: Sequence[Amount]) -> bool:
        """Whether it is asked about Monday, and all that is used was told of other days."""
        said = [amount.times & _telling_times() for amount in amounts]
        known = frozenset[str]().union(*said)
        if not known or any(amount.compare for amount in amounts):
            return False
        if rule == "total":
            return not self._times <= known
        return all(times - {"today"} for times in said) and self._times.isdisjoint(known)

    def _is_of_others(self, amounts: Sequence[Amount]) -> bool:
        """Whether one of three is left out, or it is asked about another place."""
        owners = {amount.owner for amount in amounts}
        if len(owners) > 1 and any(owners < group for group in self._story.groups):
            return True
        return bool(self._place) and self._is_of_another_place(amounts)

    def _is_of_another_place(self, amounts: Sequence[Amount]) -> bool:
        """Whether it is asked about the cellar, and what is added up is told of other places."""
        place, asked = self._place, self._goal.amount
        known = _NOTHING.union(*(_who(one) | one.context for one in amounts))
        if any(amount.place for amount in amounts) and not known.issuperset(place):
            return True
        if asked.owner != NOBODY or any(amount.sentence == asked.sentence for amount in amounts):
            return False
        singular, told = load_lexicon().singular, self._story.told_words
        return not any(word in place or singular(word) in place for word in told)


@cache
def _telling_times() -> _Words:
    """Times that tell days apart."""
    words = load_lexicon().words
    return (words["days"] | words["months"] | _TIMES_OF_DAY) - _SPANS


def _mixes_units(step: Step) -> bool:
    """Whether meters are added to pieces, or years taken from euros."""
    first: Term | None = None
    is_sum = True
    for sign, part in step.parts:
        if not isinstance(part, Term):
            continue
        if part.step is not None and _mixes_units(part.step):
            return True
        is_sum = is_sum and sign in {"+", "-"}
        if not is_sum or not _is_named(part.amount):
            continue
        if first is None:
            first = part
        elif _are_of_two_units(first.amount.thing.head, part.amount.thing.head):
            return True
    return False


def _are_of_two_units(one: str, other: str) -> bool:
    return one != other and dimension_of_thing(Thing(one)) != dimension_of_thing(Thing(other))


def _leaves_out_kind(goal: Goal, amounts: Sequence[Amount]) -> bool:
    """Whether a third kind was named: "cows, pigs and hens; 12 are cows; how many are hens"."""
    siblings, head = load_lexicon().siblings, goal.thing.head
    whole = max(amounts, key=lambda amount: amount.value or 0)
    rest = frozenset[str]().union(*(one.context for one in amounts if one is not whole))
    if head in whole.thing.words:
        return False
    kinds = {word for word in whole.context - whole.thing.words if siblings(word, head)}
    return not kinds <= rest


def _named(goal: Goal) -> _Words:
    """What the question names: things, people, places, times."""
    asked = goal.amount
    words = set(asked.context | asked.times | goal.asked.words)
    for owner in (asked.owner, asked.place, asked.holder, asked.source, asked.to, *asked.group):
        words.update(owner.split())
    for thing in goal.asked.also:
        words |= thing.words
    return frozenset(words)


def _collect_sums(term: Term, sums: list[_Sum]) -> None:
    """Add the rule and the parts of each sum of a derivation."""
    step = term.step
    if step is None:
        return
    if step.rule in _ADDING and len(step.parts) > 1:
        parts = [(sign, part) for sign, part in step.parts if isinstance(part, Term)]
        if len(parts) > 1:
            sums.append((step.rule, parts))
    for _, part in step.parts:
        if isinstance(part, Term) and part.step is not None:
            _collect_sums(part, sums)


def _told_in(
    term: Term, told: Sequence[Term], shared: frozenset[int] = frozenset()
) -> list[Amount]:
    """The told amounts that a part rests on, without those that all parts share."""
    return [one.amount for one in told if one.uses <= term.uses and not one.uses <= shared]


def _is_named(amount: Amount) -> bool:
    """Whether it is said what it counts, or in which unit it is."""
    thing, units = amount.thing, load_lexicon().units
    if not thing.head or not amount.is_thing_told:
        return False
    return thing.head in units or units.keys().isdisjoint(thing.words)


def _joins(term: Term, rule: str) -> bool:
    """Whether it comes to what there was, wherever it comes from: "19 more"."""
    amount = term.amount
    if term.step is not None:
        return False
    is_moved = rule == "change" and amount.verb_class in _MOVED
    return is_moved or amount.is_extra or bool(amount.compare)


def _is_mixed(said: Sequence[_Words], named: _Words) -> bool:
    """Whether some are named, in a way in which others are told to be something else."""
    if len(said) < _TWO:
        return False
    telling = named - frozenset.intersection(*said)
    if telling.isdisjoint(frozenset.union(*said)):
        return False
    return any(
        not one & telling and one - named and any(other & telling for other in said) for one in said
    )


def _said_of(amount: Amount, things: _Words) -> _Said:
    units = load_lexicon().units
    what = amount.thing.words.difference(units) if amount.is_thing_told else _NOTHING
    return _Said(_who(amount) - things, what, frozenset(narrow_times(amount.times)))


def _who(amount: Amount) -> _Words:
    """Who has it, gets it, or where it is."""
    words: set[str] = set()
    for owner in (amount.owner, amount.holder, amount.to, amount.source, amount.place):
        if owner:
            words.update(owner.split())
    for owner in amount.group:
        words.update(owner.split())
    return frozenset(words - _NOT_TELLING)
