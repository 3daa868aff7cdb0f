"""What is left where no structure fits: numbers and the words of the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import Amount, thing_distance
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import (
    FAR,
    LOSS,
    SHARED,
    Goal,
    distance,
    is_rate_goal,
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
    like = altered(goal.amount)
    differ = len(terms) == 2 and not _is_same_kind(terms[0].amount, terms[1].amount)  # noqa: PLR2004
    big = max(pool, key=lambda term: term.value)
    rest = [term for term in pool if term is not big]
    total = combine(
        "guess",
        [("+", term) for term in pool],
        like,
        "added up",
        cost=4.0 + 1.5 * differ + (2.0 if goal.asked.is_more or goal.is_left else 0.0),
    )
    less = combine(
        "guess",
        [("+", big), *[("-", term) for term in rest]],
        like,
        "taken away",
        cost=4.5 + 1.0 * differ + (1.5 if goal.is_total else 0.0),
    )
    if total is not None:
        yield total
    if less is not None:
        yield less
    yield from _guess_three(goal, terms, like)
    if len(terms) == 2:  # noqa: PLR2004
        yield from _guess_two(goal, terms[0], terms[1], like)


def _guess_two(goal: Goal, one: Term, two: Term, like: Amount) -> Iterator[Term]:
    """A product or a quotient, by what the two numbers count and what is asked for."""
    near = [term for term in (one, two) if distance(term.amount, goal) < FAR]
    has_rate = bool(one.amount.per or two.amount.per)
    first, second = (one, two) if one.value >= two.value else (two, one)
    product, quotient = 5.0, 5.0
    if not _is_same_kind(one.amount, two.amount):
        product, quotient = 4.2, 4.4
        if len(near) == 1:
            product = 3.6
            if is_rate_goal(goal):
                product, quotient = 4.6, 3.2
                first, second = (near[0], two if near[0] is one else one)
    elif not near and goal.thing.head:
        # Two amounts of one kind, and groups of them are asked for.
        quotient = 3.6
    if has_rate:
        product -= 0.8
    if says(goal.asked.text, SHARED):
        quotient -= 0.8
    multiplied = combine("guess", [("", one), ("*", two)], like, "multiplied", cost=product)
    divided = combine("guess", [("", first), ("/", second)], like, "divided", cost=quotient)
    for term in (multiplied, divided):
        if term is not None:
            yield term


def _is_same_kind(one: Amount, two: Amount) -> bool:
    return thing_distance(one.thing, two.thing) < FAR


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
