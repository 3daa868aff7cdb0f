"""How long the cells of a matrix will take, before they run: from what was measured, or guessed.

A cell that was measured here in an earlier round takes as long again. Of the others nothing is
known but the shape of the model, and the figure is a guess: so many steps of decoding, each with
a fixed price for every layer and one for every multiplication.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.work import Pacing
from spoonbench.harness.stats import median

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.harness.matrix.run import Turn
    from spoonbench.harness.records import RunRecord
    from spoonbench.solvers.model_shapes import ModelShape

START_S = 1.0
"""Start of a child with loaded libraries, and loading of a small model."""
_STEPS = 16
"""New tokens of an answer."""
_LAYER_S = 0.3e-3
_OPERATIONS_PER_S = 2e10
_UNKNOWN_S = 3.0
_QUANTIZED = 2.0
"""Most methods are slower than no quantization on a processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """How long something will take.

    Attributes:
        seconds: in all.
        n_guessed: runs of which nothing like it was measured here.
    """

    seconds: float
    n_guessed: int


def seconds_measured(runs: Iterable[RunRecord]) -> dict[str, float]:
    """Cell key to seconds per item, warm-up left out, of runs that ended well."""
    found: dict[str, list[float]] = {}
    for run in runs:
        n_items = sum(run.items_per_sample)
        if run.status == "ok" and n_items:
            found.setdefault(run.cell_key, []).append(sum(run.samples_ns) / 1e9 / n_items)
    return {key: median(values) for key, values in found.items()}


def duration(
    to_run: Sequence[Turn],
    n_items: int,
    measured: Mapping[str, float],
    shape: ModelShape | None,
    pacing: Pacing | None = None,
) -> Duration:
    """How long runs will take.

    Args:
        to_run: of `turns`.
        n_items: of a whole pass.
        measured: of `seconds_measured`.
        shape: of the model.
        pacing: how long a pass may take that is only timed.
    """
    pace = pacing or Pacing()
    times = [seconds_of(turn, n_items, measured, shape, pace) for turn in to_run]
    return Duration(
        seconds=sum(times), n_guessed=sum(turn.cell.key not in measured for turn in to_run)
    )


def seconds_of(
    turn: Turn,
    n_items: int,
    measured: Mapping[str, float],
    shape: ModelShape | None,
    pacing: Pacing,
) -> float:
    """How long one run will take, its start included."""
    batch = turn.cell.placement.batch_size
    per_item = measured.get(turn.cell.key) or _guess(turn, shape)
    whole = n_items * per_item
    if turn.cell.placement.mode != "answer":
        return START_S + pacing.seconds
    if not turn.is_first:
        least = max(pacing.least_items, batch)
        whole = min(whole, max(pacing.seconds, least * per_item))
    warm_up = 2 * batch * per_item
    return START_S + warm_up + whole


def _guess(turn: Turn, shape: ModelShape | None) -> float:
    """Seconds for one item."""
    if shape is None:
        return _UNKNOWN_S / 100
    placement = turn.cell.placement
    step_s = len(shape.cache) * _LAYER_S / placement.batch_size
    step_s += 2 * shape.n_parameters / _OPERATIONS_PER_S
    return _STEPS * step_s * (1.0 if placement.quantization == "none" else _QUANTIZED)
