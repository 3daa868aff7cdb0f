"""The difference of two neighbouring tails of the normal distribution, as a series.

With d1 = m + t and d2 = m - t, where the middle m is at most zero and t is half the deviation,

    N(d1) / n(d1) - N(d2) / n(d2) = y(m + t) - y(m - t),   y(d) = N(d) / n(d),

times n(d1) is the price of the option out of the money in units of its smaller leg. Where t is
small both terms are nearly equal. There their difference is summed as a series of odd derivatives
at the middle. These follow from the first one, which is the only function that is evaluated:
y' = 1 + m y, y^(3) = (m**2 + 3) y' - 1, and from then on, for odd n,
y^(n + 2) = (m**2 + 2 n + 1) y^(n) - n (n - 1) y^(n - 2).

For m from -8 to 0, y' is a quotient of polynomials of the degrees 8 and 10, whose coefficients are
all positive, so that rounding costs little. They are fitted to 5e-18, by least squares that were
weighted towards the largest relative errors; the tests hold them against 60 digits.

Everything here takes single doubles as well as arrays.
"""

from __future__ import annotations

from typing import Any

ROOT_HALF = 0.7071067811865476
ROOT_HALF_PI = 1.2533141373155003
DENSITY_AT_ZERO = 0.3989422804014327

NARROW = 0.45
"""Half the deviation below which the series is summed, ..."""
NARROW_PRODUCT = 1.0
"""... if its product with the distance of the middle from zero is below this, too, ..."""
LEAST_MIDDLE = 1.0
"""... a distance of less than this being taken for this."""
FITTED = 8.0
"""Distance of the middle from zero up to which the quotient holds."""
FURTHEST = -60.0
"""Of the middle: there, everything is nothing beside any double."""
_N_TERMS = 10
"""Of the series: the next one is below 2**-53 of the first wherever it is summed."""

_ABOVE = (
    0.99999999999999999615, 1.0530056589882023178, 0.57843555824692451784,
    0.20470403225952032756, 0.050126568679339898236, 0.0086146360886154474884,
    0.0010117379936856767023, 0.000074402399082243162561, 2.6453153728962747723e-6,
)  # fmt: skip
_BELOW = (
    1.0, 2.3063197963037016664, 2.4689787641249933131, 1.6194472944226534553,
    0.72276226290141861074, 0.23010950029285543835, 0.053145372069005468524,
    0.0088378711227767363934, 0.0010196729059437301724, 0.000074402423639481594521,
    2.6453150930283704959e-6,
)  # fmt: skip


def difference(slope: Any, middle: Any, half: Any) -> Any:
    """What y(m + t) - y(m - t) is.

    Args:
        slope: y' at the middle.
        middle: m.
        half: t.
    """
    before, current = slope, slope
    square, quarter = middle * middle, half * half
    total = current * 1.0
    power = quarter / 6
    following = square + 3
    following *= current
    following -= 1
    for k in range(1, _N_TERMS):
        before, current = current, following
        total += current * power
        if k + 1 < _N_TERMS:
            n = 2 * k + 1
            following = square + (2 * n + 1)
            following *= current
            following -= before * (n * (n - 1))
            power *= quarter
            power *= 1 / ((n + 1) * (n + 2))
    total *= half
    total *= 2
    return total


def slope(size: Any) -> Any:
    """The slope y' at a middle of minus this size, which is at most `FITTED`."""
    above = size * _ABOVE[-1]
    for number in _ABOVE[-2:0:-1]:
        above += number
        above *= size
    above += _ABOVE[0]
    below = size * _BELOW[-1]
    for number in _BELOW[-2:0:-1]:
        below += number
        below *= size
    below += _BELOW[0]
    above /= below
    return above
