"""Ratios of medians: against scipy's Student, resampling itself, and simulated rounds."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.stats import median
from spoonbench.harness.time_ratios import (
    fewest_rounds,
    incomplete_beta,
    level,
    paired_ratio,
    ratio,
    resampling_error,
    student_p,
    student_quantile,
)

ROUNDS = st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=12)


@pytest.mark.parametrize("freedom", [1, 1.7, 4, 30, 1000])
@pytest.mark.parametrize("share", [0.6, 0.9, 0.975, 0.9999])
def test_student_is_that_of_scipy(freedom, share):
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415  # heavy, and for this alone

    assert student_quantile(share, freedom) == pytest.approx(stdtrit(freedom, share))
    assert student_p(2.5, freedom) == pytest.approx(2 * stdtr(freedom, -2.5))


@given(st.integers(0, 2**30), st.floats(0.5, 200), st.floats(0.5, 200))
def test_the_incomplete_beta_function_and_its_mirror_add_up_to_one(steps, a, b):
    x = steps / 2**30  # so that 1 - x is exact: a tiny x would vanish in it
    assert incomplete_beta(x, a, b) + incomplete_beta(1 - x, b, a) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    "values", [[1, 2], [1, 2, 4], [3, 1, 4, 1], [3, 1, 4, 1, 5], [3, 1, 4, 1, 5, 9, 2, 6]]
)
def test_the_error_is_what_resampling_without_end_would_give(values):
    """All resamples, one by one, instead of their chances by formula."""
    from itertools import product  # noqa: PLC0415

    if len(values) > 6:
        draw = random.Random(1)
        medians = [math.log(median(draw.choices(values, k=len(values)))) for _ in range(40_000)]
        tolerance = 0.02
    else:
        medians = [math.log(median(one)) for one in product(values, repeat=len(values))]
        tolerance = 1e-9
    mean = sum(medians) / len(medians)
    spread = math.sqrt(sum((one - mean) ** 2 for one in medians) / len(medians))
    assert resampling_error(values, math.log) == pytest.approx(spread, rel=tolerance)


def test_many_rounds_take_no_longer_way():
    draw = random.Random(2)
    values = [math.exp(draw.gauss(0, 0.1)) for _ in range(10_000)]
    # For a normal sample the median's error is 1.2533 sigma over the root of n.
    assert resampling_error(values, math.log) == pytest.approx(0.1 * 1.2533 / 100, rel=0.1)


@settings(max_examples=30)
@given(ROUNDS, ROUNDS)
def test_swapping_the_sides_inverts_the_ratio(first, second):
    one, other = ratio(first, second), ratio(second, first)
    assert one.value == pytest.approx(-other.value, abs=1e-9)
    assert one.interval()[0] == pytest.approx(1 / other.interval()[1], rel=1e-6)


@given(ROUNDS, st.floats(0.01, 100))
def test_a_factor_on_one_side_is_the_ratio(values, factor):
    found = ratio(values, [factor * value for value in values])
    assert math.exp(found.value) == pytest.approx(factor)
    paired = paired_ratio(values, [factor * value for value in values])
    assert math.exp(paired.value) == pytest.approx(factor)
    assert paired.error == pytest.approx(0, abs=1e-9)


def test_one_round_has_no_interval():
    assert level([3.0]) is None
    assert ratio([3.0], [2.0, 2.1]) is None
    assert paired_ratio([3.0], [2.0]) is None


def test_a_tail_has_an_interval_from_two_rounds_beyond_it_on():
    assert (fewest_rounds(), fewest_rounds(0.95)) == (2, 40)
    assert level([1.0] * 39, 0.95) is None
    assert level([1.0 + i for i in range(40)], 0.95).error > 0


def test_drift_that_both_share_is_no_difference_where_rounds_are_paired():
    draw = random.Random(3)
    drift = [math.exp(draw.gauss(0, 0.5)) for _ in range(8)]
    first = [one * math.exp(draw.gauss(0, 0.01)) for one in drift]
    second = [1.2 * one * math.exp(draw.gauss(0, 0.01)) for one in drift]
    paired, apart = paired_ratio(first, second), ratio(first, second)
    assert paired.interval()[0] > 1.1
    assert apart.interval()[0] < 1 < apart.interval()[1]


@pytest.mark.parametrize("bad", [[], [0.0, 1.0], [-1.0, 1.0], [math.inf, 1.0], [math.nan, 1.0]])
def test_what_is_no_time_is_refused(bad):
    with pytest.raises(ValueError, match="above 0"):
        ratio(bad, [1.0, 2.0])
    with pytest.raises(ValueError, match="above 0"):
        paired_ratio([1.0, 2.0][: len(bad)] or [1.0], bad or [0.0])


@settings(max_examples=40)
@given(ROUNDS, ROUNDS)
def test_the_interval_holds_one_exactly_where_the_test_does_not_show_a_difference(first, second):
    found = ratio(first, second)
    low, high = found.interval()
    if abs(found.p_value - 0.05) > 1e-6 and found.error > 1e-9:
        assert (low <= 1 <= high) == (found.p_value >= 0.05)


def stalled(draw):
    """A machine that stalls in one round of ten."""
    value = math.exp(draw.gauss(0, 0.05))
    return value * (1 + draw.expovariate(1)) if draw.random() < 0.1 else value


def even(draw):
    return math.exp(draw.gauss(0, 0.1))


def skewed(draw):
    return 1 + draw.expovariate(10)


def coverage(n, make, n_samples, seed, *, is_paired):
    draw, covered = random.Random(seed), 0
    find = paired_ratio if is_paired else ratio
    for _ in range(n_samples):
        found = find([make(draw) for _ in range(n)], [make(draw) for _ in range(n)])
        covered += found.p_value >= 0.05  # the interval holds 1, see below
    return covered / n_samples


@pytest.mark.parametrize("is_paired", [False, True])
def test_rounds_without_a_change_are_rarely_told_apart(is_paired):
    assert coverage(6, even, 300, 5, is_paired=is_paired) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("is_paired", [False, True])
@pytest.mark.parametrize("make", [even, stalled, skewed])
@pytest.mark.parametrize("n", [2, 3, 5, 8, 10, 20, 50, 200])
def test_coverage_over_rounds(n, make, is_paired):
    covered = coverage(n, make, 1000, n, is_paired=is_paired)
    # Below ten rounds, and where one in ten stalls, it covers more than it says.
    assert covered >= (0.93 if n > 2 else 0.91)
    if n >= 20:
        assert covered <= 0.975
