"""What is kept of duels and matrices: the same as was added up, and only as long as that holds."""

import json

import pytest

from spoonbench.harness.advise.sources import Sources, keep_summaries
from spoonbench.harness.records import RunRecord
from spoonbench.harness.store.reader import StoreReader
from spoonbench.harness.store.writer import open_writer
from spoonbench.harness.summaries.folder import FOLDER

CONTESTANTS = {"rules": (1, 400, 1_000), "forest": (3, 380, 1_000_000)}
CELLS = [
    ({"batch_size": 1, "peak_bytes": 4_000}, 100.0, 300),
    ({"batch_size": 8, "dtype": "bfloat16"}, 400.0, 290),
    ({"batch_size": 16, "told_bytes": 5_000}, None, 0),
]


@pytest.fixture
def results(duel_store, matrix_store):
    """A store with a duel and a matrix."""
    duel_store(CONTESTANTS)
    return matrix_store(CELLS)


def read(results, machine):
    """The duel and the matrices, as an answer reads them."""
    sources = Sources(results, has_references=False, machine=machine)
    try:
        return sources.duel("sums"), sources.measured
    finally:
        sources.close()


def kept(results):
    return sorted((results / FOLDER).iterdir())


@pytest.fixture
def no_answers(monkeypatch):
    """Reading answers fails."""

    def refuse(self, run_id):
        raise AssertionError(f"answers of {run_id} were read")

    return lambda: monkeypatch.setattr(StoreReader, "answers", refuse)


def test_what_was_kept_is_what_was_added_up_and_no_answers_are_read(results, machine, no_answers):
    duel, matrices = read(results, machine)
    assert [one.entry.label for one in duel.measurements] == list(CONTESTANTS)
    assert duel.measurements[0].throughput[1].value == pytest.approx(1e6)
    assert len(matrices[0].rows) == 2
    assert len(matrices[0].planned) == 1
    assert len(kept(results)) == 2
    no_answers()
    assert read(results, machine) == (duel, matrices)


def test_a_fit_is_kept_and_tells_the_same_without_fitting(matrix_store, machine, monkeypatch):
    cells = [({"batch_size": size}, 100.0 * size**0.5, 300) for size in (1, 2, 4, 8, 16, 32)]
    results = matrix_store(cells)

    def asked():
        sources = Sources(results, has_references=False, machine=machine)
        try:
            return sources.forecast(sources.measured[0]).row(sources.measured[0].rows[0], 12)
        finally:
            sources.close()

    told = asked()
    assert told.rate.low < told.rate.value < told.rate.high
    assert len(kept(results)) == 2

    def refuse(observations):
        raise AssertionError("fitted again")

    monkeypatch.setattr("spoonbench.harness.predict.performance.fit", refuse)
    assert asked() == told
    for path in kept(results):
        text = json.loads(path.read_text())
        if "fitted" in text["summary"]:
            path.write_text(json.dumps({**text, "summary": {"fitted": 3}}))
    with pytest.raises(AssertionError, match="fitted again"):
        asked()


def test_after_a_measurement_the_next_question_reads_no_answers(
    results, machine, no_answers, monkeypatch
):
    monkeypatch.setattr("spoonbench.harness.environment.probe", lambda: machine)
    keep_summaries(results)
    assert len(kept(results)) == 1
    keep_summaries(results, "sums")
    assert len(kept(results)) == 2
    no_answers()
    assert read(results, machine)[0].duel.task.name == "sums"


def test_a_run_more_is_counted(results, machine):
    duel, _ = read(results, machine)
    entry = duel.duel.entries[1]
    with open_writer(results / "store.sqlite") as writer:
        writer.add_run(
            RunRecord(
                run_id="run once more",
                cell_key=entry.latency_cell,
                environment_id=machine.environment_id,
                status="ok",
                started_at="2027-01-02T03:04:05+00:00",
                samples_ns=(2_000_000,) * 400,
                items_per_sample=(1,) * 400,
                answers=(),
            )
        )
    again, _ = read(results, machine)
    before, after = duel.measurements[1], again.measurements[1]
    assert after.latency_p50_s.value == pytest.approx(2 * before.latency_p50_s.value)


def test_a_store_that_was_measured_again_from_nothing_is_read_anew(matrix_store, machine):
    results = matrix_store(CELLS)
    _, before = read(results, machine)
    (results / "store.sqlite").unlink()
    matrix_store([(at, rate and 2 * rate, n_right) for at, rate, n_right in CELLS], suffix=" anew")
    _, after = read(results, machine)
    rates = [[row.rate.value for row in one[0].rows] for one in (before, after)]
    assert rates[1] == pytest.approx([2 * rate for rate in rates[0]], rel=0.01)


def test_a_plan_in_a_newer_form_is_read_anew(duel_store, results, machine):
    read(results, machine)
    duel_store({"other": (2, 200, 500)}, created="2028-01-02T03:04:05+00:00")
    duel, _ = read(results, machine)
    assert [one.entry.label for one in duel.measurements] == ["other"]


def test_of_another_machine_nothing_is_taken(results, machine, another_machine):
    read(results, machine)
    assert read(results, another_machine) == (None, ())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: "{}",
        lambda text: json.dumps({**json.loads(text), "summary": None}),
        lambda text: json.dumps({**json.loads(text), "summary": {"rows": 3}}),
        lambda text: json.dumps({**json.loads(text), "summary": []}),
        lambda text: json.dumps({**json.loads(text), "form": 99}),
        lambda text: json.dumps({**json.loads(text), "runs": [1, 1]}),
        lambda text: json.dumps({**json.loads(text), "modules": {"harness/stats.py": [1, 1]}}),
        lambda text: json.dumps({**json.loads(text), "modules": {"gone.py": [1, 1]}}),
    ],
)
def test_a_file_that_does_not_count_is_made_again(results, machine, change):
    expected = read(results, machine)
    for path in kept(results):
        path.write_text(change(path.read_text()))
    assert read(results, machine) == expected
    for path in kept(results):
        assert json.loads(path.read_text())["summary"]


def test_where_nothing_can_be_written_the_answer_is_the_same(results, machine, tmp_path):
    expected = read(results, machine)
    for path in kept(results):
        path.unlink()
    (results / FOLDER).rmdir()
    (results / FOLDER).write_text("in the way")
    assert read(results, machine) == expected
    assert (results / FOLDER).read_text() == "in the way"


def test_the_stamps_are_of_the_modules_that_add_up(results, machine):
    read(results, machine)
    names = json.loads(kept(results)[0].read_text())["modules"]
    assert {"harness/stats.py", "harness/summaries/folder.py"} <= set(names)
    assert {name.partition("/")[0] for name in names} <= {"harness", "solvers", "reports"}
