"""From what a text tells to what it asks: readings, each with what it takes for granted.

The asked amount is sought backwards: through what happens to an owner's amount over time, through
parts and wholes, through comparisons, and through what is counted by what. Every way that works is
a reading; its cost says how much was taken for granted, numbers that play no part included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import Story, Thing
from spoonbench.solvers.rules.word_problems.comparisons import worlds_of
from spoonbench.solvers.rules.word_problems.goals import (
    CHANGE,
    NEAR,
    Goal,
    dimension_of_thing,
    distance,
    goal_of,
    is_rate_goal,
)
from spoonbench.solvers.rules.word_problems.guesses import guess
from spoonbench.solvers.rules.word_problems.leftovers import reading_of
from spoonbench.solvers.rules.word_problems.rates import (
    by_division,
    by_pairs,
    by_products,
    by_ratio,
    by_sharing,
    by_spans,
    split_rates,
)
from spoonbench.solvers.rules.word_problems.settling import settle
from spoonbench.solvers.rules.word_problems.terms import Reading, Term
from spoonbench.solvers.rules.word_problems.units import in_one_unit

if TYPE_CHECKING:
    from collections.abc import Iterator


MOST_NUMBERS = 12
"""A text with more numbers is not read: no word problem has as many, and time stays bounded."""
_SURE = 1.5
"""Readings that cost no more leave nothing to guess."""


def find_readings(story: Story) -> list[Reading]:
    """All readings of a text that come to a value, cheapest first."""
    if story.asked is None:
        return []
    goal = goal_of(story.asked, story.words, story.amounts)
    if (
        goal.asked.how == "long"
        and not goal.dimension
        and any(
            dimension_of_thing(Thing(amount.per)) == "time"
            for amount in story.amounts
            if amount.per
        )
    ):
        goal.dimension = "time"
    told = [
        Term(amount.value, amount, frozenset({index}))
        for index, amount in enumerate(story.amounts)
        if amount.value is not None
    ]
    if len(told) > MOST_NUMBERS:
        return []
    worlds = [in_one_unit(terms, goal) for terms in worlds_of(told, goal, story.owners)]
    found = [
        reading_of(term, told, goal, story.n_words)
        for terms in worlds
        for term in seek(goal, terms, story)
    ]
    if not found or min(reading.cost for reading in found) > _SURE:
        # Nothing comes near a plain reading: what the words of the question suggest.
        found += [
            reading_of(term, told, goal, story.n_words)
            for terms in worlds
            for term in guess(goal, terms)
        ]
    untold = _untold(goal, story)
    if untold:
        for reading in found:
            reading.cost += 1.0
            reading.assumptions += (untold,)
    found.sort(key=lambda reading: reading.cost)
    return found


def _untold(goal: Goal, story: Story) -> str:
    """What is told of without a number and may belong to what is sought; "" for nothing."""
    if goal.is_start or goal.amount.verb_class in CHANGE:
        return ""
    for amount in story.amounts:
        if (
            amount.is_vague
            and not amount.is_asked
            and amount.role != "none"
            and amount.lemma != goal.amount.lemma
            and amount.verb_class in CHANGE
            and amount.thing.head
            and distance(amount, goal) <= NEAR
        ):
            return f"how many {amount.thing.head} is not told"
    return ""


def seek(goal: Goal, terms: list[Term], story: Story) -> Iterator[Term]:
    """Ways to come to what is sought."""
    rates, counts = split_rates(goal, terms)
    is_rate = is_rate_goal(goal)
    for term in settle(goal, counts, story):
        if is_rate:
            term.cost += 2.0
        elif rates and goal.asked.how == "long":
            term.cost += 1.5
        yield term
    if rates:
        yield from by_products(goal, rates, counts, story)
        yield from by_division(goal, rates, counts, story)
    if is_rate or goal.asked.how == "fast":
        yield from by_sharing(goal, rates, counts, story)
    yield from by_pairs(goal, counts)
    yield from by_spans(goal, counts)
    yield from by_ratio(goal, counts)
