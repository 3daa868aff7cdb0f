"""What every solver for an implied volatility does alike: where it begins, and how it steps.

Everything here takes single doubles as well as arrays. See `implied` for the equation and sources;
the compiled kernel has its own copy in C.
"""

from __future__ import annotations

from typing import Any, NamedTuple

ROOT_TWO_PI = 2.5066282746310002
NEAR_HALF = 1e-3
"""Of N(d1) less a half: below, d1 is this times the root of two pi."""
FURTHEST_TAIL = 38.0
"""Of d1 at the beginning."""
SMALLEST = 1e-300
"""Of a deviation."""


class Bound(NamedTuple):
    """N(d1) at the lower bound of the deviation.

    Attributes:
        below: N(d1) is at least this, ...
        above: ... and 1 - N(d1) at most this; they add up to one.
        beyond_half: N(d1) less a half, exact where that is small.
    """

    below: Any
    above: Any
    beyond_half: Any


def bound(price: Any, left: Any, ratio: Any, apart: Any) -> Bound:
    """Where the deviation's lower bound has its d1.

    Args:
        price: c.
        left: 1 - c, as exact as the price is.
        ratio: exp(-k).
        apart: 1 - exp(-k), as exact as k is.
    """
    over = apart + 2 * price * ratio
    return Bound(
        below=price * (1 + price * ratio) / over,
        above=left * (apart + ratio * price) / over,
        beyond_half=(2 * price * price * ratio - apart * (1 - 2 * price)) / (2 * over),
    )


def third_order_step(first: Any, slope: Any, d1: Any, d2: Any, deviation: Any) -> Any:
    """Householder's step of the third order for the logarithm of a price.

    Args:
        first: Newton's step.
        slope: derivative of the logarithm by the deviation.
        d1: of the formula.
        d2: of the formula.
        deviation: from where the step is taken.
    """
    both = d1 * d2
    # Second and third derivative of the price over the first, then those of the logarithm.
    second = both / deviation
    third = (both * both - d1 * d1 - d2 * d2 - both) / (deviation * deviation)
    curved = second - slope
    bent = third - 3 * slope * second + 2 * slope * slope
    return first * (1 + 0.5 * curved * first) / (1 + first * (curved + bent * first / 6))
