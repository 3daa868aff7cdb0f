"""Strikes: the ladder that they are listed on, and the one at which an option has a delta.

Not covered: the strikes that an exchange really lists. The ladder here is a stated assumption, or
the user's own step.
"""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

from spoonbench.solvers.api import BadInput

if TYPE_CHECKING:
    from spoonbench.solvers.hybrid.options_desk.market import Market

_STEPS = (
    (Decimal(25), Decimal("0.5")),
    (Decimal(200), Decimal(1)),
    (Decimal(1000), Decimal("2.5")),
)
_WIDEST_STEP = Decimal(5)


def usual_step(spot: Decimal) -> Decimal:
    """The distance of neighbouring strikes that is common at such a price."""
    return next((step for below, step in _STEPS if spot < below), _WIDEST_STEP)


def strike_at_forward(market: Market, step: Decimal) -> Decimal:
    """The strike on the ladder that is nearest to the forward price.

    Raises:
        BadInput: that is zero.
    """
    return _listed(market.forward, step, "an option at the money")


def strike_at_delta(
    market: Market, kind: Literal["call", "put"], delta: float, step: Decimal
) -> Decimal:
    """The strike on the ladder that is nearest to that of a delta, by Black-Scholes.

    Args:
        market: with a volatility and time left.
        kind: of the option.
        delta: its size in (0, 1).
        step: of the ladder.

    Raises:
        BadInput: no strike has this delta, or none on the ladder.
    """
    carried = delta * math.exp(market.dividend_yield * market.years)
    if not 0 < carried < 1:
        raise BadInput(f"no {kind} has a delta of {delta:g} here")
    d1 = NormalDist().inv_cdf(carried) * (1 if kind == "call" else -1)
    deviation = market.deviation
    exact = market.forward * math.exp(deviation * deviation / 2 - d1 * deviation)
    return _listed(exact, step, f"a {kind} of delta {delta:g}")


def _listed(exact: float, step: Decimal, what: str) -> Decimal:
    strike = on_ladder(exact, step)
    if strike <= 0:
        raise BadInput(
            f"{what} would have a strike of {exact:.4g}, which is nearer to zero than to the "
            f"ladder's first step of {step:f}"
        )
    return strike


def on_ladder(price: float, step: Decimal) -> Decimal:
    """The nearest multiple of the step."""
    return _rounded(Decimal(price), step, ROUND_HALF_UP)


def above(price: Decimal, step: Decimal) -> Decimal:
    """The next multiple of the step that is above a price."""
    return _rounded(price, step, ROUND_FLOOR) + step


def below(price: Decimal, step: Decimal) -> Decimal:
    """The next multiple of the step that is below a price."""
    return _rounded(price, step, ROUND_CEILING) - step


def _rounded(price: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (price / step).to_integral_value(rounding=rounding) * step
