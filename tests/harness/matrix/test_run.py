"""A matrix with a real store and a made-up executor: what is asked for, stored, and left out."""

import pytest

from spoonbench.harness.matrix.run import AGAIN, ModelMissing, turns
from spoonbench.harness.matrix.work import calibration_of, texts_of
from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.registry import make_task
from spoonbench.harness.store.reader import open_reader
from spoonbench.solvers.quantizations import METHODS

AXES = {"batch": [1, 2, 4]}
SMALL = {"n_training": 20, "n_validation": 5, "n_items": 8}


def done_of(runs):
    return {(run.cell_key, run.round_index) for run in runs if run.status in AGAIN}


def test_every_cell_runs_once_a_round_and_the_baseline_twice(laboratory, fake):
    plan = laboratory.plan(AXES, n_rounds=3)
    laboratory.run(plan, fake())
    runs = laboratory.runs()
    for cell in plan.matrix.cells:
        rounds = sorted(run.round_index for run in runs if run.cell_key == cell.key)
        is_baseline = cell.name == plan.matrix.baseline
        assert rounds == ([0, 1, 2, 3, 4, 5] if is_baseline else [0, 1, 2])


def test_answers_are_kept_in_the_first_round_and_its_twin_only(laboratory, fake):
    plan = laboratory.plan(AXES)
    laboratory.run(plan, fake())
    for run in laboratory.runs():
        assert (run.answers is not None or run.round_index in (0, 2)) or run.round_index in (1, 3)
    with_answers = [job for job in turns(plan, ()) if job.is_first]
    assert len(with_answers) == len(plan.matrix.cells) + 1


def test_each_round_has_an_order_of_its_own(laboratory):
    plan = laboratory.plan({"batch": list(range(1, 13))}, n_rounds=2)
    found = turns(plan, ())
    first, second = (
        [turn.cell.name for turn in found if turn.round_index % 2 == index] for index in (0, 1)
    )
    assert sorted(first) == sorted(second)
    assert first != second


@pytest.mark.parametrize("n_left", [1, 3, 7])
def test_a_matrix_that_was_interrupted_goes_on_where_it_stopped(laboratory, fake, n_left):
    plan = laboratory.plan(AXES)
    everything = turns(plan, ())
    before = {(turn.cell.key, turn.round_index) for turn in everything[:-n_left]}
    executor = fake()
    laboratory.run(plan, executor, before)
    assert len(executor.jobs) == n_left
    assert not turns(plan, before | done_of(laboratory.runs()))


@pytest.mark.parametrize(("status", "is_run_again"), [("error", False), ("killed", True)])
def test_a_cell_that_failed_is_not_run_again_but_one_that_was_killed_is(
    laboratory, fake, status, is_run_again
):
    plan = laboratory.plan(AXES, n_rounds=1)
    laboratory.run(plan, fake({"batch2": status}))
    left = turns(plan, done_of(laboratory.runs()))
    assert [turn.cell.name for turn in left] == (["batch2"] if is_run_again else [])


def test_what_the_child_says_cannot_be_done_is_asked_once(laboratory, fake):
    executor = fake({"batch2": "skipped"})
    plan = laboratory.plan(AXES, n_rounds=3)
    laboratory.run(plan, executor)
    assert sum("batch2" in job.job_id for job in executor.jobs) == 1


def test_a_cell_that_is_skipped_beforehand_is_never_started(laboratory, fake):
    executor = fake()
    plan = laboratory.plan({"batch": [1], "device": ["cpu", "cuda"]})
    laboratory.run(plan, executor)
    assert not any("cuda" in job.job_id for job in executor.jobs)
    assert laboratory.evidence(plan).cells[1].status == "skipped"


def test_the_model_learns_once_and_every_cell_loads_it(laboratory, fake):
    executor = fake()
    plan = laboratory.plan({"batch": [1, 2], "dtype": ["fp32", "bf16"]}, model="lm-tiny")
    laboratory.run(plan, executor)
    training, *measuring = executor.jobs
    assert training.training is not None
    assert len(measuring) == 10
    assert len({job.artifact for job in measuring}) == 1
    assert {job.part.settings.dtype for job in measuring} == {"float32", "bfloat16"}
    laboratory.run(plan, again := fake())
    assert all(job.training is None for job in again.jobs)


@pytest.mark.parametrize(("model", "is_foretold"), [("spoon", False), ("lm-tiny", True)])
def test_a_further_call_is_made_once_and_where_its_memory_is_foretold(
    laboratory, fake, model, is_foretold
):
    plan = laboratory.plan({"batch": [1, 2]}, model=model)
    laboratory.run(plan, executor := fake())
    work = [cell for job in executor.jobs for cell in job.cells]
    assert all(cell.lean_peak == (is_foretold and cell.keep_answers) for cell in work)
    assert any(cell.lean_peak for cell in work) == is_foretold


def test_without_a_model_nothing_is_measured(laboratory, fake):
    plan = laboratory.plan(AXES, model="lm-tiny")
    with pytest.raises(ModelMissing, match="ended as error"):
        laboratory.run(plan, executor := fake({"train": "error"}))
    assert len(executor.jobs) == 1


def test_modes_ask_for_what_they_need(laboratory, fake):
    axes = {"mode": ["answer", "prefill", "decode", "score", "train"], "batch": [2]}
    plan = laboratory.plan(axes, model="lm-tiny", n_rounds=1)
    laboratory.run(plan, executor := fake())
    work = {job.cells[0].mode: job.cells[0] for job in executor.jobs if job.cells}
    assert len(work["answer"].problems) == 6
    assert work["prefill"].prompt_tokens
    assert work["decode"].new_tokens
    assert len(work["score"].examples) == 5
    assert len(work["train"].examples) == 20
    assert not any(work[mode].problems for mode in work if mode != "answer")


def test_training_multiplies_in_the_format_of_its_cell_and_keeps_float32(laboratory, fake):
    axes = {"mode": ["train"], "dtype": ["fp32", "bf16", "autocast"]}
    plan = laboratory.plan(axes, model="lm-tiny", n_rounds=1)
    laboratory.run(plan, executor := fake())
    settings = [job.part.settings for job in executor.jobs if job.cells]
    assert {one.dtype for one in settings} == {"float32"}
    told = sorted(one.params["precision"] for one in settings if one.params)
    # The baseline has a twin; bfloat16 and autocast are the same step.
    assert told == ["bfloat16", "bfloat16", "float32", "float32"]


def test_only_a_quantization_that_calibrates_is_given_texts():
    task = make_task("word-problems", SMALL)
    texts = texts_of(task.splits[0], task)
    for name, method in METHODS.items():
        found = calibration_of(Conditions(quantization=name), texts)
        assert found == (texts.training if method.calibrates else ())
    assert calibration_of(Conditions(), texts) == ()


def test_items_may_be_asked_longest_first(laboratory, fake):
    plan = laboratory.plan({"order": ["given", "length"]}, n_rounds=1)
    laboratory.run(plan, executor := fake())
    by_name = {job.job_id: job.cells[0].problems for job in executor.jobs}
    lengths = {name: [len(one.text) for one in asked] for name, asked in by_name.items()}
    longest_first = next(found for name, found in lengths.items() if "length" in name)
    assert longest_first == sorted(longest_first, reverse=True)
    assert len({tuple(sorted(found)) for found in lengths.values()}) == 1


def test_cells_come_back_from_the_store_and_runs_say_that_a_child_measured(laboratory, fake):
    plan = laboratory.plan({"batch": [1, 2], "order": ["given", "length"]}, n_rounds=1)
    laboratory.run(plan, fake())
    with open_reader(laboratory.folder / "store.sqlite") as reader:
        for run in reader.runs():
            assert reader.cell(run.cell_key).key == run.cell_key
            assert run.metrics["process"] == "child"
