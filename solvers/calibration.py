"""Confidences from scores: a softmax whose temperature is chosen on the validation part.

Imported by implementation modules only, because it needs NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEMPERATURES = np.geomspace(0.02, 20.0, 61)


def softmax(scores: NDArray[np.float64], temperature: float = 1.0) -> NDArray[np.float64]:
    """Turn scores into probabilities, row by row.

    Args:
        scores: shape (n, n_classes).
        temperature: above 0; larger ones give more even probabilities.

    Returns:
        shape (n, n_classes); rows add up to 1.
    """
    scaled = scores / temperature
    raised: NDArray[np.float64] = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    raised /= raised.sum(axis=1, keepdims=True)
    return raised


def best_temperature(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The temperature at which the right classes are most likely.

    Args:
        scores: shape (n, n_classes), of a validation part that was not trained on.
        labels: shape (n,), the right class of each row, in [0, n_classes).

    Returns:
        One of 61 temperatures from 0.02 to 20, evenly spaced in the logarithm; 1.0 where there is
        nothing to choose by.

    References:
        Guo et al. 2017, On Calibration of Modern Neural Networks, section 4.2; for the smoothed
        targets Platt 1999, Probabilistic Outputs for Support Vector Machines.
    """
    if len(labels) == 0 or scores.shape[1] < 2:  # noqa: PLR2004  # one class is always sure
        return 1.0
    losses = [_smoothed_loss(softmax(scores, float(t)), labels) for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _smoothed_loss(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Mean loss as if one row more were right and one wrong: no sample makes anyone certain."""
    n, n_classes = probabilities.shape
    logs = np.log(np.maximum(probabilities, 1e-12))
    right = logs[np.arange(n), labels]
    others = (logs.sum(axis=1) - right) / (n_classes - 1)
    share = 1 / (n + 2)
    return float(-((1 - share) * right + share * others).mean())
