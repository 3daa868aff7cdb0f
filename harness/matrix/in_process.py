"""One cell of a matrix measured inside a process that others share, such as pytest's.

The contestant is prepared as in a child, with the same settings. One call is repeated on one full
batch by whoever holds the clock; what came back is checked between the calls. One more pass, which
nobody times, answers all items.

Not covered: a limit on memory or time, which only a process of its own can have; energy; the time
of imports, which the cells of one process share, so that a record has no `load_s`; the allocator's
settings of a child, which must be set before an interpreter starts.
"""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.affinity import ANY
from spoonbench.harness.duel.recording import Recorder, now
from spoonbench.harness.duel.run import examples_of, part_of
from spoonbench.harness.environment import observe
from spoonbench.harness.executors.libraries import (
    check_installed,
    import_modules,
    load_class,
    modules_of,
    required,
)
from spoonbench.harness.executors.surroundings import set_threads
from spoonbench.harness.matrix.work import (
    Pacing,
    calibration_of,
    learner_of,
    planned_cell,
    work_of,
)
from spoonbench.harness.matrix_records import PROCESS, PYTEST
from spoonbench.harness.memory import MemoryMeter, device_peak, start_device_peak
from spoonbench.harness.passes import make_calls
from spoonbench.harness.probing import probe_part
from spoonbench.harness.protocol import CellResult, JobResult
from spoonbench.harness.timing import synchroniser, time_call
from spoonbench.harness.warmup import has_settled
from spoonbench.harness.worker import SIZED_PROBLEMS, verdict
from spoonbench.solvers.api import Measures, Unsupported
from spoonbench.solvers.engines import BuildsEngine
from spoonbench.solvers.quantizations import Calibrates, Quantizes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.duel.plan import PlannedCell
    from spoonbench.harness.matrix.plan import MatrixPlan
    from spoonbench.harness.passes import Calls
    from spoonbench.harness.records import Artifact, RunRecord
    from spoonbench.solvers.api import Answer

MEMORY_NOTE = (
    "resident and peak bytes are those of the shared process, above what it held before this cell: "
    "memory that an earlier cell left to the allocator is used again and not counted"
)
_MISSING = {
    "load_s": "the cells of one process share their imports",
    "energy_j": "not metered inside a process that others share",
}


@dataclass(slots=True)
class RepeatedCall:
    """One call of a cell, made as often as somebody wants to time it.

    Attributes:
        calls: of the cell.
        device: that is waited for.
        samples_ns: nanoseconds of each call that was looked at, by our own clock.
        figures: series of the mode, one figure a call; see `spoonbench.harness.cells`.
    """

    calls: Calls
    device: str
    samples_ns: list[int] = field(default_factory=list)
    figures: dict[str, list[Any]] = field(default_factory=dict)
    _last: tuple[int, Any] = (0, None)

    @property
    def batch(self) -> Sequence[Any]:
        """The first of the cell: a full one, where there are items enough."""
        return self.calls.batches[0]

    def run(self, batch: Sequence[Any]) -> None:
        """What is timed; returns when the device has finished."""
        self._last = time_call(self.calls.run, batch, synchroniser(self.device))

    def check(self, batch: Sequence[Any]) -> None:
        """Look at what the last call gave.

        Raises:
            BadAnswers: it is not what a contestant may give.
        """
        elapsed_ns, result = self._last
        outcome = self.calls.keep(batch, result, elapsed_ns)
        self.samples_ns.append(elapsed_ns)
        for name, figure in outcome.figures.items():
            self.figures.setdefault(name, []).append(figure)


@dataclass(slots=True)
class LoadedCell:
    """A cell whose contestant is ready in this process; close it when done.

    Attributes:
        planned: the cell with its items.
        repeated: what is timed.
        loading: what preparing it showed.
        prepare_s: seconds to prepare and load, imports left out.
        artifact: of what was learned, where it is kept.
        started_at: UTC, ISO 8601.
    """

    planned: PlannedCell
    repeated: RepeatedCall
    loading: JobResult
    prepare_s: float
    artifact: Artifact | None
    started_at: str
    _memory: MemoryMeter
    _solver: Any

    def answer_all(self) -> tuple[Answer, ...] | None:
        """Answers to all items, not timed; None in other modes than "answer"."""
        calls = self.repeated.calls
        if self.planned.cell.workload.mode != "answer":
            return None
        answers: list[Answer] = []
        for batch in calls.batches:
            answers += calls.keep(batch, calls.run(batch), 0).answers
        return tuple(answers)

    def record(
        self, plan: MatrixPlan, answers: tuple[Answer, ...] | None, n_warmup: int, n_timed: int
    ) -> RunRecord:
        """What came out, without the samples, which belong to whoever held the clock.

        Args:
            plan: of the matrix.
            answers: of `answer_all`.
            n_warmup: the first calls that were looked at.
            n_timed: those after them.
        """
        peak, no_peak = self._memory.peak()
        on_device, no_device = device_peak(self.repeated.device)
        reasons = {**_MISSING, "peak_bytes": no_peak, "device_peak_bytes": no_device}
        warmup_ns = tuple(self.repeated.samples_ns[:n_warmup])
        end = n_warmup + n_timed
        series = {name: found[n_warmup:end] for name, found in self.repeated.figures.items()}
        result = CellResult(
            cell_key=self.planned.cell.key,
            status="ok",
            warmup_ns=warmup_ns,
            answers=answers,
            peak_bytes=peak,
            device_peak_bytes=on_device,
            missing={name: reason for name, reason in reasons.items() if reason is not None},
            metrics={
                "warmup_settled": has_settled(warmup_ns),
                **series,
                **self.repeated.calls.facts(),
            },
        )
        recorder = _recorder(plan)
        record = recorder.of_job(self.planned.cell, 0, self.started_at, self.loading)
        record = recorder.with_cell(record, self.planned, result)
        metrics = {
            **record.metrics,
            PROCESS: PYTEST,
            "prepare_s": self.prepare_s,
            "memory_note": MEMORY_NOTE,
            "timed": "one batch, again and again",
            "cut_short": False,
        }
        sha256 = None if self.artifact is None else self.artifact.sha256
        return replace(record, metrics=metrics, artifact_sha256=sha256)

    def close(self) -> None:
        """Let the contestant go."""
        self.repeated.calls.close()
        self._solver.close()


def load_cell(plan: MatrixPlan, name: str, artifact: Artifact | None) -> LoadedCell:
    """Prepare the contestant of a cell here.

    Args:
        plan: of the matrix.
        name: of the cell.
        artifact: what the model learned; None for one that keeps nothing.

    Raises:
        Unsupported: the cell cannot be measured here; the contestant says why.
        MissingLibrary: likewise.
        Exception: whatever else the contestant raises.
    """
    at = plan.matrix.cell(name).placement
    cell, task = plan.cells[name], plan.training.task
    planned = planned_cell(cell, plan.split, at)
    lineup, placement = learner_of(plan.entry.lineup, at)
    if at.affinity != ANY:
        raise Unsupported("threads are pinned to cores in a process of their own alone")
    part = part_of(lineup, placement, cell.seed)
    needs = required(part)
    check_installed(needs)
    import_modules(modules_of(needs))
    set_threads(part.settings.threads)
    probe = probe_part(part)
    gc.collect()
    started_at, memory = now(), MemoryMeter()
    start_device_peak(part.settings.device)
    start = time.perf_counter_ns()
    solver = load_class(part.target)()
    solver.prepare(part.settings)
    if isinstance(solver, Calibrates):
        solver.calibrate_on(calibration_of(at, plan.texts))
    if artifact is not None:
        solver.load(Path(artifact.path))
    prepare_s = (time.perf_counter_ns() - start) / 1e9
    fit_s = None
    if lineup.info.needs_training and not lineup.info.keeps_weights:
        start = time.perf_counter_ns()
        learned = (examples_of(task.training), examples_of(task.validation))
        solver.fit(*learned, lambda fraction, message: None, None)
        fit_s = (time.perf_counter_ns() - start) / 1e9
    loading = JobResult(
        job_id=name,
        status="ok",
        probe=probe,
        baseline_bytes=memory.baseline_bytes,
        resident_bytes=memory.resident(),
        fit_s=fit_s,
        **_described(solver, plan),
    )
    # Only a child can change how it gives memory back.
    work = work_of(
        planned,
        at,
        plan.texts,
        Pacing(),
        is_first=True,
        tells_parts=False,
        tells_memory=False,
    )
    return LoadedCell(
        planned=planned,
        repeated=RepeatedCall(make_calls(solver, work), part.settings.device),
        loading=loading,
        prepare_s=prepare_s,
        artifact=artifact,
        started_at=started_at,
        _memory=memory,
        _solver=solver,
    )


def failed_record(plan: MatrixPlan, name: str, exc: BaseException) -> RunRecord:
    """The record of a cell whose contestant raised something."""
    status, reason = verdict(exc)
    record = _recorder(plan).bare(plan.cells[name], 0, now())
    return replace(record, status=status, reason=reason, metrics={PROCESS: PYTEST})


def _described(solver: Any, plan: MatrixPlan) -> dict[str, Any]:
    """Size, quantization and engine, as far as it tells them."""
    problems = tuple(item.problem for item in plan.split.items[:SIZED_PROBLEMS])
    return {
        "size": solver.size(problems) if isinstance(solver, Measures) else None,
        "quantized": solver.quantized() if isinstance(solver, Quantizes) else None,
        "engine": solver.build_engine() if isinstance(solver, BuildsEngine) else None,
    }


def _recorder(plan: MatrixPlan) -> Recorder:
    return Recorder(
        task=plan.training.task, environment_id=plan.matrix.environment_id, observe=observe
    )
