"""The formula's stage: what a proposal costs, its Greeks, its pay-off and its chances.

All in dollars for the whole position, contract sizes included; Greeks in traders' units.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.algorithms.black_scholes import figures
from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk import payoffs, sizing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.hybrid.options_desk.proposals import Proposal, ProposedLeg

GREEKS = ("delta", "gamma", "vega", "theta", "rho")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegValue:
    """One leg.

    Attributes:
        price: of one share's worth, as said or fair.
        fair_value: of the same, by the formula.
        greeks: of one share's worth, by name; traders' units.
        probability: of ending in the money, by the formula; None for shares.
    """

    price: float
    fair_value: float
    greeks: Mapping[str, float]
    probability: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """A whole position.

    Attributes:
        legs: each by itself, in the proposal's order.
        cost: paid when it is opened; below zero where money is received.
        fair_value: of all legs, by the formula.
        greeks: by name: delta in shares, gamma in shares for a dollar, vega and rho in dollars
            for a percent, theta in dollars a day.
        break_evens: prices of the underlying at expiry.
        most_gained: None without a limit.
        most_lost: likewise.
        gains: prices of the underlying between which there is a gain; the last may have no end.
        probability_of_profit: by the formula's distribution, exactly.
    """

    legs: tuple[LegValue, ...]
    cost: float
    fair_value: float
    greeks: Mapping[str, float]
    break_evens: tuple[float, ...]
    most_gained: float | None
    most_lost: float | None
    gains: tuple[tuple[float, float | None], ...]
    probability_of_profit: float


def value(proposal: Proposal) -> Valuation:
    """Value a proposal.

    Raises:
        BadInput: the formula has no figures for a leg, or the legs are no strategy.
    """
    market = proposal.market
    payoff_legs = sizing.payoff_legs(proposal.legs, market)
    found = payoffs.outcome(payoff_legs)
    legs = tuple(_leg(proposal, leg) for leg in proposal.legs)
    weights = [leg.quantity * leg.size for leg in proposal.legs]
    return Valuation(
        legs=legs,
        cost=float(sum((leg.quantity * leg.price for leg in payoff_legs), start=Fraction(0))),
        fair_value=sum(w * leg.fair_value for w, leg in zip(weights, legs, strict=True)),
        greeks={
            name: sum(w * leg.greeks[name] for w, leg in zip(weights, legs, strict=True))
            for name in GREEKS
        },
        break_evens=tuple(map(float, found.break_evens)),
        most_gained=None if found.most_gained is None else float(found.most_gained),
        most_lost=None if found.most_lost is None else float(found.most_lost),
        gains=tuple(
            (float(low), None if high is None else float(high)) for low, high in found.gains
        ),
        probability_of_profit=payoffs.probability_of_profit(
            payoff_legs, market.forward, market.deviation
        ),
    )


def _leg(proposal: Proposal, leg: ProposedLeg) -> LegValue:
    market = proposal.market
    price = float(sizing.price_of(leg, market))
    if leg.strike is None:
        still = dict.fromkeys(GREEKS, 0.0)
        return LegValue(
            price=price,
            fair_value=float(market.spot),
            greeks={**still, "delta": 1.0},
            probability=None,
        )
    found = figures(
        ("price", "probability", *GREEKS),
        units="trader",
        option=leg.kind,
        strike=float(leg.strike),
        **market.inputs,
    )
    if found.status != 0:
        raise BadInput(f"the formula has no figures for the {leg.role} at {leg.strike:f}")
    told = {name: float(each) for name, each in found.values.items()}
    return LegValue(
        price=price,
        fair_value=told["price"],
        greeks={name: told[name] for name in GREEKS},
        probability=told["probability"],
    )
