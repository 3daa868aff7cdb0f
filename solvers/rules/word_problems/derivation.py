"""From what a text tells to what it asks: readings, each with what it takes for granted.

The asked amount is sought backwards: through what happens to an owner's amount over time, through
parts and wholes, through comparisons, and through what is counted by what. Every way that works is
a reading; its cost says how much was taken for granted, numbers that play no part included.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import Story, Thing
from spoonbench.solvers.rules.word_problems.comparisons import worlds_of
from spoonbench.solvers.rules.word_problems.costs import MARGIN, MOST_COST
from spoonbench.solvers.rules.word_problems.goals import (
    Goal,
    dimension_of_thing,
    goal_of,
    is_rate_goal,
)
from spoonbench.solvers.rules.word_problems.guesses import guess
from spoonbench.solvers.rules.word_problems.leftovers import Judge
from spoonbench.solvers.rules.word_problems.quotients import (
    by_division,
    by_pairs,
    by_ratio,
    by_sharing,
    by_spans,
)
from spoonbench.solvers.rules.word_problems.rates import by_products, split_rates
from spoonbench.solvers.rules.word_problems.settling import settle
from spoonbench.solvers.rules.word_problems.terms import Reading, Term
from spoonbench.solvers.rules.word_problems.units import in_one_unit
from spoonbench.solvers.rules.word_problems.untold import untold_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


MOST_NUMBERS = 12
"""A text with more numbers is not read: no word problem has as many, and time stays bounded."""
_SURE = 1.5
"""Readings that cost no more leave nothing to guess."""
_SWITCH = 0.6
"""A pronoun may stand for another person than before."""
_UNTOLD_CHANGE = 1.0
"""Something happens to what is sought, and no number tells how much of it."""
_RATE_ASKED, _RATES_TOLD = 2.0, 1.5
"""Sums pass over it that "each" is asked for, or "how long" where rates are told."""


def find_readings(story: Story, *, is_forced: bool = True) -> list[Reading]:
    """Readings of a text that come to a value, cheapest first.

    A text without a question, or with more than `MOST_NUMBERS` numbers, has none.

    Args:
        story: as read from the text.
        is_forced: it will be answered in any case. Otherwise what costs too much to be answered
            with, or to stand beside an answer, is not looked for where there is anything else.
    """
    told = [
        Term(amount.value, amount, frozenset({index}))
        for index, amount in enumerate(story.amounts)
        if amount.value is not None
    ]
    if story.asked is None or len(told) > MOST_NUMBERS:
        return []
    goal = goal_of(story.asked, story.words, story.amounts)
    if goal.asked.how == "long" and not goal.dimension and _is_by_time(story):
        goal.dimension = "time"
    worlds = [in_one_unit(terms, goal) for terms in worlds_of(told, goal, story.owners)]
    judge = Judge(told, goal, story)
    if not is_forced:
        goal.most = MOST_COST + MARGIN
    found = judge.readings_of(_distinct(worlds, goal, story))
    if not found and not is_forced:
        goal.most = inf
        found = judge.readings_of(_distinct(worlds, goal, story))
    if not found or (is_forced and min(reading.cost for reading in found) > _SURE):
        # Nothing comes near a plain reading: what the words of the question suggest.
        found += [judge.reading_of(term) for terms in worlds for term in guess(goal, terms)]
    if story.n_switches:
        for reading in found:
            reading.cost += _SWITCH
            reading.assumptions += ("who is meant by a pronoun",)
    untold = untold_change(goal, story)
    if untold:
        for reading in found:
            reading.cost += _UNTOLD_CHANGE
            reading.assumptions += (untold,)
    found.sort(key=lambda reading: reading.cost)
    return found


def _distinct(worlds: list[list[Term]], goal: Goal, story: Story) -> Iterable[Term]:
    """Ways to what is sought; of one value from the same numbers the cheapest."""
    # As two integers a value is hashed far more quickly than as a fraction.
    cheapest: dict[tuple[tuple[int, int], frozenset[int]], Term] = {}
    for terms in worlds:
        for term in _seek(goal, terms, story):
            key = (term.value.as_integer_ratio(), term.uses)
            known = cheapest.get(key)
            if known is None or term.cost < known.cost:
                cheapest[key] = term
    return cheapest.values()


def _is_by_time(story: Story) -> bool:
    """Whether anything is counted by a time ("5 pages a day"): "how long" asks for time then."""
    return any(
        dimension_of_thing(Thing(amount.per)) == "time" for amount in story.amounts if amount.per
    )


def _seek(goal: Goal, terms: list[Term], story: Story) -> Iterator[Term]:
    """Ways to come to what is sought."""
    rates, counts = split_rates(goal, terms)
    is_rate = is_rate_goal(goal)
    passed_over = (
        _RATE_ASKED if is_rate else _RATES_TOLD * (goal.asked.how == "long" and bool(rates))
    )
    if passed_over < goal.most:
        for term in settle(goal, counts, story):
            term.cost += passed_over
            yield term
    if rates:
        yield from by_products(goal, rates, counts, story)
        yield from by_division(goal, rates, counts, story)
    if is_rate:
        yield from by_sharing(goal, counts, story)
    yield from by_pairs(goal, counts)
    yield from by_spans(goal, counts)
    yield from by_ratio(goal, counts)
