"""Cells in files of pytest-benchmark: what is refused, and in which words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.canonical import to_json
from spoonbench.harness.errors import explain
from spoonbench.harness.matrix.in_process import load_cell
from spoonbench.harness.matrix.saved import (
    BadBenchmarks,
    extra_info_of,
    matrix_json,
    read_saved,
    record_of,
)

SECONDS = [0.25, 0.125]


@pytest.fixture
def content(laboratory):
    """What a file holds whose one benchmark is the first cell of a small matrix."""
    plan = laboratory.plan({"batch": [1, 2]}, n_rounds=1)
    matrix_cell = plan.matrix.cells[0]
    loaded = load_cell(plan, matrix_cell.name, None)
    for _ in range(3):
        loaded.repeated.run(loaded.repeated.batch)
        loaded.repeated.check(loaded.repeated.batch)
    record = loaded.record(plan, loaded.answer_all(), 1, 2)
    loaded.close()
    ours = {"environment": to_json(laboratory.environment)}
    return {
        "benchmarks": [
            {
                "extra_info": extra_info_of(record, plan, matrix_cell.name, 1),
                "stats": {"data": SECONDS},
                "options": {"timer": "perf_counter"},
            }
        ],
        "machine_info": {"spoonbench": ours},
        "spoonbench": matrix_json(plan),
    }


def save(tmp_path, content):
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(content))
    return path


def refusal(path):
    with pytest.raises(BadBenchmarks) as found:
        read_saved(path)
    assert explain(found.value) == str(found.value)
    return str(found.value)


def test_a_record_comes_back_with_the_times_of_the_file(content, tmp_path):
    saved = read_saved(save(tmp_path, content))
    (record,) = saved.records
    assert record.samples_ns == (250_000_000, 125_000_000)
    assert record.items_per_sample == (1, 1)
    assert len(record.warmup_ns) == 1
    assert len(record.answers) == len(saved.items) == 6
    assert {cell.key for cell in saved.cells} == {cell.key for cell in saved.matrix.cells}
    assert record.load_s is None
    assert "share" in record.missing["load_s"]


def test_benchmarks_of_other_suites_are_counted_and_left_aside(content, tmp_path):
    content["benchmarks"] += [{"extra_info": {"solver": "rules"}, "stats": {}}, {"stats": {}}]
    saved = read_saved(save(tmp_path, content))
    assert (len(saved.records), saved.n_others) == (1, 2)


def test_files_that_are_none_of_ours_are_refused(content, tmp_path):
    assert "cannot be read" in refusal(tmp_path / "nowhere.json")
    (tmp_path / "text.json").write_text("hello")
    assert "is no JSON" in refusal(tmp_path / "text.json")
    assert "no file that pytest-benchmark saved" in refusal(save(tmp_path, [1]))
    assert "no file that pytest-benchmark saved" in refusal(save(tmp_path, {"benchmarks": 1}))
    assert "holds no cell of a matrix" in refusal(save(tmp_path, {"benchmarks": []}))
    del content["benchmarks"][0]["extra_info"]["record"]
    assert "holds no cell of a matrix" in refusal(save(tmp_path, content))


def test_a_file_without_raw_times_says_which_flag_keeps_them(content, tmp_path):
    del content["benchmarks"][0]["stats"]["data"]
    assert "--benchmark-save-data" in refusal(save(tmp_path, content))


def test_a_file_that_was_changed_is_refused(content, tmp_path):
    content["spoonbench"]["matrix"]["cells"][0]["key"] = "f" * 64
    assert "its cells are not those of its matrix" in refusal(save(tmp_path, content))


def test_times_of_another_machine_are_refused(content, tmp_path):
    content["machine_info"]["spoonbench"]["environment"]["processor"] = "another"
    assert "its machine is not the one of its matrix" in refusal(save(tmp_path, content))


def test_times_of_a_processor_are_refused(content, tmp_path):
    content["benchmarks"][0]["options"]["timer"] = "process_time"
    assert "taken with process_time" in refusal(save(tmp_path, content))


@given(st.lists(st.floats(min_value=0, max_value=1e6, allow_nan=False), min_size=1, max_size=5))
def test_nanoseconds_are_the_nearest_to_the_seconds(seconds):
    extra_info = {
        "items_per_call": 3,
        "record": {
            "run_id": "r",
            "cell_key": "c",
            "environment_id": "e",
            "status": "ok",
            "started_at": "2026-01-01T00:00:00+00:00",
        },
    }
    record = record_of(extra_info, seconds, "perf_counter")
    assert record.items_per_sample == (3,) * len(seconds)
    for ns, second in zip(record.samples_ns, seconds, strict=True):
        assert abs(ns - second * 1e9) <= max(0.5, second * 1e-6)


@pytest.mark.parametrize("seconds", [[], [-1.0], [float("nan")], [float("inf")], ["1"], [None]])
def test_what_is_no_time_is_refused(content, tmp_path, seconds):
    content["benchmarks"][0]["stats"]["data"] = seconds
    assert "no seconds" in refusal(save(tmp_path, content))
