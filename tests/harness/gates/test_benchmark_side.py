"""Files of pytest-benchmark, with and without what the suites here add, whole and damaged."""

import json
from datetime import UTC, datetime

import pytest

from spoonbench.harness.gates.benchmark_side import side_from_benchmarks, side_from_folder
from spoonbench.harness.gates.comparing import Choices, compare
from spoonbench.harness.gates.sides import BadComparison

SECONDS = [0.001 + i * 1e-5 for i in range(50)]


def saved(*benchmarks, **more):
    return {
        "machine_info": {"machine": "x86_64", "cpu": {"brand_raw": "A processor", "count": 2}},
        "commit_info": {"id": "abc", "dirty": True},
        "benchmarks": list(benchmarks),
        "datetime": "2026-01-02T03:04:05+00:00",
        "version": "5.3.1",
        **more,
    }


def benchmark(name="test_a", seconds=SECONDS, extra=None, **stats):
    data = {} if seconds is None else {"data": seconds}
    return {
        "group": None,
        "name": name,
        "fullname": f"bench/bench_x.py::{name}",
        "params": None,
        "param": None,
        "extra_info": extra or {},
        "options": {"timer": "perf_counter"},
        "stats": {"median": 0.00125, "rounds": 50, "iterations": 1, **data, **stats},
    }


@pytest.fixture
def write(tmp_path):
    def write_file(data, name="a.json"):
        path = tmp_path / name
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return path

    return write_file


def test_the_files_of_any_suite_have_times(write):
    side = side_from_benchmarks(write(saved(benchmark(), benchmark("test_b"))))
    assert [one.name for one in side.subjects] == [
        "bench/bench_x.py::test_a",
        "bench/bench_x.py::test_b",
    ]
    assert side.subjects[0].series["p50_ms"].value == pytest.approx(1.245)
    assert side.subjects[0].series["p95_ms"].value == pytest.approx(1.4655)
    assert side.machine == {"machine": "x86_64", "cpu brand_raw": "A processor", "cpu count": 2}


def test_without_raw_times_there_is_a_median_and_no_interval(write):
    side = side_from_benchmarks(write(saved(benchmark(seconds=None))))
    comparison = compare(side, side, Choices())
    (change,) = comparison.pairs[0].changes
    assert (change.figure.name, change.verdict) == ("p50_ms", "no interval")
    assert "--benchmark-json" in dict(comparison.pairs[0].missing)["p95_ms"]


def test_what_the_suites_here_add_is_used(write):
    answers = [{"problem_id": f"p{i}", "status": "answered", "is_correct": i < 3} for i in range(4)]
    extra = {
        "items_per_call": 64,
        "peak_bytes": 5_000_000,
        "n_right": 3,
        "n_items": 4,
        "record": {"answers": answers},
    }
    task = {"name": "stories", "version": "1", "splits": [{"name": "test"}]}
    ours = {"spoonbench": {"matrix": {"task": task}, "items_hash": "ab" * 32}}
    side = side_from_benchmarks(write(saved(benchmark(extra=extra), **ours)))
    found = {c.figure.name: c for c in compare(side, side, Choices()).pairs[0].changes}
    assert found["accuracy"].grounds.n == 4
    assert found["peak_mb"].grounds.second == 5
    assert found["throughput"].grounds.first == pytest.approx(64 / 0.001245, rel=1e-3)
    assert side.task == "stories (version 1)"


def test_counts_alone_are_compared_unpaired(write):
    side = side_from_benchmarks(write(saved(benchmark(extra={"n_right": 3, "n_items": 4}))))
    found = compare(side, side, Choices(is_unpaired=True)).pairs[0].changes
    assert found[0].figure.name == "accuracy"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ('{"benchmarks": [{"stats": NaN}]}', "is no JSON"),
        ("[]", "no file that pytest-benchmark saved"),
        ({"benchmarks": {}}, "no file that pytest-benchmark saved"),
        (saved(), "holds no benchmark"),
        (saved({"name": "x"}), "is damaged"),
        (saved(benchmark(seconds=["1"])), "is damaged"),
        (saved(benchmark(seconds=[-1.0])), "is damaged"),
        (saved(benchmark(seconds=[True])), "is damaged"),
        (saved(benchmark(seconds=3)), "is damaged"),
        (saved(benchmark(extra={"n_right": 9, "n_items": 4})), "is damaged"),
        (saved(benchmark(extra={"record": {"answers": [{}]}})), "is damaged"),
        (saved(benchmark(), benchmark()), "two benchmarks are called"),
        (saved(benchmark(), machine_info=3), "is damaged"),
        (saved(3), "is damaged"),
    ],
)
def test_damaged_files_are_refused_in_words(write, data, why):
    with pytest.raises(BadComparison, match=why):
        side_from_benchmarks(write(data))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadComparison, match="cannot be read"):
        side_from_benchmarks(tmp_path / "none.json")


def test_times_of_zero_are_no_times(write):
    side = side_from_benchmarks(write(saved(benchmark(seconds=[0.0, 0.0]))))
    assert side.subjects[0].series == {}


def test_what_the_plugin_itself_writes_is_read(write):
    """The plugin's own statistics, not a copy of their form made by hand."""
    fixture = pytest.importorskip("pytest_benchmark.stats")
    stats = fixture.Stats()
    for value in SECONDS:
        stats.update(value)
    fields = {name: getattr(stats, name) for name in ("median", "min", "max", "rounds")}
    one = benchmark(seconds=list(stats.data), **fields)
    side = side_from_benchmarks(write(saved(one, datetime=datetime.now(UTC).isoformat())))
    assert side.subjects[0].series["p50_ms"].value == pytest.approx(1e3 * stats.median)


def test_each_file_of_a_folder_is_a_round(write, tmp_path):
    for index in range(3):
        seconds = [(index + 1) * one for one in SECONDS]
        extra = {"peak_bytes": (3 - index) * 1_000_000}
        write(saved(benchmark(seconds=seconds, extra=extra)), f"{index}.json")
    write(saved(benchmark(), benchmark("test_late")), "3.json")
    side = side_from_folder(tmp_path)
    first, late = side.subjects
    assert first.series["p50_ms"].values == pytest.approx((1.245, 2.49, 3.735, 1.245))
    assert first.series["p95_ms"].rounds == (0, 1, 2, 3)
    assert first.series["peak_mb"].values == (3.0,)
    assert late.series["p50_ms"].rounds == (3,)
    notes = compare(side, side, Choices()).notes
    assert not any("one process" in note for note in notes)


def test_one_file_says_that_its_rounds_are_calls_of_one_process(write):
    side = side_from_benchmarks(write(saved(benchmark())))
    assert any("calls of one process" in note for note in compare(side, side, Choices()).notes)


def test_folders_without_files_or_of_several_machines_are_refused(write, tmp_path):
    with pytest.raises(BadComparison, match="holds no file"):
        side_from_folder(tmp_path / "none")
    write(saved(benchmark()), "1.json")
    write(saved(benchmark(), machine_info={"machine": "arm64"}), "2.json")
    with pytest.raises(BadComparison, match="different machines"):
        side_from_folder(tmp_path)
