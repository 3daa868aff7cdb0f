"""What the ledger keeps beside the store: the same verdicts without reading answers again."""

import json

import pytest

from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.claims.intervals import Span
from spoonbench.harness.claims.ledger import check, look_ahead
from spoonbench.harness.claims.runs import Runs
from spoonbench.harness.claims.single_answers import Gain, Gains
from spoonbench.harness.records import RunRecord
from spoonbench.harness.store.reader import StoreReader, open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.harness.summaries.folder import FOLDER

CONTESTANTS = {"rules": (1, 300, 1_000), "lm": (5, 320, 9_000), "rules+lm": (5, 400, 5_000)}
CELLS = [
    ({"batch_size": 1}, 100.0, 300),
    ({"batch_size": 8}, 400.0, 290),
    ({"batch_size": 1, "dtype": "bfloat16"}, 50.0, 280),
    ({"batch_size": 8, "dtype": "bfloat16"}, 900.0, 280),
]


@pytest.fixture
def results(duel_store, matrix_store):
    """A store with a duel that a hybrid wins, and a matrix."""
    duel_store(CONTESTANTS)
    return matrix_store(CELLS)


@pytest.fixture
def read_runs(monkeypatch):
    """Ids of the runs whose answers are read, in order."""
    found = []
    read = StoreReader._load_answers

    def note(self, run_id):
        found.append(run_id)
        return read(self, run_id)

    monkeypatch.setattr(StoreReader, "_load_answers", note)
    return found


def findings(results, *ids):
    with open_reader(results / "store.sqlite") as reader:
        return check(ids or None, reader)


def test_a_second_look_reads_no_answers_and_says_the_same(results, read_runs):
    first = findings(results)
    told = {one.claim_id: one for one in first}
    assert told["T11"].verdict == "holds"
    assert told["B1"].machine is not None
    assert read_runs
    read_runs.clear()
    assert findings(results) == first
    assert read_runs == []


def test_what_was_kept_is_what_was_added_up(results):
    def read():
        with open_reader(results / "store.sqlite") as reader:
            runs = Runs(reader)
            return [*runs.duels("sums")], [*runs.matrices()]

    added_up, kept = read(), read()
    for one, other in zip(added_up[0], kept[0], strict=True):
        assert (one.duel, one.measurements, one.machine) == (
            *(other.duel, other.measurements),
            other.machine,
        )
        assert one.measurements[2].throughput[1].value == pytest.approx(1e9 / 5_000)
    assert added_up[1] == kept[1]
    assert len(kept[1][0].cells()) == len(CELLS)


def test_of_duels_that_no_claim_asks_for_only_the_deciding_split_is_read(duel_store, read_runs):
    contestants = {"rules": (1, 300, 1_000), "rules+lm": (5, 400, 5_000)}
    results = duel_store(contestants, splits=("test", "test-larger"))
    (finding,) = findings(results, "T11")
    assert finding.verdict == "holds"
    # Its runs are named all the same: memory and times are of all of them.
    assert len(finding.run_ids) == 4
    assert not [run_id for run_id in read_runs if run_id.endswith("larger")]
    with open_reader(results / "store.sqlite") as reader:
        (whole,) = Runs(reader).duels("sums")
    assert [score.split for score in whole.measurements[0].splits] == ["test", "test-larger"]


def test_a_duel_that_was_read_whole_is_not_read_again(duel_store, read_runs):
    results = duel_store(CONTESTANTS)
    with open_reader(results / "store.sqlite") as reader:
        runs = Runs(reader)
        (whole,) = runs.duels("sums")
        read_runs.clear()
        assert next(runs.duels()) is whole
    assert read_runs == []


def test_after_a_measurement_the_next_look_reads_no_answers(results, read_runs):
    look_ahead(results / "store.sqlite")
    read_runs.clear()
    assert findings(results, "T11", "B1")[0].verdict == "holds"
    assert read_runs == []


def test_a_run_more_is_counted(results):
    (before,) = findings(results, "T11")
    with open_reader(results / "store.sqlite") as reader:
        (duel,) = Runs(reader).duels()
    with open_writer(results / "store.sqlite") as writer:
        writer.add_run(
            RunRecord(
                run_id="run then once more",
                cell_key=duel.duel.entries[2].latency_cell,
                environment_id=duel.duel.environment_id,
                status="ok",
                started_at="2027-01-02T03:04:05+00:00",
                samples_ns=(2_000_000,) * 400,
                items_per_sample=(1,) * 400,
                answers=(),
            )
        )
    (after,) = findings(results, "T11")
    assert before.verdict == "holds"
    assert after.verdict == "does not hold"


def test_duels_of_every_machine_count_each_with_its_own_runs(duel_store, another_machine):
    duel_store(CONTESTANTS)
    results = duel_store(
        {"rules": (1, 350, 1_000), "rules+lm": (5, 351, 1_000)},
        on=another_machine,
        created="2027-01-02T03:04:05+00:00",
        task="other sums",
    )
    for _ in range(2):
        (finding,) = findings(results, "T11")
        assert finding.verdict == "holds only if"
        assert finding.condition == "the task is sums"
        assert finding.machine.startswith("Another CPU")


@pytest.mark.parametrize(
    "summary", [None, [], 3, {}, {"n_first_only": 1}, {"n_first_only": 1, "n_second": 2}]
)
def test_a_damaged_file_is_made_again(results, summary):
    expected = findings(results)
    for path in (results / FOLDER).iterdir():
        path.write_text(json.dumps({**json.loads(path.read_text()), "summary": summary}))
    assert findings(results) == expected
    assert all(json.loads(path.read_text())["summary"] for path in (results / FOLDER).iterdir())


def test_where_nothing_can_be_written_the_verdicts_are_the_same(results):
    (results / FOLDER).write_text("in the way")
    first = findings(results)
    assert findings(results) == first
    assert (results / FOLDER).read_text() == "in the way"


def test_gains_are_kept_with_their_intervals():
    span = Span(value=0.1, low=-0.2, high=0.30000000000000004)
    found = Gains(known=(Gain(label="a", span=span), Gain(label="b", span=span)))
    assert from_json(Gains, json.loads(json.dumps(to_json(found)))) == found
