"""The option out of the money in units of its smaller leg, in doubles, without loss in the wings.

Where the deviation is large, the price is the difference of two tails; where it is small, a series
(see `series`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import special

from spoonbench.solvers.algorithms.black_scholes.series import (
    DENSITY_AT_ZERO,
    FITTED,
    FURTHEST,
    LEAST_MIDDLE,
    NARROW,
    NARROW_PRODUCT,
    ROOT_HALF,
    ROOT_HALF_PI,
    difference,
    slope,
)

if TYPE_CHECKING:
    from spoonbench.solvers.algorithms.black_scholes.contracts import Array, Mask


class Call(NamedTuple):
    """A call in units of its smaller leg, out of the money.

    Attributes:
        price: c(k, s) of `implied`.
        left: 1 - c.
        density: of the normal distribution at d1, which is the derivative by the deviation.
        d1, d2: of the formula.
    """

    price: Array
    left: Array
    density: Array
    d1: Array
    d2: Array


def call(distance: Array, deviation: Array) -> Call:
    """The price of one unit that may be bought for exp(distance).

    Args:
        distance: k, zero or more, shape (n,).
        deviation: s, above zero, shape (n,).
    """
    middle, half = np.maximum(-distance / deviation, FURTHEST), 0.5 * deviation
    near, far = middle + half, middle - half
    density = np.exp(-0.5 * near * near)
    density *= DENSITY_AT_ZERO
    chosen = is_narrow(middle, half)
    price, left = np.empty_like(near), np.empty_like(near)
    wide, narrow = np.flatnonzero(~chosen), np.flatnonzero(chosen)
    if len(narrow):
        price[narrow] = density[narrow] * narrow_difference(middle[narrow], half[narrow])
        left[narrow] = 1 - price[narrow]
    if len(wide):
        scaled = ROOT_HALF_PI * density[wide]
        outer = scaled * special.erfcx(np.abs(near[wide]) * ROOT_HALF)
        inner = scaled * special.erfcx(far[wide] * -ROOT_HALF)
        is_above = near[wide] > 0
        lower, upper = outer - inner, outer + inner
        price[wide] = np.where(is_above, 1 - upper, lower)
        left[wide] = np.where(is_above, upper, 1 - lower)
    return Call(price=price, left=left, density=density, d1=near, d2=far)


def is_narrow(middle: Array, half: Array) -> Mask:
    """Where the series is summed."""
    size = np.maximum(-middle, LEAST_MIDDLE)
    size *= half
    return (size < NARROW_PRODUCT) & (half < NARROW)


def narrow_difference(middle: Array, half: Array) -> Array:
    """y(m + t) - y(m - t) where `is_narrow`; see `series`."""
    size = -middle
    found = slope(size)
    far = np.flatnonzero(size > FITTED)
    if len(far):
        # Digits are lost here, in proportion to the square of the deviations.
        d = size[far]
        found[far] = 1 - d * (ROOT_HALF_PI * special.erfcx(d * ROOT_HALF))
    told: Array = difference(found, middle, half)
    return told
