"""Kinds of one thing: those that are left when the other kinds are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import thing_distance
from spoonbench.solvers.rules.word_problems.goals import NEAR, STATE
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.terms import Term, combine, less

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount, Story
    from spoonbench.solvers.rules.word_problems.goals import Goal


def by_rest(goal: Goal, terms: Sequence[Term], story: Story) -> Iterator[Term]:
    """The singers less those told to be something else: "the other singers are children"."""
    for rest in story.amounts:
        if rest.role != "rest" or thing_distance(rest.thing, goal.thing) > NEAR:
            continue
        wholes = [
            term for term in terms if rest.context and rest.context <= term.amount.thing.words
        ]
        others = [
            term
            for term in terms
            if term not in wholes and not term.amount.per and term.amount.clause <= rest.clause
        ]
        if len(wholes) == 1 and others:
            why = "the whole less its other parts"
            yield combine("part", less(wholes, others), goal.amount, why, 0.2)


def by_kinds(goal: Goal, terms: Sequence[Term]) -> Iterator[Term]:
    """One kind less the other: "of 30 children 12 are girls; how many are boys?"."""
    parts = [term for term in terms if term.amount.is_part]
    if not parts or goal.is_total or goal.asked.is_more:
        return
    lexicon = load_lexicon()
    head = goal.thing.head
    wholes = [term for term in terms if _is_whole_of(term.amount, head)]
    if len(wholes) != 1 or len(parts) + 1 != len(terms):
        return
    if wholes[0].amount.verb_class not in STATE:
        return
    if all(lexicon.siblings(_kind_of(term.amount), head) for term in parts):
        why = "the whole less its other kinds"
        yield combine("part", less(wholes, parts), goal.amount, why, 0.2)


def _is_whole_of(amount: Amount, kind: str) -> bool:
    head = amount.thing.head
    return not amount.is_part and head != kind and load_lexicon().is_kind_of(kind, head)


def _kind_of(amount: Amount) -> str:
    """What those are said to be of whom a number is told: "12 of them are girls"."""
    kinds = load_lexicon().kinds
    nouns = sorted(word for word in amount.context if kinds.get(word))
    return next((word for word in nouns if word != amount.thing.head), "")
