"""Decoding: what batches of texts show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.claims.findings import find, not_run
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.runs import plain_cells
from spoonbench.harness.claims.wording import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds
    from spoonbench.harness.claims.runs import MeasuredMatrix
    from spoonbench.harness.matrix.evidence import CellEvidence

_MOST_CHANGED = 0.02
"""Rounding in batches may change answers: up to this share counts as the same."""
_LEAST_RIGHT = 0.1
"""A model that gets fewer right, one at a time, has nothing to lose by its padding."""


@checks("D7")
def padded_sides(claim: Claim, grounds: Grounds) -> Finding:
    """Answers of a batch that differ from those one at a time, by side of the padding."""
    for matrix in grounds.runs.matrices():
        pair = _both_sides(matrix)
        if pair is None:
            continue
        shares = [_changed(cell) for cell in pair]
        names = [cell.cell.placement.padding or "left" for cell in pair]
        rights = [cell.accuracy.value or 0.0 for cell in pair if cell.accuracy]
        text = "; ".join(
            f"padded {name}: {show(share, 'share')} of the answers change"
            for name, share in zip(names, shares, strict=True)
        )
        left, right = (share <= _MOST_CHANGED for share in shares)
        is_needed = left and not right
        why = (
            f"Of {matrix.model} at a batch of {pair[0].cell.placement.batch_size}; right are "
            f"{show(rights[0], 'share')} and {show(rights[-1], 'share')}."
        )
        return find(
            claim,
            "holds" if is_needed else "does not hold",
            found=text,
            value=shares[1],
            unit="share",
            why=why,
            **_fields(matrix, pair),
        )
    why = (
        "No matrix holds batches padded on either side of a model that gets at least "
        f"{show(_LEAST_RIGHT, 'share')} right."
    )
    return not_run(claim, why)


def _fields(matrix: MeasuredMatrix, pair: Iterable[CellEvidence]) -> dict[str, Any]:
    """Without a subject: where padding stands does not matter more to a larger model."""
    fields = matrix.fields(pair)
    subject = fields.pop("subject")
    return {**fields, "model": subject.label, "parameters": subject.parameters}


def _both_sides(matrix: MeasuredMatrix) -> tuple[CellEvidence, CellEvidence] | None:
    """The largest batch that was padded on the left and on the right, beside one at a time."""
    sides: dict[bool, dict[int, CellEvidence]] = {False: dict(plain_cells(matrix)), True: {}}
    for one in matrix.cells():
        at = one.cell.placement
        is_plain = at.dtype == "float32" and at.quantization == "none" and at.mode == "answer"
        if is_plain and at.padding is not None and at.batch_size > 1:
            sides[at.padding == "right"][at.batch_size] = one
    both = [size for size in sides[False].keys() & sides[True].keys() if size > 1]
    alone = matrix.evidence.baseline
    if not both or alone.cell.placement.batch_size != 1 or alone.accuracy is None:
        return None
    if (alone.accuracy.value or 0.0) < _LEAST_RIGHT:
        return None
    return sides[False][max(both)], sides[True][max(both)]


def _changed(cell: CellEvidence) -> float:
    n = cell.accuracy.n if cell.accuracy else 0
    return (cell.n_changed or 0) / n if n else 0.0
