"""What is left where no structure fits: numbers and the words of the question.

Every guess costs more than what is answered with, so that it only ever ranks the other readings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import thing_distance
from spoonbench.solvers.rules.word_problems.costs import summed
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
from spoonbench.solvers.rules.word_problems.terms import Term, combine, less, quotients

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount

_TWO, _THREE = 2, 3
_BY_ONE_GROUP = 3.4
_LESS_LIKELY = 0.8


def guess(goal: Goal, terms: Sequence[Term]) -> Iterator[Term]:
    """Two numbers and the words of the question, without any structure."""
    if len(terms) < _TWO:
        return
    near = [term for term in terms if distance(term.amount, goal) < FAR]
    pool = near if len(near) >= _TWO else list(terms)
    is_mixed = len(terms) == _TWO and not _is_same_kind(terms[0].amount, terms[1].amount)
    big = max(pool, key=lambda term: term.value)
    rest = [term for term in pool if term is not big]
    cost = summed((4.0, True), (1.5, is_mixed), (2.0, goal.asked.is_more or goal.is_left))
    yield combine("guess", less(pool, ()), goal.amount, "added up", cost)
    cost = summed((4.5, True), (1.0, is_mixed), (1.5, goal.is_total))
    yield combine("guess", less([big], rest), goal.amount, "taken away", cost)
    yield from _guess_three(goal, terms)
    if len(terms) == _TWO:
        yield from _guess_two(goal, terms[0], terms[1])


def _guess_two(goal: Goal, one: Term, two: Term) -> Iterator[Term]:
    """A product or a quotient, by what the two numbers count and what is asked for."""
    near = [term for term in (one, two) if distance(term.amount, goal) < FAR]
    first, second = (one, two) if one.value >= two.value else (two, one)
    is_mixed = not _is_same_kind(one.amount, two.amount)
    if is_mixed and len(near) == 1 and is_rate_goal(goal):
        first, second = (one, two) if near[0] is one else (two, one)
    product, quotient = _costs_of_two(goal, len(near), is_mixed=is_mixed)
    if one.amount.per or two.amount.per:
        product -= _LESS_LIKELY
    if says(goal.asked.text, SHARED):
        quotient -= _LESS_LIKELY
    yield combine("guess", (("", one), ("*", two)), goal.amount, "multiplied", product)
    yield from quotients("guess", first, second, goal.amount, "divided", cost=quotient)


def _costs_of_two(goal: Goal, n_near: int, *, is_mixed: bool) -> tuple[float, float]:
    """Costs of a product and of a quotient of two numbers, `n_near` of what is sought."""
    if is_mixed and n_near == 1:
        return (4.6, 3.2) if is_rate_goal(goal) else (3.6, 4.4)
    if is_mixed:
        return 4.2, 4.4
    # Two amounts of one kind, and groups of them are asked for.
    return 5.0, 3.6 if not n_near and goal.thing.head else 5.0


def _is_same_kind(one: Amount, two: Amount) -> bool:
    return thing_distance(one.thing, two.thing) < FAR


def _guess_three(goal: Goal, terms: Sequence[Term]) -> Iterator[Term]:
    """Two amounts of one kind and a factor."""
    rates = [term for term in terms if term.amount.per or term.amount.soft_per]
    plain = [term for term in terms if term not in rates]
    if len(terms) != _THREE or len(rates) != 1:
        return
    rate = rates[0]
    operation = _operation(goal, rate.amount, [term.amount.thing.head for term in plain])
    if not operation or (operation == "/" and rate.value == 0):
        return
    one, two = plain
    is_less = _takes_away(goal, plain)
    big, small = (one, two) if one.value >= two.value else (two, one)
    total_cost, rest_cost = (_LESS_LIKELY, 0.0) if is_less else (0.0, _LESS_LIKELY)
    for inner in (
        combine("guess", less(plain, ()), one.amount, "added up", total_cost),
        combine("guess", less([big], [small]), one.amount, "taken away", rest_cost),
    ):
        parts = (("", inner), (operation, rate))
        yield combine("guess", parts, goal.amount, "by what is in one group", _BY_ONE_GROUP)


def _operation(goal: Goal, rate: Amount, heads: Sequence[str]) -> str:
    """Whether two amounts are multiplied by a rate or divided by it; "" for neither."""
    if distance(rate, goal) < FAR and (goal.thing.head or goal.dimension):
        return "*"
    return "/" if names_groups(goal, rate) or rate.thing.head in heads else ""


def _takes_away(goal: Goal, terms: Sequence[Term]) -> bool:
    return (
        goal.is_left
        or goal.is_others
        or any(
            term.amount.is_part
            or term.amount.is_left
            or term.amount.is_negated
            or term.amount.verb_class in LOSS | {"go"}
            for term in terms
        )
    )
