"""Errors of numbers: over what was answered, against targets that are not whole."""

import pytest

from spoonbench.harness.number_errors import number_errors
from spoonbench.harness.records import ScoredAnswer


def answer(problem_id, value, status="answered"):
    return ScoredAnswer(problem_id=problem_id, status=status, is_correct=False, value=value)


def test_mean_and_largest_errors_absolute_and_relative():
    targets = {"a": "2.5", "b": "0.5"}
    found = number_errors([answer("a", "3"), answer("b", "0.5")], targets)
    assert (found.n, found.mean_absolute, found.largest_absolute) == (2, 0.25, 0.5)
    assert found.mean_relative == pytest.approx(0.1)
    assert found.largest_relative == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("given", "target"),
    [
        (answer("a", "nonsense"), "2.5"),
        (answer("a", None, "abstained"), "2.5"),
        (answer("a", "2"), "3"),
        (answer("a", "2"), None),
        (answer("b", "2"), "2.5"),
    ],
)
def test_what_is_no_number_or_has_no_near_target_has_no_error(given, target):
    assert number_errors([given], {"a": target}) is None


def test_fractions_count_and_a_sign_makes_the_error_large():
    found = number_errors([answer("a", "-1/2")], {"a": "0.5"})
    assert found.largest_relative == 2.0


def test_errors_beyond_floats_count_as_the_most():
    found = number_errors([answer("a", "1" + "0" * 390)], {"a": "0.5"})
    assert found.largest_absolute == found.mean_relative == 1e300
