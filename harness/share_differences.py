"""Differences of two shares with their intervals, of the same items and of different ones. A leaf.

Every difference is second minus first, in [-1, 1].

Not covered: clustered items; shares over rounds, whose unit would be the round.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from spoonbench.harness.stats import wilson

if TYPE_CHECKING:
    from collections.abc import Callable

N_BISECTIONS = 60
"""Halvings of [-1, 1]: far below what a float can tell."""


def paired_interval(
    n: int, n_first_only: int, n_second_only: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Interval of the difference of two shares of the same items, by inverting a score test.

    It has a width where no pair is discordant too, and stays within [-1, 1].

    Args:
        n: items, at least 1.
        n_first_only: that only the first has.
        n_second_only: that only the second has.
        confidence: two-sided, in (0, 1).

    Raises:
        ValueError: the counts are impossible.

    References:
        Tango 1998, "Equivalence test and confidence interval for the difference in proportions for
        the paired-sample design", Statistics in Medicine 17, 891-908.
    """
    if n < 1 or min(n_first_only, n_second_only) < 0 or n_first_only + n_second_only > n:
        raise ValueError(f"{n_first_only} and {n_second_only} discordant of {n} is impossible")
    z = _two_sided_z(confidence)
    # The statistic falls as the difference that is tried grows: one root for each sign of z.
    low = _root(lambda tried: _tango(n, n_first_only, n_second_only, tried) - z)
    high = _root(lambda tried: _tango(n, n_first_only, n_second_only, tried) + z)
    return low, high


def _tango(n: int, n_first_only: int, n_second_only: int, tried: float) -> float:
    """The score statistic at a difference; the discordant share is the likeliest one there."""
    a = 2 * n
    b = (2 * n - n_second_only + n_first_only) * tried - n_second_only - n_first_only
    c = -n_first_only * tried * (1 - tried)
    likeliest = (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
    variance = n * (2 * likeliest + tried * (1 - tried))
    distance = n_second_only - n_first_only - n * tried
    if variance <= 0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)


def combined_interval(
    first: tuple[int, int], second: tuple[int, int], confidence: float = 0.95, r: float = 0.0
) -> tuple[float, float]:
    """Interval of the difference of two shares, from the Wilson interval of each.

    Args:
        first: successes and trials, at least 1.
        second: likewise.
        confidence: two-sided, in (0, 1).
        r: correlation of the two shares, in [-1, 1]; 0 for different items.

    Raises:
        ValueError: the counts are impossible, or one share has no trials.

    References:
        Newcombe 1998, "Interval estimation for the difference between independent proportions",
        method 10; with a correlation Zou and Donner 2008, "Construction of confidence limits about
        effect measures: a general approach" (MOVER).
    """
    if not first[1] or not second[1]:
        raise ValueError("a share of nothing has no difference")
    z = _two_sided_z(confidence)
    p1, p2 = first[0] / first[1], second[0] / second[1]
    (low1, high1), (low2, high2) = wilson(*first, z), wilson(*second, z)
    difference = p2 - p1
    below = _joined(p2 - low2, high1 - p1, r)
    above = _joined(high2 - p2, p1 - low1, r)
    return max(-1.0, difference - below), min(1.0, difference + above)


def _joined(one: float, other: float, r: float) -> float:
    return math.sqrt(max(0.0, one * one + other * other - 2 * r * one * other))


def unpaired_p(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Two-sided p-value for two shares of different items: the score test with a pooled share.

    What a comparison of two scores amounts to that does not know which items were right.

    Args:
        first: successes and trials, at least 1.
        second: likewise.

    Raises:
        ValueError: the counts are impossible, or one share has no trials.

    References:
        Pearson 1900: the square of the statistic is chi-squared with one degree of freedom.
    """
    (k1, n1), (k2, n2) = first, second
    if not (0 <= k1 <= n1 and 0 <= k2 <= n2 and n1 and n2):
        raise ValueError(f"{k1} of {n1} and {k2} of {n2} cannot be compared")
    pooled = (k1 + k2) / (n1 + n2)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    if not spread:
        return 1.0
    return math.erfc(abs(k2 / n2 - k1 / n1) / spread / math.sqrt(2))


def _two_sided_z(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence} does not exist: it must lie in (0, 1)")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _root(falling: Callable[[float], float]) -> float:
    low, high = -1.0, 1.0
    for _ in range(N_BISECTIONS):
        middle = (low + high) / 2
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
