"""Venn-Abers prediction: scores to pairs of probabilities, one of which is calibrated.

A new example is put among the calibration examples once as a loss and once as a win; isotonic
regression of each set gives its probability both times, p0 and p1. Whatever the example turns out
to be, one of the two came from a set that it belongs to, which makes that one perfectly calibrated
where examples are exchangeable. p1 / (1 - p0 + p1) is the one probability that loses least.

Scores are rounded beforehand to levels whose borders do not depend on the calibration examples, so
that all pairs fit into one table. That is only another score: validity is not touched.

Reference: Vovk and Petej 2014, "Venn-Abers predictors" (inductive version); the minimax probability
is that of their section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

N_LEVELS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class VennAbers:
    """A calibrated table.

    Attributes:
        borders: between levels, rising, shape (n_levels - 1,).
        low: p0 of each level, shape (n_levels,).
        high: p1 likewise.
    """

    borders: Array
    low: Array
    high: Array

    def bounds(self, scores: ArrayLike) -> tuple[Array, Array]:
        """p0 and p1 of scores, shape (n,) each."""
        level = np.searchsorted(self.borders, np.asarray(scores, dtype=float), side="right")
        return self.low[level], self.high[level]

    def probabilities(self, scores: ArrayLike) -> Array:
        """The one probability of each score, shape (n,)."""
        low, high = self.bounds(scores)
        return high / (1 - low + high)


def level_borders(scores: ArrayLike, n_levels: int = N_LEVELS) -> Array:
    """Borders that put about as many of these scores on each level."""
    shares = np.arange(1, n_levels) / n_levels
    return np.unique(np.quantile(np.asarray(scores, dtype=float), shares))


def calibrate(
    borders: Array, scores: ArrayLike, happened: ArrayLike, weights: ArrayLike | None = None
) -> VennAbers:
    """Make the table from calibration examples.

    Args:
        borders: of levels, from other scores than these.
        scores: shape (n,), n at least 1; a higher one should mean more probable.
        happened: shape (n,), 0 or 1.
        weights: shape (n,), how often each example counts; None: once.
    """
    level = np.searchsorted(borders, np.asarray(scores, dtype=float), side="right")
    counted = np.ones(len(level)) if weights is None else np.asarray(weights, dtype=float)
    n_levels = len(borders) + 1
    n: Array = np.bincount(level, weights=counted, minlength=n_levels).astype(float)
    came = counted * np.asarray(happened, dtype=float)
    hits: Array = np.bincount(level, weights=came, minlength=n_levels).astype(float)
    pairs = [[_isotonic_at(n, hits, at, label) for at in range(n_levels)] for label in (0, 1)]
    return VennAbers(borders=borders, low=np.array(pairs[0]), high=np.array(pairs[1]))


def _isotonic_at(n: Array, hits: Array, at: int, label: int) -> float:
    """Isotonic regression's value at a level, one example of this label added there.

    By its min-max formula: the highest over starts of the lowest over ends of the mean between.
    """
    before = np.concatenate([[0.0], n[:at][::-1].cumsum()])  # (at + 1,), of so many levels before
    before_hits = np.concatenate([[0.0], hits[:at][::-1].cumsum()])
    after, after_hits = n[at:].cumsum() + 1, hits[at:].cumsum() + label
    means = (before_hits[:, None] + after_hits) / (before[:, None] + after)
    return float(means.min(axis=1).max())
