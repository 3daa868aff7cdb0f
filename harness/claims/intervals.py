"""Whether a figure agrees with what was measured, interval included. Pure.

A figure does not hold where the whole interval lies beside it, and holds where the value agrees.
Where the value lies beside the figure and the interval still reaches it, nothing is decided.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from spoonbench.harness.claims.claim import Figure
    from spoonbench.harness.estimates import Estimate, Proportion

Agreement = Literal["agrees", "disagrees", "undecided"]
_ERROR = 0.05
_WIDEST_SHARE = 0.2
"""An interval of a share that is wider than this decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A measured value with its 95% interval, or lowest and highest of few rounds."""

    value: float
    low: float
    high: float


def of_proportion(share: Proportion) -> Span:
    """A share; 0 where nothing was counted, with the interval (0, 1)."""
    return Span(value=share.value or 0.0, low=share.low, high=share.high)


def of_estimate(estimate: Estimate) -> Span:
    """A median over rounds; without an interval the value alone."""
    low = estimate.value if estimate.low is None else estimate.low
    high = estimate.value if estimate.high is None else estimate.high
    return Span(value=estimate.value, low=low, high=high)


def ratio(over: Span, under: Span) -> Span:
    """One positive value over another, at worst and at best."""
    return Span(
        value=over.value / under.value, low=over.low / under.high, high=over.high / under.low
    )


def agreement(figure: Figure, found: Span) -> Agreement:
    """A measured value against the figure of a claim."""
    low, high = figure.bounds
    if found.high < low or found.low > high:
        return "disagrees"
    is_share = figure.unit == "share"
    if is_share and found.high - found.low > _WIDEST_SHARE:
        return "undecided"
    return "agrees" if low <= found.value <= high else "undecided"


def minus(one: Span, other: Span) -> Span:
    """One value less another, at worst and at best."""
    return Span(value=one.value - other.value, low=one.low - other.high, high=one.high - other.low)


def paired_loss(n_first_only: int, n_second_only: int, n: int, n_tests: int = 1) -> Span:
    """How much smaller the second of two paired shares is, in shares.

    Args:
        n_first_only: items that only the first got right.
        n_second_only: items that only the second got right.
        n: items, at least 1.
        n_tests: intervals that are to hold together (Bonferroni).

    References:
        Agresti and Min 2005, "Simple improved confidence intervals for comparing matched
        proportions": half an item more in each of the four cells.
    """
    first, second, total = n_first_only + 0.5, n_second_only + 0.5, n + 2
    middle = (first - second) / total
    spread = math.sqrt((first + second) - (first - second) ** 2 / total) / total
    value, half = (n_first_only - n_second_only) / n, _quantile(n_tests) * spread
    return Span(value=value, low=middle - half, high=middle + half)


def loss(first: Proportion, second: Proportion, n_tests: int = 1) -> Span:
    """How much smaller the second of two shares is, in shares, were they counted apart.

    Two counts on the same items vary less than that: the interval is too wide, never too narrow,
    where both get the same items right more often than by chance.
    """
    value = (first.value or 0.0) - (second.value or 0.0)
    variances = (
        (one.value or 0.0) * (1 - (one.value or 0.0)) / one.n if one.n else 1.0
        for one in (first, second)
    )
    half = _quantile(n_tests) * math.sqrt(sum(variances))
    return Span(value=value, low=value - half, high=value + half)


def _quantile(n_tests: int) -> float:
    """Of the standard normal distribution, for a two-sided error of 5% in all tests together."""
    return NormalDist().inv_cdf(1 - _ERROR / 2 / n_tests)
