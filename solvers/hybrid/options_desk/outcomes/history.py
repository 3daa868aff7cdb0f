"""Trades that are over: what was known of each at opening, and what it came to.

A history is in the order of opening and stays so. Periods are cut by time alone: a trade belongs to
a period if it was opened in it and closed before the next one begins. Whatever is open across a
border belongs to none (it is purged), since its outcome was not known when the next period began.

Reference: Lopez de Prado 2018, "Advances in Financial Machine Learning", chapter 7 (purging).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.outcomes.books import stress_losses
from spoonbench.solvers.hybrid.options_desk.outcomes.features import (
    NAMES,
    PAST,
    SEVERE_SHARE,
    TradeFeatures,
    features_from,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from spoonbench.solvers.hybrid.options_desk.outcomes.books import Book

    Array = NDArray[np.float64]

Target = Literal["win", "severe"]
LABELS: Mapping[Target, tuple[str, str]] = {"win": ("win", "loss"), "severe": ("severe", "mild")}
"""What is asked of a trade (is there a profit, a severe loss?): the label of yes and of no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Trades by day of opening.

    Attributes:
        source: where they come from, in words.
        number: shape (n,), the place of each in what it was read from.
        opened: shape (n,), datetime64[D], never falling.
        closed: likewise, each after or on its day of opening.
        strategy: shape (n,).
        columns: further features by name, shape (n,) each; NaN for None.
        is_win: shape (n,), the profit was above zero.
        is_severe: shape (n,), the loss was severe (`features.SEVERE_SHARE`): 1, 0, or NaN where
            that is not known.
    """

    source: str
    number: NDArray[np.int64]
    opened: NDArray[np.datetime64]
    closed: NDArray[np.datetime64]
    strategy: NDArray[np.str_]
    columns: Mapping[str, Array]
    is_win: NDArray[np.bool_]
    is_severe: Array

    def __len__(self) -> int:
        return len(self.opened)

    @property
    def has_past(self) -> bool:
        """Every trade has the features of earlier closes."""
        return len(self) > 0 and all(np.isfinite(self.columns[name]).all() for name in PAST)

    def select(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> History:
        """Some trades, in their order."""
        return History(
            source=self.source,
            number=self.number[rows],
            opened=self.opened[rows],
            closed=self.closed[rows],
            strategy=self.strategy[rows],
            columns={name: column[rows] for name, column in self.columns.items()},
            is_win=self.is_win[rows],
            is_severe=self.is_severe[rows],
        )

    def features(self, row: int) -> TradeFeatures:
        """Of one trade."""
        found = {name: float(column[row]) for name, column in self.columns.items()}
        known = {name: value for name, value in found.items() if np.isfinite(value)}
        return features_from({"strategy": str(self.strategy[row]), **known})


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """A history cut by time.

    Attributes:
        parts: by rising time.
        starts: first day of each part but the first.
        n_purged: trades that were open across a border, and belong to no part.
    """

    parts: tuple[History, ...]
    starts: tuple[np.datetime64, ...]
    n_purged: int


def cut_by_time(history: History, shares: Sequence[float]) -> Periods:
    """Cut where so many of the trades are opened, counted in days of opening.

    Args:
        history: at least one trade for each part.
        shares: of the trades, above zero, adding up to 1.

    Raises:
        BadInput: a part would be empty.
    """
    borders = np.cumsum(shares)[:-1] * len(history)
    starts = [history.opened[min(round(border), len(history) - 1)] for border in borders]
    first, last = history.opened[0], history.closed.max() + 1
    edges = [first, *starts, max(last, history.opened[-1] + 1)]
    masks = [
        (history.opened >= low) & (history.opened < high) & (history.closed < high)
        for low, high in pairwise(edges)
    ]
    for mask, (low, high) in zip(masks, pairwise(edges), strict=True):
        if not mask.any():
            raise BadInput(f"no trade is opened and closed from {low} to before {high}")
    n_kept = sum(int(mask.sum()) for mask in masks)
    return Periods(
        parts=tuple(history.select(mask) for mask in masks),
        starts=tuple(starts),
        n_purged=len(history) - n_kept,
    )


def is_severe(book: Book, profit: Array, forward: Array, deviation: Array) -> Array:
    """1 where at least `SEVERE_SHARE` of the stress loss was lost, else 0; shape (n,)."""
    limit = SEVERE_SHARE * stress_losses(book, forward, deviation)
    return np.where((profit < 0) & (-profit >= limit), 1.0, 0.0)


def join_rows(
    source: str,
    days: Sequence[tuple[np.datetime64, np.datetime64]],
    features: Sequence[TradeFeatures],
    outcomes: Sequence[tuple[bool, float]],
) -> History:
    """A history from trades one by one, put in the order of opening (equal days as they stand).

    Args:
        source: in words.
        days: of opening and closing, shape (n,).
        features: shape (n,).
        outcomes: whether won, and `is_severe`, shape (n,).
    """
    opened = np.array([day for day, _ in days], dtype="datetime64[D]")
    columns = {
        name: np.array([_float(getattr(one, name)) for one in features])
        for name in NAMES
        if name != "strategy"
    }
    whole = History(
        source=source,
        number=np.arange(len(opened)),
        opened=opened,
        closed=np.array([day for _, day in days], dtype="datetime64[D]"),
        strategy=np.array([one.strategy for one in features]),
        columns=columns,
        is_win=np.array([won for won, _ in outcomes], dtype=bool),
        is_severe=np.array([severe for _, severe in outcomes], dtype=float),
    )
    return whole.select(np.argsort(opened, kind="stable"))


def one_trade(features: TradeFeatures) -> History:
    """A trade that is not over, as a model reads it; its outcome is made up and means nothing."""
    never = np.datetime64("1970-01-01")
    return join_rows("one trade", [(never, never)], [features], [(False, np.nan)])


def _float(value: float | None) -> float:
    return np.nan if value is None else float(value)
