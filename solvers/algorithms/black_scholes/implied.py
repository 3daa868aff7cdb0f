"""The volatility that a price implies.

An option in the money is turned into the one out of the money that has the same volatility, by
put-call parity, and a put into the call that is its mirror image. What is left is one equation,
c(k, s) = c, for the price in units of the smaller discounted leg, with k the distance between the
legs' logarithms and s the deviation:

    c(k, s) = N(d1) - exp(k) N(d2),   d1 = -k / s + s / 2,   d2 = d1 - s.

It is solved for the logarithm of c where that is below a half, and for the logarithm of 1 - c
otherwise, by Householder's method of the third order from a lower bound (J. Choi, J. Huh and N. Su,
"Tighter 'uniform bounds for Black-Scholes implied volatility' and the applications to
root-finding", Operations Research Letters (2024), L3), from where Newton's method on the logarithm
of the price never overshoots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from spoonbench.solvers.algorithms.black_scholes.normalised import call
from spoonbench.solvers.algorithms.black_scholes.root_finding import (
    FURTHEST_TAIL,
    NEAR_HALF,
    ROOT_TWO_PI,
    SMALLEST,
    bound,
    third_order_step,
)

if TYPE_CHECKING:
    from spoonbench.solvers.algorithms.black_scholes.contracts import Array

N_STEPS = 4
"""Householder's: three come close, and the fourth leaves what rounding leaves."""


def deviation(distance: Array, price: Array, left: Array, n_steps: int = N_STEPS) -> Array:
    """The deviation s such that c(distance, s) is the price.

    Args:
        distance: k, zero or more.
        price: c, between 0 and 1, neither included.
        left: 1 - c, as exact as the price is.
        n_steps: of the iteration.
    """
    found = lower_bound(distance, price, left)
    for _ in range(n_steps):
        found = _improved(found, distance, price, left)
    return found


def lower_bound(distance: Array, price: Array, left: Array) -> Array:
    """A deviation that is at most the one asked for, and equal to it where the legs are equal."""
    ratio = np.exp(-distance)
    apart = -np.expm1(-distance)
    below, above, beyond_half = bound(price, left, ratio, apart)
    tail = special.ndtri(np.minimum(below, above))
    d1 = np.where(below < above, tail, -tail)
    d1 = np.where(np.abs(beyond_half) < NEAR_HALF, ROOT_TWO_PI * beyond_half, d1)
    d1 = np.clip(d1, -FURTHEST_TAIL, FURTHEST_TAIL)
    root = np.sqrt(d1 * d1 + 2 * distance)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = 2 * distance / (root - d1)
    found: Array = np.maximum(np.where(d1 < 0, low, d1 + root), SMALLEST)
    return found


def _improved(found: Array, distance: Array, price: Array, left: Array) -> Array:
    """One step of Householder's method of the third order."""
    made = call(distance, found)
    is_high = price > 0.5  # noqa: PLR2004  # a half
    value = np.where(is_high, made.left, made.price)
    target = np.where(is_high, left, price)
    slope = np.where(is_high, -made.density, made.density) / value
    first = -_log_ratio(value, target) / slope
    step = third_order_step(first, slope, made.d1, made.d2, found)
    # Far from the root, where the steps' series means nothing, Newton's own step is taken.
    is_wild = ~(np.abs(step) < 2 * np.abs(first)) | ~(step * first >= 0)
    step = np.where(is_wild, first, step)
    return np.maximum(found + step, 0.5 * found)


def _log_ratio(value: Array, target: Array) -> Array:
    """Logarithm of value over target, exact where they are close."""
    return np.log1p((value - target) / target)
