"""Amounts of one dimension in one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import COINS, Thing, measures
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.terms import Term, combine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.goals import Goal
    from spoonbench.solvers.rules.word_problems.lexicon import Unit

_SPANNING = frozenset({"for", "in", "on", "within", "during"})
_COINS_AS_MONEY = 1.0
"""Coins that are told alone are asked for as money, in dollars."""


def in_one_unit(terms: Sequence[Term], goal: Goal) -> list[Term]:
    """Amounts of the dimension that is sought, in the unit that is asked for.

    Where the question names no unit, the one of the first of them is taken. Amounts of another
    currency are left out: what they are worth is not known.
    """
    if not goal.dimension:
        return list(terms)
    units = load_lexicon().units
    wanted, doubt = _unit_wanted(terms, goal)
    converted: list[Term] = []
    for term in terms:
        unit = units.get(term.amount.thing.head)
        if unit is None or measures(unit) != goal.dimension:
            converted.append(term)
            continue
        wanted = wanted or unit
        if unit.factor == wanted.factor and unit.dimension == wanted.dimension:
            converted.append(term)
        elif unit.dimension == wanted.dimension:
            converted.append(_in_unit(term, unit, wanted, terms, doubt))
    return converted


def _unit_wanted(terms: Sequence[Term], goal: Goal) -> tuple[Unit | None, float]:
    """The unit that is asked for, None where it is open, and what is taken for granted in that."""
    units = load_lexicon().units
    wanted = units.get(goal.thing.head)
    if wanted is not None or goal.dimension != "money":
        return wanted, 0.0
    heads = {term.amount.thing.head for term in terms}
    if "dollar" in heads:
        return units["dollar"], 0.0
    return (units["dollar"], _COINS_AS_MONEY) if heads & COINS else (None, 0.0)


def _in_unit(term: Term, unit: Unit, wanted: Unit, terms: Sequence[Term], doubt: float) -> Term:
    """An amount in another unit of its dimension, or as it is where it is no amount of it."""
    units = load_lexicon().units
    amount = term.amount
    if any(other.amount.per and units.get(other.amount.per) is unit for other in terms):
        # What is counted by it stays: "2 hours each day" for 3 days.
        return term
    if len(terms) > 1 and unit.dimension == "time" and amount.role in _SPANNING:
        # "3 hours for 6 days": a stretch of time in which it happens, not more of the same.
        span = altered(amount, thing=Thing("", amount.thing.words, amount.thing.of), is_span=True)
        return altered(term, amount=span)
    factor = unit.factor / wanted.factor
    like = altered(amount, thing=Thing(wanted.name, frozenset({wanted.name})))
    why = f"one {unit.name} is {factor} {wanted.name}"
    return combine("unit", (("", term), ("*", factor)), like, why, doubt)
