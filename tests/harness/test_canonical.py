import json
from typing import Any

import pytest

from spoonbench.harness.canonical import (
    canonical_json,
    digest,
    from_json,
    to_json,
    without_defaults,
)
from spoonbench.harness.records import Cell, Contestant, Environment, Placement, RunRecord, Workload
from spoonbench.solvers.api import (
    Answer,
    Image,
    Part,
    Problem,
    Row,
    Settings,
    TraceStep,
)


def cell(**placement):
    return Cell(
        workload=Workload(task="t", task_version="1", split="test", items_hash="h"),
        contestant=Contestant(solver="s", solver_version="1", params={"b": 1, "a": [2]}),
        placement=Placement(**placement),
    )


def test_records_come_back_as_they_were():
    for record in (
        cell(batch_size=8),
        RunRecord(run_id="r", cell_key="k", environment_id="e", status="ok", started_at="t"),
        Settings(parts=(Part(name="p", target="m:C", settings=Settings(seed=3)),)),
        Answer(
            status="answered",
            value="1",
            trace=(
                TraceStep(
                    stage="s",
                    level=1,
                    received="x",
                    returned=Answer(status="abstained", reason="y"),
                ),
            ),
        ),
        Problem(problem_id="p", text="\ud800"),
    ):
        text = json.dumps(to_json(record))
        assert from_json(type(record), json.loads(text)) == record


@pytest.mark.parametrize(
    "payload",
    [
        Image(pixels=((0.0, 1.0), (2.0, 3.0)), maximum=16.0),
        Row(values=(("option", "call"), ("spot", 100.0))),
        None,
    ],
)
def test_a_payload_comes_back_as_what_it_was(payload):
    problem = Problem(problem_id="p", text="t", payload=payload)
    assert from_json(Problem, json.loads(json.dumps(to_json(problem)))) == problem


def test_an_unknown_or_missing_field_is_named():
    with pytest.raises(ValueError, match="colour"):
        from_json(Placement, {"colour": "red"})
    with pytest.raises(ValueError, match="task_version"):
        from_json(Workload, {"task": "t"})
    with pytest.raises(ValueError, match="expected an object"):
        from_json(Workload, [])


def test_defaults_are_left_out_of_keys():
    assert without_defaults(Placement()) == {}
    assert cell().key == cell(device="cpu", batch_size=1).key
    assert cell().key != cell(batch_size=2).key


def test_the_order_of_names_does_not_matter():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(float("nan"))


def test_an_environment_is_known_by_its_content():
    facts: dict[str, Any] = {
        "processor": "p",
        "architecture": "x86_64",
        "n_cores": 2,
        "instruction_sets": ("avx2",),
        "memory_bytes": 1,
        "devices": (),
        "system": "s",
        "python": "3",
        "libraries": {},
    }
    one, other = Environment(**facts), Environment(**{**facts, "n_cores": 4})
    assert one.environment_id == Environment(**facts).environment_id
    assert one.environment_id != other.environment_id
    assert len(one.environment_id) == 16
