"""Implied volatility in doubles: see `implied` for the equation and how it is solved.

Where a price and the intrinsic value share ten digits, what is left of the others is rounding, and
the row is solved in 32 digits instead; so are rows of tiny and huge prices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spoonbench.solvers.algorithms.black_scholes import accurate_implied, kernel
from spoonbench.solvers.algorithms.black_scholes.fast import CHUNK, has_scale, log_ratio
from spoonbench.solvers.algorithms.black_scholes.implied import deviation
from spoonbench.solvers.algorithms.black_scholes.scalar import LEAST_PRICE, LEAST_SHARE

if TYPE_CHECKING:
    from spoonbench.solvers.algorithms.black_scholes.contracts import Array, Contracts, Statuses


def implied(contracts: Contracts, price: Array) -> tuple[Array, Statuses]:
    """Volatilities, NaN where there is none, and why; as `accurate_implied.implied`."""
    if not kernel.is_there():
        return _in_numpy(contracts, price)
    volatility, left = kernel.implied(contracts, price)
    status = np.zeros(contracts.n, dtype=np.int8)
    if len(left):
        given = price[left] if price.ndim else price
        volatility[left], status[left] = _in_numpy(contracts.part(left), given)
    return volatility, status


def _in_numpy(contracts: Contracts, price: Array) -> tuple[Array, Statuses]:
    volatility = np.empty(contracts.n)
    status = np.zeros(contracts.n, dtype=np.int8)
    for start in range(0, contracts.n, CHUNK):
        piece = slice(start, start + CHUNK)
        given = price[piece] if price.ndim else price
        volatility[piece] = _implied(contracts.part(piece), given, status[piece])
    return volatility, status


def _implied(rows: Contracts, price: Array, status: Statuses) -> Array:
    """Volatilities of one piece; statuses are written."""
    n = len(status)
    price = np.broadcast_to(price, n)
    moneyness = log_ratio(rows.spot, rows.strike)
    moneyness = np.broadcast_to(moneyness + (rows.rate - rows.dividend_yield) * rows.expiry, n)
    strike_now = rows.strike * np.exp(-rows.rate * rows.expiry)
    underlying = rows.spot * np.exp(-rows.dividend_yield * rows.expiry)
    gain = np.where(
        np.abs(moneyness) < 1, strike_now * np.expm1(moneyness), underlying - strike_now
    )
    beyond = price - np.maximum(rows.sign * gain, 0.0)
    left = np.where(rows.sign > 0, underlying, strike_now) - price
    smaller = np.minimum(underlying, strike_now)
    is_plain = (beyond > LEAST_SHARE * price) & (left > LEAST_SHARE * price)
    is_plain &= (rows.expiry > 0) & (price > LEAST_PRICE) & has_scale(rows)
    is_plain &= beyond > LEAST_PRICE * smaller
    plain, fine = np.flatnonzero(is_plain), np.flatnonzero(~is_plain)
    found = np.empty(n)
    if len(plain):
        share = (beyond / smaller)[plain]
        rest = (left / smaller)[plain]
        root_time = np.sqrt(np.broadcast_to(rows.expiry, n)[plain])
        found[plain] = deviation(np.abs(moneyness[plain]), share, rest) / root_time
    if len(fine):
        found[fine], status[fine] = accurate_implied.implied(rows.part(fine), price[fine])
    return found
