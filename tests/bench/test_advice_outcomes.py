"""How choices are held against what was measured; nothing is measured here."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent.parent / "bench" / "advice"


@pytest.fixture(scope="module")
def outcomes():
    sys.path.insert(0, str(FOLDER))
    try:
        return import_module("outcomes")  # lies beside a script
    finally:
        sys.path.remove(str(FOLDER))


TRUTH = {"a": (True, 1.0), "b": (True, 1.5), "c": (False, 0.1)}


def test_a_choice_costs_what_the_best_that_does_it_costs_times_something(outcomes):
    found = outcomes.judged("a task", "a need", {"x": "a", "y": "b", "z": "c", "n": None}, TRUTH)
    assert [one.meets for one in found] == [True, True, False, False]
    assert [one.cost for one in found] == [1.0, 1.5, 0.1, None]
    assert {one.best for one in found} == {"a"}


def test_pairs_that_nothing_does_are_counted_apart(outcomes):
    truth = {"c": (False, 0.1)}
    found = outcomes.judged("a task", "a need", {"the advisor": None, "x": "c"}, truth)
    found += outcomes.judged("a task", "another", {"the advisor": "a", "x": "b"}, TRUTH)
    mine, other = outcomes.rows(found)
    assert (mine["pairs"], mine["meets"]) == (1, 1)
    assert (mine["impossible_pairs"], mine["impossible_said"]) == (1, 1)
    assert (other["impossible_said"], other["meets_at_little_cost"]) == (0, 0)


def test_silence_is_no_success(outcomes):
    found = outcomes.judged("a task", "a need", {"the advisor": None}, TRUTH)
    assert outcomes.rows(found)[0]["meets"] == 0
    assert outcomes.rows(found)[0]["nothing_recommended"] == 1
    assert "MISSED: 0.0%" in outcomes.verdict(found)


def test_the_bar_is_reached_where_it_is(outcomes):
    found = outcomes.judged("a task", "a need", {"the advisor": "a"}, TRUTH)
    assert outcomes.verdict(found).count("reached") == 2
    assert "1 of 1 (100%" in list(outcomes.table(found))[-1]


def test_half_of_all_things_is_held_back_and_always_the_same_half(outcomes):
    names = [f"cell {number}" for number in range(1000)]
    first = [outcomes.is_held_back("a", name) for name in names]
    assert first == [outcomes.is_held_back("a", name) for name in names]
    assert 440 < sum(first) < 560
