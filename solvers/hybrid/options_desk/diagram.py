"""What a pay-off diagram shows: profit at expiry, profit today, and where the underlying may end.

The density is that of the formula's lognormal distribution; the curve of today is the value of all
legs by the formula if the underlying moved there at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from spoonbench.solvers.algorithms.black_scholes import price
from spoonbench.solvers.hybrid.options_desk import payoffs, sizing

if TYPE_CHECKING:
    from spoonbench.solvers.hybrid.options_desk.market import Market
    from spoonbench.solvers.hybrid.options_desk.proposals import Proposal
    from spoonbench.solvers.hybrid.options_desk.valuation import Valuation

N_POINTS = 241
_DEVIATIONS = 3.2
_BEYOND = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """Curves over prices of the underlying.

    Attributes:
        prices: rising, shape (n,); strikes and break-evens are among them.
        at_expiry: profit then, in dollars, shape (n,).
        today: profit if the price were there now, shape (n,).
        density: of the price at expiry, for each dollar, shape (n,).
        spot: where the price stands.
        strikes: of the options.
        break_evens: prices at which the profit passes zero.
    """

    prices: tuple[float, ...]
    at_expiry: tuple[float, ...]
    today: tuple[float, ...]
    density: tuple[float, ...]
    spot: float
    strikes: tuple[float, ...]
    break_evens: tuple[float, ...]


def draw(proposal: Proposal, valuation: Valuation) -> Diagram:
    """The curves of a proposal."""
    market = proposal.market
    strikes = sorted({float(leg.strike) for leg in proposal.legs if leg.strike is not None})
    marks = [*strikes, *valuation.break_evens, float(market.spot)]
    low, high = _range(market, marks)
    grid = np.unique(np.concatenate([np.linspace(low, high, N_POINTS), marks]))
    grid = grid[grid > 0]
    legs = sizing.payoff_legs(proposal.legs, market)
    return Diagram(
        prices=tuple(grid.tolist()),
        at_expiry=tuple(float(payoffs.profit(legs, Fraction(each))) for each in grid.tolist()),
        today=tuple(_today(proposal, grid).tolist()),
        density=tuple(_density(market, grid).tolist()),
        spot=float(market.spot),
        strikes=tuple(strikes),
        break_evens=valuation.break_evens,
    )


def _range(market: Market, marks: list[float]) -> tuple[float, float]:
    """Wide enough for the distribution and for every mark, with a margin."""
    reach = math.exp(_DEVIATIONS * market.deviation)
    low = min(market.forward / reach, *marks)
    high = max(market.forward * reach, *marks)
    margin = _BEYOND * (max(marks) - min(marks))
    return max(min(low, min(marks) - margin), low / 2), max(high, max(marks) + margin)


def _today(proposal: Proposal, prices: np.ndarray) -> np.ndarray:
    market = proposal.market
    total = np.zeros_like(prices)
    for leg in proposal.legs:
        worth = prices
        if leg.strike is not None:
            worth = price(
                option=leg.kind,
                strike=float(leg.strike),
                **{**market.inputs, "spot": prices},
            ).price
        total += leg.quantity * leg.size * (worth - float(sizing.price_of(leg, market)))
    return total


def _density(market: Market, prices: np.ndarray) -> np.ndarray:
    deviation = market.deviation
    z = np.log(prices / market.forward) / deviation + deviation / 2
    found: np.ndarray = np.exp(-0.5 * z * z) / (prices * deviation * math.sqrt(2 * math.pi))
    return found
