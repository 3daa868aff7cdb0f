"""From a sweep, a model and a task to cells: everything that will be run, known before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from spoonbench.harness.canonical import digest
from spoonbench.harness.duel.plan import Wishes, make_plan, sample_split
from spoonbench.harness.duel_records import Requirements
from spoonbench.harness.matrix.skips import why_skipped
from spoonbench.harness.matrix.sweep import PLAIN, cell_name
from spoonbench.harness.matrix_records import Matrix, MatrixCell, plainest
from spoonbench.harness.predict.weights import weight_bytes
from spoonbench.harness.records import USUAL, Cell, Workload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.duel.lineup import LineupEntry
    from spoonbench.harness.duel.plan import Plan, PlannedEntry
    from spoonbench.harness.duel.presets import Preset
    from spoonbench.harness.matrix_records import Conditions
    from spoonbench.harness.records import Environment
    from spoonbench.harness.tasks.api import Split, Task
    from spoonbench.solvers.model_shapes import ModelShape


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user asks of a matrix beside its model and its task.

    Attributes:
        placements: of its cells, in order.
        n_items: answered in every cell; all there are where there are fewer.
        n_rounds: of timing.
        seed: of everything random.
        memory_bytes: that one cell may take.
        shape: of the model, for what its weights will take; None where it has none.
        is_forced: cells that will not fit are run all the same.
        command: words of the command.
    """

    placements: Sequence[Conditions]
    n_items: int
    n_rounds: int
    seed: int = 0
    memory_bytes: int
    shape: ModelShape | None = None
    is_forced: bool = False
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixPlan:
    """A whole matrix before it is run.

    Attributes:
        matrix: as it is stored.
        training: the model alone, as a duel would plan it.
        split: the items of every cell.
        cells: by name; those that are skipped included.
    """

    matrix: Matrix
    training: Plan
    split: Split
    cells: dict[str, Cell]

    @property
    def entry(self) -> PlannedEntry:
        """The model."""
        return self.training.entries[0]


def plan_matrix(
    task: Task, model: LineupEntry, preset: Preset, environment: Environment, wanted: Wanted
) -> MatrixPlan:
    """Plan every cell of a matrix.

    Args:
        task: the first split is the one that is answered.
        model: who is asked.
        preset: of its training.
        environment: of this machine.
        wanted: what the user asks.
    """
    split = sample_split(task.splits[0], wanted.n_items, "in a matrix")
    measured = replace(task, splits=(split,))
    wishes = Wishes(
        requirements=Requirements(),
        effort=None,
        command=wanted.command,
        environment_id=environment.environment_id,
        seed=wanted.seed,
    )
    training = make_plan(measured, (model,), replace(preset, is_timed=False), wishes)
    workload = _workload(measured, split)
    contestant = training.entries[0].cells[0].cell.contestant
    family = wanted.shape.family if wanted.shape is not None else None
    cells: dict[str, Cell] = {}
    described = []
    for placement in wanted.placements:
        name = cell_name(placement, wanted.placements)
        cell = Cell(
            workload=_timed(workload, placement),
            contestant=contestant,
            placement=placement.only_placement,
            seed=wanted.seed,
        )
        predicted = _predicted(placement, wanted.shape)
        why = why_skipped(placement, environment, model.info, family) or _why_too_large(
            predicted, wanted
        )
        cells[name] = cell
        described.append(
            MatrixCell(
                name=name,
                key=cell.key,
                placement=placement,
                why_skipped=why,
                weight_bytes=predicted,
            )
        )
    entry = replace(
        training.duel.entries[0], answer_cells={}, latency_cell=None, throughput_cells={}
    )
    identity = [environment.environment_id, wanted.n_rounds, [cell.key for cell in described]]
    matrix = Matrix(
        matrix_id=digest(identity)[:16],
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        command=wanted.command,
        environment_id=environment.environment_id,
        n_rounds=wanted.n_rounds,
        task=training.duel.task,
        model=entry,
        cells=tuple(described),
        baseline=plainest(described).name,
    )
    return MatrixPlan(matrix=matrix, training=training, split=split, cells=cells)


def _workload(task: Task, split: Split) -> Workload:
    return Workload(
        task=task.name,
        task_version=task.version,
        split=split.name,
        items_hash=split.items_hash,
        tolerance=task.tolerance,
    )


def _timed(workload: Workload, at: Conditions) -> Workload:
    return replace(
        workload,
        mode=at.mode,
        prompt_tokens=at.prompt_tokens,
        new_tokens=at.new_tokens,
        accumulation=at.accumulation,
        order=None if at.order == PLAIN.order else at.order,
    )


def _predicted(at: Conditions, shape: ModelShape | None) -> int | None:
    if shape is None:
        return None
    # Whatever a training step multiplies in, it keeps its weights in float32.
    dtype = USUAL.dtype if at.mode == "train" else at.dtype
    return weight_bytes(shape, dtype, at.quantization)


def _why_too_large(predicted: int | None, wanted: Wanted) -> str | None:
    if predicted is None or predicted <= wanted.memory_bytes or wanted.is_forced:
        return None
    return (
        f"its weights alone take {predicted / 1e9:.1f} GB, and a cell may have "
        f"{wanted.memory_bytes / 1e9:.1f} GB; --force tries all the same"
    )
