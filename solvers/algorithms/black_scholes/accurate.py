"""The formula in numbers of 32 digits: every figure is the exact one, rounded once or nearly so.

With a = spot * exp(-dividend_yield * expiry), b = strike * exp(-rate * expiry),
s = volatility * sqrt(expiry), d1 = log(a / b) / s + s / 2 and d2 = d1 - s,

    price = w * (a * N(w * d1) - b * N(w * d2)),   w = 1 for calls, -1 for puts.

Both normal tails are written with one factor, since a * n(d1) = b * n(d2). Nothing is lost where
both are tiny; and where they are nearly equal, there are 16 digits beyond a double's to be lost
(F. Black and M. Scholes, "The pricing of options and corporate liabilities", Journal of Political
Economy 81 (1973); R. C. Merton, "Theory of rational option pricing", Bell Journal of Economics 4
(1973)).

Not covered: a deviation s below 1e-280, whose last digits are no double; it is taken as none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from spoonbench.solvers.algorithms.black_scholes.double_double import (
    Pair,
    constant,
    exponential,
    log_ratio,
    pair,
    product,
    square_root,
)
from spoonbench.solvers.algorithms.black_scholes.measures import MEASURES, Parts
from spoonbench.solvers.algorithms.black_scholes.tails import FURTHEST, scaled_tail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spoonbench.solvers.algorithms.black_scholes.contracts import Contracts
    from spoonbench.solvers.algorithms.black_scholes.double_double import Array

    Exponents = NDArray[np.int64]
    Mask = NDArray[np.bool_]

CHUNK = 16384
"""Rows at a time: some hundred temporary arrays of them fit into a cache."""
_LEAST_DEVIATION = 1e-280
_MOST_DEVIATIONS = 1e4
"""So far out everything is nothing beside any double; further is as good."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Discounted:
    """What does not hang on the volatility, in units of 2 to an exponent.

    Attributes:
        exponent: of the unit of money, by row.
        spot, strike: in that unit.
        underlying: spot times what is left of it after its yield.
        strike_now: strike times its discount factor.
        log_moneyness: logarithm of their quotient.
        expiry, rate, dividend_yield: of the contracts.
        root_time: of the expiry.
    """

    exponent: Exponents
    spot: Pair
    strike: Pair
    underlying: Pair
    strike_now: Pair
    log_moneyness: Pair
    expiry: Array
    rate: Array
    dividend_yield: Pair
    root_time: Pair


def measure(contracts: Contracts, volatility: Array, names: Sequence[str]) -> dict[str, Array]:
    """Figures of contracts, shape (n,) each.

    Args:
        contracts: rows that make sense.
        volatility: of each, shape (n,) or ().
        names: of `measures.MEASURES`.

    Returns:
        By name. NaN where a figure has no limit: no deviation is left and the forward price is
        the strike. Infinite where it is no double.
    """
    n = contracts.n
    found = {name: np.empty(n) for name in names}
    for start in range(0, n, CHUNK):
        rows = slice(start, start + CHUNK)
        part = volatility[rows] if volatility.ndim else volatility
        for name, value in _measure(contracts.part(rows), part, names).items():
            found[name][rows] = value
    return found


def _measure(contracts: Contracts, volatility: Array, names: Sequence[str]) -> dict[str, Array]:
    now = discount(contracts)
    wide = np.broadcast_to(volatility, contracts.n)
    made = halves(
        now,
        np.broadcast_to(contracts.sign, contracts.n),
        now.root_time * wide,
        volatility=wide,
        is_carry_held=contracts.is_carry_held,
    )
    found = {}
    for name in names:
        kind = MEASURES[name]
        exponent = now.exponent * kind.power
        if not kind.is_ratio:
            exponent = exponent + made.exponent
        value = kind.of(made.parts).hi
        value = np.ldexp(value, np.clip(exponent, -5000, 5000))
        found[name] = value if kind.limits else np.where(made.is_kink, np.nan, value)
    return found


def discount(contracts: Contracts) -> Discounted:
    """Both legs, and how far apart they are."""
    n = contracts.n
    spot, strike, expiry, rate = (
        np.broadcast_to(value, n)
        for value in (contracts.spot, contracts.strike, contracts.expiry, contracts.rate)
    )
    paid = Pair(
        np.broadcast_to(contracts.dividend_yield, n), np.broadcast_to(contracts.yield_rest, n)
    )
    exponent = np.maximum(np.frexp(spot)[1], np.frexp(strike)[1]).astype(np.int64)
    spot_now, strike_now = pair(np.ldexp(spot, -exponent)), pair(np.ldexp(strike, -exponent))
    grown, charged = paid * expiry, product(rate, expiry)
    return Discounted(
        exponent=exponent,
        spot=spot_now,
        strike=strike_now,
        underlying=spot_now * _power(-grown),
        strike_now=strike_now * _power(-charged),
        log_moneyness=log_ratio(spot, strike) + charged - grown,
        expiry=expiry,
        rate=rate,
        dividend_yield=paid,
        root_time=square_root(expiry),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Halves:
    """The formula's halves.

    Attributes:
        parts: in units of 2 to the exponent beside those of money.
        exponent: of each row; below zero where both halves are tails that would be no doubles.
        is_kink: no deviation is left, and the forward price is the strike.
    """

    parts: Parts
    exponent: Exponents
    is_kink: Mask


def halves(
    now: Discounted,
    sign: Array,
    deviation: Pair,
    *,
    volatility: Array | None = None,
    is_carry_held: bool = False,
) -> Halves:
    """Both halves of the formula and their density.

    Args:
        now: what does not hang on the volatility.
        sign: 1 for calls, -1 for puts, shape (n,).
        deviation: volatility times the root of the expiry, shape (n,).
        volatility: shape (n,), for the measures that divide by it.
        is_carry_held: see `contracts.Contracts`.
    """
    is_still = deviation.hi < _LEAST_DEVIATION
    is_kink = is_still & (now.log_moneyness.hi == 0)
    # A row without deviation lies as far out as can be, or nowhere.
    moneyness = now.log_moneyness
    still = pair(np.sign(moneyness.hi) * _MOST_DEVIATIONS)
    safe = Pair(np.where(is_still, 1.0, deviation.hi), np.where(is_still, 0.0, deviation.lo))
    steps = (moneyness / safe).where(~is_still, still)
    d1, d2 = _bounded(steps + deviation * 0.5), _bounded(steps - deviation * 0.5)
    mantissa, shift = exponential(d1 * d1 * -0.5)
    factor = mantissa * now.underlying * 0.5
    first_tail, second_tail = factor * _tail(d1), factor * _tail(d2)
    goes_in = sign * d1.hi < 0
    also_goes_in = sign * d2.hi < 0
    is_tail = goes_in & also_goes_in
    exponent = np.where(is_tail, shift, 0)
    back = np.clip(shift - exponent, -3000, 0)
    first_tail, second_tail = first_tail.scaled(back), second_tail.scaled(back)
    first = first_tail.where(goes_in, now.underlying - first_tail)
    second = second_tail.where(also_goes_in, now.strike_now - second_tail)
    parts = Parts(
        sign=sign,
        first=first,
        second=second,
        difference=first - second,
        density=(factor * _twice_density_at_zero()).scaled(back),
        d1=d1,
        d2=d2,
        deviation=safe,
        root_time=now.root_time,
        some_root_time=positive(now.root_time),
        spot=now.spot,
        strike=now.strike,
        discounted_strike=now.strike_now,
        expiry=now.expiry,
        some_time=np.where(now.expiry == 0, 1.0, now.expiry),
        rate=now.rate,
        dividend_yield=now.dividend_yield,
        volatility=1.0 if volatility is None else np.where(volatility == 0, 1.0, volatility),
        is_carry_held=is_carry_held,
    )
    return Halves(parts=parts, exponent=exponent, is_kink=is_kink)


def _power(value: Pair) -> Pair:
    """exp, for what is a normal double."""
    mantissa, shift = exponential(value)
    return mantissa.scaled(shift)


def _tail(deviations: Pair) -> Pair:
    """exp(d**2 / 2) * erfc(|d| / sqrt(2)), which is 2 N(-|d|) over exp(-d**2 / 2)."""
    size = deviations.where(deviations.hi >= 0, -deviations) * _root_half()
    is_far = size.hi > FURTHEST
    return scaled_tail(pair(np.full_like(size.hi, FURTHEST)).where(is_far, size))


def _bounded(value: Pair) -> Pair:
    is_far = ~(np.abs(value.hi) < _MOST_DEVIATIONS)
    return pair(np.sign(value.hi) * _MOST_DEVIATIONS).where(is_far, value)


def positive(value: Pair) -> Pair:
    """One instead of zero, which only divides what is zero itself."""
    is_zero = value.hi == 0
    return Pair(np.where(is_zero, 1.0, value.hi), value.lo)


@cache
def _root_half() -> Pair:
    return constant("0.70710678118654752440084436210484903928483593768847403658834")


@cache
def _twice_density_at_zero() -> Pair:
    """2 / sqrt(2 pi)."""
    return constant("0.79788456080286535587989211986876373695171726232986931533185")
