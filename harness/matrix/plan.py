"""From a sweep, a model and a task to cells: everything that will be run, known before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from spoonbench.harness.canonical import digest
from spoonbench.harness.duel.plan import Wishes, make_plan, sample_split
from spoonbench.harness.duel_records import Requirements
from spoonbench.harness.matrix.kernels import n_kernels
from spoonbench.harness.matrix.memory import (
    KnownModel,
    NotTold,
    cell_cache,
    cell_weights,
    predict_cells,
)
from spoonbench.harness.matrix.model import know_model
from spoonbench.harness.matrix.skips import why_skipped
from spoonbench.harness.matrix.sweep import PLAIN, cell_name
from spoonbench.harness.matrix.work import Texts, texts_of
from spoonbench.harness.matrix_records import (
    OWN_TENSORS,
    LibraryMemory,
    Matrix,
    MatrixCell,
    plainest,
)
from spoonbench.harness.predict.prediction import size_text
from spoonbench.harness.records import Cell, Workload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spoonbench.harness.duel.lineup import LineupEntry
    from spoonbench.harness.duel.plan import Plan, PlannedEntry
    from spoonbench.harness.duel.presets import Preset
    from spoonbench.harness.matrix_records import Conditions
    from spoonbench.harness.predict.prediction import MemoryPrediction
    from spoonbench.harness.records import Environment
    from spoonbench.harness.tasks.api import Split, Task
    from spoonbench.solvers.api import SolverInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user asks of a matrix beside its model and its task.

    Attributes:
        placements: of its cells, in order.
        n_items: answered in every cell; all there are where there are fewer.
        n_rounds: of timing.
        seed: of everything random.
        memory_bytes: that one cell may take.
        learned: folder of what the model learned; None where that is not there yet.
        is_bare: cells are named and no more: what they will take is not told.
        libraries: what they take, as far as it was measured.
        is_forced: cells that will not fit are run all the same.
        command: words of the command.
        skips: why each placement cannot be measured, of another interpreter; None: this one's.
        cores: that a child may use; None where they are not known beforehand.
    """

    placements: Sequence[Conditions]
    n_items: int
    n_rounds: int
    seed: int = 0
    memory_bytes: int
    learned: Path | None = None
    is_bare: bool = False
    libraries: LibraryMemory = field(default_factory=LibraryMemory)
    is_forced: bool = False
    command: tuple[str, ...] = ()
    skips: Sequence[str | None] | None = None
    cores: tuple[int, ...] | None = None

    def why_skipped(
        self, index: int, environment: Environment, info: SolverInfo, family: str | None
    ) -> str | None:
        """Why a placement cannot be measured; None for one that can be tried."""
        if self.skips is not None:
            return self.skips[index]
        return why_skipped(self.placements[index], environment, info, self.cores, family=family)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixPlan:
    """A whole matrix before it is run.

    Attributes:
        matrix: as it is stored.
        training: the model alone, as a duel would plan it.
        split: the items of every cell.
        texts: that children read.
        cells: by name; those that are skipped included.
        model: what is known of it.
    """

    matrix: Matrix
    training: Plan
    split: Split
    texts: Texts
    cells: dict[str, Cell]
    model: KnownModel

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
    texts = texts_of(split, measured)
    known = (
        KnownModel() if wanted.is_bare else know_model(model, wanted.learned, texts, wanted.seed)
    )
    cells = {
        cell_name(placement, wanted.placements): Cell(
            workload=_timed(workload, placement),
            contestant=contestant,
            placement=placement.only_placement,
            seed=wanted.seed,
        )
        for placement in wanted.placements
    }
    family = None if known.shape is None else known.shape.family
    reasons = {
        at: wanted.why_skipped(index, environment, model.info, family)
        for index, at in enumerate(wanted.placements)
    }
    running = [at for at, why in reasons.items() if why is None]
    told = {} if wanted.is_bare else predict_cells(known, running)
    described = [
        _sized(
            MatrixCell(name=name, key=cell.key, placement=at, why_skipped=reasons[at]),
            known,
            told.get(at),
            wanted,
        )
        for (name, cell), at in zip(cells.items(), wanted.placements, strict=True)
    ]
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
        overhead_bytes=wanted.libraries.overhead_bytes,
        kernel_bytes=wanted.libraries.kernel_bytes,
        layer_bytes=wanted.libraries.layer_bytes,
    )
    return MatrixPlan(
        matrix=matrix, training=training, split=split, texts=texts, cells=cells, model=known
    )


def with_libraries(plan: MatrixPlan, libraries: LibraryMemory, wanted: Wanted) -> MatrixPlan:
    """The same plan once what libraries take is known, which traces nothing anew.

    Args:
        plan: of a model whose texts are known.
        libraries: as they were measured.
        wanted: as it was planned from.
    """
    known = replace(wanted, libraries=libraries)
    cells = tuple(_fitting(cell, known) for cell in plan.matrix.cells)
    matrix = replace(
        plan.matrix,
        cells=cells,
        baseline=plainest(cells).name,
        overhead_bytes=libraries.overhead_bytes,
        kernel_bytes=libraries.kernel_bytes,
        layer_bytes=libraries.layer_bytes,
    )
    return replace(plan, matrix=matrix)


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


def _sized(
    cell: MatrixCell,
    model: KnownModel,
    told: MemoryPrediction | NotTold | None,
    wanted: Wanted,
) -> MatrixCell:
    """The cell with what it will take, skipped where that will not fit."""
    at = cell.placement
    shape = model.shape
    if shape is not None:
        cell = replace(cell, weight_bytes=cell_weights(at, shape), cache=cell_cache(at, shape))
    if isinstance(told, NotTold):
        cell = replace(cell, why_no_peak=str(told))
    elif told is not None:
        cell = replace(
            cell,
            peak_parts=told.components,
            peak_moment=told.moment,
            n_kernels=n_kernels(at, told, model.sizes),
            n_layers=0 if at.engine in OWN_TENSORS or shape is None else len(shape.cache),
        )
    return _fitting(cell, wanted)


def _fitting(cell: MatrixCell, wanted: Wanted) -> MatrixCell:
    """The cell, skipped where it will not fit and is not to be tried all the same."""
    if cell.why_skipped is not None or wanted.is_forced:
        return cell
    return replace(cell, why_skipped=_why_too_large(cell, wanted))


def _why_too_large(cell: MatrixCell, wanted: Wanted) -> str | None:
    limit, parts = wanted.memory_bytes, wanted.libraries.added_to(cell)
    for n_bytes, what in (
        (cell.weight_bytes, "its weights alone take"),
        (sum(parts.values()), f"{cell.peak_moment} takes"),
    ):
        if n_bytes is not None and n_bytes > limit:
            return (
                f"{what} {size_text(n_bytes)}, and a cell may have {size_text(limit)}; "
                "--force tries all the same"
            )
    return None
