"""What a matrix of a store adds up to, whole; advice keeps the rows that it needs of its own."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from spoonbench.harness.reference.records import Reference, reference_from_rows, reference_rows

if TYPE_CHECKING:
    from spoonbench.harness.matrix_records import Matrix
    from spoonbench.harness.store.reader import PlanForm
    from spoonbench.harness.summaries.folder import Summaries


def read_matrix(summaries: Summaries, form: PlanForm) -> Reference:
    """A matrix with its machine, as a reference has it.

    Args:
        summaries: of a store and the machine of the matrix.
        form: of the matrix.

    Raises:
        StoreError: the store is damaged.
    """
    reader = summaries.reader

    def add_up(matrix: Matrix) -> Reference:
        summarize = import_module("spoonbench.harness.matrix.summary").summarize_matrix
        evidence = summarize(matrix, reader.runs(keys_of(matrix)), reader.answers)
        return Reference(evidence=evidence, environment=summaries.machine)

    found: Reference = summaries.get(
        form,
        part="whole",
        plan=lambda: reader.matrix_form(form),
        cells=keys_of,
        add_up=add_up,
        to_json=lambda reference: list(reference_rows(reference)),
        from_json=reference_from_rows,
    )
    return found


def keys_of(matrix: Matrix) -> list[str]:
    """Keys of all its cells."""
    return [cell.key for cell in matrix.cells]
