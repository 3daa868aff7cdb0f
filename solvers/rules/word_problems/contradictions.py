"""What a question says of an amount that contradicts another one it is added to.

"A spider has 8 legs and an ant has 6; how many legs do 7 spiders have?": the question names
spiders, so the legs of the ant are none of them. The question need not say anything; but where it
picks out some of what is added up, the rest of it has to be picked out too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.goals import LOSS, MOVE, narrow_times
from spoonbench.solvers.rules.word_problems.terms import Term

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount
    from spoonbench.solvers.rules.word_problems.goals import Goal

_ADDING = frozenset({"total", "change"})
_MOVED = LOSS | MOVE | {"take"}
_TWO = 2
_Words = frozenset[str]


def contradicts(goal: Goal, term: Term) -> bool:
    """Whether a sum takes in what the question tells apart from the rest of it."""
    things = goal.thing.words
    named = _named(goal)
    for members in _sums(term):
        amounts = [member.amount for member in members]
        if (
            _is_mixed([_who(amount) - things for amount in amounts], named)
            or _is_mixed([_what(amount) for amount in amounts], named)
            or _is_mixed([narrow_times(amount.times) for amount in amounts], named)
        ):
            return True
    return False


def _named(goal: Goal) -> _Words:
    """What the question names: things, people, places, times."""
    asked = goal.amount
    words = set(asked.context | asked.times | goal.asked.words)
    for owner in (asked.owner, asked.place, asked.holder, asked.source, asked.to, *asked.group):
        words.update(owner.split())
    for thing in goal.asked.also:
        words |= thing.words
    return frozenset(words)


def _sums(term: Term) -> Iterator[list[Term]]:
    """What is added up in each sum of a derivation."""
    if term.step is None:
        return
    parts = [(sign, part) for sign, part in term.step.parts if isinstance(part, Term)]
    if term.step.rule in _ADDING:
        members = [part for sign, part in parts if sign != "-" and not _joins(part)]
        if len(parts) > 1:
            yield members
    for _, part in parts:
        yield from _sums(part)


def _joins(term: Term) -> bool:
    """Whether it comes to what there was, wherever it comes from: "19 more"."""
    amount = term.amount
    is_told = term.step is None
    return is_told and (amount.verb_class in _MOVED or amount.is_extra or bool(amount.compare))


def _is_mixed(said: Sequence[_Words], named: _Words) -> bool:
    """Whether some are named, in a way in which others are told to be something else."""
    if len(said) < _TWO:
        return False
    telling = named - frozenset.intersection(*said)
    return any(
        not one & telling and one - named and any(other & telling for other in said)
        for one in said
    )


def _who(amount: Amount) -> _Words:
    """Who has it, gets it, or where it is."""
    owners = (amount.owner, amount.holder, amount.to, amount.source, amount.place, *amount.group)
    return frozenset(word for owner in owners for word in owner.split())


def _what(amount: Amount) -> _Words:
    return amount.thing.words if amount.is_thing_told else frozenset()
