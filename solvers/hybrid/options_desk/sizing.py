"""What a proposal's legs cost, what they can lose, and how many units a budget holds."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.algorithms.black_scholes import price
from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk import payoffs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.hybrid.options_desk.market import Market
    from spoonbench.solvers.hybrid.options_desk.proposals import ProposedLeg

_HUNDREDTHS_OF_CENTS = 10_000


def price_of(leg: ProposedLeg, market: Market) -> Fraction:
    """Of one share's worth: as it was said, else the spot price or the fair value.

    Raises:
        BadInput: the formula has no price.
    """
    if leg.price is not None:
        return Fraction(leg.price)
    if leg.strike is None:
        return Fraction(market.spot)
    found = price(
        option=leg.kind,
        strike=float(leg.strike),
        **market.inputs,
    )
    if found.status != 0:
        raise BadInput(f"the formula has no price for the {leg.role} at {leg.strike:f}")
    return Fraction(float(found.price))


def decimal_price(leg: ProposedLeg, market: Market) -> Decimal:
    """The same to the hundredth of a cent."""
    exact = price_of(leg, market)
    return Decimal(round(exact * _HUNDREDTHS_OF_CENTS)) / _HUNDREDTHS_OF_CENTS


def payoff_legs(legs: Sequence[ProposedLeg], market: Market) -> tuple[payoffs.Leg, ...]:
    """The same legs as `payoffs` takes them, in shares."""
    return tuple(
        payoffs.Leg(
            kind=leg.kind,
            quantity=Fraction(leg.quantity * leg.size),
            price=price_of(leg, market),
            strike=None if leg.strike is None else Fraction(leg.strike),
        )
        for leg in legs
    )


def most_lost(legs: Sequence[ProposedLeg], market: Market) -> Fraction | None:
    """In dollars at expiry; None without a limit."""
    return payoffs.outcome(payoff_legs(legs, market)).most_lost


def units(legs: Sequence[ProposedLeg], market: Market, budget: Decimal | None) -> tuple[int, str]:
    """How many units, and why, in a sentence.

    Raises:
        BadInput: not even one unit fits into the budget.
    """
    if budget is None:
        return 1, "One unit, as no quantity and no budget were given."
    lost = most_lost(legs, market)
    if lost is None:
        return 1, "One unit, whose loss has no limit that a budget could be held against."
    if lost == 0:
        return 1, "One unit, which loses nothing."
    n_units = int(Fraction(budget) // lost)
    if n_units < 1:
        raise BadInput(
            f"one unit can lose ${float(lost):,.2f}, more than the budget of ${budget:,.2f}"
        )
    word = "unit" if n_units == 1 else "units"
    return n_units, (
        f"{n_units:,} {word}, as many as the budget holds: one can lose ${float(lost):,.2f}."
    )
