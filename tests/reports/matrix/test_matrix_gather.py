from dataclasses import replace

import pytest

from spoonbench.harness.records import Cell, Contestant, RunRecord, ScoredAnswer, Workload
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.reports.matrix import gather
from spoonbench.reports.matrix_terminal import summary_json

WORKLOAD = Workload(task="word-problems", task_version="1", split="test", items_hash="ef" * 32)
CONTESTANT = Contestant(solver="lm-tiny", solver_version="1")


def run_of(cell, number, environment_id, *, round_index=0, seconds=1.0, status="ok"):
    answers = None
    if round_index == 0 and status == "ok":
        answers = tuple(
            ScoredAnswer(problem_id=f"p{k}", status="answered", value=str(k), is_correct=k < 6)
            for k in range(10)
        )
    return RunRecord(
        run_id=f"run-{number:03}",
        cell_key=cell.key,
        environment_id=environment_id,
        status=status,
        started_at="2026-01-01T00:00:00+00:00",
        round_index=round_index,
        load_s=1.0,
        samples_ns=(int(seconds * 1e9),) if status == "ok" else (),
        items_per_sample=(10,) if status == "ok" else (),
        answers=answers,
    )


@pytest.fixture
def stored(report, tmp_path):
    """A matrix of two cells in a store: the second is twice as fast, and ran elsewhere as well."""
    planned = [report.matrix.cell("fp32-full-batch1"), report.matrix.cell("fp32-full-batch8")]
    cells = [
        Cell(workload=WORKLOAD, contestant=CONTESTANT, placement=one.placement) for one in planned
    ]
    here = report.environment.environment_id
    elsewhere = replace(report.environment, processor="another")
    matrix = replace(
        report.matrix,
        environment_id=here,
        n_rounds=2,
        cells=tuple(replace(one, key=cell.key) for one, cell in zip(planned, cells, strict=True)),
    )
    path = tmp_path / "store.sqlite"
    with open_writer(path) as store:
        store.add_environment(report.environment)
        store.add_environment(elsewhere)
        for cell in cells:
            store.add_cell(cell)
        store.add_matrix(matrix)
        number = 0
        for round_index in (0, 1):
            for cell, seconds in zip(cells, (2.0, 1.0), strict=True):
                number += 1
                store.add_run(run_of(cell, number, here, round_index=round_index, seconds=seconds))
            number += 1
            twin = matrix.twin_round(round_index)
            store.add_run(run_of(cells[0], number, here, round_index=twin, seconds=2.0))
        store.add_run(run_of(cells[1], 99, elsewhere.environment_id, round_index=0, status="error"))
    with open_reader(path) as reader:
        yield reader, matrix


def test_a_stored_matrix_is_gathered_with_its_machine(stored, report):
    reader, matrix = stored
    found = gather(reader, matrix.matrix_id[:4])
    assert found.matrix == matrix
    assert found.environment == report.environment
    assert [one.speed.verdict for one in found.verdicts] == ["baseline", "faster"]
    assert found.verdicts[1].speed.ratio == 2.0
    assert summary_json(found)["cells"][0]["accuracy"]["n_successes"] == 6


def test_runs_of_another_machine_are_left_aside_and_it_is_said(stored):
    reader, matrix = stored
    found = gather(reader, matrix.matrix_id)
    assert [one.status for one in found.evidence.cells] == ["ok", "ok"]
    assert found.notes[0].startswith("1 run of these cells was made on another machine")


def test_a_matrix_that_is_not_there_is_an_error(stored):
    reader, _ = stored
    with pytest.raises(StoreError):
        gather(reader, "nothing")
