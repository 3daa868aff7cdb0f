"""Figures of a matrix by number format and quantization, all else as in the baseline.

Rows are number formats, and whatever else but the batch size sets cells apart (device, engine);
columns are quantizations; every cell has the baseline's batch size and does the baseline's work.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.sweep import cell_name, short
from spoonbench.harness.matrix.verdicts import judge
from spoonbench.reports import quantities
from spoonbench.reports.matrix_grid import CHANGED, SAME, Grid, Square, square_of
from spoonbench.reports.matrix_plots import Heat

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.harness.matrix.evidence import MatrixEvidence
    from spoonbench.harness.matrix.verdicts import CellVerdict
    from spoonbench.harness.matrix_records import Conditions
    from spoonbench.reports.matrix_grid import Shown


def settings_vary(evidence: MatrixEvidence) -> bool:
    """There is more than one number format or quantization at the baseline's batch size."""
    found = {(at.dtype, at.quantization) for at in _placements(evidence)}
    return len(found) > 1


def speed_changes(evidence: MatrixEvidence) -> Grid:
    """Speed over that of the baseline."""

    def show(one: CellVerdict) -> Shown:
        if one.speed.ratio is None:
            return None, ""
        mark = SAME if one.speed.verdict == "not shown" else ""
        return one.speed.ratio, f"{mark}{quantities.significant(one.speed.ratio)}"

    return _grid(evidence, show)


def accuracy_changes(evidence: MatrixEvidence) -> Grid:
    """Right answers, cell minus baseline, on the same items; in points for people."""

    def show(one: CellVerdict) -> Shown:
        if one.accuracy.verdict == "baseline":
            return 0.0, "0.0"
        difference = one.accuracy.difference
        if difference is None:
            return None, ""
        mark = CHANGED if one.accuracy.verdict in ("better", "worse") else ""
        return difference, f"{100 * difference:+.1f}{mark}"

    return _grid(evidence, show)


SETTING_HEATS = (
    Heat(
        name="setting-speed",
        title="Speed by number format and quantization",
        grid=speed_changes,
        scale="ratio",
        meaning=(
            "At the baseline's batch size: blue is faster than the baseline, orange slower; "
            f"{SAME} is not distinguishable beyond the noise."
        ),
        unit="times as fast",
    ),
    Heat(
        name="setting-accuracy",
        title="Paired change of right answers by number format and quantization",
        grid=accuracy_changes,
        scale="difference",
        meaning=(
            "At the baseline's batch size, on the same items, in points of all items: blue is more "
            "right answers than the baseline, orange fewer. A star: the change is shown (Holm p < "
            "0.05); without one it may be chance."
        ),
        unit="points",
    ),
)


def _placements(evidence: MatrixEvidence) -> list[Conditions]:
    """Of cells at the baseline's batch size that do its work."""
    at = evidence.baseline.cell.placement
    every = (one.cell.placement for one in evidence.cells)
    return [one for one in every if one.batch_size == at.batch_size and one.work == at.work]


def _grid(evidence: MatrixEvidence, show: Callable[[CellVerdict], Shown]) -> Grid:
    places = _placements(evidence)
    columns = list(dict.fromkeys(one.quantization for one in places))
    unquantized = list(dict.fromkeys(replace(one, quantization="none") for one in places))
    found = {one.cell.cell.placement: one for one in judge(evidence)}

    def square(row: Conditions, quantization: str) -> Square:
        one = found.get(replace(row, quantization=quantization))
        return Square(state="not in the sweep") if one is None else square_of(one.cell, show(one))

    several = len(unquantized) > 1
    return Grid(
        rows=tuple(
            cell_name(one, unquantized) if several else short(one.dtype) for one in unquantized
        ),
        columns=tuple(short(one) for one in columns),
        squares=tuple(tuple(square(row, one) for one in columns) for row in unquantized),
        across="quantization",
    )
