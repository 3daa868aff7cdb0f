import sys

import pytest

from spoonbench.harness.frameworks.graph import Question
from spoonbench.harness.frameworks.paths import (
    answers_of,
    every_path,
    places_after,
    representatives,
)
from spoonbench.harness.frameworks.reading import parse_framework
from spoonbench.harness.frameworks.walking import figures_of
from tests.harness.frameworks.small import SMALL, changed

FRAMEWORK = parse_framework(SMALL)


def numbers(*, thresholds=None, text=SMALL, places=None):
    framework = parse_framework(text)
    figures = figures_of(framework, thresholds)
    everywhere = [*framework.nodes, *framework.verdicts]
    places = frozenset(everywhere if places is None else places)
    found = representatives(framework, framework.questions["batch"], figures, places)
    return [one.answer for one in found]


def test_bounds_and_one_number_between_each_two_stand_for_all():
    assert numbers() == [1, 8, 16, 32]


def test_thresholds_are_taken_as_they_are_given():
    assert numbers(thresholds={"many": 3}) == [1, 2, 3, 6]
    assert numbers(thresholds={"many": float("inf")}) == [1, 2]
    assert numbers(thresholds={"many": 0}) == [1, 2]


def test_between_neighbouring_whole_numbers_there_is_nothing():
    assert numbers(thresholds={"many": 2}) == [1, 2, 4]
    assert numbers(thresholds={"many": 2.5}) == [1, 2, 3, 6]


def test_only_the_conditions_ahead_count():
    assert numbers(places=["which"]) == [1, 2]


def test_what_a_verdict_needs_is_a_bound_too():
    text = changed('needs = { device = { is = ["cuda"] } }', "needs = { batch = { most = 64 } }")
    assert numbers(text=text) == [1, 8, 16, 40, 64, 128]


def test_a_question_with_limits_has_them_as_answers():
    text = changed("low = 1", "low = 1\nhigh = 20")
    assert numbers(text=text) == [1, 8, 16, 18, 20]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (sys.float_info.max, None, [sys.float_info.max]),
        (0.0, 5e-324, [0.0, 5e-324]),
        (-1e308, 1e308, [-1e308, 0.0, 1e308]),
        (3.0, 3.0, [3.0]),
    ],
)
def test_extreme_limits_have_finite_answers(low, high, expected):
    question = Question(name="q", text="?", type="number", low=low, high=high)
    assert [one.answer for one in representatives(FRAMEWORK, question, {}, frozenset())] == expected


def test_every_path_is_walked_once_with_each_answer():
    found = [(answers_of(path), path.verdict.name) for path in every_path(FRAMEWORK)]
    assert found[:2] == [({"batch": 1}, "cpu"), ({"batch": 8}, "cpu")]
    # Batch 16 and 32, each with two devices that end at once and one that is asked further.
    assert len(found) == 2 + 2 * (2 + 2)
    assert len({str(answers) for answers, _ in found}) == len(found)


def test_a_question_that_is_asked_again_keeps_its_answer():
    text = changed(
        'asks = "is_late"\nedges = [{ is = [true], to = "cpu" }, { is = [false], to = "mps" }]',
        'asks = "batch"\nedges = [{ least = 20, to = "mps" }, { below = 20, to = "cpu" }]',
    )
    ends = {
        answers_of(path)["batch"]: path.verdict.name
        for path in every_path(parse_framework(text))
        if len(path.steps) == 3
    }
    assert ends == {16: "cpu", 18: "cpu", 20: "mps", 40: "mps"}


def test_places_ahead_are_those_that_edges_lead_to():
    after = places_after(FRAMEWORK)
    assert after["late"] == {"late", "cpu", "mps"}
    assert after["batch"] == {*FRAMEWORK.nodes, *FRAMEWORK.verdicts}
    assert after["cpu"] == {"cpu"}
