"""Everything that one report of a matrix shows, as plain data, and how it is read from a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.summary import summarize_matrix
from spoonbench.harness.matrix.verdicts import CellVerdict, judge
from spoonbench.harness.matrix_records import is_of_pytest
from spoonbench.reports.machine import known_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.matrix.evidence import MatrixEvidence
    from spoonbench.harness.matrix_records import Matrix
    from spoonbench.harness.records import Environment, RunRecord
    from spoonbench.harness.reference.records import Reference
    from spoonbench.harness.store.reader import StoreReader


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixReport:
    """What a report shows.

    Attributes:
        evidence: every cell as it was measured.
        environment: the machine; None where the store does not know it.
        notes: what a reader should know about these measurements, one sentence each.
    """

    evidence: MatrixEvidence
    environment: Environment | None
    notes: tuple[str, ...] = ()

    @property
    def matrix(self) -> Matrix:
        """As it was planned."""
        return self.evidence.matrix

    @property
    def verdicts(self) -> tuple[CellVerdict, ...]:
        """What is shown of every cell, in the order of the matrix."""
        return judge(self.evidence)


def gather(reader: StoreReader, matrix_id: str) -> MatrixReport:
    """Everything that the report of a matrix shows.

    Args:
        reader: of the store.
        matrix_id: or its beginning.

    Raises:
        StoreError: there is no such matrix, or its answers are damaged.
    """
    matrix = reader.matrix(matrix_id)
    runs = reader.runs(cell_keys=[cell.key for cell in matrix.cells])
    elsewhere = sum(run.environment_id != matrix.environment_id for run in runs)
    notes = []
    if elsewhere:
        runs_were = "run of these cells was" if elsewhere == 1 else "runs of these cells were"
        notes.append(
            f"{elsewhere:,} {runs_were} made on another machine, or with other versions of its "
            "libraries, and left aside."
        )
    evidence = summarize_matrix(matrix, runs, reader.answers)
    notes += _notes_on_pytest(evidence, runs)
    return MatrixReport(
        evidence=evidence,
        environment=known_environment(reader, matrix.environment_id),
        notes=tuple(notes),
    )


def report_of_reference(reference: Reference) -> MatrixReport:
    """The report of a matrix that was measured elsewhere."""
    evidence = reference.evidence
    return MatrixReport(
        evidence=evidence,
        environment=reference.environment,
        notes=(f"A reference, measured elsewhere on {evidence.matrix.created_at[:10]}.",),
    )


def _notes_on_pytest(evidence: MatrixEvidence, runs: Sequence[RunRecord]) -> list[str]:
    """Cells that shared one process say so: their memory and their speed mean something else."""
    shared = {run.run_id for run in runs if is_of_pytest(run)}
    names = [cell.cell.name for cell in evidence.cells if shared.intersection(cell.run_ids)]
    if not names:
        return []
    told = (
        "Measured inside one pytest process and not each in a process of its own: "
        f"{', '.join(names)}. Their speed is that of one batch again and again, their memory what "
        "was not there before."
    )
    return [told]
