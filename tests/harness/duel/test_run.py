"""A duel with a real store and a made-up executor: what is asked for, stored, and left out."""

from dataclasses import replace
from pathlib import Path

import pytest

from spoonbench.harness.artifacts import ArtifactStore
from spoonbench.harness.duel.lineup import LineupChoice, line_up
from spoonbench.harness.duel.plan import Wishes, make_plan
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel.run import Bench, Finished, run_duel
from spoonbench.harness.duel_records import Requirements
from spoonbench.harness.measurements import summarize
from spoonbench.harness.progress import SilentWatcher
from spoonbench.harness.protocol import CellResult, JobResult, Limits
from spoonbench.harness.registry import make_task
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.harness.tasks.api import BadTask
from spoonbench.solvers.api import Answer, FitReport

PRESET = replace(PRESETS["quick"], latency_items=5, throughput_items=6, batch_sizes=(2,))


class FakeExecutor:
    """Answers "1" to everything; jobs whose name holds `broken` end as they would after a crash."""

    def __init__(self, broken="nothing"):
        self.jobs = []
        self.broken = broken

    def run(self, job, on_progress=None, on_cell=None):
        self.jobs.append(job)
        if self.broken in job.job_id:
            cells = tuple(
                CellResult(cell_key=w.cell_key, status="error", reason="it crashed")
                for w in job.cells
            )
            return JobResult(job_id=job.job_id, status="error", reason="it crashed", cells=cells)
        if job.training is not None and job.training.save_to:
            (Path(job.training.save_to) / "weights.safetensors").write_bytes(b"w")
        cells = tuple(self._cell(work) for work in job.cells)
        result = JobResult(
            job_id=job.job_id,
            status="ok",
            load_s=0.1,
            baseline_bytes=1000,
            resident_bytes=10,
            fit_s=2.0 if job.training else None,
            fit_report=FitReport(n_examples=7) if job.training else None,
            cells=cells,
        )
        for cell in cells if on_cell else ():
            on_cell(cell, result)
        return result

    @staticmethod
    def _cell(work):
        sizes = [
            len(work.problems[i : i + work.batch_size])
            for i in range(0, len(work.problems), work.batch_size)
        ]
        answers = tuple(
            Answer(status="answered", value="1", reason=problem.problem_id)
            for problem in work.problems
        )
        return CellResult(
            cell_key=work.cell_key,
            status="ok",
            samples_ns=tuple(1000 * n for n in sizes),
            items_per_sample=tuple(sizes),
            answers=answers if work.keep_answers else None,
            peak_bytes=20,
        )


class Silent(SilentWatcher):
    def __init__(self):
        self.jobs = []

    def expect(self, jobs):
        self.jobs = [name for name, _ in jobs]


@pytest.fixture
def plan():
    task = make_task("word-problems", {"n_training": 20, "n_validation": 5, "n_items": 8})
    choice = LineupChoice(only=("spoon", "tfidf-ridge", "lm-tiny", "rules+lm-tiny"))
    lineup = line_up(task, PRESET, choice)
    wishes = Wishes(
        requirements=Requirements(), effort=None, command=("spoonbench", "duel"), environment_id="e"
    )
    return make_plan(task, lineup, PRESET, wishes)


def run(plan, folder, executor, finished=None):
    watcher = Silent()
    with open_writer(folder / "store.sqlite") as store:
        bench = Bench(
            executor=executor,
            store=store,
            artifacts=ArtifactStore(folder / "models"),
            watcher=watcher,
            observe=dict,
            limits=Limits(seconds=5),
        )
        run_duel(plan, bench, finished or Finished())
    return watcher


def stored(folder):
    with open_reader(folder / "store.sqlite") as reader:
        return reader.runs()


def finished(folder):
    return Finished(
        cells=frozenset((r.cell_key, r.round_index) for r in stored(folder) if r.status == "ok")
    )


def test_every_cell_gets_a_record_in_every_round(plan, tmp_path):
    run(plan, tmp_path, FakeExecutor())
    records = stored(tmp_path)
    for entry in plan.entries:
        for planned in entry.cells:
            rounds = {r.round_index for r in records if r.cell_key == planned.cell.key}
            assert rounds == ({0} if planned.role == "answers" else {0, 1})


def test_the_measurements_come_out_of_the_store(plan, tmp_path):
    run(plan, tmp_path, FakeExecutor())
    with open_reader(tmp_path / "store.sqlite") as reader:
        duel = reader.duel(plan.duel.duel_id)
        measurements = summarize(duel, reader.runs(), reader.answers)
    assert [m.status for m in measurements] == ["ok"] * 4
    first = measurements[0]
    assert [score.split for score in first.splits] == [split.name for split in plan.task.splits]
    assert first.latency_p50_s.value == pytest.approx(1e-6)
    assert set(first.throughput) == {1, 2}


def test_answers_stand_in_the_order_of_the_items_whatever_the_order_of_asking(plan, tmp_path):
    executor = FakeExecutor()
    run(plan, tmp_path, executor)
    (planned, *_) = (c for entry in plan.entries for c in entry.cells if c.role == "answers")
    works = [work for job in executor.jobs for work in job.cells]
    (asked, *_) = (work for work in works if work.cell_key == planned.cell.key)
    lengths = [len(problem.text) for problem in asked.problems]
    assert lengths == sorted(lengths, reverse=True)
    with open_reader(tmp_path / "store.sqlite") as reader:
        (record,) = reader.runs(cell_keys=[planned.cell.key])
        answers = reader.answers(record.run_id)
    ids = [item.problem.problem_id for item in planned.split.items]
    assert [answer.problem_id for answer in answers] == ids
    assert [answer.reason for answer in answers] == ids


def test_a_finished_duel_runs_nothing_again(plan, tmp_path):
    run(plan, tmp_path, FakeExecutor())
    executor = FakeExecutor()
    watcher = run(plan, tmp_path, executor, finished(tmp_path))
    assert executor.jobs == []
    assert watcher.jobs == []


def test_a_failed_cell_is_not_done_and_the_others_go_on(plan, tmp_path):
    run(plan, tmp_path, FakeExecutor(broken="round 1: tfidf-ridge"))
    broken = [r for r in stored(tmp_path) if r.status != "ok"]
    assert {r.reason for r in broken} == {"it crashed"}
    executor = FakeExecutor()
    run(plan, tmp_path, executor, finished(tmp_path))
    assert [job.job_id for job in executor.jobs] == ["round 1: tfidf-ridge"]
    assert len(executor.jobs[0].cells) == len({r.cell_key for r in broken})


def test_without_its_training_a_model_and_its_hybrids_are_skipped_with_the_reason(plan, tmp_path):
    run(plan, tmp_path, FakeExecutor(broken="train lm-tiny"))
    skipped = [r for r in stored(tmp_path) if r.status == "skipped"]
    labels = {
        entry.label
        for entry in plan.duel.entries
        for record in skipped
        if record.cell_key in entry.answer_cells.values()
    }
    assert labels == {"lm-tiny", "rules+lm-tiny"}
    assert all("it crashed" in record.reason for record in skipped)


def test_what_was_trained_is_found_again_when_cells_change(plan, tmp_path):
    run(plan, tmp_path, FakeExecutor())
    wider = replace(PRESET, batch_sizes=(2, 4))
    lineup = [entry.lineup for entry in plan.entries]
    wishes = Wishes(requirements=Requirements(), effort=None, command=("x",), environment_id="e")
    again = make_plan(plan.task, lineup, wider, wishes)
    executor = FakeExecutor()
    run(again, tmp_path, executor, finished(tmp_path))
    assert executor.jobs
    assert not [job for job in executor.jobs if job.job_id.startswith("train")]


def test_targets_never_reach_a_measuring_job_but_for_its_own_training(plan, tmp_path):
    executor = FakeExecutor()
    run(plan, tmp_path, executor)
    held_out = {i.problem.problem_id for s in plan.task.splits for i in s.items}
    for job in executor.jobs:
        if job.training is not None:
            learned = {e.problem.problem_id for e in job.training.training}
            assert not learned & held_out


def test_a_split_that_does_not_exist_is_refused(plan):
    lineup = [entry.lineup for entry in plan.entries]
    wishes = Wishes(
        requirements=Requirements(split="tset"), effort=None, command=(), environment_id="e"
    )
    with pytest.raises(BadTask, match="test"):
        make_plan(plan.task, lineup, PRESET, wishes)
