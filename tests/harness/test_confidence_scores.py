"""Scores from a risk curve equal those from the answers."""

import random

import pytest

from spoonbench.harness.confidence_scores import brier, calibration_error, log_loss
from spoonbench.harness.risk_coverage import risk_curve
from spoonbench.solvers.probability_scores import score_probabilities


def test_they_are_the_scores_of_the_probability_of_being_right():
    draw = random.Random(3)
    given = [round(draw.uniform(0.5, 1), 2) for _ in range(300)]
    wrong = [draw.random() > confidence for confidence in given]
    curve = risk_curve(zip(given, wrong, strict=True), 300)
    expected = score_probabilities(given, [not one for one in wrong])
    assert log_loss(curve) == pytest.approx(expected.log_loss)
    assert brier(curve) == pytest.approx(expected.brier)
    assert calibration_error(curve) == pytest.approx(expected.calibration_error)


def test_without_a_confidence_of_every_answer_there_is_no_score():
    for given in ([], [(None, False)], [(0.9, False), (None, True)]):
        curve = risk_curve(given, 2)
        assert (log_loss(curve), brier(curve), calibration_error(curve)) == (None, None, None)


def test_a_sure_answer_that_is_wrong_costs_a_finite_amount():
    loss = log_loss(risk_curve([(1.0, True)], 1))
    assert loss == pytest.approx(13.8155, abs=1e-3)
