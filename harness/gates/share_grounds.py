"""What a change of a share stands on: the same items on both sides, or two samples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from spoonbench.harness.share_differences import combined_interval, paired_interval, unpaired_p
from spoonbench.harness.stats import Z_95, Z_POWER, mcnemar, smallest_difference, wilson

if TYPE_CHECKING:
    from spoonbench.harness.estimates import Proportion

Interval = tuple[float, float]
MOST_MORE = 100_000
"""Items or rounds beyond which nobody asks for more."""
_CLOSE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedShares:
    """Whether each of the same items has something, on either side.

    Attributes:
        n: items that both sides have.
        n_both: that have it on both sides.
        n_first_only: that have it on the first alone.
        n_second_only: that have it on the second alone.
    """

    n: int
    n_both: int
    n_first_only: int
    n_second_only: int

    @property
    def first(self) -> float:
        """Share on the first side."""
        return (self.n_both + self.n_first_only) / self.n

    @property
    def second(self) -> float:
        """Share on the second side."""
        return (self.n_both + self.n_second_only) / self.n

    @property
    def change(self) -> float:
        """Second minus first."""
        return (self.n_second_only - self.n_first_only) / self.n

    @property
    def p_value(self) -> float:
        """McNemar's test, exact."""
        return mcnemar(self.n_first_only, self.n_second_only)

    @property
    def smallest(self) -> float:
        """By the discordant share that was seen."""
        return smallest_difference(self.n, (self.n_first_only + self.n_second_only) / self.n)

    @property
    def method(self) -> str:
        """In words."""
        return "the same items, exact McNemar test, Tango's interval"

    def interval(self, confidence: float) -> Interval:
        """After Tango."""
        return paired_interval(self.n, self.n_first_only, self.n_second_only, confidence)

    def level_interval(self, confidence: float) -> Interval:
        """After Wilson."""
        return wilson(self.n_both + self.n_second_only, self.n, _z(confidence))

    def n_more(self, limit: float, confidence: float, *, is_level: bool) -> int | None:
        """Items, by the square root of their number."""
        value = self.second if is_level else self.change
        interval = self.level_interval(confidence) if is_level else self.interval(confidence)
        return _more_items(value, limit, interval, self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoShares:
    """Two shares with counts of their own.

    Attributes:
        one: counts of the first.
        other: counts of the second.
        r: their correlation, where they come from the same items; None for different items.
    """

    one: Proportion
    other: Proportion
    r: float | None = None

    @property
    def first(self) -> float:
        """Share on the first side."""
        return self.one.n_successes / self.one.n

    @property
    def second(self) -> float:
        """Share on the second side."""
        return self.other.n_successes / self.other.n

    @property
    def change(self) -> float:
        """Second minus first."""
        return self.second - self.first

    @property
    def p_value(self) -> float | None:
        """The score test of different items; None for the same items: the interval decides."""
        return unpaired_p(*self._counts) if self.r is None else None

    @property
    def n(self) -> int:
        """Items of the smaller sample."""
        return min(self.one.n, self.other.n)

    @property
    def smallest(self) -> float:
        """By the normal approximation at the pooled share."""
        (k1, n1), (k2, n2) = self._counts
        # A share of 0 or 1 that was seen is taken as one item away from it.
        pooled = (k1 + k2 + 1) / (n1 + n2 + 2)
        spread = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2) * (1 - (self.r or 0.0)))
        return min(1.0, (Z_95 + Z_POWER) * spread)

    @property
    def method(self) -> str:
        """In words."""
        if self.r is None:
            return "as of different items, score test, Newcombe's interval"
        return "the same items, of which each side answers its own, Zou and Donner's interval"

    def interval(self, confidence: float) -> Interval:
        """After Newcombe, or Zou and Donner."""
        return combined_interval(*self._counts, confidence, self.r or 0.0)

    def level_interval(self, confidence: float) -> Interval:
        """After Wilson."""
        return wilson(*self._counts[1], _z(confidence))

    def n_more(self, limit: float, confidence: float, *, is_level: bool) -> int | None:
        """Items, by the square root of their number."""
        value = self.second if is_level else self.change
        interval = self.level_interval(confidence) if is_level else self.interval(confidence)
        return _more_items(value, limit, interval, self.n)

    @property
    def _counts(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (self.one.n_successes, self.one.n), (self.other.n_successes, self.other.n)


def _more_items(value: float, limit: float, interval: Interval, n: int) -> int | None:
    distance = abs(limit - value)
    width = interval[1] - value if limit > value else value - interval[0]
    if distance <= _CLOSE:
        return None
    return min(MOST_MORE, max(1, math.ceil(n * (width / distance) ** 2) - n))


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
