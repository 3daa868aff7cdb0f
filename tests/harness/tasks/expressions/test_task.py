"""The task: its splits, its options, and that an oracle of another make agrees with every item."""

import re
from itertools import combinations

import pytest

from spoonbench.harness.numbers import read_number
from spoonbench.harness.scoring import score
from spoonbench.harness.tasks import drawing
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.expressions.task import make
from spoonbench.harness.tasks.expressions.writing import text_key
from spoonbench.solvers.api import Answer

SMALL = {"n_training": 60, "n_validation": 20, "n_items": 30}
HELD_OUT = (
    "test",
    "nested",
    "large-integers",
    "fractions",
    "decimals",
    "percentages",
    "signs",
    "malformed",
)


@pytest.fixture(scope="module")
def task():
    return make({})


def every_split(task):
    return (task.training, task.validation, *task.splits)


def texts_of(task, name):
    return [item.problem.text for item in split_of(task, name).items]


def split_of(task, name):
    return next(split for split in every_split(task) if split.name == name)


def depth_of(text):
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


def test_splits_have_their_names_and_sizes(task):
    assert tuple(split.name for split in task.splits) == HELD_OUT
    assert [len(split.items) for split in task.splits] == [1000] * len(HELD_OUT)
    assert (len(task.training.items), len(task.validation.items)) == (10_000, 500)
    assert (task.name, task.version, task.kind, task.tolerance) == ("expressions", "2", "number", 0)
    assert all(split.summary for split in every_split(task))


def test_no_expression_stands_in_two_splits_or_twice(task):
    keys = [{text_key(item.problem.text) for item in split.items} for split in every_split(task)]
    assert [len(found) for found in keys] == [len(split.items) for split in every_split(task)]
    assert not any(one & other for one, other in combinations(keys, 2))


def test_problem_ids_are_unique(task):
    ids = [item.problem.problem_id for split in every_split(task) for item in split.items]
    assert len(set(ids)) == len(ids)


def test_the_oracle_agrees_with_every_target(task, python_value):
    items = [item for split in task.splits for item in split.items]
    wrong = [
        (item.problem.text, item.target)
        for item in (*items, *task.training.items[:2000])
        if python_value(item.problem.text) != (item.target and read_number(item.target))
    ]
    assert wrong == []


def test_malformed_ones_stand_where_they_belong(task):
    shares = {
        split.name: sum(item.target is None for item in split.items) / len(split.items)
        for split in every_split(task)
    }
    mixed = [shares.pop(name) for name in ("train", "validation", "test")]
    assert all(0.07 < share < 0.13 for share in mixed)
    assert shares.pop("malformed") == 1
    assert set(shares.values()) == {0}


def test_the_malformed_share_is_an_option():
    task = make({**SMALL, "malformed_share": "0.5"})
    assert 15 < sum(item.target is None for item in task.training.items) < 45


def test_nested_ones_are_deeper_than_any_in_training(task):
    well_formed = [item.problem.text for item in task.training.items if item.target is not None]
    deepest = max(map(depth_of, well_formed))
    nested = list(map(depth_of, texts_of(task, "nested")))
    assert 1 < deepest < min(nested)
    assert {4, 5, 6, 7, 8} <= set(nested)


def test_large_integers_have_20_to_60_digits_and_training_has_none(task):
    def sizes(name):
        return [
            len(digits.replace(",", ""))
            for text in texts_of(task, name)
            for digits in re.findall(r"[\d,]+", text)
        ]

    assert (min(sizes("large-integers")), max(sizes("large-integers"))) == (20, 60)
    assert max(sizes("train")) < 12


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("fractions", r"\d/\d"),
        ("decimals", r"\d\.\d"),
        ("percentages", r"%| percent"),
        ("signs", r"(?:^|[-+*/(\u2212\u00d7\u00f7]|is|Calculate)\s*[-+\u2212]\s*[\d(]"),
    ],
)
def test_each_split_is_all_of_its_kind(task, name, pattern):
    texts = texts_of(task, name)
    assert [text for text in texts if not re.search(pattern, text)] == []
    trained = [text for text in texts_of(task, "train") if re.search(pattern, text)]
    assert 0.05 < len(trained) / len(texts_of(task, "train")) < 0.5


def test_targets_are_whole_decimals_or_fractions_in_lowest_terms(task):
    targets = [item.target for split in task.splits for item in split.items if item.target]
    assert all(re.fullmatch(r"-?\d+(?:\.\d*[1-9]|/[1-9]\d*)?", target) for target in targets)
    assert any("/" in target for target in targets)
    assert any("." in target for target in targets)
    assert any(target.startswith("-") for target in targets)


@pytest.mark.parametrize(
    "part", ["\u2212", "\u00d7", "\u00f7", "1,0", " = ?", "=?", "What is ", "  +  ", "percent"]
)
def test_notations_vary(task, part):
    assert any(part in text for text in texts_of(task, "train"))


def test_what_conventions_read_differently_is_never_written(task):
    ambiguous = re.compile(
        r"[-+\u2212] *[\d.]+(?:%| percent)(?! *of)"  # 80 + 15%
        r"|\^\d+ *\^"  # 2^3^2
        r"|(?:^|[-+*/=(] *)[-\u2212]\d+\^"  # -2^2
        r"|\d *\(|\) *[\d(]"  # 2(3)
        r"|\d +\d"  # 5 3
        r"|[-+\u2212]\s*[-+\u2212]\s*[-+\u2212]"  # 5 - - -3
        r"|\*\*|//"
        r"|\d\.(?!\d)|(?<!\d)\.\d"  # 5. and .5
    )
    texts = [
        item.problem.text
        for split in every_split(task)
        for item in split.items
        if item.target is not None
    ]
    assert [text for text in texts if ambiguous.search(text)] == []


def test_no_letter_stands_where_a_number_is_zero(task):
    """To who reads "0z" as a product it is 0, whatever z is."""
    lettered = [text for text in texts_of(task, "malformed") if re.search(r"\d[qwyzO]", text)]
    assert len(lettered) > 50
    assert [text for text in lettered if re.search(r"(?<![\d.,qwyzO])0(?![\d.])", text)] == []


@pytest.mark.parametrize(
    ("target", "value", "is_right"),
    [
        ("0.5", "1/2", True),
        ("0.5", "0.50", True),
        ("2/3", "4/6", True),
        ("2/3", "0.6666666666666667", False),
        ("8", "8.0", True),
        ("8", "9", False),
    ],
)
def test_scoring_is_exact_and_takes_any_way_of_writing(task, target, value, is_right):
    answer = Answer(status="answered", value=value)
    assert score("number", answer, target, task.tolerance).is_correct is is_right


def test_the_same_options_give_the_same_items():
    one, other = make(SMALL), make(dict(SMALL))
    assert one == other
    assert make({**SMALL, "seed": 1}).splits[0] != one.splits[0]


def test_the_held_out_items_do_not_depend_on_the_number_of_training_problems():
    few, many = make(SMALL), make({**SMALL, "n_training": 300})
    assert few.splits == many.splits
    assert few.training.items == many.training.items[:60]


def test_items_are_pinned():
    # A change here changes what every stored result was measured on: raise VERSION with it.
    task = make(SMALL)
    assert {split.name: split.items_hash[:12] for split in every_split(task)} == PINNED_HASHES


PINNED_HASHES = {
    "train": "b6ac50fcc8b7",
    "validation": "6bd9265fc148",
    "test": "c18cac9c8425",
    "nested": "eb189dd090c1",
    "large-integers": "b045c498281f",
    "fractions": "c6d2d2cc5aaf",
    "decimals": "0c45a1517cbf",
    "percentages": "42e1b78c4a60",
    "signs": "e3eb08ca4903",
    "malformed": "374ecab525f0",
}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"n_item": 3}, "did you mean 'n_items'"),
        ({"n_items": 0}, "from 1 to"),
        ({"largest": 9}, "largest must be from 10"),
        ({"malformed_share": 1}, "below 1"),
        ({"malformed_share": "many"}, "must be a number"),
        ({"seed": "x"}, "whole number"),
    ],
)
def test_wrong_options_are_refused(options, reason):
    with pytest.raises(BadTask, match=reason):
        make(options)


def test_too_few_expressions_are_said_and_not_repeated(monkeypatch):
    monkeypatch.setattr(drawing, "MOST_REPEATS", 0)
    with pytest.raises(BadTask, match="raise largest"):
        make({"largest": 10, "n_training": 500, "n_items": 10})
