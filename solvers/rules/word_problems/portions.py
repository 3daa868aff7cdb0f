"""Shares and percents as amounts: "half of them"."""

from __future__ import annotations

from fractions import Fraction

from spoonbench.solvers.rules.word_problems.amounts import NOBODY, thing_distance
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import NEAR, Goal
from spoonbench.solvers.rules.word_problems.terms import Term, combine

_IS_CHANGED = frozenset(
    {
        "off",
        "discount",
        "sale",
        "tax",
        "interest",
        "tip",
        "commission",
        "profit",
        "increase",
        "decrease",
        "less",
        "more",
        "fewer",
    }
)
"""Words that make a percentage more than a share of what was told of."""


def with_shares(terms: list[Term], goal: Goal) -> list[Term]:
    """Shares and percents as amounts: "half of them" is half of what there was.

    A share whose whole is not plain is left out, and then its number plays no part.
    """
    if all(term.amount.form == "number" for term in terms) or goal.thing.head in {
        "fraction",
        "part",
        "portion",
        "share",
        "percent",
        "percentage",
    }:
        return terms
    known: list[Term] = []
    for term in terms:
        amount = term.amount
        if amount.form == "number":
            known.append(term)
            continue
        if amount.form == "times":
            continue
        wholes = [
            other
            for other in known
            if not other.amount.per
            and not other.amount.is_part
            and thing_distance(other.amount.thing, amount.thing) < NEAR
            and other.amount.clause <= amount.clause
        ]
        own = [
            other
            for other in wholes
            if other.amount.owner == amount.owner or other.amount.place == amount.place != NOBODY
        ]
        if len(wholes) != 1 and len(own) == 1:
            wholes = own
        if (
            _IS_CHANGED & amount.context
            or len(wholes) != 1
            or {"remaining", "rest", "remainder"} & amount.context
        ):
            continue
        factor: tuple[tuple[str, Term | Fraction], ...] = (("*", term),)
        if amount.form == "percent":
            factor = (("*", term), ("/", Fraction(100)))
        unit = amount if amount.thing.head else altered(amount, thing=wholes[0].amount.thing)
        derived = combine(
            "share",
            [("", wholes[0]), *factor],
            altered(unit, form="number", is_part=True),
            "a share of the whole",
            cost=0.4,
        )
        if derived is not None:
            known.append(derived)
    return known
