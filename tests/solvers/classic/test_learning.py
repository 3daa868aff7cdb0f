"""Settings, images, roles of numbers, confidences: what learning contestants share."""

from fractions import Fraction

import numpy as np
import pytest

from spoonbench.solvers.api import Example, Image, Problem, Settings, SolverInfo, Unsupported
from spoonbench.solvers.calibration import best_temperature, softmax
from spoonbench.solvers.images import brightness, common_shape, refuse_image
from spoonbench.solvers.learning import check_settings, number_targets, program_answer
from spoonbench.solvers.programs import masked_text
from spoonbench.solvers.roles import last_sentence, number_facts

INFO = SolverInfo(name="x", version="1", level=3, summary="s", kinds=("label",))


@pytest.mark.parametrize(
    "settings",
    [
        Settings(device="cuda"),
        Settings(dtype="bfloat16"),
        Settings(quantization="int8"),
        Settings(threads=0),
        Settings(params={"rounds": 3}),
        Settings(params={"depth": 0}),
        Settings(params={"depth": 2.5}),
        Settings(params={"depth": True}),
        Settings(params={"depth": "3"}),
        Settings(params={"rate": float("nan")}),
        Settings(params={"rate": float("inf")}),
    ],
)
def test_settings_that_cannot_be_met_are_refused(settings):
    with pytest.raises(Unsupported):
        check_settings(INFO, settings, {"depth": 3, "rate": 0.5})


def test_parameters_have_defaults():
    found = check_settings(INFO, Settings(params={"rate": 1}), {"depth": 3, "rate": 0.5})
    assert found == {"depth": 3, "rate": 1}


def test_a_target_that_is_no_number_is_named():
    problem = Problem(problem_id="p7", text="?", kind="number")
    assert number_targets([Example(problem=problem, target=None)]) == [None]
    with pytest.raises(ValueError, match="p7"):
        number_targets([Example(problem=problem, target="many")])


def test_programs_answer_only_what_training_knows():
    two = [Fraction(1), Fraction(2)]
    assert program_answer("n0/n1", two, 0.9, {2}).value == "0.5"
    assert program_answer("n0+n1", two, 0.9, {3}).status == "abstained"
    assert program_answer("n2", two, 0.9, {2}).status == "abstained"
    assert program_answer("abstain", two, 0.9, {2}).status == "abstained"
    assert program_answer("inexpressible", two, 0.9, {2}).status == "abstained"
    huge = [Fraction(10**2000), Fraction(10**2000), Fraction(10**2000)]
    assert program_answer("n0*n1*n2", huge, 0.9, {3}).status == "failed"


def test_facts_say_how_numbers_compare_and_what_they_count():
    facts = number_facts(masked_text("Ann has 2 bags with 8 pears each. How many pears?"))
    assert {"count2", "less01", "divides01", "asked1", "rate1"} <= set(facts)
    assert "divides10" not in facts
    assert last_sentence("One. Two? ...") == "Two?"
    assert last_sentence("") == ""


def image(rows, maximum=16.0):
    payload = None if rows is None else Image(pixels=rows, maximum=maximum)
    return Problem(problem_id="i", text="image", kind="label", payload=payload)


@pytest.mark.parametrize(
    "problem",
    [
        image(None),
        image(()),
        image(((1.0,), (2.0,))),
        image(((1.0, 2.0), (3.0,))),
        image(((1.0, 17.0), (3.0, 4.0))),
        image(((1.0, float("nan")), (3.0, 4.0))),
        image(((1.0, -1.0), (3.0, 4.0))),
        image(((0.0, 0.0), (0.0, 0.0)), maximum=0.0),
        image(((0.0, 0.0), (0.0, 0.0)), maximum=float("inf")),
    ],
)
def test_images_that_do_not_fit_are_refused(problem):
    assert refuse_image(problem, (2, 2)).status == "failed"
    good = Example(problem=image(((1.0, 2.0), (3.0, 4.0))), target="a")
    with pytest.raises(ValueError, match="problem 'i'"):
        common_shape([good, Example(problem=problem, target="a")])


def test_brightness_is_scaled():
    found = brightness([image(((0.0, 8.0), (16.0, 4.0)))])
    assert found.tolist() == [[[0.0, 0.5], [1.0, 0.25]]]


def test_the_temperature_matches_confidence_to_accuracy():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 4000)
    # Sure of itself by e^8 to 1, and right in nine of ten cases.
    right = rng.random(4000) < 0.9
    scores = np.zeros((4000, 2))
    scores[np.arange(4000), np.where(right, labels, 1 - labels)] = 8.0
    confidence = softmax(scores, best_temperature(scores, labels)).max(axis=1)
    assert confidence.mean() == pytest.approx(0.9, abs=0.03)


def test_a_flawless_small_sample_makes_nobody_certain():
    scores = np.array([[5.0, 0.0]] * 10)
    labels = np.zeros(10, dtype=np.int64)
    assert softmax(scores, best_temperature(scores, labels)).max() < 0.97


def test_nothing_to_choose_by_leaves_the_scores_alone():
    assert best_temperature(np.zeros((0, 3)), np.zeros(0, dtype=np.int64)) == 1.0
    assert best_temperature(np.zeros((5, 1)), np.zeros(5, dtype=np.int64)) == 1.0
