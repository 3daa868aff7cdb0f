"""The task `option-outcome` is cut by time, keeps the order, and says what it left out."""

from itertools import pairwise
from typing import Any

import pytest

from spoonbench.harness.registry import make_task
from spoonbench.harness.tasks.api import BadTask

SMALL = {"n_years": 4, "per_day": 1}
HEADER = "opened,closed,strategy,volatility,days,probability,severe_probability,premium,outcome"


def days(split):
    return [item.problem.problem_id.split("/")[0] for item in split.items]


def test_parts_follow_each_other_in_time():
    task = make_task("option-outcome", SMALL)
    parts = [task.training, task.validation, *task.splits]
    assert [part.name for part in parts] == ["train", "validation", "later", "later-still"]
    for part in parts:
        assert days(part) == sorted(days(part))
    for earlier, later in pairwise(parts):
        assert days(earlier)[-1] < days(later)[0]


def test_what_is_left_out_is_counted():
    task = make_task("option-outcome", SMALL)
    parts = [task.training, task.validation, *task.splits]
    n_kept = sum(len(part.items) for part in parts)
    options: Any = task.options
    assert options["trades"] == n_kept + options["purged"]
    assert options["purged"] > 0


def test_the_seed_and_the_world_decide():
    first, again, other, world = (
        make_task("option-outcome", {**SMALL, **more}).training.items_hash
        for more in ({}, {"seed": "0"}, {"seed": 1}, {"world": "black-scholes"})
    )
    assert first == again
    assert len({first, other, world}) == 3


def test_severe_losses_are_another_question_of_the_same_trades():
    win, severe = (make_task("option-outcome", {**SMALL, "target": t}) for t in ("win", "severe"))
    both = list(zip(win.training.items, severe.training.items, strict=True))
    assert all(first.problem == second.problem for first, second in both)
    assert {first.target for first, _ in both} == {"win", "loss"}
    assert {second.target for _, second in both} == {"severe", "mild"}
    assert not any((a.target, b.target) == ("win", "severe") for a, b in both)


@pytest.fixture
def own_file(tmp_path):
    path = tmp_path / "mine.csv"
    rows = [
        f"20{20 + n // 12}-{n % 12 + 1:02}-01,20{20 + n // 12}-{n % 12 + 1:02}-20,short put,0.2,"
        f"19,0.{70 + n % 20},0.05,0.1,{'win' if n % 3 else 'loss'}"
        for n in range(36)
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def test_a_file_of_ones_own_is_a_task(own_file):
    task = make_task("option-outcome", {"file": str(own_file)})
    assert task.options["trades"] == 36
    assert set(task.sha256) == {"mine.csv"}
    assert task.training.items[0].target == "loss"


def test_severe_losses_that_nobody_knows_of_are_not_asked_about(own_file):
    with pytest.raises(BadTask, match="of 36 trades it is not known"):
        make_task("option-outcome", {"file": str(own_file), "target": "severe"})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "draw"}, "target is win or severe"),
        ({"world": "flat"}, "no world"),
        ({"years": 3}, "no option 'years'"),
        ({"seed": "x"}, "whole number"),
        ({"seed": -1}, "from 0"),
        ({"file": "nowhere.csv"}, "there is no file"),
        ({"file": "nowhere.csv", "seed": 1}, "do not go with a file"),
    ],
)
def test_wrong_options_are_refused_in_a_sentence(options, said):
    with pytest.raises(BadTask, match=said):
        make_task("option-outcome", options)
