"""What a question says of an amount that contradicts another one it is added to.

"A spider has 8 legs and an ant has 6; how many legs do 7 spiders have?": the question names
spiders, so the legs of the ant are none of them. The question need not say anything; but where it
picks out some of what is added up, the rest of it has to be picked out too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import NOBODY
from spoonbench.solvers.rules.word_problems.goals import (
    LOSS,
    MOVE,
    dimension_of_thing,
    narrow_times,
)
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.terms import Term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount, Story
    from spoonbench.solvers.rules.word_problems.goals import Goal

_ADDING = frozenset({"total", "change"})
_MOVED = LOSS | MOVE | {"take"}
_TIMES_OF_DAY = frozenset(
    {"morning", "afternoon", "evening", "night", "today", "yesterday", "tomorrow", "tonight"}
)
_SPANS = frozenset({"weekend", "weekday"})
_NOT_TELLING = frozenset({"one", "another", "other", "they", "we"})
_TWO = 2
_Words = frozenset[str]


def contradicts(goal: Goal, term: Term, told: Sequence[Term], story: Story) -> bool:
    """Whether a sum takes in what the question tells apart from the rest of it.

    Args:
        goal: what is sought.
        term: derived, perhaps by a sum.
        told: the told amounts that have a number.
        story: the whole text.
    """
    if _asks_another_time(goal, term, _told_in(term, told)):
        return True
    if _leaves_out_one(term, _told_in(term, told), story):
        return True
    if _asks_another_place(goal, term, _told_in(term, told), story):
        return True
    if _mixes_units(term) or _leaves_out_kind(goal, term, _told_in(term, told)):
        return True
    named = _named(goal)
    things = goal.thing.words
    is_both = "both" in goal.asked.words
    for rule, parts in _sums(term):
        shared = frozenset.intersection(*(part.uses for _, part in parts))
        groups = [_told_in(part, told, shared) for _, part in parts]
        wholes = [
            (group, part) for group, (sign, part) in zip(groups, parts, strict=True) if sign != "-"
        ]
        # Where all of them are gains, none joins what there was.
        starts = [group for group, part in wholes if not _joins(part, rule)]
        # What was there yesterday and what came today is there today.
        now = frozenset({"today"} if rule == "change" else ())
        added = starts or [group for group, _ in wholes]
        if (
            (_is_mixed([_who(group) - things for group in added], named) and not is_both)
            or _is_mixed([_what(group) for group in added], named)
            or _is_mixed([_when(group) for group in groups], named - now)
        ):
            return True
    return False


def _asks_another_time(goal: Goal, term: Term, amounts: Sequence[Amount]) -> bool:
    """Whether it is asked about Monday, and all that is used was told of other days."""
    words = load_lexicon().words
    telling = (words["days"] | words["months"] | _TIMES_OF_DAY) - _SPANS
    asked = goal.amount.times & telling
    said = [amount.times & telling for amount in amounts]
    known = frozenset[str]().union(*said)
    if not asked or not known or any(amount.compare for amount in amounts):
        return False
    if term.step is not None and term.step.rule == "total":
        return not asked <= known
    return all(times - {"today"} for times in said) and asked.isdisjoint(known)


def _asks_another_place(goal: Goal, term: Term, amounts: Sequence[Amount], story: Story) -> bool:
    """Whether it is asked about the cellar, and what is added up is told of other places."""
    if term.step is None or term.step.rule != "total":
        return False
    known = _who(amounts).union(*(amount.context for amount in amounts))
    asked = goal.amount.place.split()
    if not asked or asked[-1] in load_lexicon().units or goal.amount.verb_class == "spend":
        # "Spent on clothing", "in kilograms": no places.
        return False
    if any(amount.place for amount in amounts) and not known.issuperset(asked):
        return True
    singular = load_lexicon().singular
    sentence = goal.amount.sentence
    if goal.amount.owner != NOBODY or any(amount.sentence == sentence for amount in amounts):
        return False
    return not any(word in asked or singular(word) in asked for word in story.told_words)


def _leaves_out_one(term: Term, amounts: Sequence[Amount], story: Story) -> bool:
    """Whether three did it together, and what two of them did is added up."""
    if term.step is None or term.step.rule != "total":
        return False
    owners = {amount.owner for amount in amounts}
    return len(owners) > 1 and any(owners < group for group in story.groups)


def _mixes_units(term: Term) -> bool:
    """Whether meters are added to pieces, or years taken from euros."""
    if term.step is None:
        return False
    parts = [part for _, part in term.step.parts if isinstance(part, Term)]
    signs = {sign for sign, _ in term.step.parts}
    named = {dimension_of_thing(part.amount.thing) for part in parts if _is_named(part)}
    return (signs <= {"+", "-"} and len(named) > 1) or any(_mixes_units(part) for part in parts)


def _leaves_out_kind(goal: Goal, term: Term, amounts: Sequence[Amount]) -> bool:
    """Whether a third kind was named: "cows, pigs and hens; 12 are cows; how many are hens"."""
    if term.step is None or term.step.rule != "part":
        return False
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


def _sums(term: Term) -> Iterator[tuple[str, list[tuple[str, Term]]]]:
    """The rule and the parts of each sum of a derivation."""
    if term.step is None:
        return
    parts = [(sign, part) for sign, part in term.step.parts if isinstance(part, Term)]
    if term.step.rule in _ADDING and len(parts) > 1:
        yield term.step.rule, parts
    for _, part in parts:
        yield from _sums(part)


def _told_in(
    term: Term, told: Sequence[Term], shared: frozenset[int] = frozenset()
) -> list[Amount]:
    """The told amounts that a part rests on, without those that all parts share."""
    return [one.amount for one in told if one.uses <= term.uses and not one.uses <= shared]


def _is_named(term: Term) -> bool:
    """Whether it is said what it counts, or in which unit it is."""
    thing, units = term.amount.thing, load_lexicon().units
    is_attribute = thing.head not in units and not thing.words.isdisjoint(units)
    return thing.head != "" and term.amount.is_thing_told and not is_attribute


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
    return any(
        not one & telling and one - named and any(other & telling for other in said) for one in said
    )


def _who(amounts: Sequence[Amount]) -> _Words:
    """Who has it, gets it, or where it is."""
    owners = {
        owner
        for one in amounts
        for owner in (one.owner, one.holder, one.to, one.source, one.place, *one.group)
    }
    return frozenset(word for owner in owners for word in owner.split()) - _NOT_TELLING


def _what(amounts: Sequence[Amount]) -> _Words:
    units = load_lexicon().units
    words = {word for one in amounts if one.is_thing_told for word in one.thing.words}
    return frozenset(word for word in words if word not in units)


def _when(amounts: Sequence[Amount]) -> _Words:
    return frozenset(word for one in amounts for word in narrow_times(one.times))
