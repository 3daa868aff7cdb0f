"""A small matrix of a made-up task, and an executor that answers without a child."""

from dataclasses import replace
from pathlib import Path

import pytest

from spoonbench.harness.artifacts import ArtifactStore
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel.run import Bench
from spoonbench.harness.environment import probe
from spoonbench.harness.matrix.model import enter_model
from spoonbench.harness.matrix.plan import Wanted, plan_matrix
from spoonbench.harness.matrix.run import run_matrix, train_model, turns
from spoonbench.harness.matrix.summary import summarize_matrix
from spoonbench.harness.matrix.sweep import Sweep, placements
from spoonbench.harness.progress import SilentWatcher
from spoonbench.harness.protocol import CellResult, JobResult, Limits
from spoonbench.harness.registry import make_task
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.solvers.api import Answer, FitReport

PRESET = PRESETS["quick"]
NS_PER_ITEM = 1_000_000


class FakeExecutor:
    """Answers "1" with three tokens to everything, each item in a millisecond.

    Args:
        broken: part of the names of jobs to the status in which they end.
    """

    def __init__(self, broken=None):
        self.jobs = []
        self.broken = broken or {}

    def run(self, job, on_progress=None, on_cell=None):
        self.jobs.append(job)
        for part, status in self.broken.items():
            if part in job.job_id:
                cells = tuple(
                    CellResult(cell_key=work.cell_key, status=status, reason=f"it is {status}")
                    for work in job.cells
                )
                return JobResult(job_id=job.job_id, status=status, reason="it is", cells=cells)
        if job.training is not None and job.training.save_to:
            (Path(job.training.save_to) / "weights.safetensors").write_bytes(b"w")
        result = JobResult(
            job_id=job.job_id,
            status="ok",
            load_s=0.5,
            baseline_bytes=1000,
            resident_bytes=10,
            fit_report=FitReport(n_examples=7) if job.training else None,
            cells=tuple(self._cell(work) for work in job.cells),
        )
        for cell in result.cells if on_cell else ():
            on_cell(cell, result)
        return result

    @staticmethod
    def _cell(work):
        size = work.batch_size
        sizes = [len(work.problems[at : at + size]) for at in range(0, len(work.problems), size)]
        answers = tuple(
            Answer(status="answered", value="1", tokens_out=3, first_token_s=0.0005)
            for _ in work.problems
        )
        return CellResult(
            cell_key=work.cell_key,
            status="ok",
            samples_ns=tuple(NS_PER_ITEM * n for n in sizes),
            items_per_sample=tuple(sizes),
            answers=answers if work.keep_answers else None,
            peak_bytes=20,
        )


class Laboratory:
    """Plans and runs matrices in one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = replace(probe(), n_cores=2, memory_bytes=8_000_000_000)

    def plan(self, axes, model="spoon", *, n_rounds=2, **wanted):
        return self.plan_for(lambda task: enter_model(model, task, PRESET), axes, n_rounds, wanted)

    def plan_for(self, entered, axes, n_rounds=2, wanted=None):
        """A plan for whoever `entered` makes of the task."""
        task = make_task("word-problems", {"n_training": 20, "n_validation": 5, "n_items": 8})
        asked = self.wanted(axes, n_rounds, **(wanted or {}))
        return plan_matrix(task, entered(task), PRESET, self.environment, asked)

    def wanted(self, axes, n_rounds=2, **wanted):
        return Wanted(
            placements=placements(Sweep(axes=axes)),
            n_items=6,
            n_rounds=n_rounds,
            **{"memory_bytes": 4_000_000_000, **wanted},
        )

    def run(self, plan, executor, done=()):
        with open_writer(self.folder / "store.sqlite") as store:
            bench = Bench(
                executor=executor,
                store=store,
                artifacts=ArtifactStore(self.folder / "models"),
                watcher=SilentWatcher(),
                observe=dict,
                limits=Limits(seconds=5),
            )
            artifact = train_model(plan, bench)
            run_matrix(plan, bench, turns(plan, done), artifact, lambda turn: 1.0)

    def runs(self):
        with open_reader(self.folder / "store.sqlite") as reader:
            return reader.runs()

    def evidence(self, plan):
        with open_reader(self.folder / "store.sqlite") as reader:
            matrix = reader.matrix(plan.matrix.matrix_id)
            return summarize_matrix(matrix, reader.runs(), reader.answers)


@pytest.fixture
def laboratory(tmp_path):
    return Laboratory(tmp_path)


@pytest.fixture
def fake():
    return FakeExecutor
