"""Expected values come from the sources named beside them, or are worked out by hand."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.stats import (
    N_RESAMPLES,
    bootstrap_interval,
    estimate,
    greatest_share,
    holm,
    interval_kind,
    items_to_settle,
    mcnemar,
    median,
    proportion,
    quantile,
    smallest_difference,
)


@pytest.mark.parametrize(
    ("n_successes", "n", "low", "high"),
    [
        # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I,
        # method 3 (Wilson score without continuity correction).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_interval_agrees_with_newcombe(n_successes, n, low, high):
    share = proportion(n_successes, n)
    assert share.low == pytest.approx(low, abs=5e-5)
    assert share.high == pytest.approx(high, abs=5e-5)


def test_no_items_say_nothing_about_a_share():
    share = proportion(0, 0)
    assert (share.value, share.low, share.high) == (None, 0.0, 1.0)


@pytest.mark.parametrize(("n_successes", "n"), [(2, 1), (-1, 5), (0, -1)])
def test_impossible_counts_are_refused(n_successes, n):
    with pytest.raises(ValueError, match="impossible"):
        proportion(n_successes, n)


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_wilson_interval_holds_the_share_and_mirrors(counts):
    n_successes, n = counts
    share, mirrored = proportion(n_successes, n), proportion(n - n_successes, n)
    assert 0 <= share.low <= n_successes / n <= share.high <= 1
    assert share.low == pytest.approx(1 - mirrored.high, abs=1e-12)


@pytest.mark.parametrize(
    ("n_successes", "n", "bound"),
    [
        (0, 1, 0.95),
        (0, 2, 1 - 0.05 ** (1 / 2)),
        (0, 299, 1 - 0.05 ** (1 / 299)),  # just below 1%: what it takes to show 99%
        (1, 2, 0.95 ** (1 / 2)),  # p^2 = 0.95: both come up
        (9, 10, 0.95 ** (1 / 10)),
        (4, 4, 1.0),
        (0, 0, 1.0),
        # scipy.stats.beta.ppf(0.95, k + 1, n - k)
        (1, 10, 0.3941633),
        (3, 200, 0.038309708),
        (50, 1000, 0.062863404),
        (2500, 100_000, 0.025827343),
    ],
)
def test_the_greatest_share_is_that_of_clopper_and_pearson(n_successes, n, bound):
    assert greatest_share(n_successes, n) == pytest.approx(bound, abs=1e-7)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_so_few_successes_come_up_in_one_of_twenty_samples_at_the_greatest_share(counts):
    k, n = counts
    share = greatest_share(k, n)
    assert k / n < share < 1
    tail = sum(math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k + 1))
    assert tail == pytest.approx(0.05, abs=1e-6)
    assert share < greatest_share(k + 1, n)


@pytest.mark.parametrize(("n_successes", "n"), [(2, 1), (-1, 5)])
def test_a_greatest_share_of_impossible_counts_is_refused(n_successes, n):
    with pytest.raises(ValueError, match="impossible"):
        greatest_share(n_successes, n)


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),
        (0, 1, 1.0),  # 2 x 1/2
        (0, 5, 0.0625),  # 2 / 2^5
        (0, 6, 0.03125),  # 2 / 2^6
        (1, 7, 0.0703125),  # 2 x (1 + 8) / 2^8
        # scipy.stats.binomtest(5, 20).pvalue and binomtest(59, 180).pvalue: the sign test
        (5, 15, 0.04138946533203125),
        (121, 59, 4.434449263755e-06),
    ],
)
def test_mcnemar_is_exact(first, second, p_value):
    assert mcnemar(first, second) == pytest.approx(p_value, rel=1e-9)
    assert mcnemar(second, first) == mcnemar(first, second)


def test_mcnemar_of_thousands_of_pairs_neither_overflows_nor_fails():
    assert mcnemar(10_000, 10_000) == 1.0
    assert 0 <= mcnemar(20_000, 0) < 1e-300


def test_holm_multiplies_by_the_number_of_tests_that_are_left():
    # By hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 raised to the one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_of_nothing_is_nothing():
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values):
    corrected = holm(p_values)
    assert all(0 <= p <= q <= 1 for p, q in zip(p_values, corrected, strict=True))
    by_size = sorted(range(len(p_values)), key=lambda i: p_values[i])
    assert [corrected[i] for i in by_size] == sorted(corrected)


def test_the_smallest_difference_agrees_with_connors_formula():
    # Connor 1987 with psi = 0.3 and d = 0.1 asks for this many pairs (worked out by hand):
    # (1.959964 x sqrt(0.3) + 0.841621 x sqrt(0.3 - 0.01))^2 / 0.01
    n = math.ceil((1.959964 * math.sqrt(0.3) + 0.841621 * math.sqrt(0.29)) ** 2 / 0.01)
    assert n == 234
    assert smallest_difference(n, 0.3) == pytest.approx(0.1, abs=2e-4)


def test_a_sample_of_five_could_not_have_shown_a_middling_difference():
    assert smallest_difference(0, 0.0) == 1.0
    assert smallest_difference(3, 0.0) == 1.0
    assert smallest_difference(5, 0.5) > 0.7


@given(st.integers(4, 5_000), st.floats(0, 1))
def test_more_items_show_smaller_differences(n, discordance):
    assert smallest_difference(2 * n, discordance) <= smallest_difference(n, discordance) + 1e-9


def test_quantiles_interpolate_as_definition_7():
    # numpy.quantile([8, 1, 4, 2], [0.25, 0.5, 0.95])
    values = [8, 1, 4, 2]
    assert [quantile(values, s) for s in (0.25, 0.5, 0.95)] == pytest.approx([1.75, 3.0, 7.4])
    assert quantile([3.0], 0.99) == 3.0
    assert median([1, 2, 100]) == 2


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], -0.1), ([1.0], 1.1)])
def test_impossible_quantiles_are_refused(values, share):
    with pytest.raises(ValueError, match="quantile"):
        quantile(values, share)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50), st.floats(0, 1))
def test_quantiles_stay_within_the_values(values, share):
    slack = 1e-6
    assert min(values) - slack <= quantile(values, share) <= max(values) + slack


def test_one_round_has_no_interval_a_few_have_their_range_and_more_a_bootstrap():
    assert (estimate([2.0]).low, estimate([2.0]).high) == (None, None)
    three = estimate([3.0, 1.0, 2.0])
    assert (three.value, three.low, three.high, three.n_rounds) == (2.0, 1.0, 3.0, 3)
    nine = estimate([float(v) for v in range(9)])
    assert nine.value == 4.0
    assert (nine.low, nine.high) == bootstrap_interval([float(v) for v in range(9)])
    assert interval_kind(1).startswith("none")
    assert interval_kind(3) == "lowest and highest of 3 rounds"
    assert "bootstrap" in interval_kind(9)


def test_the_bootstrap_repeats_itself_and_does_not_depend_on_the_order_of_rounds():
    values = [5.0, 1.0, 4.0, 2.0, 3.0, 9.0]
    assert bootstrap_interval(values) == bootstrap_interval(sorted(values))
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    low, high = bootstrap_interval([float(v) for v in range(9)])
    assert 0 < low < 4 < high < 8


@given(
    st.lists(st.floats(-1e9, 1e9) | st.integers(0, 5), min_size=1, max_size=8), st.integers(0, 3)
)
def test_the_bootstrap_interval_is_that_of_values_drawn_one_by_one(values, seed):
    draw = random.Random(seed)
    medians = [median(draw.choices(sorted(values), k=len(values))) for _ in range(N_RESAMPLES)]
    assert bootstrap_interval(values, seed) == (quantile(medians, 0.025), quantile(medians, 0.975))


def test_the_bootstrap_interval_holds_the_true_median_about_as_often_as_it_says():
    draw = random.Random(1)  # nothing secret
    hits = 0
    for seed in range(60):
        low, high = bootstrap_interval([draw.gauss(0, 1) for _ in range(15)], seed)
        hits += low <= 0 <= high
    assert hits >= 50


def test_items_to_settle_is_the_first_number_that_clears_the_requirement():
    n = 1_000 + (items_to_settle(960, 1_000, 0.95) or 0)
    assert proportion(round(0.96 * n), n).low > 0.95
    assert proportion(round(0.96 * (n - 100)), n - 100).low < 0.95


@given(st.integers(1, 2_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_items_to_settle_is_0_exactly_where_the_interval_is_clear(counts):
    share = proportion(*counts)
    more = items_to_settle(share.n_successes, share.n, 0.9)
    is_clear = share.low > 0.9 or share.high < 0.9
    assert (more == 0) == is_clear


def test_nothing_settles_a_share_that_equals_the_requirement_or_was_not_counted():
    assert items_to_settle(95, 100, 0.95) is None
    assert items_to_settle(0, 0, 0.95) is None
