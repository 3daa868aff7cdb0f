"""The digits: real images, split label by label."""

import re
from collections import Counter

import pytest

from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.digits import make


@pytest.fixture(scope="module")
def task():
    return make({})


def every_item(task):
    return (*task.training.items, *task.validation.items, *task.splits[0].items)


def test_all_1797_digits_are_there_once(task):
    ids = {item.problem.problem_id for item in every_item(task)}
    texts = {item.problem.text for item in every_item(task)}
    assert len(every_item(task)) == len(ids) == len(texts) == 1797
    assert (task.kind, task.payload) == ("label", "image")
    assert "UCI" in task.source


def test_each_label_is_split_in_the_same_shares(task):
    everything = Counter(item.target for item in every_item(task))
    test = Counter(item.target for item in task.splits[0].items)
    assert sorted(everything) == list("0123456789")
    for label, count in everything.items():
        assert test[label] == round(0.3 * count)


def test_the_text_stands_for_the_pixels(task):
    item = task.splits[0].items[0]
    rows = item.problem.text.split("/")
    assert re.fullmatch(r"([0-9a-g]{8}/){7}[0-9a-g]{8}", item.problem.text)
    read = [["0123456789abcdefg".index(character) for character in row] for row in rows]
    assert read == [list(row) for row in item.problem.payload.pixels]


def test_pixels_lie_between_zero_and_the_maximum(task):
    for item in every_item(task):
        image = item.problem.payload
        assert (len(image.pixels), {len(row) for row in image.pixels}) == (8, {8})
        assert all(0 <= pixel <= image.maximum == 16 for row in image.pixels for pixel in row)


def test_the_seed_decides_the_split(task):
    assert make({"seed": "0"}) == task
    other = make({"seed": 1})
    assert other.splits[0] != task.splits[0]
    assert {i.problem.text for i in every_item(other)} == {i.problem.text for i in every_item(task)}


def test_shares_are_honoured():
    task = make({"test_share": "0.5", "validation_share": 0.2})
    assert abs(len(task.splits[0].items) - 1797 / 2) < 10
    assert abs(len(task.validation.items) - 1797 / 10) < 10


@pytest.mark.parametrize("options", [{"test_share": 1}, {"seed": "x"}, {"sede": 1}])
def test_wrong_options_are_refused(options):
    with pytest.raises(BadTask, match=next(iter(options))):
        make(options)
