"""The task: its splits, its options, and that the same options give the same items."""

from itertools import combinations

import pytest

from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.formats import task as module
from spoonbench.harness.tasks.formats.cases import Case
from spoonbench.harness.tasks.formats.task import FAMILIES, Options, make, read_options, text_key

SMALL = {"n_training": 60, "n_validation": 20, "n_items": 30}
HELD_OUT = (
    "test",
    "dates",
    "emails",
    "phones",
    "money",
    "versions",
    "check-digits",
    "unseen-forms",
)


@pytest.fixture(scope="module")
def task():
    return make({})


def every_split(task):
    return (task.training, task.validation, *task.splits)


def name_of(item):
    return item.problem.text.partition(": ")[0]


def test_splits_have_their_names_and_sizes(task):
    assert tuple(split.name for split in task.splits) == HELD_OUT
    assert [len(split.items) for split in task.splits] == [1000] * 8
    assert (len(task.training.items), len(task.validation.items)) == (10_000, 500)
    assert (task.name, task.version, task.kind) == ("formats", "2", "label")
    assert all(split.summary for split in every_split(task))


def test_no_text_stands_in_two_splits_or_twice(task):
    texts = [{text_key(item.problem.text) for item in split.items} for split in every_split(task)]
    assert [len(found) for found in texts] == [len(split.items) for split in every_split(task)]
    assert not any(one & other for one, other in combinations(texts, 2))


def test_problem_ids_are_unique_and_tell_nothing(task):
    ids = [item.problem.problem_id for split in every_split(task) for item in split.items]
    assert len(set(ids)) == len(ids)
    assert not any("valid-" in i.replace("validation-", "") for i in ids)


def test_about_half_of_every_split_and_family_is_invalid(task):
    for split in every_split(task):
        targets = [item.target for item in split.items]
        assert set(targets) == {"valid", "invalid"}
        assert 0.44 < targets.count("invalid") / len(targets) < 0.56


def test_every_format_has_both_answers_about_equally_often(task):
    by_name: dict[str, list[str]] = {}
    for item in task.training.items:
        by_name.setdefault(name_of(item), []).append(item.target)
    for name, targets in by_name.items():
        # Four and a half standard deviations of fair coins.
        surplus = targets.count("valid") - len(targets) / 2
        assert abs(surplus) < 4.5 * len(targets) ** 0.5 / 2, name
    assert set(by_name) == {form.name for forms in FAMILIES.values() for form in forms}


def test_a_family_s_split_holds_only_that_family(task):
    for split in task.splits[1:-1]:
        names = {form.name for form in FAMILIES[split.name]}
        assert {name_of(item) for item in split.items} == names


def test_values_are_asked_of_the_same_texts():
    labels, values = make(SMALL), make({**SMALL, "answers": "values"})
    assert values.kind == "text"
    for one, other in zip(every_split(labels), every_split(values), strict=True):
        for label, value in zip(one.items, other.items, strict=True):
            assert label.problem.text == value.problem.text
            assert (label.problem.kind, value.problem.kind) == ("label", "text")
            assert (label.target == "valid") == (value.target is not None)


def test_the_same_options_give_the_same_items():
    one, other = make(SMALL), make(dict(SMALL))
    assert one == other
    assert make({**SMALL, "seed": 1}).splits[0] != one.splits[0]


def test_the_held_out_items_do_not_depend_on_the_number_of_training_problems():
    few, many = make(SMALL), make({**SMALL, "n_training": 300})
    assert few.splits == many.splits
    assert few.training.items == many.training.items[:60]


@pytest.mark.parametrize(
    ("name", "in_training"),
    [
        ("ISO 8601 calendar date", lambda text: len(text) == 10),
        ("ISO 8601 ordinal date", lambda text: "-" in text or not text.isdigit()),
        ("ISO 8601 week date", lambda text: "-" in text),
        ("date in English", lambda text: " of " not in text),
        ("phone number in France", lambda text: "." not in text),
        ("phone number in United States", lambda text: "." not in text),
    ],
)
def test_unseen_forms_are_not_seen_in_training(task, name, in_training):
    def texts(split):
        return [i.problem.text.partition(": ")[2] for i in split.items if name_of(i) == name]

    valid = [i for i in task.training.items if name_of(i) == name and i.target == "valid"]
    assert valid
    assert all(in_training(item.problem.text.partition(": ")[2]) for item in valid)
    assert not all(in_training(text) for text in texts(task.splits[-1]))


@pytest.mark.parametrize("country", ["France", "United States"])
def test_unseen_national_numbers_are_all_written_with_points(task, country):
    unseen = [i for i in task.splits[-1].items if name_of(i) == f"phone number in {country}"]
    assert unseen
    assert all("." in item.problem.text for item in unseen)


def test_length_alone_tells_little(task):
    """A rule "texts of this length are valid", learned per format, is right hardly over half."""
    counts: dict[tuple[str, int], list[bool]] = {}
    for item in task.training.items:
        key = (name_of(item), len(item.problem.text))
        counts.setdefault(key, []).append(item.target == "valid")
    right = 0
    for item in task.splits[0].items:
        seen = counts.get((name_of(item), len(item.problem.text)), [True])
        right += (2 * sum(seen) >= len(seen)) == (item.target == "valid")
    assert right / len(task.splits[0].items) < 0.65


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_train": 3}, "did you mean 'n_training'"),
        ({"answers": "both"}, "answers must be labels or values, got 'both'"),
        ({"n_items": 0}, "n_items must be from 1"),
        ({"seed": "x"}, "seed must be a whole number"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(BadTask, match=message):
        make(options)


def test_options_are_read_from_text():
    assert read_options({"n_items": "7", "answers": "values"}) == Options(
        n_items=7, answers="values"
    )


def test_too_few_different_texts_are_refused(monkeypatch):
    case = Case(form="EAN-13", text="4006381333931", value="4006381333931")
    monkeypatch.setattr(module, "draw_case", lambda rng, form: case)
    with pytest.raises(BadTask, match="too few different problems: test has 1 of 30"):
        make(SMALL)


def test_items_are_pinned():
    # A change here changes what every stored result was measured on: raise VERSION with it.
    task = make(SMALL)
    assert {split.name: split.items_hash[:12] for split in every_split(task)} == PINNED_HASHES


PINNED_HASHES = {
    "train": "e5636dce3864",
    "validation": "6488297ac52e",
    "test": "cdcf2b7c75c1",
    "dates": "4232ccffa931",
    "emails": "cc3dcf4d327e",
    "phones": "b093b9929a33",
    "money": "f9986c733d41",
    "versions": "cce15d2a9e37",
    "check-digits": "75ec2075a158",
    "unseen-forms": "5ea527768dac",
}
