"""What is known of contestants whose answers were made elsewhere: by a server, or in a file.

The process that passed the answers on was measured, and its figures say nothing of who made them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spoonbench.harness.evidence import Measurement

_WHY = {
    "server": "a server answered, and what that took there is not seen from here",
    "file": "the answers were read from a file",
}
"""Who answered, where that was no process here: why figures of the process say nothing."""

_OF_THE_ANSWERS = (
    "latency_p50_s",
    "latency_p95_s",
    "latency_p99_s",
    "throughput",
    "is_deterministic",
    "source_lines",
)
"""Figures that answers read from a file have not either; nothing of them was measured."""

_OF_THE_PROCESS = (
    "load_s",
    "n_parameters",
    "weight_bytes",
    "disk_bytes",
    "resident_bytes",
    "peak_bytes",
    "operations_per_problem",
    "operations_formula",
    "energy_j_per_item",
    "training_s",
    "n_training",
)


def keep_its_own(measurement: Measurement) -> Measurement:
    """Leave out figures of the process that passed on answers which were made elsewhere."""
    why = _WHY.get(measurement.entry.answered_by)
    if why is None:
        return measurement
    nothing = dict.fromkeys(_OF_THE_PROCESS)
    unseen: tuple[str, ...] = (*_OF_THE_PROCESS, "energy_j")
    if measurement.entry.answered_by == "file":
        unseen += _OF_THE_ANSWERS
    reasons = dict.fromkeys(unseen, why)
    missing = {k: v for k, v in measurement.missing.items() if k not in reasons}
    return replace(measurement, **nothing, missing={**missing, **reasons})  # type: ignore[arg-type]  # all of them may be None
