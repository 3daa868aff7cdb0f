"""Amounts of one dimension in one unit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import COINS, Thing, measures
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import Goal
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.terms import Term, combine

if TYPE_CHECKING:
    from collections.abc import Sequence


def in_one_unit(terms: Sequence[Term], goal: Goal) -> list[Term]:
    """Amounts of the dimension that is sought, in the unit that is asked for.

    Where the question names no unit, the one of the first of them is taken.
    """
    lexicon = load_lexicon()
    units = lexicon.units
    dimension = goal.dimension
    if not dimension:
        return list(terms)
    wanted = units.get(goal.thing.head)
    if wanted is None and dimension == "money":
        wanted = (
            units["dollar"] if any(term.amount.thing.head == "dollar" for term in terms) else None
        )
    doubt = 0.0
    if wanted is None and dimension == "money" and any(term.amount.thing.head in COINS for term in terms):
        wanted, doubt = units["dollar"], 1.0
    converted: list[Term] = []
    for term in terms:
        unit = units.get(term.amount.thing.head)
        if unit is None or measures(unit) != dimension:
            converted.append(term)
            continue
        wanted = wanted or unit
        if unit.dimension != wanted.dimension:
            # Another currency: what it is worth is not known.
            continue
        if unit.factor == wanted.factor:
            converted.append(term)
            continue
        if any(other.amount.per and units.get(other.amount.per) is unit for other in terms):
            # What is counted by it stays: "2 hours each day" for 3 days.
            converted.append(term)
            continue
        if len(terms) > 1 and dimension == "time" and term.amount.role in {"for", "in", "on", "within", "during"}:
            # "3 hours for 6 days": a stretch of time in which it happens, not more of the same.
            converted.append(
                Term(
                    term.value,
                    altered(term.amount, thing=replace(term.amount.thing, head=""), is_span=True),
                    term.uses,
                    term.step,
                    term.cost,
                    term.assumptions,
                )
            )
            continue
        factor = unit.factor / wanted.factor
        like = altered(term.amount, thing=Thing(wanted.name, frozenset({wanted.name})))
        step = combine(
            "unit", (("", term), ("*", factor)), like, f"one {unit.name} is {factor} {wanted.name}"
        )
        assert step is not None  # noqa: S101 - no division
        step.cost += doubt
        converted.append(step)
    return converted
