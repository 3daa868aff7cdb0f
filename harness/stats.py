"""Statistics of shares, paired answers and times. Pure Python: cheap to import.

Not covered: p-values for times. Times are compared by medians over rounds and their intervals.
"""

from __future__ import annotations

import math
import random
from functools import lru_cache
from typing import TYPE_CHECKING

from spoonbench.harness.estimates import Estimate, Proportion

if TYPE_CHECKING:
    from collections.abc import Sequence

Z_95 = 1.959963984540054
"""Quantile of the standard normal distribution at 0.975: two-sided 95%, and 5% error."""
Z_POWER = 0.8416212335729143
"""Quantile of the standard normal distribution at 0.8: 80% power."""

FEWEST_FOR_BOOTSTRAP = 5
N_RESAMPLES = 2_000
N_BISECTIONS = 40

ONE_SIDED_ERROR = 0.05
NEGLIGIBLE = 1e-17


def proportion(n_successes: int, n: int) -> Proportion:
    """A share with its 95% Wilson interval.

    Args:
        n_successes: in [0, n].
        n: 0 gives the interval (0, 1).

    Raises:
        ValueError: the counts are impossible.

    References:
        Wilson 1927, "Probable inference, the law of succession, and statistical inference".
        Brown, Cai and DasGupta 2001 recommend it for all n.
    """
    low, high = wilson(n_successes, n)
    return Proportion(n_successes=n_successes, n=n, low=low, high=high)


def wilson(n_successes: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """The Wilson interval of a share at any confidence; see `proportion`.

    Args:
        n_successes: in [0, n].
        n: 0 gives the interval (0, 1).
        z: quantile of the standard normal distribution.

    Raises:
        ValueError: the counts are impossible.
    """
    if not 0 <= n_successes <= n:
        raise ValueError(f"{n_successes} successes out of {n} is impossible")
    if n == 0:
        return 0.0, 1.0
    share, z2 = n_successes / n, z * z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # At the ends the bound is 0 or 1 exactly; rounding would leave a few 1e-17 beside it.
    low = 0.0 if n_successes == 0 else max(0.0, middle - half)
    high = 1.0 if n_successes == n else min(1.0, middle + half)
    return low, high


@lru_cache(maxsize=2**16)
def greatest_share(n_successes: int, n: int) -> float:
    """Upper end of the one-sided 95% Clopper-Pearson interval of a share.

    The share at which so few successes, or fewer, come up in 5% of all samples: what the share is
    at most, whatever it is, in 95% of all samples. Exact, never too small.

    >>> round(greatest_share(0, 299), 4)
    0.01

    Args:
        n_successes: in [0, n].
        n: 0 gives 1.

    Raises:
        ValueError: the counts are impossible.

    References:
        Clopper and Pearson 1934, "The use of confidence or fiducial limits illustrated in the case
        of the binomial".
    """
    if not 0 <= n_successes <= n:
        raise ValueError(f"{n_successes} successes out of {n} is impossible")
    if n_successes == n:
        return 1.0
    low, high = n_successes / n, 1.0
    for _ in range(N_BISECTIONS):
        middle = (low + high) / 2
        if _at_most(n_successes, n, middle) > ONE_SIDED_ERROR:
            low = middle
        else:
            high = middle
    return high


def _at_most(n_successes: int, n: int, share: float) -> float:
    """Binomial probability of so many successes or fewer, for a share above n_successes / n."""
    logarithm = (
        math.lgamma(n + 1)
        - math.lgamma(n_successes + 1)
        - math.lgamma(n - n_successes + 1)
        + n_successes * math.log(share)
        + (n - n_successes) * math.log1p(-share)
    )
    term = total = math.exp(logarithm)
    for count in range(n_successes, 0, -1):
        term *= count * (1 - share) / ((n - count + 1) * share)
        total += term
        if term < NEGLIGIBLE * total:  # the terms only fall from here
            break
    return total


def items_to_settle(n_successes: int, n: int, requirement: float) -> int | None:
    """Further items after which, at the present share, the Wilson interval leaves a requirement.

    The Wilson interval holds r exactly if (p - r)^2 <= z^2 r (1 - r) / n; solved for n.

    Returns:
        0 where the interval is clear of the requirement already; None where no number of items
        would do (the share equals the requirement, or nothing was counted).
    """
    if n == 0:
        return None
    distance = n_successes / n - requirement
    if distance == 0:
        return None
    needed = Z_95**2 * requirement * (1 - requirement) / distance**2
    # One beyond: on the boundary itself the requirement still lies in the interval.
    return max(0, math.floor(needed) + 1 - n)


def mcnemar(n_first_only: int, n_second_only: int) -> float:
    """Two-sided exact p-value of McNemar's test, from the discordant pairs.

    Args:
        n_first_only: items that only the first got right.
        n_second_only: items that only the second got right.

    Returns:
        1.0 where no pair is discordant.

    References:
        McNemar 1947; the exact form is the sign test on the discordant pairs.
    """
    n, fewer = n_first_only + n_second_only, min(n_first_only, n_second_only)
    term = total = 1
    for i in range(fewer):
        term = term * (n - i) // (i + 1)
        total += term
    # Whole numbers up to here: their quotient is rounded once, however small it is.
    return min(1.0, 2 * total / (1 << n))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for testing all of them, in the order given.

    Args:
        p_values: shape (n,).

    Returns:
        shape (n,), each at least the one it came from and at most 1.

    References:
        Holm 1979, "A simple sequentially rejective multiple test procedure".
    """
    corrected = [0.0] * len(p_values)
    highest = 0.0
    by_size = sorted(range(len(p_values)), key=lambda index: p_values[index])
    for rank, index in enumerate(by_size):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = highest
    return corrected


def smallest_difference(n: int, discordance: float) -> float:
    """Smallest difference of two paired shares that n items show with 80% power at 5%.

    Solves n d^2 = (z_a sqrt(psi) + z_b sqrt(psi - d^2))^2 for d, where psi is the share of
    discordant pairs; psi is never taken below d, which it cannot be.

    Args:
        n: items answered by both.
        discordance: share of items that exactly one of the two got right, in [0, 1].

    Returns:
        in (0, 1]; 1 where even a difference of everything would not have been shown.

    References:
        Connor 1987, "Sample size for testing differences in proportions for the paired-sample
        design", Biometrics 43, 207-211 (the formula of Miettinen 1968 for unconditional power).
    """
    if _needed(1.0, discordance) > n:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(N_BISECTIONS):
        middle = (low + high) / 2
        if _needed(middle, discordance) > n:
            low = middle
        else:
            high = middle
    return high


def _needed(difference: float, discordance: float) -> float:
    psi = max(discordance, difference)
    spread = Z_95 * math.sqrt(psi) + Z_POWER * math.sqrt(max(0.0, psi - difference**2))
    return (spread / difference) ** 2


def quantile(values: Sequence[float], share: float) -> float:
    """Quantile by linear interpolation between the sorted values.

    Args:
        values: shape (n,), n at least 1.
        share: in [0, 1].

    Raises:
        ValueError: there are no values, or the share lies outside [0, 1].

    References:
        Hyndman and Fan 1996, definition 7 (the default of R and NumPy).
    """
    if not values:
        raise ValueError("a quantile of no values does not exist")
    if not 0 <= share <= 1:
        raise ValueError(f"a quantile at {share} does not exist: it must lie in [0, 1]")
    ordered = sorted(values)
    position = (len(ordered) - 1) * share
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return _between(ordered[below], ordered[above], position - below)


def _between(low: float, high: float, weight: float) -> float:
    return low if low == high else low * (1 - weight) + high * weight


def median(values: Sequence[float]) -> float:
    """Middle value; of an even number of values the mean of the middle two."""
    return quantile(values, 0.5)


def estimate(values: Sequence[float], seed: int = 0) -> Estimate:
    """Median over rounds with an interval, see `interval_kind` for which.

    Args:
        values: one figure for each round, shape (n,), n at least 1.
        seed: of the bootstrap.

    Raises:
        ValueError: there are no values.
    """
    middle = median(values)
    if len(values) == 1:
        return Estimate(value=middle, low=None, high=None, n_rounds=1)
    if len(values) < FEWEST_FOR_BOOTSTRAP:
        return Estimate(value=middle, low=min(values), high=max(values), n_rounds=len(values))
    low, high = bootstrap_interval(values, seed)
    return Estimate(value=middle, low=low, high=high, n_rounds=len(values))


def interval_kind(n_rounds: int) -> str:
    """What the interval of an `Estimate` of so many rounds is, in words."""
    if n_rounds == 1:
        return "none: a single round"
    if n_rounds < FEWEST_FOR_BOOTSTRAP:
        return f"lowest and highest of {n_rounds} rounds"
    return f"95% bootstrap interval of the median of {n_rounds} rounds"


def bootstrap_interval(values: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """95% percentile bootstrap interval of the median.

    Args:
        values: shape (n,), n at least 1.
        seed: the same seed gives the same interval.

    References:
        Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
    """
    # Sorted first: the interval depends on the values, not on the order of the rounds.
    ordered = sorted(values)
    n = len(ordered)
    weight = (n - 1) % 2 / 2  # of an odd number of values one is the middle
    medians = [
        _between(ordered[below], ordered[above], weight) for below, above in _middles(n, seed)
    ]
    return quantile(medians, 0.025), quantile(medians, 0.975)


@lru_cache(maxsize=64)
def _middles(n: int, seed: int) -> tuple[tuple[int, int], ...]:
    """Places of the values about the middle in each resample of n sorted values.

    Which places are drawn does not depend on the values, and takes most of the time.
    """
    draw = random.Random(seed)  # noqa: S311  # resampling, nothing secret
    drawn = (sorted(draw.choices(range(n), k=n)) for _ in range(N_RESAMPLES))
    below = (n - 1) // 2
    return tuple((one[below], one[min(below + 1, n - 1)]) for one in drawn)
