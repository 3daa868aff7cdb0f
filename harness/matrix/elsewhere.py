"""Cells whose answers a server gave: what the process here took says nothing of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.answered_elsewhere import why_unseen

if TYPE_CHECKING:
    from spoonbench.harness.matrix.evidence import CellEvidence

_OF_THE_PROCESS = (
    "load_s",
    "baseline_bytes",
    "resident_bytes",
    "peak_bytes",
    "device_peak_bytes",
    "lean_peak_bytes",
    "cache_bytes",
    "weight_bytes",
    "energy_j_per_item",
)
_NAMES_OF_REPORTS = {"energy_j_per_item": "energy_j"}


def without_the_process(cell: CellEvidence, answered_by: str) -> CellEvidence:
    """Leave out figures of the process that passed the answers on, with the reason.

    Args:
        cell: measured or not.
        answered_by: "process" where the answers were made here.
    """
    why = why_unseen(answered_by)
    if why is None or cell.answers_per_s is None:
        return cell
    nothing = dict.fromkeys(_OF_THE_PROCESS)
    reasons = {_NAMES_OF_REPORTS.get(name, name): why for name in _OF_THE_PROCESS}
    return replace(cell, **nothing, missing={**cell.missing, **reasons})  # type: ignore[arg-type]  # all of them may be None
