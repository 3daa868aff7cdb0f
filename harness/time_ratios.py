"""Ratios of two medians with their intervals: times, rates and energy over rounds. A leaf.

The unit is the round: a process, or a call where one process timed many. The interval is that of
the logarithm of the ratio: Student's t times the bootstrap's standard error of a median, which is
computed and not drawn. So it exists from two rounds on and at every confidence; at 95% it covers
93 to 99% at 2 to 200 rounds (docs/comparing.md has the table).

Not covered: drift between two sessions, which no interval over the rounds of one can know.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from spoonbench.harness.stats import median, quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FEWEST_ROUNDS = 2
FEWEST_BEYOND = 2
"""Rounds that must be expected beyond a quantile other than the median."""
POWER = 0.8
_MEDIAN = 0.5
_FAR = 8.0
"""Standard deviations of a rank beyond which nothing counts."""
_MOST_FOR_PAIRS = 100
"""Up to so many rounds, an even number of them, both middle values of a resample are looked at."""
_LARGEST_LOG = 700.0
"""Beyond it a ratio is as good as infinite, and no float."""
_TINY = 1e-300
_CLOSE = 1e-12
_MOST_STEPS = 10_000
_N_BISECTIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEstimate:
    """A logarithm with its standard error.

    Attributes:
        value: natural logarithm.
        error: standard error; 0 where all rounds agree.
        freedom: degrees of freedom, at least 1.
    """

    value: float
    error: float
    freedom: float

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Of what the logarithm was taken of."""
        half = student_quantile((1 + confidence) / 2, self.freedom) * self.error
        return _exp(self.value - half), _exp(self.value + half)

    @property
    def p_value(self) -> float:
        """Two-sided, of the logarithm being 0."""
        if not self.error:
            return 0.0 if self.value else 1.0
        return student_p(self.value / self.error, self.freedom)

    @property
    def smallest_ratio(self) -> float:
        """Above 1: what would have been shown with 80% power at 5%."""
        reach = student_quantile(0.975, self.freedom) + student_quantile(POWER, self.freedom)
        return _exp(reach * self.error)


def level(values: Sequence[float], share: float = 0.5) -> LogEstimate | None:
    """A quantile of some rounds, the median as a rule; None where it has no interval.

    Args:
        values: shape (n,), all above 0.
        share: of the quantile, in (0, 1).

    Raises:
        ValueError: there are no values, or one is not above 0.
    """
    _check(values)
    if len(values) < fewest_rounds(share):
        return None
    return LogEstimate(
        value=math.log(quantile(values, share)),
        error=resampling_error(values, math.log, share),
        freedom=len(values) - 1,
    )


def fewest_rounds(share: float = 0.5) -> int:
    """Rounds from which on a quantile has an interval: two beyond it are expected."""
    if share == _MEDIAN:
        return FEWEST_ROUNDS
    return math.ceil(FEWEST_BEYOND / min(share, 1 - share) - _CLOSE)


def ratio(
    first: Sequence[float], second: Sequence[float], share: float = 0.5
) -> LogEstimate | None:
    """Median of the second over median of the first; None with a single round on either side.

    Args:
        first: shape (n_first,), all above 0.
        second: shape (n_second,), all above 0.
        share: for another quantile than the median.

    Raises:
        ValueError: there are no values, or one is not above 0.

    References:
        Welch 1947, for the degrees of freedom.
    """
    one, other = level(first, share), level(second, share)
    if one is None or other is None:
        return None
    squares = one.error**2, other.error**2
    total = sum(squares)
    weights = squares[0] ** 2 / one.freedom + squares[1] ** 2 / other.freedom
    return LogEstimate(
        value=other.value - one.value,
        error=math.sqrt(total),
        freedom=total**2 / weights if weights > _TINY else one.freedom + other.freedom,
    )


def paired_ratio(first: Sequence[float], second: Sequence[float]) -> LogEstimate | None:
    """Median over rounds of second over first in the same round; None with a single round.

    Args:
        first: shape (n,), all above 0.
        second: shape (n,), round by round beside the first.

    Raises:
        ValueError: there are no values, one is not above 0, or the numbers of rounds differ.
    """
    _check(first)
    _check(second)
    logs = [math.log(b / a) for a, b in zip(first, second, strict=True)]
    if len(logs) < FEWEST_ROUNDS:
        return None
    return LogEstimate(
        value=median(logs), error=resampling_error(logs, float), freedom=len(logs) - 1
    )


def _check(values: Sequence[float]) -> None:
    if not values or not all(0 < value < math.inf for value in values):
        raise ValueError("figures of rounds must be there, and above 0")


def resampling_error(
    values: Sequence[float], of: Callable[[float], float], share: float = 0.5
) -> float:
    """Standard deviation that the bootstrap gives a quantile, after a transformation.

    Computed from the chance of each order statistic to be that of a resample: what resampling
    without end would give.

    Args:
        values: shape (n,), n at least 1.
        of: transformation of the quantile.
        share: of the quantile; one other than the median is taken as one order statistic.

    References:
        Efron 1979, "Bootstrap methods: another look at the jackknife", section 3, and Maritz and
        Jarrett 1978, "A note on estimating the variance of the sample median".
    """
    ordered = sorted(values)
    n = len(ordered)
    if n % 2 or n > _MOST_FOR_PAIRS or share != _MEDIAN:
        chances = [(of(ordered[i]), chance) for i, chance in _one_rank(n, share)]
    else:
        chances = [(of((ordered[i] + ordered[j]) / 2), chance) for i, j, chance in _middle_pairs(n)]
    center = math.fsum(value * chance for value, chance in chances)
    return math.sqrt(math.fsum(chance * (value - center) ** 2 for value, chance in chances))


def _one_rank(n: int, share: float) -> list[tuple[int, float]]:
    """Index and chance of the order statistics that may have one rank of a resample."""
    rank = max(1, math.ceil(n * share - _CLOSE))
    reach = math.ceil(_FAR * math.sqrt(n * share * (1 - share))) + 2
    first, last = max(0, rank - reach), min(n, rank + reach)
    below = [incomplete_beta(i / n, rank, n + 1 - rank) for i in range(first, last + 1)]
    return [(first + i, after - before) for i, (before, after) in enumerate(pairwise(below))]


def _middle_pairs(n: int) -> list[tuple[int, int, float]]:
    """Chance of each pair of order statistics to be the middle two of a resample; n is even."""
    half = n // 2
    ways = math.comb(n, half)
    # The lower half reaches up to exactly i, the upper half down to exactly j.
    up_to = [(((i + 1) / n) ** half - (i / n) ** half) for i in range(n)]
    pairs = [(i, j, ways * up_to[i] * up_to[n - 1 - j]) for i in range(n) for j in range(i + 1, n)]
    apart = [0.0] * n
    for i, _, chance in pairs:
        apart[i] += chance
    both = [(i, i, max(0.0, one - apart[i])) for i, one in _one_rank(n, _MEDIAN)]
    return pairs + both


# -- Student's distribution ----------------------------------------------------------------------


def student_p(t: float, freedom: float) -> float:
    """Two-sided p-value of Student's t.

    Args:
        t: the statistic.
        freedom: degrees of freedom, above 0; need not be whole.
    """
    return incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def student_quantile(share: float, freedom: float) -> float:
    """Quantile of Student's distribution.

    Args:
        share: in [0.5, 1).
        freedom: degrees of freedom, above 0.
    """
    two_sided = 2 * (1 - share)
    high = 1.0
    while student_p(high, freedom) > two_sided:
        high *= 2
    low = 0.0
    for _ in range(_N_BISECTIONS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if student_p(middle, freedom) > two_sided:
            low = middle
        else:
            high = middle
    return high


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function, by its continued fraction.

    References:
        Press et al. 2007, "Numerical Recipes", section 6.4 (modified Lentz).
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - incomplete_beta(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_STEPS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away(1 + step * d)
            c = _away(1 + step / c)
            value *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return value


def _away(value: float) -> float:
    """Never zero."""
    return value if abs(value) > _TINY else _TINY


def _exp(logarithm: float) -> float:
    return math.exp(max(-_LARGEST_LOG, min(_LARGEST_LOG, logarithm)))
