"""One side of a comparison from a reference: a matrix that was measured elsewhere.

A reference keeps what runs add up to, and no answers: its shares can be compared with others only
as those of different items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.canonical import to_json
from spoonbench.harness.estimates import Estimate
from spoonbench.harness.gates.rounds import MB, MS, single
from spoonbench.harness.gates.sides import Scores, Series, Side, Subject

if TYPE_CHECKING:
    from spoonbench.harness.matrix.evidence import CellEvidence
    from spoonbench.harness.matrix_records import Matrix
    from spoonbench.harness.reference.records import Reference


def side_from_reference(reference: Reference, name: str) -> Side:
    """All cells of a reference.

    Args:
        reference: as it was read.
        name: as it was asked for.
    """
    matrix = reference.evidence.matrix
    split = matrix.task.splits[0].name
    return Side(
        title=f"reference {name} of {matrix.created_at[:10]}",
        kind="cell",
        subjects=tuple(_subject(matrix, cell) for cell in reference.evidence.cells),
        task=f"{matrix.task.name} (version {matrix.task.version})",
        machine=to_json(reference.environment),
        splits=(split,),
        deciding=split,
    )


def _subject(matrix: Matrix, cell: CellEvidence) -> Subject:
    facts = matrix.task.splits[0]
    shares = {
        name: share
        for name, share in (("accuracy", cell.accuracy), ("coverage", cell.coverage))
        if share is not None
    }
    scores = {facts.name: Scores(items_hash=facts.items_hash, shares=shares)} if shares else {}
    found = {
        "p50_ms": _scaled(cell.call_s, MS),
        "p95_ms": single(cell.call_p95_s, MS),
        "throughput": _scaled(cell.answers_per_s, 1.0),
        "tokens_per_s": single(cell.tokens_per_s),
        "first_token_ms": single(cell.first_token_s, MS),
        "load_s": single(cell.load_s),
        "energy_j": single(cell.energy_j_per_item),
        "peak_mb": single(cell.peak_bytes, MB),
        "resident_mb": single(cell.resident_bytes, MB),
        "device_peak_mb": single(cell.device_peak_bytes, MB),
        "weights_mb": single(cell.weight_bytes, MB),
    }
    return Subject(
        name=cell.cell.name,
        scores=scores,
        series={name: one for name, one in found.items() if one},
        missing=dict(cell.missing),
        problem=None if cell.status == "ok" else f"{cell.status}: {cell.reason}",
        run_ids=cell.run_ids,
    )


def _scaled(estimate: Estimate | None, factor: float) -> Series | None:
    if estimate is None:
        return None
    low, high = (None if one is None else one * factor for one in (estimate.low, estimate.high))
    scaled = Estimate(value=estimate.value * factor, low=low, high=high, n_rounds=estimate.n_rounds)
    return Series(estimate=scaled)
