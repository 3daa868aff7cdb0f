"""Implied volatility in numbers of 32 digits: what a price, taken as exact, implies, rounded once.

The price less the exact intrinsic value is the price of the option out of the money, with all its
digits. The solution in doubles is then improved twice by the exact formula.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spoonbench.solvers.algorithms.black_scholes.accurate import (
    CHUNK,
    Discounted,
    discount,
    halves,
    positive,
)
from spoonbench.solvers.algorithms.black_scholes.contracts import Status
from spoonbench.solvers.algorithms.black_scholes.double_double import Pair, pair
from spoonbench.solvers.algorithms.black_scholes.implied import deviation
from spoonbench.solvers.algorithms.black_scholes.root_finding import third_order_step

if TYPE_CHECKING:
    from spoonbench.solvers.algorithms.black_scholes.contracts import Array, Contracts, Statuses

_N_IMPROVEMENTS = 2
_MOST, _LEAST = 2.0**900, 2.0**-950
"""Of prices, and of the smaller leg, in units of the larger one."""
_SMALLEST = float(np.finfo(np.float64).tiny)
"""Normal double: smaller ones have fewer digits."""


def implied(contracts: Contracts, price: Array) -> tuple[Array, Statuses]:
    """Volatilities, NaN where there is none, and why; shape (n,) each.

    Args:
        contracts: rows that make sense.
        price: of each, zero or more, shape (n,) or ().
    """
    volatility = np.empty(contracts.n)
    status = np.empty(contracts.n, dtype=np.int8)
    for start in range(0, contracts.n, CHUNK):
        rows = slice(start, start + CHUNK)
        part = price[rows] if price.ndim else price
        volatility[rows], status[rows] = _implied(contracts.part(rows), part)
    return volatility, status


def _implied(contracts: Contracts, price: Array) -> tuple[Array, Statuses]:
    now = discount(contracts)
    sign = np.broadcast_to(contracts.sign, contracts.n)
    scaled = np.ldexp(np.broadcast_to(price, contracts.n), -now.exponent)
    is_huge = ~(scaled < _MOST)
    given = pair(np.where(is_huge, _MOST, scaled))
    intrinsic = (now.underlying - now.strike_now) * sign
    beyond = (given - intrinsic).where(intrinsic.hi > 0, given)
    smaller = now.underlying.where(now.log_moneyness.hi <= 0, now.strike_now)
    left = now.underlying.where(sign > 0, now.strike_now) - given
    status = np.full(contracts.n, Status.OK, dtype=np.int8)
    is_lost = ~(smaller.hi > _LEAST) | ((scaled < _SMALLEST) & (price > 0))
    status[is_lost] = Status.OUT_OF_RANGE
    status[beyond.hi < 0] = Status.BELOW_INTRINSIC
    status[left.hi <= 0] = Status.ABOVE_MAXIMUM
    is_still = (beyond.hi == 0) & (status == Status.OK)
    can = (status == Status.OK) & ~is_still
    # What is not solved stands in for an easy price, so that it does no harm.
    half = pair(np.full(contracts.n, 0.5))
    beyond, left = beyond.where(can, half), left.where(can, half)
    distance = np.where(can, np.abs(now.log_moneyness.hi), 1.0)
    unit = np.where(can, smaller.hi, 1.0)
    start = deviation(distance, beyond.hi / unit, left.hi / unit)
    solved = _improved(now, start, beyond)
    volatility = (solved / positive(now.root_time)).hi
    volatility = np.where(is_still, 0.0, volatility)
    return np.where(can | is_still, volatility, np.nan), status


def _improved(now: Discounted, start: Array, beyond: Pair) -> Pair:
    """The deviation, improved by the exact formula.

    Args:
        now: both legs.
        start: a deviation close to the one asked for.
        beyond: price of the option out of the money.
    """
    sign = np.where(now.log_moneyness.hi <= 0, 1.0, -1.0)
    found = pair(start)
    for _ in range(_N_IMPROVEMENTS):
        made = halves(now, sign, found)
        parts = made.parts
        value = parts.difference * sign
        # In the unit of the formula's halves, which are tails where the price is small.
        missing = beyond.scaled(-made.exponent) - value
        relative = missing.hi / value.hi
        # Newton's step for the logarithm of the price, and Householder's correction of it.
        per_price = parts.density.hi / value.hi
        first = np.log1p(relative) / per_price
        step = third_order_step(first, per_price, parts.d1.hi, parts.d2.hi, found.hi)
        found = found + np.where(np.isfinite(step), step, 0.0)
    return found
