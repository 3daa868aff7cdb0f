"""Shares and percents as amounts: "half of them"."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import NOBODY, thing_distance
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import NEAR, SHARES
from spoonbench.solvers.rules.word_problems.terms import Term, combine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount
    from spoonbench.solvers.rules.word_problems.goals import Goal

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
_REST = frozenset({"remaining", "rest", "remainder"})
"""A share of the rest is no share of what was told of."""
_PLAIN = frozenset({"number"})
_SHARE_COST = 0.4


def with_shares(terms: list[Term], goal: Goal) -> list[Term]:
    """Shares and percents as amounts: "half of them" is half of what there was.

    A share whose whole is not plain is left out, and then its number plays no part.
    """
    if {term.amount.form for term in terms} <= _PLAIN:
        return terms
    if goal.thing.head in SHARES | {"percent", "percentage"}:
        return terms
    known: list[Term] = []
    for term in terms:
        if term.amount.form == "number":
            known.append(term)
        elif term.amount.form != "times":
            whole = _whole_of(term.amount, known)
            if whole is not None:
                known.append(_share_of(whole, term))
    return known


def _whole_of(share: Amount, known: Sequence[Term]) -> Term | None:
    """The one amount that a share may be of."""
    if (_IS_CHANGED | _REST) & share.context:
        return None
    wholes = [
        other
        for other in known
        if not other.amount.per
        and not other.amount.is_part
        and thing_distance(other.amount.thing, share.thing) < NEAR
        and other.amount.clause <= share.clause
    ]
    if len(wholes) != 1:
        wholes = [other for other in wholes if _is_of_same(other.amount, share)]
    return wholes[0] if len(wholes) == 1 else None


def _is_of_same(amount: Amount, share: Amount) -> bool:
    return amount.owner == share.owner or amount.place == share.place != NOBODY


def _share_of(whole: Term, share: Term) -> Term:
    amount = share.amount
    parts: list[tuple[str, Term | Fraction]] = [("", whole), ("*", share)]
    if amount.form == "percent":
        parts.append(("/", Fraction(100)))
    thing = amount.thing if amount.thing.head else whole.amount.thing
    like = altered(amount, thing=thing, form="number", is_part=True)
    return combine("share", parts, like, "a share of the whole", _SHARE_COST)
