"""Numbers of some 32 digits, each the sum of two doubles, in NumPy arrays.

A number is an unevaluated sum hi + lo with |lo| at most half a unit in the last place of hi, so
that hi is the sum rounded to a double. Products are split after T. J. Dekker, "A floating-point
technique for extending the available precision", Numerische Mathematik 18 (1971); sums and
quotients are those of D. E. Knuth and of Y. Hida, X. S. Li and D. H. Bailey, "Algorithms for
quad-double precision floating point arithmetic", ARITH-15 (2001). The relative error of one
operation is a few times 2**-104.

Not covered: numbers beyond 2**996 or so, whose products cannot be split, and numbers so small
(below 2**-960) that what is lost in rounding them is no double any more. Callers scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

DIGITS = 50
"""Of the constants and tables, before they are cut to two doubles."""

LN2 = "0.69314718055994530941723212145817656807550013436025525412"
PI = "3.14159265358979323846264338327950288419716939937510582097"
_SPLITTER = 134217729.0  # 2**27 + 1
_STEPS = 64
"""Of the table of exponentials to one: exp(j / 64)."""
_TERMS_OF_EXP = 13
_NEAR_ONE = 0.06
"""How far a ratio may lie from one for its logarithm to be summed as a series."""
_TERMS_OF_ATANH = 12


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Numbers hi + lo, of one shape.

    Operators take pairs, arrays of doubles and single doubles.
    """

    hi: Array
    lo: Array

    def __neg__(self) -> Pair:
        return Pair(-self.hi, -self.lo)

    def __add__(self, other: Any) -> Pair:
        if isinstance(other, Pair):
            high, error = _two_sum(self.hi, other.hi)
            low, error_of_low = _two_sum(self.lo, other.lo)
            high, error = _quick_two_sum(high, error + low)
            return Pair(*_quick_two_sum(high, error + error_of_low))
        high, error = _two_sum(self.hi, other)
        return Pair(*_quick_two_sum(high, error + self.lo))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Pair:
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> Pair:
        return (-self).__add__(other)

    def __mul__(self, other: Any) -> Pair:
        if isinstance(other, Pair):
            high, error = _two_product(self.hi, other.hi)
            return Pair(*_quick_two_sum(high, error + (self.hi * other.lo + self.lo * other.hi)))
        high, error = _two_product(self.hi, other)
        return Pair(*_quick_two_sum(high, error + self.lo * other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Pair:
        divisor = other if isinstance(other, Pair) else pair(other)
        first = self.hi / divisor.hi
        rest = self - divisor * first
        second = rest.hi / divisor.hi
        rest = rest - divisor * second
        return Pair(*_quick_two_sum(first, second)) + rest.hi / divisor.hi

    def __rtruediv__(self, other: Any) -> Pair:
        return pair(np.broadcast_to(np.asarray(other, dtype=float), self.hi.shape)) / self

    def scaled(self, exponent: Any) -> Pair:
        """Times 2 to an exponent, which is exact unless the result is no normal double."""
        return Pair(np.ldexp(self.hi, exponent), np.ldexp(self.lo, exponent))

    def where(self, chosen: NDArray[np.bool_], other: Pair) -> Pair:
        """These numbers where chosen, otherwise the others."""
        return Pair(np.where(chosen, self.hi, other.hi), np.where(chosen, self.lo, other.lo))


def pair(value: Any) -> Pair:
    """Doubles as pairs."""
    high = np.asarray(value, dtype=float)
    return Pair(high, np.zeros_like(high))


def product(left: Any, right: Any) -> Pair:
    """The exact product of doubles."""
    return Pair(*_two_product(np.asarray(left, dtype=float), np.asarray(right, dtype=float)))


def total(left: Any, right: Any) -> Pair:
    """The exact sum of doubles."""
    return Pair(*_two_sum(np.asarray(left, dtype=float), np.asarray(right, dtype=float)))


def square_root(value: Array) -> Pair:
    """Of doubles of zero or more."""
    root = np.sqrt(value)
    rest = Pair(value, np.zeros_like(value)) - product(root, root)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(root > 0, rest.hi / (2 * root), 0.0)
    return Pair(*_quick_two_sum(root, lower))


def constant(digits: Decimal | str) -> Pair:
    """A single number, as a pair of shape ()."""
    (high,), (low,) = as_doubles([Decimal(digits)])
    return Pair(high, low)


def as_doubles(numbers: Sequence[Decimal]) -> tuple[Array, Array]:
    """High and low parts, shape (n,) each."""
    with localcontext(prec=DIGITS + 30):
        high = [float(number) for number in numbers]
        low = [float(number - Decimal(part)) for number, part in zip(numbers, high, strict=True)]
    return np.array(high), np.array(low)


def exponential(value: Pair) -> tuple[Pair, NDArray[np.int64]]:
    """Two to an integer times a number between 0.7 and 1.5, so that nothing is lost to range.

    Args:
        value: up to some 100,000 in size; the relative error grows in proportion to it.

    Returns:
        The number, and the integer.
    """
    table_high, table_low = _exponentials()
    exponent = np.rint(value.hi / float(LN2))
    rest = value - _ln2() * exponent
    step = np.rint(rest.hi * _STEPS)
    rest = rest - step / _STEPS
    # |rest| is at most 1/128: thirteen terms leave 1e-37.
    found = pair(np.zeros_like(value.hi))
    for number in reversed(_factorials()):
        found = found * rest + number
    at = step.astype(np.int64) + _STEPS // 2
    return found * Pair(table_high[at], table_low[at]), exponent.astype(np.int64)


def log_ratio(left: Array, right: Array) -> Pair:
    """Natural logarithm of the quotient of positive doubles, exact to 32 digits near one too.

    Args:
        left: positive, of any scale.
        right: likewise.
    """
    # Mantissas in [0.5, 1), so that sums and products can be split.
    left, left_exponent = np.frexp(left)
    right, right_exponent = np.frexp(right)
    exponent = (left_exponent - right_exponent).astype(float)
    # Nearest to one, so that what is far apart in scale alone is summed as a series too.
    is_large, is_small = left > 1.5 * right, 1.5 * left < right
    left = np.where(is_large, left / 2, left)
    right = np.where(is_small, right / 2, right)
    exponent = exponent + is_large - is_small
    part = total(left, -right) / total(left, right)
    series = _twice_atanh(part)
    guess = np.log(left / right)
    power, shift = exponential(-pair(guess))
    # One step of Halley's method for exp(y) = left / right: three times as many digits.
    ratio = power.scaled(shift) * left / right
    newton = (ratio - 1.0) / (ratio + 1.0) * 2.0 + guess
    return series.where(np.abs(part.hi) < _NEAR_ONE / 2, newton) + _ln2() * exponent


def _twice_atanh(value: Pair) -> Pair:
    square = value * value
    found = pair(np.zeros_like(value.hi))
    for number in reversed(_odd_reciprocals()):
        found = found * square + number
    return found * value * 2.0


@cache
def _ln2() -> Pair:
    return constant(LN2)


@cache
def _factorials() -> list[Pair]:
    """Reciprocals of 0!, 1!, and so on."""
    found, current = [], Decimal(1)
    with localcontext(prec=DIGITS):
        for n in range(_TERMS_OF_EXP):
            current = current / n if n else current
            found.append(constant(current))
    return found


@cache
def _odd_reciprocals() -> list[Pair]:
    with localcontext(prec=DIGITS):
        return [constant(Decimal(1) / (2 * n + 1)) for n in range(_TERMS_OF_ATANH)]


@cache
def _exponentials() -> tuple[Array, Array]:
    """exp(j / 64) for j from -32 to 32."""
    half = _STEPS // 2
    with localcontext(prec=DIGITS):
        return as_doubles([(Decimal(j) / _STEPS).exp() for j in range(-half, half + 1)])


def _two_sum(left: Any, right: Any) -> tuple[Array, Array]:
    high = left + right
    part = high - left
    return high, (left - (high - part)) + (right - part)


def _quick_two_sum(larger: Any, smaller: Any) -> tuple[Array, Array]:
    high = larger + smaller
    return high, smaller - (high - larger)


def _two_product(left: Any, right: Any) -> tuple[Array, Array]:
    high = left * right
    left_high, left_low = _split(left)
    right_high, right_low = _split(right)
    error = left_high * right_high - high
    return high, error + left_high * right_low + left_low * right_high + left_low * right_low


def _split(value: Any) -> tuple[Any, Any]:
    scaled = _SPLITTER * value
    high = scaled - (scaled - value)
    return high, value - high
