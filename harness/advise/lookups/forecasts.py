"""Cells that a matrix has not: what the performance model, fitted to those that it has, tells.

Of the same machine, model and task only, and within the batches that were measured
(`predict.reach`); beyond, the reason stands in the place of the figure. Nothing is fitted, and
NumPy not loaded, before a figure is asked for that the model can give.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.lookups.figures import Measured, Row
from spoonbench.harness.advise.sentences import error_words
from spoonbench.harness.canonical import from_json
from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.predict.observations import Observation, Point, words_of
from spoonbench.harness.predict.reach import Reach
from spoonbench.harness.predict.time_terms import Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.harness.advise.lookups.figures import Figures
    from spoonbench.harness.predict.crossing import Crossing
    from spoonbench.harness.predict.performance import PerformanceModel, Prediction

    Fits = Callable[[Sequence[Observation]], PerformanceModel]

_PERFORMANCE = "spoonbench.harness.predict.performance"
FEWEST_CELLS = 6
"""As `predict.performance` has it, which costs time to load."""


class Forecast:
    """Of one matrix.

    Args:
        figures: the matrix.
        fit: makes the model of its cells; that of `predict.performance` unless said otherwise.
    """

    def __init__(self, figures: Figures, fit: Fits | None = None) -> None:
        self._figures = figures
        self._fit: Fits = fit or _fit
        self._crossings: dict[tuple[Conditions, Conditions], Crossing] = {}
        # What would flip an answer is found by asking for the same cells many times.
        self._rows: dict[tuple[str, int], Row | None] = {}
        self._ratios: dict[tuple[int, int], tuple[Row, Row, Measured | None]] = {}

    @cached_property
    def observations(self) -> tuple[Observation, ...]:
        """The cells whose time was measured."""
        return tuple(
            Observation(
                point=self._point(conditions_of(row)),
                name=row.name,
                seconds=row.batch / (row.even_rate or row.rate.value),
                run_ids=row.run_ids,
            )
            for row in self._figures.rows
            if row.rate is not None and row.rate.value > 0
        )

    @cached_property
    def run_ids(self) -> tuple[str, ...]:
        """Records of all cells that the model is fitted to."""
        return tuple(dict.fromkeys(run for one in self.observations for run in one.run_ids))

    @property
    def n_cells(self) -> int:
        """That the model is fitted to."""
        return len(self.observations)

    @property
    def error(self) -> float | None:
        """Median relative error on cells left out; None where none can be left out."""
        median: float | None = self._model.held_out.median
        return median

    @property
    def words(self) -> str:
        """What a figure of it rests on."""
        return f"predicted from {self.n_cells} cells, {error_words(self.error or 0.0)}"

    def prepare(self) -> None:
        """Fit now, where there are cells enough, what is asked for later."""
        if self.n_cells >= FEWEST_CELLS:
            _ = self._model

    def why_not(self, conditions: Conditions) -> str | None:
        """What is missing to predict a cell; None where nothing is."""
        if self.n_cells < FEWEST_CELLS:
            return f"{self.n_cells} measured cells are too few to predict others from"
        why = self._reach.why_not(self._point(conditions))
        if why is None and self.error is None:
            return "no cell can be left out to tell the error of a prediction"
        return why

    def why_not_at(self, like: Row, batch: int) -> str | None:
        """The same of a cell as another one, but at another batch."""
        return self.why_not(replace(conditions_of(like), batch_size=batch))

    def point(self, row: Row) -> Point:
        """Where a cell of the matrix stands."""
        return self._point(conditions_of(row))

    def prediction(self, like: Row, batch: int) -> Prediction:
        """Of a cell as another one, but at another batch; `why_not_at` must have no objection."""
        conditions = replace(conditions_of(like), batch_size=batch)
        return self._model.predict(self._point(conditions))

    def row(self, like: Row, batch: int) -> Row | None:
        """A cell as another one, but at another batch: its rate alone; None where untold."""
        key = (like.name, batch)
        if key not in self._rows:
            self._rows[key] = self._told(like, batch)
        return self._rows[key]

    def _told(self, like: Row, batch: int) -> Row | None:
        if self.why_not_at(like, batch) is not None:
            return None
        told = self.prediction(like, batch)
        if told.seconds is None or told.low is None or told.high is None:
            return None
        rate = Measured(value=batch / told.seconds, low=batch / told.high, high=batch / told.low)
        return Row(
            name=f"{_name(like)} at batch {batch}",
            device=like.device,
            dtype=like.dtype,
            quantization=like.quantization,
            engine=like.engine,
            batch=batch,
            rate=rate,
            run_ids=self.run_ids,
            settings={**like.settings, "batch_size": batch},
        )

    def ratio(self, first: Row, second: Row) -> Measured | None:
        """How many times as fast the second cell is; None where one cannot be told."""
        key = (id(first), id(second))  # of rows that are kept, and so are no others later
        if key not in self._ratios:
            self._ratios[key] = (first, second, self._ratio(first, second))
        return self._ratios[key][-1]

    def _ratio(self, first: Row, second: Row) -> Measured | None:
        pair = [conditions_of(row) for row in (first, second)]
        if any(self.why_not(one) is not None for one in pair):
            return None
        told = import_module(_PERFORMANCE).ratio(self._model, *map(self._point, pair))
        return Measured(value=told.value, low=told.low, high=told.high)

    def crossing(self, first: Row, second: Row) -> Crossing | None:
        """From which batch on the second setting is faster; None where nothing can be told."""
        pair = (setting_of(first), setting_of(second))
        sizes = [self._reach.sizes(self._point(one)) for one in pair]
        firsts = [
            replace(one, batch_size=own[0]) for one, own in zip(pair, sizes, strict=True) if own
        ]
        if len(firsts) < len(pair) or any(self.why_not(one) is not None for one in firsts):
            return None
        if pair not in self._crossings:
            crossover = import_module(_PERFORMANCE).crossover
            self._crossings[pair] = crossover(self._model, *map(self._point, firsts))
        return self._crossings[pair]

    @cached_property
    def _reach(self) -> Reach:
        return Reach(self.observations, Terms(self.observations))

    @cached_property
    def _model(self) -> PerformanceModel:
        return self._fit(self.observations)

    def _point(self, conditions: Conditions) -> Point:
        figures = self._figures
        parts = [f"{figures.model} on {figures.task}", *words_of(conditions)]
        return Point(machine=figures.machine, work=", ".join(parts), conditions=conditions)


def _fit(observations: Sequence[Observation]) -> PerformanceModel:
    model: PerformanceModel = import_module(_PERFORMANCE).fit(observations)
    return model


def conditions_of(row: Row) -> Conditions:
    """All that a cell ran under."""
    settings: dict[str, Any] = {
        "device": row.device,
        "dtype": row.dtype,
        "quantization": row.quantization,
        "engine": row.engine,
        **row.settings,
        "batch_size": row.batch,
    }
    conditions: Conditions = from_json(Conditions, settings)
    return conditions


def setting_of(row: Row) -> Conditions:
    """All that a cell ran under but the batch."""
    return replace(conditions_of(row), batch_size=1)


def _name(row: Row) -> str:
    """Of a setting, whatever the batch."""
    words = [row.dtype] if row.quantization == "none" else [row.quantization]
    return " ".join([*words, *([] if row.engine == "native" else [row.engine])])
