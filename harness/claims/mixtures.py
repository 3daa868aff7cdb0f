"""What share of one part a mixture must have for its overall figures to come out.

    overall = share x easy + (1 - share) x hard

Every figure is rounded, so that a range of shares may do; figures of so many questions are counts,
which narrows it further.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.claims.claim import Figure

Mixture = tuple["Figure", "Figure", "Figure"]
"""Easy, hard and overall, each a share in [0, 1]."""


def exact_share(mixture: Mixture) -> float | None:
    """The share of the easy part where all figures are exact; None where both parts are equal."""
    easy, hard, overall = (figure.value for figure in mixture)
    return None if easy == hard else (overall - hard) / (easy - hard)


def fitting_shares(mixture: Mixture) -> tuple[float, float] | None:
    """Lowest and highest share of the easy part at which rounded figures can all be right."""
    (easy_low, easy_high), (hard_low, hard_high), (low, high) = (one.bounds for one in mixture)
    # share x (easy_low - hard_low) <= high - hard_low, and likewise from below.
    first = _solve(easy_low - hard_low, high - hard_low)
    second = _solve(hard_high - easy_high, hard_high - low)
    return overlap([first, second, (0.0, 1.0)])


def overlap(ranges: Sequence[tuple[float, float] | None]) -> tuple[float, float] | None:
    """What all ranges have in common; None where that is nothing."""
    given = [one for one in ranges if one is not None]
    if len(given) < len(ranges):
        return None
    low, high = max(low for low, _ in given), min(high for _, high in given)
    return (low, high) if low <= high else None


def fitting_counts(n: int, mixtures: Sequence[Mixture]) -> list[int]:
    """How many of n questions may be easy, so that counts exist that round to every figure."""
    return [n_easy for n_easy in range(1, n) if all(_fits(n, n_easy, one) for one in mixtures)]


def _solve(factor: float, limit: float) -> tuple[float, float] | None:
    """Shares with factor x share <= limit."""
    if factor == 0:
        return (-math.inf, math.inf) if limit >= 0 else None
    end = limit / factor
    return (-math.inf, end) if factor > 0 else (end, math.inf)


def _fits(n: int, n_easy: int, mixture: Mixture) -> bool:
    easy, hard, overall = mixture
    parts = [_right_answers(n_easy, easy), _right_answers(n - n_easy, hard)]
    low, high = _right_answers(n, overall)
    if low > high or any(least > most for least, most in parts):
        return False
    # Every whole number between the two sums can be reached.
    return sum(least for least, _ in parts) <= high and sum(most for _, most in parts) >= low


def _right_answers(n: int, figure: Figure) -> tuple[int, int]:
    """Fewest and most right answers of n whose share rounds to the figure."""
    low, high = figure.bounds
    return max(0, math.ceil(n * low)), min(n, math.floor(n * high))
