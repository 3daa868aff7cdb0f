"""Risk against coverage: values computed by hand, and what holds for every curve."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.risk_coverage import (
    area,
    coverage,
    coverage_at_risk,
    excess_area,
    least_area,
    point_at,
    risk_bound,
    risk_curve,
)
from spoonbench.harness.stats import greatest_share

R, W = False, True  # right and wrong
ANSWERS = st.lists(
    st.tuples(st.none() | st.sampled_from([0.0, 0.1, 0.5, 0.5, 0.9, 1.0]), st.booleans()),
    max_size=40,
)


def steps(curve):
    return [(point.confidence, point.n_answered, point.n_wrong) for point in curve.points]


def test_answers_come_in_by_falling_confidence():
    curve = risk_curve([(0.2, W), (0.9, R), (0.5, R)], 4)
    assert steps(curve) == [(0.9, 1, 0), (0.5, 2, 0), (0.2, 3, 1)]
    assert coverage(curve, curve.end) == 0.75


def test_equally_sure_answers_come_in_together():
    curve = risk_curve([(0.9, R), (0.5, R), (0.5, W), (0.5, R)], 4)
    assert steps(curve) == [(0.9, 1, 0), (0.5, 4, 1)]
    # One answer at no risk, three at the risk at the end of their step.
    assert area(curve) == pytest.approx((0 + 3 * 1 / 4) / 4)


def test_answers_without_a_confidence_come_last_together():
    curve = risk_curve([(None, R), (0.0, W), (None, W), (1.0, R)], 5)
    assert steps(curve) == [(1.0, 1, 0), (0.0, 2, 1), (None, 4, 2)]


def test_areas_by_hand():
    curve = risk_curve([(0.9, R), (0.8, W), (0.7, R), (0.6, W)], 4)
    assert area(curve) == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    assert least_area(4, 2) == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)
    assert excess_area(curve) == pytest.approx(1 / 2 / 4)


def test_items_left_open_end_the_curve_and_leave_the_area_alone():
    given = [(0.9, R), (0.8, W)]
    whole, half = risk_curve(given, 2), risk_curve(given, 4)
    assert coverage(half, half.end) == 0.5
    assert area(half) == area(whole) == pytest.approx((0 + 1 / 2) / 2)
    assert point_at(half, 0.75) is None


def test_nothing_answered_has_no_area():
    curve = risk_curve([], 3)
    assert (area(curve), excess_area(curve), curve.end) == (None, None, None)
    assert coverage_at_risk(curve, 1.0) == 0
    assert curve.is_selective


@pytest.mark.parametrize(
    ("given", "n_items", "is_selective"),
    [
        ([(None, R), (None, W)], 2, False),
        ([(None, R)], 2, True),
        ([(0.5, R), (0.5, W)], 2, True),
    ],
)
def test_a_choice_takes_confidences_or_items_left_open(given, n_items, is_selective):
    assert risk_curve(given, n_items).is_selective is is_selective


def test_the_least_area_nears_the_formula_for_many_answers():
    share = 0.2
    expected = share + (1 - share) * math.log(1 - share)
    assert least_area(200_000, 40_000) == pytest.approx(expected, abs=1e-5)


def test_coverage_at_a_risk_is_the_farthest_point_that_keeps_it():
    # Risk by answers: 1, 1/2, 1/3, 1/4, 2/5.
    curve = risk_curve([(0.9, W), (0.8, R), (0.7, R), (0.6, R), (0.5, W)], 10)
    assert coverage_at_risk(curve, 0.25) == 0.4
    assert coverage_at_risk(curve, 0.35) == 0.4
    assert coverage_at_risk(curve, 0.4) == 0.5
    assert coverage_at_risk(curve, 0.2) == 0


def test_the_point_at_a_coverage_is_the_first_that_reaches_it():
    curve = risk_curve([(1 - k / 10, R) for k in range(10)], 10)
    assert [point_at(curve, share).n_answered for share in (0.05, 0.1, 0.3, 0.7, 1.0)] == [
        1,
        1,
        3,
        7,
        10,
    ]


def test_the_bound_at_a_point_is_that_of_its_counts():
    point = risk_curve([(None, R)] * 299, 299).end
    assert risk_bound(point) == greatest_share(0, 299) == pytest.approx(1 - 0.05 ** (1 / 299))


@pytest.mark.parametrize(("n_answered", "n_wrong"), [(0, 0), (2, 3), (2, -1)])
def test_impossible_counts_are_refused(n_answered, n_wrong):
    with pytest.raises(ValueError, match="have no area"):
        least_area(n_answered, n_wrong)


def test_more_answers_than_items_are_refused():
    with pytest.raises(ValueError, match="2 answers to 1 items"):
        risk_curve([(None, R), (None, R)], 1)


@given(ANSWERS, st.randoms())
def test_the_order_in_which_answers_are_given_does_not_matter(given, random):
    shuffled = list(given)
    random.shuffle(shuffled)
    assert risk_curve(shuffled, len(given)) == risk_curve(given, len(given))


@given(ANSWERS, st.integers(0, 9))
def test_what_holds_for_every_curve(given, n_open):
    curve = risk_curve(given, len(given) + n_open)
    counts = [(point.n_answered, point.n_wrong) for point in curve.points]
    assert counts == sorted(counts)
    assert len({point.confidence for point in curve.points}) == len(curve.points)
    if not given:
        return
    n_wrong = sum(is_wrong for _, is_wrong in given)
    assert counts[-1] == (len(given), n_wrong)
    assert 0 <= least_area(len(given), n_wrong) <= area(curve) + 1e-12
    assert 0 <= excess_area(curve) <= area(curve) <= 1
    assert coverage_at_risk(curve, 1.0) == coverage(curve, curve.end)


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_a_perfect_order_has_no_excess_and_one_confidence_for_all_has_the_risk(wrong):
    perfect = [(1 - k / 50, is_wrong) for k, is_wrong in enumerate(sorted(wrong))]
    assert excess_area(risk_curve(perfect, len(wrong))) == pytest.approx(0, abs=1e-12)
    alike = risk_curve([(0.5, is_wrong) for is_wrong in wrong], len(wrong))
    assert area(alike) == pytest.approx(sum(wrong) / len(wrong))


@given(ANSWERS.filter(bool), st.floats(0.01, 1), st.floats(0.01, 1))
def test_more_risk_never_means_less_coverage(given, one, other):
    curve = risk_curve(given, len(given))
    low, high = sorted((one, other))
    assert coverage_at_risk(curve, low) <= coverage_at_risk(curve, high)
