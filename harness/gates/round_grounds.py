"""What a change of all other figures stands on: rounds, or one figure a side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from spoonbench.harness.gates.share_grounds import MOST_MORE
from spoonbench.harness.time_ratios import (
    fewest_rounds,
    level,
    paired_ratio,
    ratio,
    student_quantile,
)

if TYPE_CHECKING:
    from spoonbench.harness.gates.share_grounds import Interval
    from spoonbench.harness.gates.sides import Series
    from spoonbench.harness.time_ratios import LogEstimate

_MOST_KEPT = 4096
_CLOSE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Figures round by round.

    Attributes:
        one: of the first.
        other: of the second.
        is_paired: both were measured in the same rounds, interleaved.
    """

    one: Series
    other: Series
    is_paired: bool = False

    @property
    def first(self) -> float:
        """Median of the rounds."""
        return self.one.value

    @property
    def second(self) -> float:
        """Median of the rounds."""
        return self.other.value

    @property
    def change(self) -> float:
        """Second over first; of interleaved rounds the median of their ratios."""
        estimate = self._estimate
        if estimate is not None:
            return math.exp(estimate.value)
        return self.second / self.first

    @property
    def p_value(self) -> float | None:
        """Of equal medians."""
        estimate = self._estimate
        return None if estimate is None else estimate.p_value

    @property
    def smallest(self) -> float | None:
        """As a ratio above 1."""
        estimate = self._estimate
        return None if estimate is None else estimate.smallest_ratio

    @property
    def n(self) -> int:
        """Rounds of the side that has fewer."""
        return (
            len(self.common[0]) if self.is_paired else min(self.one.n_rounds, self.other.n_rounds)
        )

    @property
    def method(self) -> str:
        """In words."""
        rounds = (
            f"{self.n} interleaved rounds"
            if self.is_paired
            else f"{self.one.n_rounds} and {self.other.n_rounds} rounds"
        )
        if self.interval(0.95) is not None:
            return f"{rounds}, bootstrap error of the median with Student's t"
        fewest = fewest_rounds(self.one.share)
        return f"{rounds}: no interval below {fewest} a side"

    def interval(self, confidence: float) -> Interval | None:
        """Of the ratio; None with too few rounds."""
        if self.one.estimate or self.other.estimate:
            return self._bounds()
        estimate = self._estimate
        return None if estimate is None else estimate.interval(confidence)

    def level_interval(self, confidence: float) -> Interval | None:
        """Of the second's median."""
        if self.other.estimate:
            known = self.other.estimate
            return None if known.low is None or known.high is None else (known.low, known.high)
        estimate = level(self.other.values, self.other.share)
        return None if estimate is None else estimate.interval(confidence)

    def n_more(self, limit: float, confidence: float, *, is_level: bool) -> int | None:
        """Rounds a side; what they gain by more degrees of freedom included."""
        if self.one.estimate or self.other.estimate or limit <= 0:
            return None
        own = level(self.other.values, self.other.share) if is_level else self._estimate
        if own is None:
            return None
        n = len(self.other.values) if is_level else self.n
        return _more_rounds(own, math.log(limit), confidence, n)

    @property
    def common(self) -> tuple[list[float], list[float]]:
        """Values of the rounds that both have."""
        second = dict(zip(self.other.rounds, self.other.values, strict=True))
        pairs = [
            (value, second[index])
            for index, value in zip(self.one.rounds, self.one.values, strict=True)
            if index in second
        ]
        return [one for one, _ in pairs], [other for _, other in pairs]

    @property
    def _estimate(self) -> LogEstimate | None:
        return _log_estimate(self)

    def _bounds(self) -> Interval | None:
        """Least and greatest ratio within two intervals that are all that is known."""
        (low1, high1), (low2, high2) = _ends(self.one), _ends(self.other)
        if not low1 or not high1 or not low2 or not high2:
            return None
        return low2 / high1, high2 / low1


def _ends(series: Series) -> tuple[float | None, float | None]:
    if series.estimate:
        return series.estimate.low, series.estimate.high
    own = level(series.values, series.share)
    return (None, None) if own is None else own.interval(0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneEach:
    """One figure a side: a high-water mark, a count, or a time that was taken once.

    Attributes:
        first: of the first.
        second: of the second.
        is_exact: judged as it stands, without an interval.
    """

    first: float
    second: float
    is_exact: bool

    @property
    def change(self) -> float:
        """Second over first."""
        return self.second / self.first if self.first else math.inf if self.second else 1.0

    @property
    def p_value(self) -> None:
        """There is no test."""
        return

    @property
    def smallest(self) -> None:
        """Nothing to tell it from."""
        return

    @property
    def n(self) -> int:
        """One a side."""
        return 1

    @property
    def method(self) -> str:
        """In words."""
        if self.is_exact:
            return "one figure a side, judged as it stands"
        return "one figure a side: no interval"

    def interval(self, confidence: float) -> Interval | None:  # as all grounds
        """The change itself where it is judged as it stands."""
        return (self.change, self.change) if self.is_exact else None

    def level_interval(self, confidence: float) -> Interval | None:  # likewise
        """The figure itself where it is judged as it stands."""
        return (self.second, self.second) if self.is_exact else None

    def n_more(self, limit: float, confidence: float, *, is_level: bool) -> int | None:
        """More of the same would not tell."""
        return None


@lru_cache(maxsize=_MOST_KEPT)
def _log_estimate(rounds: Rounds) -> LogEstimate | None:
    """Kept, because it is asked for often and takes time where there are thousands of rounds."""
    if rounds.one.estimate or rounds.other.estimate:
        return None
    if rounds.is_paired:
        first, second = rounds.common
        return paired_ratio(first, second) if first else None
    return ratio(rounds.one.values, rounds.other.values, rounds.one.share)


def _more_rounds(seen: LogEstimate, limit: float, confidence: float, n: int) -> int | None:
    distance = abs(limit - seen.value)
    if distance <= _CLOSE:
        return None

    def is_enough(n_rounds: int) -> bool:
        freedom = seen.freedom * (n_rounds - 1) / (n - 1)
        error = seen.error * math.sqrt(n / n_rounds)
        return student_quantile((1 + confidence) / 2, freedom) * error < distance

    high = n + 1
    while not is_enough(high):
        if high - n > MOST_MORE:
            return MOST_MORE
        high *= 2
    low = max(n, high // 2)
    while high - low > max(1, low // 20):  # "about" is told, so a twentieth is near enough
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high - n
