"""What fitted terms tell of a cell: its time, and how far off that may be.

For a few cells NumPy would take longer to load than this takes.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.predict.time_terms import Row

    _Gradient = Mapping[int, float]
    """Number of a term to the derivative by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fit of p terms.

    Attributes:
        values: of the terms, p of them.
        covariance: of them, p rows of p.
        noise: standard deviation of what is left of each piece of work, in logarithms.
    """

    values: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    noise: tuple[float, ...]


def tell(fit: Fit, row: Row) -> tuple[float, float]:
    """The logarithm of a cell's seconds, and its standard deviation.

    What a measurement would add, `fit.noise`, is among it.
    """
    told, gradient, unknown = _told(fit, row)
    variance = _variance(fit, gradient) + unknown + fit.noise[row.home] ** 2
    return told, math.sqrt(variance)


def tell_difference(fit: Fit, first: Row, second: Row) -> tuple[float, float]:
    """Of the logarithms of two cells, the first less the second, and its standard deviation.

    Terms that both have cancel; what measuring would add is not among it.
    """
    one, gradient, unknown = _told(fit, first)
    other, gradient_of_other, unknown_of_other = _told(fit, second)
    apart = defaultdict(float, gradient)
    for number, derivative in gradient_of_other.items():
        apart[number] -= derivative
    variance = _variance(fit, apart) + unknown + unknown_of_other
    return one - other, math.sqrt(variance)


def _told(fit: Fit, row: Row) -> tuple[float, _Gradient, float]:
    """The logarithm, its derivatives, and the variance of terms that no measured cell has."""
    overhead = sum(fit.values[number] for number in row.overhead)
    work = sum(fit.values[number] for number in row.scale) + fit.values[row.growth] * row.size
    told = max(overhead, work) + math.log1p(math.exp(-abs(overhead - work)))
    share = math.exp(overhead - told)  # of the overhead in the whole
    gradient: dict[int, float] = defaultdict(float)
    for number in row.overhead:
        gradient[number] += share
    for number in row.scale:
        gradient[number] += 1.0 - share
    gradient[row.growth] += (1.0 - share) * row.size
    unknown = (
        share**2 * row.unknown_overhead + (1.0 - share) ** 2 * row.unknown_scale + row.unknown_both
    )
    return told, gradient, unknown


def _variance(fit: Fit, gradient: _Gradient) -> float:
    return sum(
        one * other * fit.covariance[number][beside]
        for number, one in gradient.items()
        for beside, other in gradient.items()
    )
