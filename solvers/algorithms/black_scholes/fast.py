"""The formula in doubles: by the compiled kernel, and what that leaves over, in NumPy.

An option in the money is worth its intrinsic value and the option out of the money at the same
strike. That one is a product of positive factors, so that nothing is lost in the wings but what
rounding the logarithm of spot over strike costs: of the order of the square of the deviations
between them, times 2**-52. `accurate` loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from spoonbench.solvers.algorithms.black_scholes import accurate, kernel
from spoonbench.solvers.algorithms.black_scholes.double_double import product
from spoonbench.solvers.algorithms.black_scholes.measures import MEASURES, Parts
from spoonbench.solvers.algorithms.black_scholes.normalised import is_narrow, narrow_difference
from spoonbench.solvers.algorithms.black_scholes.series import (
    DENSITY_AT_ZERO,
    FURTHEST,
    ROOT_HALF,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.algorithms.black_scholes.contracts import Array, Contracts, Mask

CHUNK = 8192
"""Rows at a time."""

_MOST_STEPS = 1e6
_SMALLEST = 1e-300
"""Instead of no deviation, by which nothing could be divided."""
_LEAST_MONEYNESS = -0.5
_LEAST = 1e-200
_MOST_DRIFT = 100.0


def measure(contracts: Contracts, volatility: Array, names: Sequence[str]) -> dict[str, Array]:
    """Figures of contracts, shape (n,) each; as `accurate.measure`, in doubles."""
    if not kernel.has(names):
        return _by_scale(contracts, volatility, names)
    found, left = kernel.measure(contracts, volatility, names)
    if len(left):
        wide = volatility[left] if volatility.ndim else volatility
        for name, value in _by_scale(contracts.part(left), wide, names).items():
            found[name][left] = value
    return found


def has_scale(contracts: Contracts) -> Mask:
    """Whether doubles can multiply and divide the legs by each other, shape (n,)."""
    largest = np.maximum(contracts.spot, contracts.strike)
    smallest = np.minimum(contracts.spot, contracts.strike)
    drift = (contracts.rate - contracts.dividend_yield) * contracts.expiry
    is_fine = (largest < 1 / _LEAST) & (smallest > _LEAST) & (smallest > _LEAST * largest)
    return np.broadcast_to(is_fine & (np.abs(drift) < _MOST_DRIFT), contracts.n)


def _by_scale(contracts: Contracts, volatility: Array, names: Sequence[str]) -> dict[str, Array]:
    """The same in NumPy, and of tiny and huge prices in 32 digits, where these are scaled."""
    is_fine = has_scale(contracts)
    if is_fine.all():
        return _measure(contracts, volatility, names)
    found = {name: np.empty(contracts.n) for name in names}
    for measured, chosen in ((_measure, is_fine), (accurate.measure, ~is_fine)):
        at = np.flatnonzero(chosen)
        wide = volatility[at] if volatility.ndim else volatility
        for name, value in measured(contracts.part(at), wide, names).items():
            found[name][at] = value
    return found


def _measure(contracts: Contracts, volatility: Array, names: Sequence[str]) -> dict[str, Array]:
    """The same in NumPy alone, piece by piece."""
    n = contracts.n
    found = {name: np.empty(n) for name in names}
    is_price_alone = tuple(names) == ("price",)
    for start in range(0, n, CHUNK):
        rows = contracts.part(slice(start, start + CHUNK))
        wide = volatility[start : start + CHUNK] if volatility.ndim else volatility
        legs = _legs(rows, np.broadcast_to(wide, rows.n))
        if is_price_alone:
            told = {"price": _price(rows, legs, _out(legs, None))}
        else:
            told = _figures(rows, wide, legs, names)
        for name, value in told.items():
            found[name][start : start + CHUNK] = value
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Legs:
    """Both legs of some rows.

    Attributes:
        root_time: of the expiry.
        deviation: volatility times that, never zero.
        grown: discounted underlying over discounted strike, less one.
        underlying, strike_now: the legs.
        steps: log moneyness over the deviation.
        middle: the same below zero, and bounded.
        half: half the deviation.
        near: middle plus half.
        factor: the smaller leg times the normal density at `near`, less the density at zero.
        smaller: leg.
    """

    root_time: Array
    deviation: Array
    grown: Array
    underlying: Array
    strike_now: Array
    steps: Array
    middle: Array
    half: Array
    near: Array
    factor: Array
    smaller: Array


def _legs(rows: Contracts, volatility: Array) -> _Legs:
    root_time = np.sqrt(rows.expiry)
    deviation = volatility * root_time
    np.maximum(deviation, _SMALLEST, out=deviation)
    moneyness = log_ratio(rows.spot, rows.strike)
    moneyness = moneyness + (rows.rate - rows.dividend_yield) * rows.expiry
    if not moneyness.ndim:
        moneyness = np.full_like(deviation, moneyness)
    strike_now = rows.strike * np.exp(-rows.rate * rows.expiry)
    grown = np.expm1(moneyness)
    steps = moneyness / deviation
    if rows.status.any() or deviation.min() <= _SMALLEST:
        steps = np.clip(steps, -_MOST_STEPS, _MOST_STEPS)
    middle = np.abs(steps)
    np.negative(middle, out=middle)
    np.maximum(middle, FURTHEST, out=middle)
    half = deviation * 0.5
    half[half <= _SMALLEST] = 0.0
    near = middle + half
    power = near * near
    power *= -0.25
    np.exp(power, out=power)
    underlying = _one_more(grown, moneyness)
    underlying *= strike_now
    smaller = np.minimum(underlying, strike_now)
    # Twice the half, lest the power alone be no double where the leg is large.
    factor = smaller * power
    factor *= power
    return _Legs(
        root_time=root_time,
        deviation=deviation,
        grown=grown,
        underlying=underlying,
        strike_now=strike_now,
        steps=steps,
        middle=middle,
        half=half,
        near=near,
        factor=factor,
        smaller=smaller,
    )


def _one_more(grown: Array, moneyness: Array) -> Array:
    """exp(moneyness) from exp(moneyness) - 1."""
    found = grown + 1
    small = np.flatnonzero(moneyness < _LEAST_MONEYNESS)
    if len(small):
        found[small] = np.exp(moneyness[small])
    return found


def log_ratio(spot: Array, strike: Array) -> Array:
    """Logarithm of spot over strike, with what rounding the ratio takes from it."""
    ratio = spot / strike
    rounded = product(ratio, strike)
    return np.log(ratio) + (spot - rounded.hi - rounded.lo) / spot


def _out(legs: _Legs, tails: tuple[Array, Array] | None) -> Array:
    """Price of the option out of the money."""
    chosen = is_narrow(legs.middle, legs.half)
    narrow = np.flatnonzero(chosen)
    if len(narrow) == len(chosen):
        difference = narrow_difference(legs.middle, legs.half)
        difference *= DENSITY_AT_ZERO
        difference *= legs.factor
        return difference
    price = np.empty_like(legs.factor)
    wide = np.flatnonzero(~chosen)
    if tails is None:
        near, half = legs.near[wide], legs.half[wide]
        outer, inner = _tails(near, half)
    else:
        near, (outer, inner) = legs.near[wide], (tails[0][wide], tails[1][wide])
    factor = 0.5 * legs.factor[wide]
    price[wide] = np.where(
        near > 0, legs.smaller[wide] - factor * (outer + inner), factor * (outer - inner)
    )
    if len(narrow):
        difference = narrow_difference(legs.middle[narrow], legs.half[narrow])
        difference *= DENSITY_AT_ZERO
        price[narrow] = difference * legs.factor[narrow]
    return price


def _tails(near: Array, half: Array) -> tuple[Array, Array]:
    """exp(d**2 / 2) erfc(|d| / sqrt(2)) of d1 and d2."""
    inner = near - 2 * half
    inner *= -ROOT_HALF
    outer = np.abs(near)
    outer *= ROOT_HALF
    return special.erfcx(outer, out=outer), special.erfcx(inner, out=inner)


def _price(rows: Contracts, legs: _Legs, out: Array) -> Array:
    gain = legs.grown * legs.strike_now
    gain *= rows.sign
    np.maximum(gain, 0.0, out=gain)
    gain += out
    return gain


def _figures(
    rows: Contracts, volatility: Array, legs: _Legs, names: Sequence[str]
) -> dict[str, Array]:
    tails = _tails(legs.near, legs.half)
    price = _price(rows, legs, _out(legs, tails))
    factor = 0.5 * legs.factor
    is_up = legs.steps <= 0
    # Whether N is taken of the smaller leg's own d, which is `near`, or of its opposite.
    goes_in = np.where(is_up, rows.sign, -rows.sign) > 0
    larger_leg = np.maximum(legs.underlying, legs.strike_now)
    smaller, larger = factor * tails[0], factor * tails[1]
    smaller = np.where((legs.near > 0) != goes_in, smaller, legs.smaller - smaller)
    larger = np.where(goes_in, larger, larger_leg - larger)
    parts = Parts(
        sign=rows.sign,
        first=np.where(is_up, smaller, larger),
        second=np.where(is_up, larger, smaller),
        difference=price * rows.sign,
        density=legs.factor * DENSITY_AT_ZERO,
        d1=legs.steps + legs.half,
        d2=legs.steps - legs.half,
        deviation=legs.deviation,
        root_time=legs.root_time,
        some_root_time=_some(legs.root_time),
        spot=rows.spot,
        strike=rows.strike,
        discounted_strike=legs.strike_now,
        expiry=rows.expiry,
        some_time=_some(rows.expiry),
        rate=rows.rate,
        dividend_yield=rows.dividend_yield,
        volatility=_some(volatility),
        is_carry_held=rows.is_carry_held,
    )
    is_kink = (legs.deviation <= _SMALLEST) & (legs.steps == 0)
    has_kinks = is_kink.any()
    found = {}
    for name in names:
        kind = MEASURES[name]
        value = kind.of(parts)
        found[name] = np.where(is_kink, np.nan, value) if has_kinks and not kind.limits else value
    return found


def _some(value: Array) -> Array:
    """One instead of zero, which only divides what is zero itself."""
    return value if (value > 0).all() else np.where(value == 0, 1.0, value)
