"""Predicted against measured memory of a matrix: of the weights, and at the worst moment.

Importing this module is cheap; the drawing libraries are imported when something is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.series import series_of
from spoonbench.harness.matrix.verdicts import MEMORY_TOLERANCE, PEAK_TOLERANCE
from spoonbench.reports import quantities
from spoonbench.reports.matrix_tables import ratio
from spoonbench.reports.plots import as_plot
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.harness.matrix.evidence import CellEvidence, MatrixEvidence
    from spoonbench.reports.plots import Plot


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A kind of memory that is predicted before a cell runs.

    Attributes:
        name: names the files of its figure.
        title: what the figure shows.
        heading: of its table.
        ratio: measured over predicted bytes of a cell; None where either is not known.
        predicted: bytes of a cell.
        tolerance: relative; beyond it a prediction is called off.
        farthest: of several batch sizes of a setting, the one that is shown.
    """

    name: str
    title: str
    heading: str
    ratio: Callable[[CellEvidence], float | None]
    predicted: Callable[[CellEvidence], int | None]
    tolerance: float
    farthest: str


WEIGHTS = Memory(
    name="matrix-weights",
    title="Predicted against measured memory of the weights",
    heading="Memory of the weights",
    ratio=lambda cell: cell.weight_ratio,
    predicted=lambda cell: cell.predicted_weight_bytes,
    tolerance=MEMORY_TOLERANCE,
    farthest="A point stands for all batch sizes of a setting.",
)
PEAKS = Memory(
    name="matrix-peaks",
    title="Predicted against measured memory at the worst moment",
    heading="Memory at the worst moment",
    ratio=lambda cell: cell.peak_ratio,
    predicted=lambda cell: cell.predicted_peak_bytes,
    tolerance=PEAK_TOLERANCE,
    farthest="A point is the batch size of a setting whose prediction is farthest off.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One setting: its name, and bytes as they were predicted and measured."""

    name: str
    predicted: float
    measured: float

    @property
    def ratio(self) -> float:
        """Measured over predicted."""
        return self.measured / self.predicted


def points_of(evidence: MatrixEvidence, memory: Memory) -> list[Point]:
    """Each series that has a predicted and a measured size, by the cell that is farthest off."""
    found = []
    for series in series_of(evidence):
        sizes = [
            Point(name=series.name, predicted=predicted, measured=predicted * of_predicted)
            for cell in series.cells.values()
            if (of_predicted := memory.ratio(cell)) and (predicted := memory.predicted(cell))
        ]
        if sizes:
            found.append(max(sizes, key=lambda point: abs(point.ratio - 1)))
    return found


def draw_memory(evidence: MatrixEvidence, memory: Memory) -> Plot | None:
    """Draw predicted against measured bytes; None where there is nothing to show."""
    points = points_of(evidence, memory)
    if not points:
        return None
    from spoonbench.reports import matrix_lines  # noqa: PLC0415 - seconds of imports

    return as_plot(
        matrix_lines.draw_memory(memory, points),
        name=memory.name,
        title=memory.title,
        sentence=_sentence(memory, points),
        table=_table(memory, points),
    )


def _sentence(memory: Memory, points: Sequence[Point]) -> str:
    off = [
        f"{one.name} ({ratio(one.ratio)} times)"
        for one in points
        if abs(one.ratio - 1) > memory.tolerance
    ]
    text = (
        f"On the line the prediction is right; the band is {memory.tolerance:.0%} to both sides. "
        f"{memory.farthest}"
    )
    return f"{text} Outside: {quantities.listed(off)}." if off else f"{text} None lies outside."


def _table(memory: Memory, points: Sequence[Point]) -> Table:
    columns = (
        Column(header="Series", is_figure=False),
        Column(header="Predicted MB"),
        Column(header="Measured MB"),
        Column(header="Measured over predicted"),
    )
    rows = tuple(
        (
            one.name,
            quantities.significant(one.predicted / 1e6),
            quantities.significant(one.measured / 1e6),
            ratio(one.ratio),
        )
        for one in points
    )
    return Table(title=memory.heading, columns=columns, rows=rows)
