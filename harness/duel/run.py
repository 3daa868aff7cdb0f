"""Runs a planned duel: trains what keeps its weights, then measures in interleaved rounds.

Each run is stored as soon as it is done, so that a duel that was interrupted goes on where it
stopped: a cell with a good record in this environment and round is not run again.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from spoonbench.harness.artifacts import DamagedArtifact
from spoonbench.harness.duel.plan import WARM_UP_CALLS
from spoonbench.harness.duel.recording import Recorder, now
from spoonbench.harness.protocol import CellResult, CellWork, Job, JobResult, Limits, Training
from spoonbench.harness.records import USUAL, Placement, StoredItem
from spoonbench.solvers.api import Example, Part, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.harness.artifacts import ArtifactStore, Making, Recipe
    from spoonbench.harness.duel.lineup import LineupEntry
    from spoonbench.harness.duel.plan import Plan, PlannedCell, PlannedEntry
    from spoonbench.harness.records import Artifact, Cell, RunRecord
    from spoonbench.harness.store.writer import StoreWriter
    from spoonbench.harness.tasks.api import Split


class Executor(Protocol):
    """Runs one job in isolation."""

    def run(
        self,
        job: Job,
        on_progress: Callable[[float, str], None] | None = None,
        on_cell: Callable[[CellResult, JobResult], None] | None = None,
    ) -> JobResult:
        """Run a job; whatever happens to the child comes back as a typed result."""
        ...


class Watcher(Protocol):
    """Is told what goes on, for a progress display."""

    def expect(self, jobs: Sequence[tuple[str, float]], /) -> None:
        """What is to come: names of jobs and guesses of their seconds."""
        ...

    def begin(self, name: str, /) -> None:
        """A job begins."""
        ...

    def advance(self, fraction: float, message: str, /) -> None:
        """The job at hand is this far."""
        ...

    def end(self, name: str, status: str, reason: str | None, /) -> None:
        """A job ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What is there already: (cell key, round) of good records in this environment."""

    cells: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a duel is run with.

    Attributes:
        executor: runs jobs.
        store: takes records.
        artifacts: keeps what was learned.
        watcher: is told what goes on.
        observe: what is seen of the machine now.
        limits: of a measuring process.
    """

    executor: Executor
    store: StoreWriter
    artifacts: ArtifactStore
    watcher: Watcher
    observe: Callable[[], Mapping[str, Any]]
    limits: Limits


@dataclass(slots=True)
class _Duel:
    """State of one run of a duel."""

    plan: Plan
    bench: Bench
    recorder: Recorder
    done: frozenset[tuple[str, int]]
    trained: dict[str, Artifact] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def run_duel(plan: Plan, bench: Bench, finished: Finished) -> None:
    """Run everything of a plan that is not there yet, and store it."""
    recorder = Recorder(
        task=plan.task, environment_id=plan.duel.environment_id, observe=bench.observe
    )
    duel = _Duel(plan=plan, bench=bench, recorder=recorder, done=finished.cells)
    _store_plan(plan, bench.store)
    steps = _training_steps(duel) + _measuring_steps(duel)
    bench.watcher.expect([(step.name, step.guess_s) for step in steps])
    for step in steps:
        bench.watcher.begin(step.name)
        status, reason = step.run()
        bench.watcher.end(step.name, status, reason)


def _store_plan(plan: Plan, store: StoreWriter) -> None:
    for entry in plan.entries:
        for cell in _all_cells(entry):
            store.add_cell(cell)
    for split in plan.task.splits:
        items = [
            StoredItem(problem_id=i.problem.problem_id, text=i.problem.text, target=i.target)
            for i in split.items
        ]
        store.add_items(split.items_hash, items)
    store.add_duel(plan.duel)


def _all_cells(entry: PlannedEntry) -> list[Cell]:
    first = [entry.train_cell] if entry.train_cell else []
    return first + [planned.cell for planned in entry.cells]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One process to come."""

    name: str
    guess_s: float
    run: Callable[[], tuple[str, str | None]]


def _training_steps(duel: _Duel) -> list[_Step]:
    """One for each recipe whose artifact is not there; the others are found."""
    steps = []
    for entry in duel.plan.entries:
        if entry.recipe is None:
            continue
        found = _find(duel, entry.recipe)
        if found is not None and entry.train_cell and (entry.train_cell.key, 0) in duel.done:
            duel.trained[entry.lineup.label] = found
            continue
        steps.append(
            _Step(
                name=f"train {entry.lineup.label}",
                guess_s=_guess_training_s(entry.lineup),
                run=lambda entry=entry: _train(duel, entry),  # type: ignore[misc]  # bound early
            )
        )
    return steps


def _find(duel: _Duel, recipe: Recipe) -> Artifact | None:
    """What was made of a recipe; what is damaged was moved aside and is made again."""
    try:
        return duel.bench.artifacts.find(recipe)
    except DamagedArtifact as exc:
        duel.bench.watcher.end("stored weights", "damaged", f"{exc}; they are made again")
        return None


def _measuring_steps(duel: _Duel) -> list[_Step]:
    """Every contestant once a round, in another order each round."""
    steps = []
    for round_index in range(duel.plan.duel.n_rounds):
        order = list(duel.plan.entries)
        random.Random(f"{duel.plan.duel.duel_id}/{round_index}").shuffle(order)  # noqa: S311  # no secret
        for entry in order:
            cells = entry.cells_of_round(round_index, duel.done)
            if cells:
                steps.append(_measuring_step(duel, entry, round_index, cells))
    return steps


def _measuring_step(
    duel: _Duel, entry: PlannedEntry, round_index: int, cells: Sequence[PlannedCell]
) -> _Step:
    return _Step(
        name=f"round {round_index + 1}: {entry.lineup.label}",
        guess_s=_guess_measuring_s(entry.lineup, round_index),
        run=lambda: _measure(duel, entry, round_index, cells),
    )


def _train(duel: _Duel, entry: PlannedEntry) -> tuple[str, str | None]:
    """Train one contestant in a process of its own and keep what it learned."""
    label = entry.lineup.label
    record, artifact = train_entry(duel.plan, entry, duel.bench, duel.recorder)
    if artifact is None:
        duel.failed[label] = f"its training ended as {record.status}: {record.reason}"
    else:
        duel.trained[label] = artifact
    return record.status, record.reason


def train_entry(
    plan: Plan, entry: PlannedEntry, bench: Bench, recorder: Recorder
) -> tuple[RunRecord, Artifact | None]:
    """Train one contestant, keep what it learned, and store both.

    Returns:
        how it went, and what was kept; None where it did not end well.

    Raises:
        BusyArtifact: another process is training it.
    """
    if entry.recipe is None or entry.train_cell is None:
        raise ValueError(f"{entry.lineup.label} keeps nothing that could be trained.")
    started_at, artifact = now(), None
    with bench.artifacts.begin(entry.recipe) as making:
        job = training_job(plan, entry, bench.limits, making)
        result = bench.executor.run(job, on_progress=bench.watcher.advance)
        record = recorder.of_job(entry.train_cell, 0, started_at, result)
        if result.status == "ok":
            artifact = bench.artifacts.finish(making)
            bench.store.add_artifact(artifact)
            metrics = {**record.metrics, "disk_bytes": artifact.bytes}
            record = replace(record, metrics=metrics, artifact_sha256=artifact.sha256)
    if result.host is not None:
        bench.store.add_environment(result.host.environment)
    bench.store.add_run(record)
    return record, artifact


def training_job(
    plan: Plan, entry: PlannedEntry, limits: Limits, making: Making | None = None
) -> Job:
    """The job that trains one contestant; without a making nothing is kept."""
    return Job(
        job_id=f"train {entry.lineup.label}",
        part=part_of(entry.lineup, _training_placement(entry), plan.seed),
        training=Training(
            training=examples_of(plan.task.training),
            validation=examples_of(plan.task.validation),
            checkpoints=None if making is None else str(making.checkpoints),
            save_to=None if making is None else str(making.content),
        ),
        limits=replace(limits, seconds=plan.preset.training_seconds),
    )


def _measure(
    duel: _Duel, entry: PlannedEntry, round_index: int, cells: Sequence[PlannedCell]
) -> tuple[str, str | None]:
    """Measure one contestant in a process of its own; each cell is stored when it is done."""
    by_key = {planned.cell.key: planned for planned in cells}
    started_at = now()
    untrained = [e.label for e in entry.lineup.leaves if e.label in duel.failed]
    if untrained:
        reason = f"{untrained[0]}: {duel.failed[untrained[0]]}"
        for planned in cells:
            record = duel.recorder.bare(planned.cell, round_index, started_at)
            duel.bench.store.add_run(replace(record, status="skipped", reason=reason))
        return "skipped", reason
    stored: set[str] = set()

    def store(cell_result: CellResult, so_far: JobResult) -> None:
        planned = by_key[cell_result.cell_key]
        record = duel.recorder.of_job(planned.cell, round_index, started_at, so_far)
        duel.bench.store.add_run(duel.recorder.with_cell(record, planned, cell_result))
        stored.add(cell_result.cell_key)

    # Each cell is stored the moment it is done: whoever is killed later loses only the next one.
    job = _measuring_job(duel, entry, round_index, cells)
    result = duel.bench.executor.run(job, duel.bench.watcher.advance, store)
    for cell_result in result.cells:
        if cell_result.cell_key not in stored:
            store(cell_result, result)
    failed = [cell for cell in result.cells if cell.status != "ok"]
    if result.status == "ok" and failed:
        return failed[0].status, failed[0].reason
    return result.status, result.reason


def _measuring_job(
    duel: _Duel, entry: PlannedEntry, round_index: int, cells: Sequence[PlannedCell]
) -> Job:
    lineup, task = entry.lineup, duel.plan.task
    training = None
    if any(e.info.needs_training and not e.info.keeps_weights for e in lineup.leaves):
        training = Training(
            training=examples_of(task.training), validation=examples_of(task.validation)
        )
    own = duel.trained.get(lineup.label)
    return Job(
        job_id=f"round {round_index + 1}: {lineup.label}",
        part=part_of(lineup, entry.placement, duel.plan.seed, duel.trained),
        training=training,
        artifact=own.path if own else None,
        cells=tuple(_work(planned) for planned in cells),
        limits=duel.bench.limits,
    )


def _work(planned: PlannedCell) -> CellWork:
    size = planned.cell.placement.batch_size
    return CellWork(
        cell_key=planned.cell.key,
        problems=tuple(planned.split.items[place].problem for place in planned.asked),
        batch_size=size,
        n_warmup=0 if planned.role == "answers" else WARM_UP_CALLS,
        keep_answers=planned.role != "throughput",
        seconds=planned.seconds,
        least_items=max(20, size),
    )


def part_of(
    lineup: LineupEntry,
    placement: Placement,
    seed: int,
    trained: Mapping[str, Artifact] | None = None,
) -> Part:
    """How a contestant is prepared at a placement.

    Args:
        lineup: the contestant.
        placement: device, number format, quantization and threads.
        seed: of everything random in it.
        trained: label of a stage to what it learned.
    """
    parts = []
    for stage in lineup.parts:
        part = part_of(stage, placement, seed)
        if trained and stage.label in trained:
            params = {**part.settings.params, "artifact": trained[stage.label].path}
            part = replace(part, settings=replace(part.settings, params=params))
        parts.append(part)
    settings = Settings(
        device=lineup.device_among(placement.device),
        dtype=lineup.dtype_among(placement.dtype),
        quantization=placement.quantization,
        engine=placement.engine,
        attention=placement.attention,
        padding=placement.padding,
        threads=placement.threads,
        seed=seed,
        params=lineup.params,
        parts=tuple(parts),
    )
    return Part(name=lineup.label, target=lineup.target, settings=settings)


def _training_placement(entry: PlannedEntry) -> Placement:
    """Weights are kept in the usual number format, whatever they answer in."""
    return replace(entry.placement, dtype=USUAL.dtype)


def examples_of(split: Split) -> tuple[Example, ...]:
    """Items of a split with their targets, to learn from."""
    return tuple(Example(problem=item.problem, target=item.target) for item in split.items)


def _guess_training_s(lineup: LineupEntry) -> float:
    limit = lineup.params.get("max_seconds")
    if isinstance(limit, (int, float)):
        return float(limit)
    return 900.0 if lineup.info.level == 5 else 30.0  # noqa: PLR2004  # the level of language models


def _guess_measuring_s(lineup: LineupEntry, round_index: int) -> float:
    """Before anything is known: heavier levels take longer, the first round takes the answers."""
    seconds = {1: 0.5, 2: 3.0, 3: 4.0, 4: 4.0, 5: 12.0}[lineup.info.level]
    return seconds * (3.0 if round_index == 0 else 1.0)
