"""The task: its splits, its options, and that the same options give the same items."""

import random
import re
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.word_problems import task as module
from spoonbench.harness.tasks.word_problems.frames import read_frame
from spoonbench.harness.tasks.word_problems.task import Options, make, read_options, text_key

SMALL = {"n_training": 60, "n_validation": 20, "n_items": 30}
HELD_OUT = (
    "test",
    "larger-10x",
    "larger-1000x",
    "unseen-frames",
    "distracting-number",
    "two-steps",
    "unanswerable",
)


@pytest.fixture(scope="module")
def task():
    return make({})


def numbers_of(item):
    return [int(digits) for digits in re.findall(r"\d+", item.problem.text)]


def every_split(task):
    return (task.training, task.validation, *task.splits)


def test_splits_have_their_names_and_sizes(task):
    assert tuple(split.name for split in task.splits) == HELD_OUT
    assert [len(split.items) for split in task.splits] == [1000] * 7
    assert (len(task.training.items), len(task.validation.items)) == (10_000, 500)
    assert (task.name, task.version, task.kind) == ("word-problems", "1", "number")
    assert all(split.summary for split in every_split(task))


def test_no_text_stands_in_two_splits_or_twice(task):
    texts = [{text_key(item.problem.text) for item in split.items} for split in every_split(task)]
    assert [len(found) for found in texts] == [len(split.items) for split in every_split(task)]
    assert not any(one & other for one, other in combinations(texts, 2))


def test_problem_ids_are_unique(task):
    ids = [item.problem.problem_id for split in every_split(task) for item in split.items]
    assert len(set(ids)) == len(ids)


def test_only_the_unanswerable_split_has_no_targets(task):
    for split in every_split(task):
        is_missing = {item.target is None for item in split.items}
        assert is_missing == {split.name == "unanswerable"}


def test_training_numbers_and_results_are_as_asked_for(task):
    for item in task.training.items:
        assert all(1 <= number <= 100 for number in numbers_of(item))
        assert 0 <= int(item.target) <= 200


@pytest.mark.parametrize(("split", "times"), [(1, 10), (2, 1000)])
def test_larger_operands_fill_a_range_so_many_times_larger(task, split, times):
    found = [number for item in task.splits[split].items for number in numbers_of(item)]
    assert min(found) >= times
    assert 95 * times < max(found) <= 100 * times


def test_sums_and_differences_are_both_common(task):
    larger = sum(int(item.target) > max(numbers_of(item)) for item in task.training.items)
    assert 0.35 < larger / len(task.training.items) < 0.65


def test_the_same_options_give_the_same_items():
    one, other = make(SMALL), make(dict(SMALL))
    assert one == other
    assert make({**SMALL, "seed": 1}).splits[0] != one.splits[0]


def test_items_are_pinned():
    # A change here changes what every stored result was measured on: raise VERSION with it.
    task = make(SMALL)
    assert [item.problem.text for item in task.splits[0].items[:2]] == PINNED_TEXTS
    assert {split.name: split.items_hash[:12] for split in every_split(task)} == PINNED_HASHES


PINNED_TEXTS = [
    "Wendy had 100 baseball cards, she got 47 more from her teacher",
    (
        "after school elena collected 43 dolls. before that she had 32 dolls. "
        "how many dolls does elena have now?"
    ),
]
PINNED_HASHES = {
    "train": "584824411e6e",
    "validation": "0c5eda699991",
    "test": "3eda860bef5c",
    "larger-10x": "4faf6c0ff64e",
    "larger-1000x": "96459f02251c",
    "unseen-frames": "43a9ac70646b",
    "distracting-number": "e23a4be8445b",
    "two-steps": "21bf67bcb595",
    "unanswerable": "2a9b106d8f02",
}


def test_the_held_out_items_do_not_depend_on_the_number_of_training_problems():
    few, many = make(SMALL), make({**SMALL, "n_training": 300})
    assert few.splits == many.splits
    assert few.training.items == many.training.items[:60]


def test_making_a_task_leaves_the_chance_of_others_alone():
    random.seed(7)
    before = random.getstate()
    make(SMALL)
    assert random.getstate() == before


def test_options_are_recorded_and_may_be_text(task):
    assert task.options["largest"] == 100
    assert make({name: str(value) for name, value in SMALL.items()}) == make(SMALL)
    assert "operands 1 to 100" in task.source


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"bigest": 5}, "no option 'bigest'"),
        ({"largst": 5}, "did you mean 'largest'"),
        ({"n_training": "many"}, "n_training must be a whole number, got 'many'"),
        ({"n_training": 1.0}, "n_training must be a whole number"),
        ({"n_training": True}, "n_training must be a whole number"),
        ({"n_training": 0}, "n_training must be from 1"),
        ({"smallest": -1}, "smallest must be from 0"),
        ({"largest": 1}, "too few different problems: largest must be above smallest"),
        ({"smallest_result": 150}, "lower smallest_result"),
        ({"smallest_result": 100_000}, "lower smallest_result"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence(options, complaint):
    with pytest.raises(BadTask, match=re.escape(complaint)):
        make(options)


def test_options_that_leave_too_few_texts_are_refused(monkeypatch):
    # With one frame that has few slots the texts run out.
    frame = read_frame("training/gain/1", "a + b | {a: pen|pens} and {b: pen|pens}", {})
    monkeypatch.setattr(module, "load_frames", lambda section: (frame,))
    with pytest.raises(BadTask, match=r"too few different problems: test has 9 of 30"):
        make({**SMALL, "largest": 3})


@settings(max_examples=25)
@given(
    smallest=st.integers(0, 50),
    width=st.integers(1, 500),
    smallest_result=st.integers(-50, 10),
    seed=st.integers(-5, 2**40),
)
def test_options_are_honoured(smallest, width, smallest_result, seed):
    options = {
        "n_training": 20,
        "n_validation": 3,
        "n_items": 5,
        "smallest": smallest,
        "largest": smallest + width,
        "smallest_result": smallest_result,
        "seed": seed,
    }
    try:
        task = make(options)
    except BadTask as exc:
        assert "smallest_result" in str(exc)  # noqa: PT017  # either outcome is right
        return
    for item in (*task.training.items, *task.splits[0].items, *task.splits[5].items):
        assert item.target is not None
        assert int(item.target) >= smallest_result
        assert all(smallest <= number <= smallest + width for number in numbers_of(item))


def test_defaults_are_those_of_the_options_record():
    assert read_options({}) == Options()
