"""Learning an outcome model: the earliest trades teach, the next calibrate, the last judge.

The shares are fixed beforehand. Nothing is shuffled: later trades decide nothing but whether the
model or the formula answers. The model that was judged is the one that is kept; it is not learned
again on the later trades.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.outcomes.evaluation import blocks_of, evaluate
from spoonbench.solvers.hybrid.options_desk.outcomes.history import cut_by_time
from spoonbench.solvers.hybrid.options_desk.outcomes.model import (
    Fit,
    Foresight,
    Learned,
    OutcomeModel,
)
from spoonbench.solvers.hybrid.options_desk.outcomes.regression import (
    PENALTIES,
    Design,
    fit_weights,
    formula_column,
    formula_log_odds,
    make_design,
    outcomes,
    sigmoid,
)
from spoonbench.solvers.hybrid.options_desk.outcomes.venn_abers import calibrate, level_borders
from spoonbench.solvers.probability_scores import log_losses

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from spoonbench.solvers.hybrid.options_desk.outcomes.history import History, Target

    Array = NDArray[np.float64]

SHARES = (0.5, 0.2, 0.3)
"""Of the trades, by time: to learn from, to calibrate on, to judge by."""

FEWEST_TRADES = 50
"""Of each period."""

FEWEST_BLOCKS = 4
"""Quarters that the later trades are opened in; an interval from fewer means little."""

N_RESAMPLED = 40
_BOTH = (False, True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Period:
    """One period as the regression reads it."""

    history: History
    columns: Array
    offset: Array
    happened: Array
    blocks: NDArray[np.int64]


def learn(
    history: History,
    *,
    seed: int = 0,
    n_resampled: int = N_RESAMPLED,
    progress: Callable[[str], None] = lambda _: None,
) -> OutcomeModel:
    """Learn a model, calibrate and judge it.

    Args:
        history: trades that are over.
        seed: of the drawing behind intervals.
        n_resampled: histories that are drawn for them, at least 2.
        progress: told what is being done.

    Raises:
        BadInput: there are too few trades, they cover too little time, or all ended alike.
    """
    periods = cut_by_time(history, SHARES)
    remarks: list[str] = []
    parts = _of_known_strategies(periods.parts, remarks)
    _check_size(parts)
    jobs = [
        (target, with_past)
        for target in _targets(parts, remarks)
        for with_past in ((True, False) if history.has_past else (False,))
    ]
    learned = []
    # Several threads wait for each other longer than these small products take.
    with threadpool_limits(limits=1):
        for target, with_past in jobs:
            progress(f"learning {target}{' with earlier closes' if with_past else ''}")
            design = make_design(parts[0], with_past=with_past)
            read = [_read(design, target, part) for part in parts]
            learned.append(_learn_part(design, target, read, (seed, n_resampled)))
    if not history.has_past:
        remarks.append("Not every trade has the features of earlier closes, so none is used.")
    return OutcomeModel(
        source=history.source,
        n_trades=len(history),
        n_purged=periods.n_purged,
        starts=(str(periods.starts[0]), str(periods.starts[1])),
        parts=tuple(learned),
        remarks=tuple(remarks),
    )


def learn_from_periods(target: Target, training: History, calibration: History) -> Foresight:
    """A probability from two periods, without intervals and without judging.

    Both outcomes must occur in both periods; trades to calibrate on whose strategy training does
    not have are left aside.
    """
    design = make_design(training, with_past=training.has_past and calibration.has_past)
    known = np.isin(calibration.strategy, training.strategy)
    read = [_read(design, target, part) for part in (training, calibration.select(known))]
    return _foresee(design, target, *read)


def _learn_part(
    design: Design, target: Target, periods: Sequence[_Period], draw: tuple[int, int]
) -> Learned:
    training, calibration, later = periods
    foresight = _foresee(design, target, training, calibration)
    seed, n_resampled = draw
    random = np.random.Generator(np.random.PCG64(seed))
    resampled = tuple(
        _fit(
            training,
            calibration,
            foresight.penalty,
            counts=_draw(periods, random),
            start=foresight.fit.weights,
        )
        for _ in range(n_resampled)
    )
    evaluation = evaluate(
        later.history.opened,
        later.happened,
        foresight.probabilities(later.history),
        later.history.columns[formula_column(target)],
        float(training.happened.mean()),
    )
    return Learned(foresight=foresight, resampled=resampled, evaluation=evaluation)


def _foresee(design: Design, target: Target, training: _Period, calibration: _Period) -> Foresight:
    penalty = _best_penalty(training, calibration)
    return Foresight(
        target=target, design=design, penalty=penalty, fit=_fit(training, calibration, penalty)
    )


def _best_penalty(training: _Period, calibration: _Period) -> float:
    """The one with the least log loss on the period to calibrate on, before calibration."""
    losses = []
    for penalty in PENALTIES:
        weights = fit_weights(training.columns, training.offset, training.happened, penalty)
        chance = sigmoid(calibration.offset + calibration.columns @ weights)
        losses.append(float(log_losses(chance, calibration.happened).mean()))
    return PENALTIES[int(np.argmin(losses))]


def _fit(
    training: _Period,
    calibration: _Period,
    penalty: float,
    *,
    counts: tuple[Array, Array] | None = None,
    start: Array | None = None,
) -> Fit:
    """Learn and calibrate; `counts` says how often each trade of the two periods was drawn."""
    first, second = (None, None) if counts is None else counts
    weights = fit_weights(
        training.columns, training.offset, training.happened, penalty, counts=first, start=start
    )
    borders = level_borders(training.offset + training.columns @ weights)
    scores = calibration.offset + calibration.columns @ weights
    return Fit(
        weights=weights,
        platt=_platt(scores, calibration.happened, second),
        calibration=calibrate(borders, scores, calibration.happened, second),
    )


def _platt(scores: Array, happened: Array, counts: Array | None) -> tuple[float, float]:
    """Slope and shift of log odds (Platt 1999), held a little to 1 and 0."""
    columns = np.column_stack([scores, np.ones(len(scores))])
    change = fit_weights(columns, scores, happened, 1.0, counts=counts)
    return 1 + float(change[0]), float(change[1])


def _draw(periods: Sequence[_Period], random: np.random.Generator) -> tuple[Array, Array]:
    """Draw blocks of time of the first two periods: how often each trade counts."""
    drawn = []
    for period in periods[:2]:
        n_blocks = int(period.blocks.max()) + 1
        times = np.bincount(random.integers(n_blocks, size=n_blocks), minlength=n_blocks)
        drawn.append(times[period.blocks].astype(float))
    return drawn[0], drawn[1]


def _read(design: Design, target: Target, history: History) -> _Period:
    return _Period(
        history=history,
        columns=design.columns(history),
        offset=formula_log_odds(history, target),
        happened=outcomes(history, target),
        blocks=blocks_of(history.opened),
    )


def _of_known_strategies(parts: Sequence[History], remarks: list[str]) -> list[History]:
    """Without later trades of strategies that training does not have; says how many they are."""
    known = np.unique(parts[0].strategy)
    kept = [part.select(np.isin(part.strategy, known)) for part in parts]
    n_left = sum(map(len, parts)) - sum(map(len, kept))
    if n_left:
        remarks.append(
            f"{n_left:,} later trades are of strategies that the first period does not have; they "
            "are left aside."
        )
    return kept


def _targets(parts: Sequence[History], remarks: list[str]) -> list[Target]:
    """What can be learned: both outcomes occur in the periods to learn from and calibrate on."""
    if any(len(np.unique(part.is_win)) < len(_BOTH) for part in parts[:2]):
        raise BadInput("all trades of a period ended alike: nothing can be learned from them")
    if not all(np.isfinite(part.is_severe).all() for part in parts):
        remarks.append("It is not known of every trade whether its loss was severe.")
        return ["win"]
    if any(len(np.unique(part.is_severe)) < len(_BOTH) for part in parts[:2]):
        remarks.append("A period has no severe loss, so nothing was learned about them.")
        return ["win"]
    return ["win", "severe"]


def _check_size(parts: Sequence[History]) -> None:
    for part, use in zip(parts, ("learn from", "calibrate on", "judge by"), strict=True):
        if len(part) < FEWEST_TRADES:
            raise BadInput(
                f"{len(part)} trades to {use}: at least {FEWEST_TRADES} are needed of each period"
            )
    n_blocks = len(np.unique(blocks_of(parts[2].opened)))
    if n_blocks < FEWEST_BLOCKS:
        raise BadInput(
            f"the trades to judge by are opened in {n_blocks} quarters of a year: at least "
            f"{FEWEST_BLOCKS} are needed for an interval"
        )
