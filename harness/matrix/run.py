"""Runs a planned matrix: trains the model once, then every cell in a child of its own, in rounds.

Each run is stored as soon as it is done, so that a matrix that was interrupted goes on where it
stopped. The cells of a round come in a random order, and the baseline twice among them, as an A/A
pair: what differs between the two is noise.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from spoonbench.harness.duel.recording import Recorder, now
from spoonbench.harness.duel.run import part_of, train_entry
from spoonbench.harness.matrix.work import (
    Pacing,
    calibration_of,
    learner_of,
    planned_cell,
    work_of,
)
from spoonbench.harness.matrix_records import CHILD, PROCESS
from spoonbench.harness.protocol import Job, JobResult, Training
from spoonbench.harness.records import StoredItem
from spoonbench.harness.registry import make_solver
from spoonbench.solvers.texts import BreaksDown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from spoonbench.harness.duel.plan import PlannedCell
    from spoonbench.harness.duel.run import Bench
    from spoonbench.harness.matrix.plan import MatrixPlan
    from spoonbench.harness.matrix_records import MatrixCell
    from spoonbench.harness.protocol import CellResult
    from spoonbench.harness.records import Artifact, RunRecord
    from spoonbench.harness.store.writer import StoreWriter

_TRAINING_S = 150.0
AGAIN = ("ok", "error", "oom", "timeout")
"""A cell that ended so is not run again by the same command; one that was killed is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One cell in one round.

    Attributes:
        cell: of the matrix.
        round_index: under which it is stored; that of the twin is `Matrix.twin_round`.
        is_first: all items are answered, and the answers are kept; otherwise time is all it is for.
    """

    cell: MatrixCell
    round_index: int
    is_first: bool


@runtime_checkable
class RunsMany(Protocol):
    """An executor that has several jobs under way at once."""

    @property
    def n_places(self) -> int:
        """Jobs that can be under way at once."""
        ...

    def run_all(
        self, jobs: Sequence[Job], on_begin: Callable[[int], None] | None = None
    ) -> Iterator[tuple[int, JobResult]]:
        """Run jobs, begun in order; numbers and results of jobs, in the order in which they end."""
        ...


class ModelMissing(Exception):
    """The model could not be trained; the message says why."""


def turns(plan: MatrixPlan, done: Iterable[tuple[str, int]]) -> list[Turn]:
    """What is still to be run, in the order in which it will be.

    Args:
        plan: of the matrix.
        done: (cell key, round) of what is there already.
    """
    matrix, known = plan.matrix, frozenset(done)
    running = [cell for cell in matrix.cells if cell.why_skipped is None]
    found = []
    for round_index in range(matrix.n_rounds):
        of_round = [
            Turn(cell=cell, round_index=round_index, is_first=round_index == 0) for cell in running
        ]
        of_round += [
            Turn(cell=cell, round_index=matrix.twin_round(round_index), is_first=round_index == 0)
            for cell in running
            if cell.name == matrix.baseline
        ]
        random.Random(f"{matrix.matrix_id}/{round_index}").shuffle(of_round)  # noqa: S311  # no secret
        found += of_round
    return [turn for turn in found if (turn.cell.key, turn.round_index) not in known]


def run_matrix(
    plan: MatrixPlan,
    bench: Bench,
    to_run: Sequence[Turn],
    artifact: Artifact | None,
    guess_s: Callable[[Turn], float],
    *,
    pacing: Pacing | None = None,
) -> None:
    """Run cells, and store what comes out.

    Args:
        plan: of the matrix.
        bench: what it is run with.
        to_run: of `turns`.
        artifact: of `train_model`.
        guess_s: seconds that a run will take, for the progress display.
        pacing: how long cells may take.
    """
    recorder = _recorder(plan, bench)
    store_plan(plan, bench.store)
    runner = _Runner(
        plan=plan,
        bench=bench,
        recorder=recorder,
        pacing=pacing or Pacing(),
    )
    names = [runner.name_of(turn) for turn in to_run]
    guesses = [guess_s(turn) for turn in to_run]
    watcher = bench.watcher
    watcher.expect(list(zip(names, guesses, strict=True)))
    if isinstance(bench.executor, RunsMany):
        _run_at_once(runner, bench.executor, to_run, artifact)
        return
    skipped: set[str] = set()
    for turn, name in zip(to_run, names, strict=True):
        if turn.cell.name in skipped:
            continue
        watcher.begin(name)
        status, reason = runner.run(turn, artifact)
        if status == "skipped":
            # The child says what cannot be done here; it would say so again.
            skipped.add(turn.cell.name)
        watcher.end(name, status, reason)


def _run_at_once(
    runner: _Runner, executor: RunsMany, to_run: Sequence[Turn], artifact: Artifact | None
) -> None:
    """Run as many cells at once as there are places; each is stored here when it is done.

    They are begun in the order of their rounds; rounds overlap where one ends.
    """
    watcher = runner.bench.watcher
    planned = [runner.planned(turn) for turn in to_run]
    jobs = [runner.job(*pair, artifact) for pair in zip(to_run, planned, strict=True)]
    started_at: dict[int, str] = {}

    def begin(index: int) -> None:
        started_at[index] = now()
        watcher.begin(jobs[index].job_id)

    for index, result in executor.run_all(jobs, begin):
        record = runner.record(
            to_run[index], planned[index], started_at.get(index, now()), result, result.cells[0]
        )
        runner.keep(record, artifact, result)
        watcher.end(jobs[index].job_id, record.status, record.reason)


def store_plan(plan: MatrixPlan, store: StoreWriter) -> None:
    """Store the cells of a plan, its items and its matrix."""
    for cell in plan.cells.values():
        store.add_cell(cell)
    store.add_items(plan.split.items_hash, stored_items(plan))
    store.add_matrix(plan.matrix)


def stored_items(plan: MatrixPlan) -> list[StoredItem]:
    """Items of every cell, as they are kept."""
    return [
        StoredItem(problem_id=item.problem.problem_id, text=item.problem.text, target=item.target)
        for item in plan.split.items
    ]


def train_model(plan: MatrixPlan, bench: Bench) -> Artifact | None:
    """What the model learned: found, or learned now; None for one that keeps nothing.

    Raises:
        BusyArtifact: another process is training it.
        DamagedArtifact: what it learned is there, but not as it was written.
        ModelMissing: the training did not end well.
    """
    entry = plan.entry
    if entry.recipe is None:
        return None
    found = bench.artifacts.find(entry.recipe)
    if found is not None:
        return found
    if entry.train_cell is not None:
        bench.store.add_cell(entry.train_cell)
    name = f"train {entry.lineup.label}"
    bench.watcher.expect([(name, _TRAINING_S)])
    bench.watcher.begin(name)
    record, artifact = train_entry(plan.training, entry, bench, _recorder(plan, bench))
    bench.watcher.end(name, record.status, record.reason)
    if artifact is None:
        raise ModelMissing(
            f"The training of {entry.lineup.label} ended as {record.status}: {record.reason}"
        )
    return artifact


def _recorder(plan: MatrixPlan, bench: Bench) -> Recorder:
    return Recorder(
        task=plan.training.task,
        environment_id=plan.matrix.environment_id,
        observe=bench.observe,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runner:
    """Makes jobs of turns, and records of their results.

    The texts of all jobs are the same tuples, so that what they share can be told by its identity.
    """

    plan: MatrixPlan
    bench: Bench
    recorder: Recorder
    pacing: Pacing

    def name_of(self, turn: Turn) -> str:
        """For the progress display."""
        n_rounds = self.plan.matrix.n_rounds
        again = " again" if turn.round_index >= n_rounds else ""
        return f"round {turn.round_index % n_rounds + 1}: {turn.cell.name}{again}"

    def run(self, turn: Turn, artifact: Artifact | None) -> tuple[str, str | None]:
        """Run one cell in a child, and store it."""
        planned, started_at = self.planned(turn), now()
        stored: list[RunRecord] = []

        def store(cell: CellResult, so_far: JobResult) -> None:
            record = self.record(turn, planned, started_at, so_far, cell)
            self.keep(record, artifact, so_far)
            stored.append(record)

        job = self.job(turn, planned, artifact)
        result = self.bench.executor.run(job, self.bench.watcher.advance, store)
        if not stored:
            store(result.cells[0], result)
        return stored[0].status, stored[0].reason

    def planned(self, turn: Turn) -> PlannedCell:
        """The cell of a turn, as a duel would plan it."""
        name = turn.cell.name
        return planned_cell(self.plan.cells[name], self.plan.split, turn.cell.placement)

    def record(
        self,
        turn: Turn,
        planned: PlannedCell,
        started_at: str,
        result: JobResult,
        cell: CellResult,
    ) -> RunRecord:
        """What is stored of one run."""
        record = self.recorder.of_job(planned.cell, turn.round_index, started_at, result)
        record = self.recorder.with_cell(record, planned, cell)
        return replace(record, metrics={**record.metrics, PROCESS: CHILD})

    def keep(self, record: RunRecord, artifact: Artifact | None, result: JobResult) -> None:
        """Store a run, and the machine that it ran on where that was another one."""
        if artifact is not None:
            record = replace(record, artifact_sha256=artifact.sha256)
        if result.host is not None:
            self.bench.store.add_environment(result.host.environment)
        self.bench.store.add_run(record)

    def job(self, turn: Turn, planned: PlannedCell, artifact: Artifact | None) -> Job:
        """What a child is asked to do in a turn."""
        lineup, placement = learner_of(self.plan.entry.lineup, turn.cell.placement)
        training = None
        if lineup.info.needs_training and not lineup.info.keeps_weights:
            training = Training(
                training=self.plan.texts.training, validation=self.plan.texts.validation
            )
        return Job(
            job_id=self.name_of(turn),
            part=part_of(lineup, placement, planned.cell.seed),
            training=training,
            artifact=None if artifact is None else artifact.path,
            cells=(
                work_of(
                    planned,
                    turn.cell.placement,
                    self.plan.texts,
                    self.pacing,
                    is_first=turn.is_first,
                    tells_parts=isinstance(make_solver(lineup.target), BreaksDown),
                    tells_memory=self.plan.model.shape is not None,
                ),
            ),
            limits=self.bench.limits,
            affinity=turn.cell.placement.affinity,
            calibration=calibration_of(turn.cell.placement, self.plan.texts),
        )
