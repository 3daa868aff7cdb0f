"""How good confidences are as probabilities of being right: log loss, Brier score, calibration.

All follow from a risk curve, which holds every confidence that was given with what became of it.
Where there are two labels, they equal the scores of the probability of either label.

Not covered: answers without a confidence; where there are any, or none at all, there is no score.

References:
    Brier 1950, "Verification of forecasts expressed in terms of probability".
    Good 1952, "Rational decisions" (the logarithmic score).
    Naeini, Cooper and Hauskrecht 2015, "Obtaining well calibrated probabilities using Bayesian
    binning" (expected calibration error).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spoonbench.harness.evidence import RiskCurve

LEAST = 1e-6
"""Log losses take confidences from this to one less it: none is infinite."""

N_BINS = 10


class _Step(NamedTuple):
    confidence: float
    n_right: int
    n_wrong: int


def log_loss(curve: RiskCurve) -> float | None:
    """Mean of minus the natural logarithm of the probability given to what was the case."""
    return _mean(curve, _log_losses)


def brier(curve: RiskCurve) -> float | None:
    """Mean squared distance of confidence and being right, 1 or 0."""
    return _mean(curve, _squares)


def calibration_error(curve: RiskCurve) -> float | None:
    """Distance of mean confidence and share of right answers, averaged over ten equal bins."""
    steps = _steps(curve)
    if steps is None:
        return None
    sums = [0.0] * N_BINS
    for step in steps:
        bin_ = min(int(step.confidence * N_BINS), N_BINS - 1)
        sums[bin_] += step.confidence * (step.n_right + step.n_wrong) - step.n_right
    return sum(map(abs, sums)) / _n(steps)


def _mean(curve: RiskCurve, loss: Callable[[_Step], float]) -> float | None:
    steps = _steps(curve)
    if steps is None:
        return None
    return math.fsum(map(loss, steps)) / _n(steps)


def _log_losses(step: _Step) -> float:
    kept = min(max(step.confidence, LEAST), 1 - LEAST)
    return -step.n_right * math.log(kept) - step.n_wrong * math.log1p(-kept)


def _squares(step: _Step) -> float:
    return step.n_right * (1 - step.confidence) ** 2 + step.n_wrong * step.confidence**2


def _n(steps: list[_Step]) -> int:
    return sum(step.n_right + step.n_wrong for step in steps)


def _steps(curve: RiskCurve) -> list[_Step] | None:
    """Answers by confidence; None where one has none, or there are none."""
    found = list(_iterate(curve))
    return found if found and len(found) == len(curve.points) else None


def _iterate(curve: RiskCurve) -> Iterator[_Step]:
    n_answered = n_wrong = 0
    for point in curve.points:
        wrong = point.n_wrong - n_wrong
        right = point.n_answered - n_answered - wrong
        if point.confidence is not None:
            yield _Step(point.confidence, right, wrong)
        n_answered, n_wrong = point.n_answered, point.n_wrong
