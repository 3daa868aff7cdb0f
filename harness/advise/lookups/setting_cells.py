"""Cells of a matrix that a setting can be chosen among: measured, planned, and those between.

Each is told once, however often is asked what another limit would change.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.forecasts import setting_of
from spoonbench.harness.predict.choice import Candidate, untried
from spoonbench.harness.predict.neighbours import Known, Neighbours

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from spoonbench.harness.advise.lookups.figures import Figures, Measured, Row
    from spoonbench.harness.advise.lookups.forecasts import Forecast
    from spoonbench.harness.matrix_records import Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell that can be chosen.

    Attributes:
        row: as measured, or as predicted.
        candidate: the same as what chooses it sees it.
        is_measured: it was.
    """

    row: Row
    candidate: Candidate
    is_measured: bool


class SettingCells:
    """Of one matrix.

    Args:
        figures: the matrix.
        forecast: of the same one; asked for nothing where no cell is missing.
    """

    def __init__(self, figures: Figures, forecast: Forecast) -> None:
        self._figures = figures
        self._forecast = forecast
        self._told: dict[tuple[Conditions, int], Cell | None] = {}

    def every(self, batches: Iterable[int] = ()) -> Iterator[Cell]:
        """Every cell that was measured, then those that were not: planned, and those between.

        Args:
            batches: to look at beside those of the matrix.
        """
        yield from self._measured
        sizes = sorted({*batches, *self._sizes})
        for setting, line in self._lines.items():
            for size in sizes:
                if size not in line:
                    told = self._at(setting, size)
                    if told is not None:
                        yield told

    @cached_property
    def _measured(self) -> tuple[Cell, ...]:
        return tuple(
            Cell(row=row, candidate=_measured(row), is_measured=True) for row in self._rows
        )

    @cached_property
    def _rows(self) -> tuple[Row, ...]:
        """Of cells whose rate was measured."""
        rows = self._figures.rows
        return tuple(row for row in rows if row.rate is not None and row.rate.value > 0)

    @cached_property
    def _lines(self) -> Mapping[Conditions, Mapping[int, Row]]:
        """Measured cells of each setting by batch."""
        lines: dict[Conditions, dict[int, Row]] = {}
        for row in self._rows:
            lines.setdefault(setting_of(row), {})[row.batch] = row
        return lines

    @cached_property
    def _sizes(self) -> frozenset[int]:
        return frozenset(row.batch for row in (*self._rows, *self._figures.planned))

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(_known(row, self._forecast) for row in self._rows)

    @cached_property
    def _peaks(self) -> Mapping[tuple[Conditions, int], int | None]:
        """Predicted peaks of cells that were planned, by setting and batch."""
        rows = self._figures.planned
        return {(setting_of(row), row.batch): row.predicted_peak_bytes for row in rows}

    def _at(self, setting: Conditions, size: int) -> Cell | None:
        """A cell that was not measured; None where nothing tells it."""
        if (setting, size) not in self._told:
            self._told[setting, size] = self._tell(setting, size)
        return self._told[setting, size]

    def _tell(self, setting: Conditions, size: int) -> Cell | None:
        like = next(iter(self._lines[setting].values()))
        told = self._forecast.row(like, size)
        if told is None:
            return None
        candidate = untried(
            told.name,
            self._forecast.point(told),
            self._forecast.prediction(like, size),
            self._neighbours,
            told_bytes=self._peaks.get((setting, size)),
        )
        return Cell(row=told, candidate=candidate, is_measured=False)


def rate_of(row: Row) -> Measured:
    """Answers a second of a cell that has them."""
    if row.rate is None:
        raise AssertionError("only cells with a rate are chosen among")
    return row.rate


def _measured(row: Row) -> Candidate:
    rate, share = rate_of(row), row.accuracy
    return Candidate(
        name=row.name,
        batch_size=row.batch,
        seconds=row.batch / rate.value,
        at_most=row.batch / rate.low if rate.low else None,
        memory_bytes=row.peak_bytes,
        memory_at_most=row.peak_bytes,
        accuracy=None if share is None else share.low,
    )


def _known(row: Row, forecast: Forecast) -> Known:
    share = row.accuracy
    return Known(
        point=forecast.point(row),
        memory_bytes=row.peak_bytes,
        told_bytes=row.predicted_peak_bytes,
        accuracy=None if share is None else share.low,
    )
