"""A matrix on an executor with several places: results come in any order, each is stored once."""

import random

import pytest

from spoonbench.harness.artifacts import ArtifactStore
from spoonbench.harness.duel.lineup import LineupChoice, line_up
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel.run import Bench
from spoonbench.harness.environment import probe
from spoonbench.harness.matrix.plan import Wanted, plan_matrix
from spoonbench.harness.matrix.run import run_matrix, turns
from spoonbench.harness.matrix.sweep import Sweep, placements
from spoonbench.harness.protocol import CellResult, Host, JobResult, Limits
from spoonbench.harness.registry import make_task
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.solvers.api import Answer

HOST = Host(environment=probe(), observed={"node": {"id": "n1"}})


class Scattering:
    """Ends its jobs in another order than it began them; every answer is the size of a batch."""

    n_places = 3

    def run(self, job, on_progress=None, on_cell=None):
        raise AssertionError("one after another")

    def run_all(self, jobs, on_begin=None):
        order = list(range(len(jobs)))
        for index in order:
            on_begin(index)
        random.Random(1).shuffle(order)
        for index in order:
            (work,) = jobs[index].cells
            answer = Answer(status="answered", value=str(work.batch_size))
            cell = CellResult(
                cell_key=work.cell_key,
                status="ok",
                samples_ns=(1,),
                items_per_sample=(len(work.problems),),
                answers=(answer,) * len(work.problems) if work.keep_answers else None,
            )
            job_id = jobs[index].job_id
            yield index, JobResult(job_id=job_id, status="ok", cells=(cell,), host=HOST)


class Watcher:
    def __init__(self):
        self.under_way = set()

    def expect(self, jobs):
        self.expected = [name for name, _ in jobs]

    def begin(self, name):
        self.under_way.add(name)

    def advance(self, fraction, message):
        pass

    def end(self, name, status, reason):
        self.under_way.remove(name)


@pytest.fixture
def plan():
    task = make_task("word-problems", {"n_training": 10, "n_validation": 5, "n_items": 10})
    (entry,) = line_up(task, PRESETS["quick"], LineupChoice(only=("rules",)))
    sweep = Sweep(axes={"batch": (1, 2, 4)})
    wanted = Wanted(placements=placements(sweep), n_items=6, n_rounds=2, memory_bytes=1_000_000_000)
    return plan_matrix(task, entry, PRESETS["quick"], probe(), wanted)


def test_each_result_is_stored_under_its_own_cell_and_round(plan, tmp_path):
    to_run, watcher = turns(plan, ()), Watcher()
    with open_writer(tmp_path / "store.sqlite") as store:
        bench = Bench(
            executor=Scattering(),
            store=store,
            artifacts=ArtifactStore(tmp_path / "models"),
            watcher=watcher,
            observe=dict,
            limits=Limits(),
        )
        run_matrix(plan, bench, to_run, None, lambda _: 1.0)
    assert watcher.under_way == set()
    assert len(watcher.expected) == len(to_run)
    sizes = {cell.key: cell.placement.batch_size for cell in plan.matrix.cells}
    with open_reader(tmp_path / "store.sqlite") as reader:
        runs = reader.runs()
        assert sorted((run.cell_key, run.round_index) for run in runs) == sorted(
            (turn.cell.key, turn.round_index) for turn in to_run
        )
        for run in runs:
            said = reader.answers(run.run_id)
            values = None if said is None else {answer.value for answer in said}
            assert values in (None, {str(sizes[run.cell_key])})
            assert run.observed == HOST.observed
        assert reader.environment(HOST.environment.environment_id) == HOST.environment
