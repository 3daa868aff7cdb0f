"""How good probabilities are: log loss, Brier score, calibration and lift, with paired intervals.

Each function takes probabilities and whether what they speak of happened. For labels of two kinds
it does not matter of which of the two they speak; for more, they are confidences of being right.

Imported by implementation modules only, because it needs NumPy.

References:
    Brier 1950, "Verification of forecasts expressed in terms of probability".
    Good 1952, "Rational decisions" (the logarithmic score).
    Naeini, Cooper and Hauskrecht 2015, "Obtaining well calibrated probabilities using Bayesian
    binning" (expected calibration error).
    Carlstein 1986, "The use of subseries values for estimating the variance of a general statistic
    from a stationary sequence" (bootstrap by blocks that do not overlap).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

LEAST = 1e-6
"""Log losses take probabilities from this to one less it: none is infinite."""

N_BINS = 10
TOP_SHARE = 0.1
N_RESAMPLES = 2_000


class Bin(NamedTuple):
    """One line of a reliability table.

    Attributes:
        low: least probability of the bin.
        high: where it ends; the last holds its end.
        n: probabilities in it.
        mean: of them; None where there are none.
        share: of them that happened, likewise.
    """

    low: float
    high: float
    n: int
    mean: float | None
    share: float | None


class Difference(NamedTuple):
    """A mean of paired differences with its 95% interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbabilityScores:
    """How good some probabilities are.

    Attributes:
        n: how many.
        log_loss: mean, in nats; see `LEAST`.
        brier: mean squared error.
        calibration_error: expected calibration error over ten bins of equal width.
        lift: share that happened among the tenth with the highest probabilities, over that of all;
            None where nothing happened.
    """

    n: int
    log_loss: float
    brier: float
    calibration_error: float
    lift: float | None


def score_probabilities(probabilities: ArrayLike, happened: ArrayLike) -> ProbabilityScores:
    """Score probabilities, shape (n,), n at least 1.

    Raises:
        ValueError: there are none, or one is not in [0, 1].
    """
    given, came = _checked(probabilities, happened)
    return ProbabilityScores(
        n=len(given),
        log_loss=float(log_losses(given, came).mean()),
        brier=float(((given - came) ** 2).mean()),
        calibration_error=calibration_error(given, came),
        lift=lift(given, came),
    )


def log_losses(probabilities: ArrayLike, happened: ArrayLike) -> Array:
    """Of each, in nats, shape (n,)."""
    given, came = _checked(probabilities, happened)
    kept = np.clip(given, LEAST, 1 - LEAST)
    return -np.where(came == 1, np.log(kept), np.log1p(-kept))


def reliability(
    probabilities: ArrayLike, happened: ArrayLike, n_bins: int = N_BINS
) -> tuple[Bin, ...]:
    """How often it happened, by probability, in bins of equal width."""
    given, came = _checked(probabilities, happened)
    place = np.minimum((given * n_bins).astype(int), n_bins - 1)
    bins = []
    for number in range(n_bins):
        mine = place == number
        n = int(mine.sum())
        mean = float(given[mine].mean()) if n else None
        share = float(came[mine].mean()) if n else None
        bins.append(Bin(number / n_bins, (number + 1) / n_bins, n, mean, share))
    return tuple(bins)


def calibration_error(probabilities: ArrayLike, happened: ArrayLike) -> float:
    """Mean distance of probability and share over the bins of `reliability`, by their numbers."""
    bins = reliability(probabilities, happened)
    n = sum(one.n for one in bins)
    distances = (
        one.n * abs(one.mean - one.share)
        for one in bins
        if one.mean is not None and one.share is not None
    )
    return sum(distances) / n


def lift(probabilities: ArrayLike, happened: ArrayLike, share: float = TOP_SHARE) -> float | None:
    """Share that happened among the most probable, over that of all.

    Equal probabilities at the border of the top count as the mean of all that are equal, so that
    the order of the rows does not matter.

    Returns:
        1 where all probabilities are equal; None where nothing happened.
    """
    given, came = _checked(probabilities, happened)
    if not came.any():
        return None
    n_top = max(1, round(share * len(given)))
    border = np.sort(given)[-n_top]
    above, equal = given > border, given == border
    n_happened = came[above].sum() + (n_top - above.sum()) * came[equal].mean()
    return float(n_happened / n_top / came.mean())


def paired_difference(first: ArrayLike, second: ArrayLike, blocks: ArrayLike) -> Difference:
    """Mean of first less second with a 95% interval, by drawing whole blocks.

    Args:
        first: shape (n,), losses of one.
        second: shape (n,), losses of another on the same items.
        blocks: shape (n,), equal for items that may depend on each other, such as those of one
            quarter of a year.

    Raises:
        ValueError: there are fewer than two blocks.
    """
    distances = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    _, place = np.unique(np.asarray(blocks), return_inverse=True)
    sums, counts = np.bincount(place, weights=distances), np.bincount(place)
    if len(sums) < 2:  # noqa: PLR2004  # one block says nothing of chance
        raise ValueError("an interval needs at least two blocks")
    draw = np.random.Generator(np.random.PCG64(0))
    chosen = draw.integers(len(sums), size=(N_RESAMPLES, len(sums)))
    means = sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Difference(float(distances.mean()), float(low), float(high))


def _checked(probabilities: ArrayLike, happened: ArrayLike) -> tuple[Array, Array]:
    given = np.asarray(probabilities, dtype=float)
    came = np.asarray(happened, dtype=float)
    if given.shape != came.shape or given.ndim != 1 or not len(given):
        raise ValueError(f"{given.shape} probabilities of {came.shape} outcomes cannot be scored")
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("a probability is from 0 to 1")
    if not np.isin(came, (0, 1)).all():
        raise ValueError("what happened is 0 or 1")
    return given, came
