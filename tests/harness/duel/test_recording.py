"""What a job says of its quantization, and a cell of its passes, stands in the record."""

from dataclasses import replace

import pytest

from spoonbench.harness.duel.plan import PlannedCell
from spoonbench.harness.duel.recording import Recorder, now
from spoonbench.harness.protocol import CellResult, JobResult
from spoonbench.harness.records import Cell, Contestant, Placement, Workload
from spoonbench.harness.tasks.api import Split, Task
from spoonbench.solvers.engines import EngineReport
from spoonbench.solvers.quantizations import Quantized

CELL = Cell(
    workload=Workload(task="t", task_version="1", split="test", items_hash="0"),
    contestant=Contestant(solver="s", solver_version="1"),
    placement=Placement(quantization="bnb-int8"),
)
DONE = Quantized(
    method="bnb-int8",
    layers_quantized=6,
    layers_skipped=1,
    skipped=("lm_head",),
    layers_turned=6,
    bytes_before=900,
    bytes_after=400,
    kernel="bitsandbytes",
)


@pytest.fixture
def recorder():
    empty = Split(name="test", items=(), summary="")
    task = Task(
        name="t",
        version="1",
        kind="number",
        source="",
        training=empty,
        validation=empty,
        splits=(empty,),
    )
    return Recorder(task=task, environment_id="e", observe=dict)


def test_layers_and_bytes_are_recorded(recorder):
    result = JobResult(job_id="j", status="ok", quantized=DONE)
    record = recorder.of_job(CELL, 0, now(), result)
    assert (record.layers_quantized, record.layers_skipped) == (6, 1)
    assert record.kernel == "bitsandbytes"
    assert record.metrics["quantization"] == "bnb-int8"
    assert record.metrics["skipped_layers"] == ["lm_head"]
    assert record.metrics["layers_turned"] == 6
    assert record.metrics["bytes_before_quantization"] == 900
    assert record.metrics["bytes_after_quantization"] == 400


def test_the_engine_is_recorded_with_what_building_it_took(recorder):
    report = EngineReport(engine="lean", library="torch 2", build_s=1.5, notes={"programs": 2})
    metrics = recorder.of_job(CELL, 0, now(), JobResult(job_id="j", status="ok", engine=report))
    assert metrics.metrics["engine"] == "lean"
    assert metrics.metrics["engine_build_s"] == 1.5
    assert metrics.metrics["engine_library"] == "torch 2"
    assert metrics.metrics["engine_notes"] == {"programs": 2}
    plain = recorder.of_job(CELL, 0, now(), JobResult(job_id="j", status="ok"))
    assert not [name for name in plain.metrics if name.startswith("engine")]


def test_nothing_is_said_of_what_was_not_quantized(recorder):
    record = recorder.of_job(CELL, 0, now(), JobResult(job_id="j", status="ok"))
    assert (record.layers_quantized, record.layers_skipped, record.kernel) == (None, None, None)
    assert "quantization" not in record.metrics


@pytest.mark.parametrize(
    ("mode", "n_done", "reason", "is_short"),
    [
        ("answer", 0, None, False),
        ("decode", 40, None, False),
        ("decode", 20, "cut short after 1.0 s: 20 of 40 texts done", True),
    ],
)
def test_figures_of_a_cell_join_those_of_its_job(recorder, mode, n_done, reason, is_short):
    workload = replace(CELL.workload, mode=mode)
    planned = PlannedCell(
        role="latency",
        cell=replace(CELL, workload=workload),
        split=recorder.task.splits[0],
        seconds=None,
    )
    result = CellResult(
        cell_key=CELL.key,
        status="ok",
        reason=reason,
        samples_ns=(1,),
        items_per_sample=(n_done,),
        metrics={"first_token_ns": [7], "warmup_settled": True},
    )
    job = JobResult(job_id="j", status="ok", quantized=DONE)
    record = recorder.with_cell(recorder.of_job(CELL, 0, now(), job), planned, result)
    assert record.metrics["first_token_ns"] == [7]
    assert record.metrics["warmup_settled"] is True
    assert record.metrics["quantization"] == "bnb-int8"
    assert record.metrics["cut_short"] is is_short
    assert record.answers is None
