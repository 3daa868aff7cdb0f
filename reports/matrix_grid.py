"""Figures of a matrix as a grid, series by batch size; what has no figure says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spoonbench.harness.matrix.series import batch_sizes, same_batch, series_of
from spoonbench.harness.matrix.verdicts import judge
from spoonbench.reports import quantities
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.harness.matrix.evidence import CellEvidence, MatrixEvidence

State = Literal["", "failed", "skipped", "not run", "not measured", "not in the sweep"]

LETTERS: dict[State, str] = {
    "failed": "F",
    "skipped": "S",
    "not run": "N",
    "not measured": "?",
    "not in the sweep": quantities.DASH,
}
SAME, CHANGED = "\u2248", "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """One place of a grid.

    Attributes:
        state: "" for a cell that ended well and has the figure.
        value: None where there is none; a cell that failed late may have one.
        text: the figure for people, marks included; "" without one.
    """

    state: State
    value: float | None = None
    text: str = ""

    @property
    def label(self) -> str:
        """What is written in the square: the figure, and the letter of its state."""
        return " ".join(part for part in (self.text, LETTERS.get(self.state, "")) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One kind of figure over the whole matrix.

    Attributes:
        rows: names of the series, n of them.
        columns: batch sizes or names of something else, m of them.
        squares: shape (n, m).
        across: what the columns are, in words.
    """

    rows: tuple[str, ...]
    columns: tuple[int | str, ...]
    squares: tuple[tuple[Square, ...], ...]
    across: str = "batch size"

    @property
    def heads(self) -> tuple[str, ...]:
        """What stands above the columns."""
        return tuple(one if isinstance(one, str) else f"{one:,}" for one in self.columns)

    @property
    def values(self) -> list[float]:
        """Every figure that is there."""
        return [one.value for row in self.squares for one in row if one.value is not None]

    @property
    def states(self) -> list[State]:
        """Every state but the good one, in the order of `LETTERS`."""
        seen = {one.state for row in self.squares for one in row}
        return [state for state in LETTERS if state in seen]

    def ends(self) -> tuple[tuple[str, Square], tuple[str, Square]]:
        """The lowest and the highest figure, each with the series and batch size it belongs to.

        Raises:
            ValueError: there is no figure.
        """
        found = [
            (f"{row} at a batch of {head}" if isinstance(column, int) else f"{row}, {head}", one)
            for row, squares in zip(self.rows, self.squares, strict=True)
            for column, head, one in zip(self.columns, self.heads, squares, strict=True)
            if one.value is not None
        ]
        found.sort(key=lambda pair: pair[1].value or 0.0)
        if not found:
            raise ValueError("a grid without figures has no ends")
        return found[0], found[-1]


Shown = tuple[float | None, str]
"""A figure, and the same for people."""


def speeds(evidence: MatrixEvidence) -> Grid:
    """Answers a second."""

    def show(cell: CellEvidence) -> Shown:
        value = quantities.estimate(cell.answers_per_s)
        return value, "" if value is None else quantities.significant(value)

    return _grid(evidence, show)


def relative_speeds(evidence: MatrixEvidence) -> Grid:
    """Speed over that of the baseline's series at the same batch size."""
    beside = same_batch(evidence)

    def show(cell: CellEvidence) -> Shown:
        found = beside[cell.cell.name]
        if found.ratio is None:
            return None, ""
        mark = SAME if found.verdict == "not shown" else ""
        return found.ratio, f"{mark}{quantities.significant(found.ratio)}"

    return _grid(evidence, show)


def accuracies(evidence: MatrixEvidence) -> Grid:
    """Right answers among all items, in percent for people."""
    kinds = {one.name: one.accuracy.verdict for one in judge(evidence)}

    def show(cell: CellEvidence) -> Shown:
        value = None if cell.accuracy is None else cell.accuracy.value
        mark = CHANGED if kinds[cell.cell.name] in ("better", "worse") else ""
        return value, "" if value is None else f"{100 * value:.1f}{mark}"

    return _grid(evidence, show)


def peaks(evidence: MatrixEvidence) -> Grid:
    """Highest resident memory above the child's baseline, in megabytes."""
    return _grid(evidence, lambda cell: _megabytes(cell.peak_bytes))


def device_peaks(evidence: MatrixEvidence) -> Grid:
    """Highest memory on the accelerator, in megabytes."""
    return _grid(evidence, lambda cell: _megabytes(cell.device_peak_bytes))


def grid_table(title: str, grid: Grid) -> Table:
    """The grid as a table, states in words."""
    columns = (
        Column(header="Series", is_figure=False),
        *(
            Column(header=f"Batch {head}" if isinstance(column, int) else head)
            for column, head in zip(grid.columns, grid.heads, strict=True)
        ),
    )
    rows = tuple(
        (name, *(" ".join(part for part in (one.text, one.state) if part) for one in squares))
        for name, squares in zip(grid.rows, grid.squares, strict=True)
    )
    return Table(title=title, columns=columns, rows=rows)


def _megabytes(n_bytes: int | None) -> Shown:
    if n_bytes is None or n_bytes <= 0:
        return None, ""
    return n_bytes / 1e6, quantities.significant(n_bytes / 1e6)


def _grid(evidence: MatrixEvidence, show: Callable[[CellEvidence], Shown]) -> Grid:
    series, sizes = series_of(evidence), batch_sizes(evidence)
    return Grid(
        rows=tuple(one.name for one in series),
        columns=sizes,
        squares=tuple(
            tuple(_square(one.cells.get(size), show) for size in sizes) for one in series
        ),
    )


def _square(cell: CellEvidence | None, show: Callable[[CellEvidence], Shown]) -> Square:
    return Square(state="not in the sweep") if cell is None else square_of(cell, show(cell))


def square_of(cell: CellEvidence, shown: Shown) -> Square:
    """The place of a cell with its figure, or with the reason why there is none."""
    value, text = shown
    known: dict[str, State] = {"ok": "", "skipped": "skipped", "missing": "not run"}
    state = known.get(cell.status, "failed")
    if value is None and state == "":
        state = "not measured"
    return Square(state=state, value=value, text=text)
