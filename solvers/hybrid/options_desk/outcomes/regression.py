"""Logistic regression that starts from the formula: it learns only by how much to depart from it.

The log odds are those of the formula plus a weighted sum of features, and large weights are
penalised. So the model becomes the formula where history gives no reason against it. Each
strategy has weights of its own beside those of all.

Not covered: strategies that training did not have; whoever asks must ask the formula.

Reference: Hastie, Tibshirani and Friedman 2009, "The Elements of Statistical Learning", section
4.4 (Newton's method for logistic regression, penalised).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spoonbench.solvers.algorithms.black_scholes.measures import DAYS_PER_YEAR
from spoonbench.solvers.hybrid.options_desk.outcomes.features import PAST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from spoonbench.solvers.hybrid.options_desk.outcomes.history import History, Target

    Array = NDArray[np.float64]

PENALTIES = (10.0, 100.0, 1000.0, 10000.0)
"""Of squared weights; chosen on a period that was not learned from."""

LEAST = 1e-6
"""Log odds of the formula are taken of probabilities from this to one less it."""

_MOST_STEPS = 50
_SMALL = 1e-6
_ABSENT_IS_ZERO = ("short_put", "short_call", "width", "premium_over_width")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How features become columns of numbers.

    Attributes:
        strategies: that training has, sorted.
        with_past: whether the features of earlier closes are among them.
        means: of the columns before strategies come in, shape (n_columns,).
        scales: their deviations, likewise.
    """

    strategies: tuple[str, ...]
    with_past: bool
    means: Array
    scales: Array

    def columns(self, history: History) -> Array:
        """Columns of trades, shape (n, (1 + n_strategies) * n_columns + n_strategies)."""
        plain = _plain(history.columns, with_past=self.with_past)
        scaled = (plain - self.means) / self.scales
        own = (history.strategy[:, None] == np.array(self.strategies)).astype(float)
        crossed = (own[:, :, None] * scaled[:, None, :]).reshape(len(history), -1)
        return np.column_stack([scaled, own, crossed])


def make_design(history: History, *, with_past: bool) -> Design:
    """A design for what training has."""
    plain = _plain(history.columns, with_past=with_past)
    spread = plain.std(axis=0)
    return Design(
        strategies=tuple(sorted(set(history.strategy.tolist()))),
        with_past=with_past,
        means=plain.mean(axis=0),
        scales=np.where(spread > 0, spread, 1.0),
    )


def formula_log_odds(history: History, target: Target) -> Array:
    """Log odds of the formula's probability, shape (n,)."""
    return _log_odds(history.columns[formula_column(target)])


def formula_column(target: Target) -> str:
    """The feature that holds the formula's probability of a target."""
    return "probability" if target == "win" else "severe_probability"


def outcomes(history: History, target: Target) -> Array:
    """1 where it happened, else 0, shape (n,)."""
    return history.is_win.astype(float) if target == "win" else history.is_severe


def fit_weights(
    columns: Array,
    offset: Array,
    happened: Array,
    penalty: float,
    *,
    counts: Array | None = None,
    start: Array | None = None,
) -> Array:
    """Weights that make the penalised likelihood largest.

    Args:
        columns: shape (n, n_columns).
        offset: shape (n,), log odds that are given.
        happened: shape (n,), 0 or 1.
        penalty: half of it times the squared length of the weights is taken from the likelihood.
        counts: shape (n,), how often each row counts; None: once.
        start: where to begin, shape (n_columns,).

    Returns:
        shape (n_columns,).
    """
    if counts is None:
        times = np.ones(len(columns))
    else:
        drawn = counts > 0
        columns, offset, happened = columns[drawn], offset[drawn], happened[drawn]
        times = counts[drawn]
    weights = np.zeros(columns.shape[1]) if start is None else start
    for _ in range(_MOST_STEPS):
        chance = sigmoid(offset + columns @ weights)
        slope = columns.T @ (times * (happened - chance)) - penalty * weights
        bend = (columns * (times * chance * (1 - chance))[:, None]).T @ columns
        bend[np.diag_indices_from(bend)] += penalty
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max() < _SMALL:
            break
    return weights


def sigmoid(log_odds: Array) -> Array:
    """Probability of log odds."""
    from scipy.special import expit

    return np.asarray(expit(log_odds))


def _plain(columns: Mapping[str, Array], *, with_past: bool) -> Array:
    """Shape (n, n_columns). Whether a leg is there at all, is what the strategy tells."""
    volatility = columns["volatility"]
    found = [
        _log_odds(columns["probability"]),
        _log_odds(columns["severe_probability"]),
        np.log(columns["days"]),
        np.log(volatility),
        columns["premium"],
        *(np.nan_to_num(columns[name], nan=0.0) for name in _ABSENT_IS_ZERO),
    ]
    if with_past:
        found += [_past(name, columns[name], volatility) for name in PAST]
    return np.column_stack(found)


def _past(name: str, values: Array, volatility: Array) -> Array:
    """Over what the implied volatility lets expect: its log, or in deviations."""
    word, steps = name.split("_")
    if word == "realised":
        return np.asarray(np.log(values / volatility))
    # Five trading days are a week of seven.
    return np.asarray(values / (volatility * np.sqrt(int(steps) * 7 / 5 / DAYS_PER_YEAR)))


def _log_odds(probability: Array) -> Array:
    kept: Array = np.clip(probability, LEAST, 1 - LEAST)
    return np.asarray(np.log(kept) - np.log1p(-kept))
