"""An outcome model against the formula, on trades later than all it has seen, and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spoonbench.solvers.probability_scores import (
    Bin,
    Difference,
    ProbabilityScores,
    log_losses,
    paired_difference,
    reliability,
    score_probabilities,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

BLOCK_DAYS = 91
"""Trades that are opened within so many days of the calendar are drawn together: they overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How three ways to a probability did on the same later trades.

    Attributes:
        first_day: on which one was opened.
        last_day: likewise.
        n_blocks: quarters that were drawn for the intervals.
        model: of the outcome model.
        closed_form: of the formula.
        base_rate: of the share that happened in training.
        over_closed_form: log loss of the model less that of the formula; below zero: better.
        over_base_rate: likewise, less that of the base rate.
        table: reliability of the model.
        closed_form_table: of the formula.
    """

    first_day: str
    last_day: str
    n_blocks: int
    model: ProbabilityScores
    closed_form: ProbabilityScores
    base_rate: ProbabilityScores
    over_closed_form: Difference
    over_base_rate: Difference
    table: tuple[Bin, ...]
    closed_form_table: tuple[Bin, ...]

    @property
    def is_better(self) -> bool:
        """The model loses less than the formula, and the whole interval says so."""
        return self.over_closed_form.high < 0


def evaluate(
    days: NDArray[np.datetime64],
    happened: Array,
    model: Array,
    closed_form: Array,
    base_rate: float,
) -> Evaluation:
    """Score three ways on later trades; all arrays have shape (n,).

    Raises:
        ValueError: the trades are opened within one block of days.
    """
    blocks = blocks_of(days)
    constant = np.full(len(happened), base_rate)
    losses = log_losses(model, happened)
    return Evaluation(
        first_day=str(days[0]),
        last_day=str(days[-1]),
        n_blocks=len(np.unique(blocks)),
        model=score_probabilities(model, happened),
        closed_form=score_probabilities(closed_form, happened),
        base_rate=score_probabilities(constant, happened),
        over_closed_form=paired_difference(losses, log_losses(closed_form, happened), blocks),
        over_base_rate=paired_difference(losses, log_losses(constant, happened), blocks),
        table=reliability(model, happened),
        closed_form_table=reliability(closed_form, happened),
    )


def blocks_of(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """The number of the block of days that each day of opening belongs to, shape (n,)."""
    return np.asarray((days - days.min()).astype(np.int64) // BLOCK_DAYS)
