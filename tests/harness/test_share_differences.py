"""Intervals of differences of shares: against their definitions, published figures, simulation."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.share_differences import (
    combined_interval,
    paired_interval,
    unpaired_p,
)
from spoonbench.harness.stats import mcnemar

Z = 1.959963984540054


@st.composite
def paired_counts(draw):
    n = draw(st.integers(1, 400))
    first = draw(st.integers(0, n))
    return n, first, draw(st.integers(0, n - first))


@given(paired_counts())
def test_the_interval_of_a_paired_difference_holds_it_and_stays_among_differences(counts):
    n, first_only, second_only = counts
    low, high = paired_interval(*counts)
    assert -1 <= low <= (second_only - first_only) / n + 1e-12
    assert (second_only - first_only) / n - 1e-12 <= high <= 1
    assert low < high


@given(paired_counts())
def test_swapping_the_sides_turns_the_interval_around(counts):
    n, first_only, second_only = counts
    low, high = paired_interval(n, first_only, second_only)
    assert paired_interval(n, second_only, first_only) == pytest.approx((-high, -low), abs=1e-9)


@given(paired_counts(), st.floats(0.5, 0.99), st.floats(0.001, 0.009))
def test_more_confidence_is_a_wider_interval(counts, confidence, more):
    n, first_only, second_only = counts
    low, high = paired_interval(n, first_only, second_only, confidence)
    wider_low, wider_high = paired_interval(n, first_only, second_only, confidence + more)
    assert wider_low <= low
    assert high <= wider_high


def test_without_discordant_pairs_the_interval_is_the_one_that_algebra_gives():
    # The score statistic is -sqrt(n d / (1 - d)) there: solved for d.
    n = 50
    low, high = paired_interval(n, 0, 0)
    assert (low, high) == pytest.approx((-(Z**2) / (n + Z**2), Z**2 / (n + Z**2)))


def test_the_ends_are_where_the_score_test_of_an_independent_derivation_is_at_its_limit():
    """The likeliest discordant share under a difference, found by search instead of algebra."""
    n, first_only, second_only = 100, 6, 17

    def likelihood(q, d):  # q: share that only the first has
        return (
            first_only * math.log(q)
            + second_only * math.log(q + d)
            + (n - first_only - second_only) * math.log(1 - 2 * q - d)
        )

    for end, sign in zip(paired_interval(n, first_only, second_only), (1, -1), strict=True):
        tried = [max(1e-9, -end) + i * 1e-5 for i in range(1, 60_000)]
        inside = [q for q in tried if q + end > 0 and 2 * q + end < 1]
        best = max(inside, key=lambda q: likelihood(q, end))
        variance = n * (2 * best + end - end**2)
        statistic = (second_only - first_only - n * end) / math.sqrt(variance)
        assert statistic == pytest.approx(sign * Z, abs=2e-3)


def test_newcombe_gives_what_newcombe_published():
    # Newcombe 1998, table II, example (a), method 10: 56/70 and 48/80.
    low, high = combined_interval((48, 80), (56, 70))
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    # Example (d): 9/10 and 3/10; and (h): 10/10 and 0/10.
    assert combined_interval((3, 10), (9, 10)) == pytest.approx((0.1705, 0.8090), abs=5e-5)
    assert combined_interval((0, 10), (10, 10)) == pytest.approx((0.6075, 1.0), abs=5e-5)


def test_shares_that_go_together_have_a_narrower_difference():
    apart = combined_interval((80, 100), (85, 100))
    together = combined_interval((80, 100), (85, 100), r=0.8)
    assert together[1] - together[0] < 0.6 * (apart[1] - apart[0])


def test_the_paired_test_sees_what_the_unpaired_one_does_not():
    """The same two scores: p .080 as two samples, p .008 item by item.

    A tool that keeps scores and not answers can only do the first.
    """
    n, both, first_only, second_only = 250, 55, 12, 30
    first, second = both + first_only, both + second_only
    assert unpaired_p((first, n), (second, n)) == pytest.approx(0.080, abs=5e-4)
    assert mcnemar(first_only, second_only) == pytest.approx(0.008, abs=5e-4)
    low, high = paired_interval(n, first_only, second_only)
    assert low > 0
    wide_low, wide_high = combined_interval((first, n), (second, n))
    assert wide_low < 0
    assert high - low < wide_high - wide_low


@pytest.mark.parametrize(
    "call",
    [
        lambda: paired_interval(0, 0, 0),
        lambda: paired_interval(5, 3, 3),
        lambda: paired_interval(5, -1, 3),
        lambda: paired_interval(5, 1, 1, 1.0),
        lambda: combined_interval((0, 0), (1, 2)),
        lambda: combined_interval((3, 2), (1, 2)),
        lambda: unpaired_p((0, 0), (1, 2)),
        lambda: unpaired_p((3, 2), (1, 2)),
    ],
)
def test_impossible_counts_are_refused(call):
    with pytest.raises(ValueError, match=r"impossible|exist|nothing|compared"):
        call()


def simulate(draw, n, shares, n_samples):
    """How often the paired interval covers, and how often the exact test cries out."""
    p_first, p_second = shares
    difference = p_second - p_first
    covered = shown = 0
    known = {}
    for _ in range(n_samples):
        counts = [0, 0]
        for _ in range(n):
            point = draw.random()
            counts[0] += point < p_first
            counts[1] += p_first <= point < p_first + p_second
        key = tuple(counts)
        if key not in known:
            known[key] = (*paired_interval(n, *key), mcnemar(*key))
        low, high, p = known[key]
        covered += low <= difference <= high
        shown += p < 0.05
    return covered / n_samples, shown / n_samples


def test_the_paired_interval_covers_as_it_says_and_equal_sides_are_rarely_told_apart():
    draw = random.Random(7)
    covered, _ = simulate(draw, 60, (0.05, 0.15), 600)
    assert 0.925 <= covered <= 0.985
    _, shown = simulate(draw, 100, (0.1, 0.1), 600)
    assert shown <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 600)


@pytest.mark.slow
@pytest.mark.parametrize("n", [5, 10, 20, 50, 100, 200])
@pytest.mark.parametrize("shares", [(0.2, 0.2), (0.1, 0.25), (0.05, 0.05)])
def test_coverage_over_sizes(n, shares):
    covered, shown = simulate(random.Random(n), n, shares, 4000)
    assert covered >= 0.93
    # With few discordant pairs only a few counts can come up at all: then it covers too much.
    if n * sum(shares) >= 10:
        assert covered <= 0.975
    if shares[0] == shares[1]:
        assert shown <= 0.055
