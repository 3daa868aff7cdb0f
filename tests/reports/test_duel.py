"""From a real store to a report."""

from dataclasses import replace

import pytest

from spoonbench.harness.canonical import digest
from spoonbench.harness.duel_records import Duel, Effort, Entry, Requirements, SplitFacts, TaskFacts
from spoonbench.harness.records import (
    Cell,
    Contestant,
    Placement,
    RunRecord,
    ScoredAnswer,
    StoredItem,
    Workload,
)
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.reports import mistakes
from spoonbench.reports.duel import gather

N = 60
SAID = {
    "wrong value": "The answer is 7.",
    "conflicting answers": "The answer is 7. The answer is 8.",
    "wrong label": "seven",
}


def items():
    return tuple(
        StoredItem(problem_id=f"p{k}", text=f"{k} + 1?", target=str(k + 1)) for k in range(N)
    )


def cell(solver, batch_size, items_hash):
    return Cell(
        workload=Workload(task="sums", task_version="1", split="test", items_hash=items_hash),
        contestant=Contestant(solver=solver, solver_version="1"),
        placement=Placement(batch_size=batch_size),
    )


def entry(solver, level, items_hash):
    answering, single = cell(solver, 64, items_hash), cell(solver, 1, items_hash)
    return Entry(
        label=solver,
        solver=solver,
        level=level,
        answer_cells={"test": answering.key},
        latency_cell=single.key,
        throughput_cells={"64": answering.key},
    )


def answers(failures):
    """Right answers but for the first ones, which fail in these ways."""
    given = []
    for k, item in enumerate(items()):
        failure = failures[k] if k < len(failures) else None
        given.append(
            ScoredAnswer(
                problem_id=item.problem_id,
                status="answered",
                is_correct=failure is None,
                value="7" if failure else item.target,
                failure=failure,
                raw_text=SAID.get(failure or ""),
            )
        )
    return tuple(given)


def record(number, key, environment_id, **fields):
    return RunRecord(
        run_id=f"run-{number}",
        cell_key=key,
        environment_id=environment_id,
        status="ok",
        started_at="2026-01-02T03:04:05+00:00",
        samples_ns=(1_000_000,) * N,
        items_per_sample=(1,) * N,
        peak_bytes=1_000_000,
        **fields,
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory, report):
    """Two contestants on one split: one is right on everything, one is often wrong."""
    path = tmp_path_factory.mktemp("results") / "store.sqlite"
    items_hash = digest("items")
    environment_id = report.environment.environment_id
    entries = (entry("rules", 1, items_hash), entry("model", 5, items_hash))
    facts = SplitFacts(name="test", summary="", items_hash=items_hash, n_items=N, n_unanswerable=0)
    duel = Duel(
        duel_id="abc123",
        created_at="2026-01-02T03:04:05+00:00",
        command=("spoonbench", "duel"),
        preset="quick",
        environment_id=environment_id,
        n_rounds=1,
        task=TaskFacts(
            name="sums",
            version="1",
            kind="number",
            source="made here",
            sha256={},
            n_training=0,
            n_validation=0,
            splits=(facts,),
        ),
        entries=entries,
        requirements=Requirements(accuracy=0.9, coverage=0.9),
        effort=Effort(build_hours={"rules": 1, "model": 2}, hour_price=10, answers_per_year=1e6),
    )
    failures = ["wrong value"] * 9 + ["conflicting answers"] * 2 + ["wrong label"] * 5
    notes = {"first_rules": ["if 1: 2", "if 2: 3"], "n_rules": 40}
    with open_writer(path) as writer:
        writer.add_environment(report.environment)
        writer.add_items(items_hash, items())
        for solver in ("rules", "model"):
            for batch_size in (1, 64):
                writer.add_cell(cell(solver, batch_size, items_hash))
        writer.add_duel(duel)
        good, bad = answers([]), answers(failures)
        first, second = (cell("rules", size, items_hash).key for size in (64, 1))
        writer.add_run(
            record(1, first, environment_id, answers=good, metrics={"notes": notes}),
        )
        writer.add_run(record(2, second, environment_id, answers=good))
        third, fourth = (cell("model", size, items_hash).key for size in (64, 1))
        writer.add_run(record(3, third, environment_id, answers=bad))
        writer.add_run(record(4, fourth, environment_id, answers=bad))
    return path


@pytest.fixture(scope="module")
def gathered(store):
    with open_reader(store) as reader:
        return gather(reader, "abc")


def test_the_decision_follows_from_the_store(gathered):
    assert gathered.recommendation.choice == "rules"
    assert [m.status for m in gathered.measurements] == ["ok", "ok"]
    assert gathered.environment is not None
    assert gathered.split == "test"


def test_comparisons_and_costs_are_there(gathered):
    (test,) = gathered.tests
    assert (test.n_first_only, test.n_second_only) == (16, 0)
    assert {ratio.first for ratio in gathered.ratios} == {"rules"}
    assert [cost.fixed for cost in gathered.costs] == [10, 20]


def test_the_gallery_holds_a_few_examples_of_each_kind(gathered):
    kinds = [example.failure for example in gathered.failures]
    assert {example.label for example in gathered.failures} == {"model"}
    assert kinds.count("wrong value") == 6  # three kinds of it, at most three of each
    assert kinds.count("conflicting answers") == 2
    assert kinds.count("wrong label") == 3


def test_wrong_values_are_told_apart_and_counted(gathered):
    counted = {one.kind: one.n for one in gathered.failure_counts if one.failure == "wrong value"}
    # "0 + 1?" to "8 + 1?", each answered with 7; for "6 + 1?" the store says that this was wrong.
    assert counted == {
        mistakes.OTHER: 6,
        mistakes.SUM: 1,
        mistakes.OF_THE_TEXT: 1,
        mistakes.DIFFERENCE: 1,
    }
    assert sum(one.n for one in gathered.failure_counts) == 16


def test_an_example_shows_question_target_and_answer(gathered):
    first = gathered.failures[0]
    assert (first.text, first.target, first.value) == ("0 + 1?", "1", "7")
    assert first.raw_text == "The answer is 7."


def test_learned_rules_are_shown_with_how_many_there_are(gathered):
    assert gathered.rules == {"rules": "if 1: 2\nif 2: 3\n... the first 2 of 40 rules"}


def test_an_unknown_duel_is_refused(store):
    with open_reader(store) as reader, pytest.raises(StoreError, match="no duel"):
        gather(reader, "zzz")


def test_a_duel_of_which_nothing_ran_is_a_report(store):
    with open_reader(store) as reader:
        duel = reader.duel("abc123")
    facts = replace(duel.task.splits[0], items_hash=digest("others"))
    entries = tuple(
        replace(one, answer_cells={"test": "a" * 64}, latency_cell=None, throughput_cells={})
        for one in duel.entries
    )
    with open_writer(store) as writer:
        writer.add_duel(
            replace(
                duel,
                duel_id="nothing",
                environment_id="f" * 16,
                entries=entries,
                task=replace(duel.task, splits=(facts,)),
            )
        )
    with open_reader(store) as reader:
        report = gather(reader, "nothing")
    assert report.environment is None
    assert report.recommendation.choice is None
    assert report.failures == ()
