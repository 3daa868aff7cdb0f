"""The cells of a matrix as series: cells that differ in nothing but the batch size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.axes import AXES
from spoonbench.harness.matrix.sweep import cell_name, short
from spoonbench.harness.matrix.verdicts import compare_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.matrix.evidence import CellEvidence, Crossover, MatrixEvidence
    from spoonbench.harness.matrix.verdicts import SpeedVerdict
    from spoonbench.harness.matrix_records import Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Cells that differ in the batch size alone.

    Attributes:
        name: what sets the series apart from the others of the matrix, as in "bf16-bnb-nf4".
        placement: of all its cells, at a batch of one.
        cells: batch size to cell, smallest first.
    """

    name: str
    placement: Conditions
    cells: Mapping[int, CellEvidence]


def series_of(evidence: MatrixEvidence) -> tuple[Series, ...]:
    """Every series, in the order in which its first cell stands in the matrix."""
    grouped: dict[Conditions, dict[int, CellEvidence]] = {}
    for one in evidence.cells:
        at = one.cell.placement
        grouped.setdefault(replace(at, batch_size=1), {})[at.batch_size] = one
    return tuple(
        Series(
            name=_name(placement, tuple(grouped)),
            placement=placement,
            cells=dict(sorted(cells.items())),
        )
        for placement, cells in grouped.items()
    )


def batch_sizes(evidence: MatrixEvidence) -> tuple[int, ...]:
    """Every batch size of the matrix, smallest first."""
    return tuple(sorted({one.cell.placement.batch_size for one in evidence.cells}))


def baseline_series(evidence: MatrixEvidence) -> Series:
    """The series of the baseline."""
    placement = replace(evidence.baseline.cell.placement, batch_size=1)
    return next(one for one in series_of(evidence) if one.placement == placement)


def same_batch(evidence: MatrixEvidence) -> dict[str, SpeedVerdict]:
    """Name of a cell to its speed against the baseline's series at the same batch size."""
    everything, found = series_of(evidence), {}
    for series in everything:
        reference = _reference_of(series, everything, evidence)
        for size, cell in series.cells.items():
            verdict = compare_cells(cell, reference.cells.get(size), evidence.noise)
            if series.placement == reference.placement and verdict.ratio is not None:
                verdict = replace(verdict, verdict="baseline", reason=None)
            found[cell.cell.name] = verdict
    return found


def _reference_of(series: Series, everything: Sequence[Series], evidence: MatrixEvidence) -> Series:
    """The series of the plainest cell that does the same work."""
    plain = evidence.reference_of(next(iter(series.cells.values())))
    placement = replace(plain.cell.placement, batch_size=1)
    return next(one for one in everything if one.placement == placement)


def pair_of(crossover: Crossover, series: Sequence[Series]) -> tuple[Series, Series] | None:
    """The two series that cross, the one that is faster at small batches first; None if unclear."""
    axis = AXES[crossover.axis]
    shared = [part for part in crossover.others.split(", ") if part]
    found = [
        (first, second)
        for first in series
        for second in series
        if short(getattr(first.placement, axis.field)) == crossover.first
        and replace(first.placement, **{axis.field: getattr(second.placement, axis.field)})
        == second.placement
        and short(getattr(second.placement, axis.field)) == crossover.second
        and set(shared) <= _facts(first.placement)
    ]
    return found[0] if len(found) == 1 else None


def _facts(placement: Conditions) -> set[str]:
    values = {axis.name: getattr(placement, axis.field) for axis in AXES.values()}
    return {f"{name} {short(value)}" for name, value in values.items() if value is not None}


def _name(placement: Conditions, others: Sequence[Conditions]) -> str:
    if len(others) > 1:
        return cell_name(placement, others)
    return f"{placement.device}, {placement.dtype}"
