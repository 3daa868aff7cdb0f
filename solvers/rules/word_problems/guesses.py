"""What is left where no structure fits: numbers and the words of the question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import Amount
from spoonbench.solvers.rules.word_problems.goals import (
    FAR,
    LOSS,
    SHARED,
    Goal,
    distance,
    names_groups,
    says,
)
from spoonbench.solvers.rules.word_problems.terms import Term, combine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def guess(goal: Goal, terms: Sequence[Term]) -> Iterator[Term]:
    """Two numbers and the words of the question, without any structure."""
    if len(terms) < 2:  # noqa: PLR2004
        return
    near = [term for term in terms if distance(term.amount, goal) < FAR]
    pool = near if len(near) >= 2 else list(terms)  # noqa: PLR2004
    like = replace(goal.amount)
    has_rate = any(term.amount.per for term in pool)
    big = max(pool, key=lambda term: term.value)
    rest = [term for term in pool if term is not big]
    total = combine(
        "guess",
        [("+", term) for term in pool],
        like,
        "added up",
        cost=4.0 + (2.0 if goal.asked.is_more or goal.is_left else 0.0),
    )
    less = combine(
        "guess",
        [("+", big), *[("-", term) for term in rest]],
        like,
        "taken away",
        cost=4.5 + (1.5 if goal.is_total else 0.0),
    )
    if total is not None:
        yield total
    if less is not None:
        yield less
    yield from _guess_three(goal, terms, like)
    if len(terms) == 2:  # noqa: PLR2004
        one, two = terms
        each = says(goal.asked.text, SHARED)
        product = combine(
            "guess",
            [("", one), ("*", two)],
            like,
            "multiplied",
            cost=5.0 - (2.0 if has_rate else 0.0),
        )
        first, second = (one, two) if one.value >= two.value else (two, one)
        quotient = combine(
            "guess",
            [("", first), ("/", second)],
            like,
            "divided",
            cost=5.0 - (2.0 if each else 0.0),
        )
        if product is not None:
            yield product
        if quotient is not None:
            yield quotient


def _guess_three(goal: Goal, terms: Sequence[Term], like: Amount) -> Iterator[Term]:
    """Two amounts of one kind and a factor."""
    rates = [term for term in terms if term.amount.per or term.amount.soft_per]
    plain = [term for term in terms if term not in rates]
    if len(terms) != 3 or len(rates) != 1:  # noqa: PLR2004
        return
    rate = rates[0]
    one, two = plain
    if distance(rate.amount, goal) < FAR and (goal.thing.head or goal.dimension):
        factor, cost = "*", 3.4
    elif names_groups(goal, rate.amount) or rate.amount.thing.head in {
        one.amount.thing.head,
        two.amount.thing.head,
    }:
        factor, cost = "/", 3.4
    else:
        return
    is_less = (
        goal.is_left
        or goal.is_others
        or any(
            term.amount.is_part
            or term.amount.is_left
            or term.amount.is_negated
            or term.amount.verb_class in LOSS | {"go"}
            for term in plain
        )
    )
    total = combine(
        "guess", [("+", one), ("+", two)], one.amount, "added up", cost=0.8 if is_less else 0.0
    )
    big, small = (one, two) if one.value >= two.value else (two, one)
    rest = combine(
        "guess", [("+", big), ("-", small)], one.amount, "taken away", cost=0.0 if is_less else 0.8
    )
    for inner in (total, rest):
        if inner is None:
            continue
        result = combine(
            "guess", [("", inner), (factor, rate)], like, "by what is in one group", cost=cost
        )
        if result is not None:
            yield result
