"""Scores of probabilities against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn import metrics

from spoonbench.solvers.probability_scores import (
    calibration_error,
    lift,
    log_losses,
    paired_difference,
    reliability,
    score_probabilities,
)

DRAW = np.random.Generator(np.random.PCG64(7))
GIVEN = DRAW.random(500)
CAME = (DRAW.random(500) < GIVEN**2).astype(float)


def test_log_loss_and_brier_are_those_of_scikit_learn():
    found = score_probabilities(GIVEN, CAME)
    assert found.log_loss == pytest.approx(metrics.log_loss(CAME, GIVEN))
    assert found.brier == pytest.approx(metrics.brier_score_loss(CAME, GIVEN))


def test_calibration_error_and_table_by_hand():
    given, came = [0.05, 0.05, 0.95, 1.0], [0, 1, 1, 1]
    # Two in the first bin: mean 0.05, share 0.5; two in the last: mean 0.975, share 1.
    assert calibration_error(given, came) == pytest.approx((0.45 + 0.025) / 2)
    table = reliability(given, came)
    assert [bin_.n for bin_ in table] == [2, *[0] * 8, 2]
    assert [table[0].mean, table[0].share] == pytest.approx([0.05, 0.5])
    assert [table[9].mean, table[9].share] == pytest.approx([0.975, 1.0])
    assert table[4].mean is None


def test_lift_by_hand():
    given = np.arange(20) / 20
    came = np.zeros(20)
    came[[3, 18, 19]] = 1
    assert lift(given, came) == pytest.approx(1.0 / (3 / 20))
    assert lift(np.full(20, 0.3), came) == pytest.approx(1.0)
    assert lift(given, np.zeros(20)) is None


def test_certainty_that_was_wrong_costs_much_and_not_everything():
    (loss,) = log_losses([1.0], [0])
    assert loss == pytest.approx(-np.log(1e-6), rel=1e-9)


def test_the_interval_by_blocks_is_wider_where_blocks_agree_within():
    blocks = np.repeat(np.arange(20), 25)
    together = np.repeat(DRAW.normal(size=20), 25)
    apart = DRAW.permutation(together)
    wide = paired_difference(together, np.zeros(500), blocks)
    narrow = paired_difference(apart, np.zeros(500), blocks)
    assert wide.mean == pytest.approx(narrow.mean)
    assert wide.low < wide.mean < wide.high
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


@pytest.mark.parametrize(
    ("given", "came"), [([], []), ([1.1], [1]), ([0.5], [0.5]), ([0.5, 0.5], [1]), ([np.nan], [1])]
)
def test_what_cannot_be_scored_is_refused(given, came):
    with pytest.raises(ValueError, match=r"scored|from 0 to 1|0 or 1"):
        score_probabilities(given, came)


def test_one_block_gives_no_interval():
    with pytest.raises(ValueError, match="two blocks"):
        paired_difference([1.0], [0.0], [0])
