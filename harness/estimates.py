"""Figures and how sure they are, whatever was measured: types only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """A share with its 95% Wilson interval.

    Attributes:
        n_successes: of `n`.
        n: 0 gives value None and the interval (0, 1).
        low: lower bound.
        high: upper bound.
    """

    n_successes: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The share itself; None where nothing was counted."""
        return self.n_successes / self.n if self.n else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A median over rounds with its interval (bootstrap over process medians where n > 1)."""

    value: float
    low: float | None
    high: float | None
    n_rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTest:
    """Exact McNemar test of two contestants on the same items.

    Attributes:
        split: name.
        first: label.
        second: label.
        n: items.
        n_first_only: items that only the first got right.
        n_second_only: items that only the second got right.
        p_value: two-sided, exact.
        p_holm: corrected for all tests of the duel.
        smallest_difference: of accuracy, that this sample would have shown with 80% power at 5%.
    """

    split: str
    first: str
    second: str
    n: int
    n_first_only: int
    n_second_only: int
    p_value: float
    p_holm: float
    smallest_difference: float
