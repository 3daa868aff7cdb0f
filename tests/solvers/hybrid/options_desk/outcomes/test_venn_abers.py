"""Venn-Abers prediction against isotonic regression, and its validity on drawn data."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from spoonbench.solvers.hybrid.options_desk.outcomes.venn_abers import calibrate, level_borders


def drawn(n, seed):
    draw = np.random.Generator(np.random.PCG64(seed))
    scores = draw.normal(size=n)
    # Not logistic in the score, so that a score is no probability.
    truth = 0.05 + 0.9 * (scores > 0.3)
    return scores, (draw.random(n) < truth).astype(float), truth


def test_both_probabilities_are_those_of_isotonic_regression_with_one_more_example():
    scores, happened, _ = drawn(60, 1)
    borders = level_borders(drawn(500, 2)[0], 12)
    found = calibrate(borders, scores, happened)
    level = np.searchsorted(borders, scores, side="right")
    for at in range(len(borders) + 1):
        for label, column in ((0.0, found.low), (1.0, found.high)):
            fitted = IsotonicRegression().fit([*level, at], [*happened, label])
            assert column[at] == pytest.approx(fitted.predict([at])[0], abs=1e-12)


def test_weights_are_repetitions():
    scores, happened, _ = drawn(40, 3)
    times = np.arange(40) % 3
    borders = level_borders(scores, 10)
    weighed = calibrate(borders, scores, happened, times)
    repeated = calibrate(borders, np.repeat(scores, times), np.repeat(happened, times))
    assert weighed.low == pytest.approx(repeated.low)
    assert weighed.high == pytest.approx(repeated.high)


def test_bounds_are_in_order_and_never_fall_with_the_score():
    scores, happened, _ = drawn(300, 4)
    found = calibrate(level_borders(scores), scores, happened)
    assert (found.low <= found.high).all()
    assert (np.diff(found.low) >= 0).all()
    assert (np.diff(found.high) >= 0).all()
    middle = found.probabilities(scores)
    low, high = found.bounds(scores)
    assert ((low <= middle) & (middle <= high)).all()


def test_the_probability_that_turns_out_to_be_the_right_one_is_calibrated():
    """Validity: of p0 and p1 the one chosen by the outcome equals the share that happened."""
    given, came = [], []
    for seed in range(400):
        scores, happened, _ = drawn(31, 100 + seed)
        found = calibrate(level_borders(drawn(200, 5)[0], 10), scores[:-1], happened[:-1])
        low, high = found.bounds(scores[-1:])
        given.append(high[0] if happened[-1] else low[0])
        came.append(happened[-1])
    chosen, hits = np.array(given), np.array(came)
    for part in (chosen < 0.5, chosen >= 0.5):
        # Four standard errors at most.
        assert chosen[part].mean() == pytest.approx(
            hits[part].mean(), abs=4 * 0.5 / part.sum() ** 0.5
        )
