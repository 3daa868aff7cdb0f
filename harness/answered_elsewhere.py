"""What is known of contestants whose answers were made elsewhere: by a server, or in a file.

The process that passed the answers on was measured, and its figures say nothing of who made them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.duel_records import Duel, Entry
    from spoonbench.harness.evidence import Measurement
    from spoonbench.harness.records import ScoredAnswer

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
    "data_lines",
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


def why_unseen(answered_by: str) -> str | None:
    """Why figures of the process say nothing of who answered; None where it answered itself."""
    return _WHY.get(answered_by)


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


def price_of(duel: Duel, entry: Entry, answers: Sequence[ScoredAnswer]) -> float | None:
    """US dollars for one answer, on average over those whose price is known.

    A hybrid asks its server for some items only: what these cost is shared by all.

    Args:
        duel: names the contestants that a server answers for.
        entry: whose answers they are.
        answers: to the split that decides.
    """
    prices = [answer.cost for answer in answers if answer.cost is not None]
    if not prices:
        return 0.0 if _needed_no_server(duel, entry, answers) else None
    return sum(prices) / (len(answers) if entry.is_hybrid else len(prices))


def _needed_no_server(duel: Duel, entry: Entry, answers: Sequence[ScoredAnswer]) -> bool:
    """A hybrid whose parts before the server answered everything."""
    servers = {e.label for e in duel.entries if e.answered_by == "server" and not e.is_hybrid}
    parts = entry.label.split("+")
    first = next((place for place, part in enumerate(parts) if part in servers), 0)
    return bool(answers) and all(answer.stage in parts[:first] for answer in answers)
