"""The time of cells that were not run, from those that were: a figure, its interval, and its error.

    from spoonbench.harness.predict.observations import observations_of
    from spoonbench.harness.predict.performance import crossover, fit, ratio
    from spoonbench.harness.reference.records import read_shipped

    model = fit(observations_of(read_shipped("epyc-2-cores").evidence))
    model.held_out.text                      # how far off it is on cells that it has not seen
    model.predict(point)                     # seconds of a batch, interval, or why there is none
    crossover(model, first, second)          # batch from which the second is faster
    ratio(model, first, second)              # how many times as fast the second is

The model stands in `predict.time_terms`, the fit in `predict.time_fit`. Nothing is said about work,
devices or settings of which no cell was measured, nor beyond the smallest and the largest batch:
such a prediction has no figure, and says what is missing.

Intervals are of 95%: the spread of the fit, widened as far as cells that were left out ask for.

Not covered: from one machine to another; from one model to another that was never measured; memory
(`predict.outline`, `predict.inference`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.matrix.sweep import short
from spoonbench.harness.predict.crossing import Crossing, crossing_of, no_crossing
from spoonbench.harness.predict.reach import Reach
from spoonbench.harness.predict.time_fit import design_of, draw_times, fit_terms
from spoonbench.harness.predict.time_telling import Fit, tell, tell_difference
from spoonbench.harness.predict.time_terms import FACTORS, Terms, home_of
from spoonbench.harness.predict.without import Without
from spoonbench.harness.stats import median, quantile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.predict.observations import Observation, Point
    from spoonbench.harness.predict.without import Asked

FEWEST_CELLS = 6
"""Below this overhead, scale and growth are no more than told apart."""
_COVERED = 0.95
_LEAST_WIDENING, _LEAST_ABOVE = 1.96, 1.645
"""Of a normal distribution, on both sides and on one."""
_GRID = 129
N_FOLDS = 10
"""Fits that each leave every tenth cell out, which they are then asked for."""


class TooFewCells(ValueError):
    """Too little was measured to fit a model to; the message says how much is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """How far off a model is on cells that it has not seen; errors are relative.

    Attributes:
        n_cells: that were left out, a tenth of all at a time.
        median: error.
        ninth_decile: error that nine of ten stay below.
        by_batch: batch size to the median error where all cells of it had been left out; only of
            sizes between others.
    """

    n_cells: int
    median: float | None
    ninth_decile: float | None
    by_batch: dict[int, float]

    @property
    def text(self) -> str:
        """One sentence."""
        if self.median is None or self.ninth_decile is None:
            return "its error is not known: no cell can be left out."
        return (
            f"its median error on {self.n_cells} cells that the fit had not seen is "
            f"{self.median:.1%}; nine of ten are within {self.ninth_decile:.0%}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a cell would take.

    Attributes:
        seconds: of one batch; None where the model says nothing.
        low: lower end of the 95% interval; None with `seconds`.
        high: upper end.
        at_most: what 19 of 20 cells so predicted stay below; lower than `high`, above which there
            is one in 40. None with `seconds`.
        error: median relative error on cells that were left out.
        is_extrapolated: it lies beyond what was measured, and has no figure.
        why: what is missing; None where there is a figure.
    """

    seconds: float | None
    low: float | None
    high: float | None
    at_most: float | None
    error: float | None
    is_extrapolated: bool
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceModel:
    """Fitted to measured cells.

    Attributes:
        observations: that it was fitted to.
        terms: of which times are made.
        reach: of which cells they say something.
        fitted: their values.
        widening: standard deviations that a 95% interval reaches out on either side.
        widening_above: deviations that 95% of what is measured stays below.
        held_out: errors on cells that were left out.
    """

    observations: tuple[Observation, ...]
    terms: Terms
    reach: Reach
    fitted: Fit
    widening: float
    widening_above: float
    held_out: HeldOut

    def predict(self, point: Point) -> Prediction:
        """What a cell would take; no figure beyond what was measured."""
        error = self.held_out.median
        why = self.reach.why_not(point)
        if why is not None:
            return Prediction(
                seconds=None,
                low=None,
                high=None,
                at_most=None,
                error=error,
                is_extrapolated=True,
                why=why,
            )
        middle, spread = tell(self.fitted, self.terms.row(point))
        reach = self.widening * spread
        return Prediction(
            seconds=math.exp(middle),
            low=math.exp(middle - reach),
            high=math.exp(middle + reach),
            at_most=math.exp(middle + self.widening_above * spread),
            error=error,
            is_extrapolated=False,
        )

    def sizes(self, point: Point) -> list[int]:
        """Batch sizes of which cells of the same work on the same device were measured, sorted."""
        return self.reach.sizes(point)


def fit(observations: Sequence[Observation]) -> PerformanceModel:
    """Fit a model to measured cells.

    Args:
        observations: at least 6, of any machines and works; each machine is fitted for itself.

    Raises:
        TooFewCells: there are fewer, or a time is not above 0.
    """
    if len(observations) < FEWEST_CELLS:
        raise TooFewCells(
            f"{len(observations)} measured cells are too few to predict others from: "
            f"at least {FEWEST_CELLS} are needed."
        )
    if not all(0 < one.seconds < math.inf for one in observations):
        raise TooFewCells("a measured time must be above 0 seconds.")
    import numpy as np  # noqa: PLC0415  # as in `time_fit`

    kept = tuple(observations)
    terms = Terms(kept)
    rows = [terms.row(one.point) for one in kept]
    design = design_of(rows, len(terms.terms))
    wanted = np.log([one.seconds for one in kept])
    fitted = fit_terms(terms.terms, design, wanted, np.ones(len(kept), dtype=bool))
    without = Without(kept, terms, design, fitted)
    folds = [range(first, len(kept), N_FOLDS) for first in range(N_FOLDS)]
    found = [one for fold in folds for one in without.asked(fold)]
    return PerformanceModel(
        observations=kept,
        terms=terms,
        reach=Reach(kept, terms),
        fitted=fitted,
        widening=_widening([abs(one.left) / one.spread for one in found], _LEAST_WIDENING),
        widening_above=_widening([one.left / one.spread for one in found], _LEAST_ABOVE),
        held_out=_held_out(kept, without, found),
    )


def keep(model: PerformanceModel) -> dict[str, Any]:
    """What was fitted, as JSON; `restore` makes the model of it and the same measured cells."""
    return {
        "fitted": to_json(model.fitted),
        "widening": model.widening,
        "widening_above": model.widening_above,
        "held_out": to_json(model.held_out),
    }


def restore(observations: Sequence[Observation], kept: Mapping[str, Any]) -> PerformanceModel:
    """A model that was fitted before, without fitting it again.

    Args:
        observations: the measured cells that it was fitted to, in the same order.
        kept: of `keep`.

    Raises:
        ValueError: it is of other cells, or damaged.
    """
    cells = tuple(observations)
    terms = Terms(cells)
    try:
        fitted: Fit = from_json(Fit, kept["fitted"])
        held_out: HeldOut = from_json(HeldOut, kept["held_out"])
        model = PerformanceModel(
            observations=cells,
            terms=terms,
            reach=Reach(cells, terms),
            fitted=fitted,
            widening=float(kept["widening"]),
            widening_above=float(kept["widening_above"]),
            # JSON has no numbers as names.
            held_out=replace(
                held_out, by_batch={int(size): one for size, one in held_out.by_batch.items()}
            ),
        )
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError(f"no fitted model: {exc}") from exc
    n_terms = len(terms.terms)
    n_homes = len({home_of(one.point) for one in cells})
    sizes = {len(fitted.values), *map(len, (fitted.covariance, *fitted.covariance))}
    if sizes != {n_terms} or len(fitted.noise) != n_homes:
        raise ValueError(f"a model of {len(fitted.values)} terms, where the cells have {n_terms}")
    return model


def crossover(model: PerformanceModel, first: Point, second: Point) -> Crossing:
    """From which batch on the one is faster than the other, within what both were measured at.

    The interval comes from draws of the fit's terms, spread as widely as its predictions.

    Args:
        model: fitted.
        first: one setting; its batch size is left aside.
        second: another, which may be on another device.
    """
    import numpy as np  # noqa: PLC0415  # as in `time_fit`

    sizes = [model.sizes(one) for one in (first, second)]
    pair = [
        _at_batch(one, own[0] if own else 1)
        for one, own in zip((first, second), sizes, strict=True)
    ]
    why = next(filter(None, map(model.reach.why_not, pair)), None)
    if why is not None:
        return no_crossing(why)
    low, high = max(own[0] for own in sizes), min(own[-1] for own in sizes)
    if low >= high:
        return no_crossing("the two share no range of measured batches")
    grid = np.geomspace(low, high, _GRID)
    times = draw_times(
        model.fitted,
        [model.terms.row(one, with_batch=False) for one in pair],
        np.log(grid),
        model.widening / _LEAST_WIDENING,
    )
    return crossing_of(times[1] - times[0], [float(one) for one in grid], _names(first, second))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Of the times of two cells.

    Attributes:
        value: the first's over the second's: how many times as fast the second is.
        low: lower end of the 95% interval.
        high: upper end.
    """

    value: float
    low: float
    high: float


def ratio(model: PerformanceModel, first: Point, second: Point) -> Ratio | None:
    """How many times as fast the second cell is; None where one lies beyond what was measured.

    What one batch size has for itself is left out between cells of the same work on the same
    device: both have it.

    Args:
        model: fitted.
        first: a cell.
        second: another of the same batch size.
    """
    if any(model.reach.why_not(one) is not None for one in (first, second)):
        return None
    is_home = home_of(first) == home_of(second)
    rows = [model.terms.row(one, with_batch=not is_home) for one in (first, second)]
    middle, spread = tell_difference(model.fitted, *rows)
    reach = model.widening * spread
    ends = (math.exp(middle - reach), math.exp(middle + reach))
    return Ratio(value=math.exp(middle), low=ends[0], high=ends[1])


def _at_batch(point: Point, size: int) -> Point:
    return replace(point, conditions=replace(point.conditions, batch_size=size))


def _names(first: Point, second: Point) -> tuple[str, str]:
    """What the two have that the other has not."""
    fields = [
        name
        for name in ("device", *FACTORS)
        if getattr(first.conditions, name) != getattr(second.conditions, name)
    ]
    one, other = (
        " ".join(short(getattr(point.conditions, name)) for name in fields) or "the same"
        for point in (first, second)
    )
    return one, other


def _widening(ratios: Sequence[float], least: float) -> float:
    """So many deviations that 95% of what was left out lies within, and never fewer than usual."""
    if not ratios:
        return least
    share = min(1.0, _COVERED * (len(ratios) + 1) / len(ratios))
    return max(least, quantile(ratios, share))


def _held_out(
    observations: Sequence[Observation], without: Without, found: Sequence[Asked]
) -> HeldOut:
    errors = [relative_error(one.left) for one in found]
    sizes = sorted({one.point.conditions.batch_size for one in observations})
    by_batch = {size: list(without.asked(_of_size(observations, size))) for size in sizes[1:-1]}
    return HeldOut(
        n_cells=len(errors),
        median=median(errors) if errors else None,
        ninth_decile=quantile(errors, 0.9) if errors else None,
        by_batch={
            size: median([relative_error(one.left) for one in asked])
            for size, asked in by_batch.items()
            if asked
        },
    )


def _of_size(observations: Sequence[Observation], size: int) -> list[int]:
    return [
        number for number, one in enumerate(observations) if one.point.conditions.batch_size == size
    ]


def relative_error(left: float) -> float:
    """Of what was told, from the logarithm of measured over told.

    >>> round(relative_error(math.log(1 / 1.25)), 6)
    0.25
    """
    return abs(math.expm1(-left))
