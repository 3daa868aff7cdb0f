"""What runs add up to: figures of known samples, and what is missing stays missing."""

from dataclasses import replace

import pytest

from spoonbench.harness.matrix.summary import summarize_matrix
from spoonbench.harness.records import RunRecord, ScoredAnswer

AXES = {"batch": [1, 2, 4]}


def test_speed_and_times_follow_from_the_samples(laboratory, fake):
    plan = laboratory.plan(AXES)
    laboratory.run(plan, fake())
    one, two, four = laboratory.evidence(plan).cells
    for cell, batch in ((one, 1), (two, 2), (four, 4)):
        assert cell.status == "ok"
        assert cell.answers_per_s.value == pytest.approx(1000)
        assert cell.call_s.value == pytest.approx(batch * 1e-3)
        assert cell.first_token_s == pytest.approx(0.0005)
        assert cell.tokens_per_answer == 3
    assert two.token_s == pytest.approx((2e-3 - 0.5e-3) / 2)


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_tokens_a_second_times_seconds_are_the_tokens(laboratory, fake, batch):
    plan = laboratory.plan({"batch": [batch]}, n_rounds=1)
    laboratory.run(plan, fake())
    (cell,) = laboratory.evidence(plan).cells
    seconds = 6 / cell.answers_per_s.value
    assert cell.tokens_per_s * seconds == pytest.approx(6 * 3)


def test_the_twin_of_the_baseline_measures_the_noise(laboratory, fake):
    plan = laboratory.plan(AXES, n_rounds=3)
    laboratory.run(plan, fake())
    evidence = laboratory.evidence(plan)
    assert evidence.noise.ratios == pytest.approx((1.0, 1.0, 1.0))
    assert evidence.baseline.is_deterministic is True
    assert evidence.baseline.test is None


def run_of(cell, round_index=0, *, status="ok", environment="e", seconds=1.0, run_id="r"):
    return RunRecord(
        run_id=f"{run_id}-{cell.name}-{round_index}",
        cell_key=cell.key,
        environment_id=environment,
        status=status,
        reason=None if status == "ok" else "why",
        started_at="2026-01-01T00:00:00+00:00",
        round_index=round_index,
        load_s=0.1,
        samples_ns=(round(seconds * 1e9),),
        items_per_sample=(6,),
    )


def answer(name, is_correct, value="1"):
    return ScoredAnswer(problem_id=name, status="answered", is_correct=is_correct, value=value)


@pytest.fixture
def matrix(laboratory):
    planned = laboratory.plan(AXES).matrix
    return replace(planned, environment_id="e")


def test_cells_are_paired_with_the_baseline_item_by_item(matrix):
    said = {
        "batch1": [answer("a", True), answer("b", True), answer("c", False)],
        "batch2": [answer("a", True), answer("b", False, "2"), answer("c", False)],
        "batch4": [answer("a", True), answer("b", True), answer("c", False)],
    }
    runs = [run_of(cell) for cell in matrix.cells]
    by_run = {run.run_id: said[cell.name] for run, cell in zip(runs, matrix.cells, strict=True)}
    _, two, four = summarize_matrix(matrix, runs, lambda run_id: tuple(by_run[run_id])).cells
    assert (two.test.n_first_only, two.test.n_second_only, two.n_changed) == (1, 0, 1)
    assert (four.test.n_first_only, four.n_changed) == (0, 0)
    assert two.test.p_holm == 1.0
    assert two.accuracy.n_successes == 1


def test_runs_of_other_machines_do_not_count(matrix):
    runs = [run_of(cell, environment="elsewhere") for cell in matrix.cells]
    cells = summarize_matrix(matrix, runs, lambda _: None).cells
    assert {cell.status for cell in cells} == {"missing"}


def test_a_good_run_goes_before_a_bad_one_and_the_newest_good_one_counts(matrix):
    cell = matrix.cells[0]
    runs = [
        run_of(cell, run_id="1", seconds=1.0),
        run_of(cell, run_id="2", seconds=2.0),
        run_of(cell, run_id="3", status="killed"),
    ]
    first = summarize_matrix(matrix, runs, lambda _: ()).cells[0]
    assert first.status == "ok"
    assert first.answers_per_s.value == pytest.approx(3.0)


def test_a_cell_that_failed_says_why(matrix):
    first = summarize_matrix(matrix, [run_of(matrix.cells[0], status="oom")], lambda _: None)
    assert (first.cells[0].status, first.cells[0].reason) == ("oom", "why")
    assert first.cells[0].answers_per_s is None
    assert first.noise is None


def test_without_the_first_round_there_is_no_cell(matrix):
    found = summarize_matrix(matrix, [run_of(matrix.cells[0], 1)], lambda _: None).cells[0]
    assert found.status == "missing"


@pytest.mark.parametrize("status", ["ok", "oom"])
def test_a_child_goes_before_a_newer_run_inside_pytest(laboratory, status):
    plan = laboratory.plan({"batch": [1]}, n_rounds=1)
    (cell,) = plan.matrix.cells
    here = plan.matrix.environment_id
    child = replace(
        run_of(cell, status=status, environment=here, run_id="1"), metrics={"process": "child"}
    )
    inside = replace(run_of(cell, environment=here, run_id="2"), metrics={"process": "pytest"})
    for runs in ([child, inside], [inside, child]):
        (found,) = summarize_matrix(plan.matrix, runs, lambda run_id: ()).cells
        assert (found.status, found.run_ids) == (status, (child.run_id,))
    (alone,) = summarize_matrix(plan.matrix, [inside], lambda run_id: ()).cells
    assert alone.run_ids == (inside.run_id,)


def test_calls_inside_pytest_are_not_taken_for_those_of_the_answers(laboratory):
    plan = laboratory.plan({"batch": [1]}, n_rounds=1)
    (cell,) = plan.matrix.cells
    run = run_of(cell, environment=plan.matrix.environment_id)
    said = (replace(answer("a", True), tokens_out=3, first_token_s=0.1),)
    (child,) = summarize_matrix(plan.matrix, [run], lambda run_id: said).cells
    inside = replace(run, metrics={"process": "pytest"})
    (shared,) = summarize_matrix(plan.matrix, [inside], lambda run_id: said).cells
    assert child.tokens_per_s is not None
    assert shared.tokens_per_s is None
    assert shared.accuracy == child.accuracy


@pytest.mark.parametrize(
    ("told", "rate", "first"),
    [
        ({"tokens_out": 3}, True, None),
        ({"first_token_s": 0.1}, False, 0.1),
        ({"tokens_out": 3, "first_token_s": 0.1}, True, 0.1),
        ({}, False, None),
    ],
)
def test_tokens_and_the_time_of_the_first_are_told_one_without_the_other(
    laboratory, told, rate, first
):
    """A server that streams may tell no tokens, and one that does not has no first one."""
    plan = laboratory.plan({"batch": [1]}, n_rounds=1)
    run = run_of(plan.matrix.cells[0], environment=plan.matrix.environment_id)
    said = (replace(answer("a", True), **told),)
    (found,) = summarize_matrix(plan.matrix, [run], lambda run_id: said).cells
    assert (found.tokens_per_s is not None, found.first_token_s) == (rate, first)
    assert found.tokens_per_answer == (3 if rate else None)
    assert (found.token_s is not None) == (rate and first is not None)
