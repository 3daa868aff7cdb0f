"""The small laws that checks are built on."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.claims.advice import follow
from spoonbench.harness.claims.checks.memory_fit import largest
from spoonbench.harness.claims.claim import Claim, Figure, Finding
from spoonbench.harness.claims.intervals import Span, agreement, paired_loss, ratio
from spoonbench.harness.claims.mixtures import (
    exact_share,
    fitting_counts,
    fitting_shares,
    overlap,
)
from spoonbench.harness.claims.speculation import expected_tokens, overall, speed_up
from spoonbench.harness.claims.wording import show, show_range

SHARES = st.floats(0, 1)


def figure(value, place=0.01, **more):
    return Figure(name="x", low=value, high=value, unit="share", place=place, **more)


@given(easy=SHARES, hard=SHARES, share=SHARES)
def test_the_true_share_of_a_mixture_always_fits(easy, hard, share):
    whole = share * easy + (1 - share) * hard
    mixture = tuple(figure(round(one, 2)) for one in (easy, hard, whole))
    low, high = fitting_shares(mixture)
    assert low - 1e-6 <= share <= high + 1e-6


@given(n=st.integers(2, 40), data=st.data())
def test_true_counts_always_fit(n, data):
    n_easy = data.draw(st.integers(1, n - 1))
    easy = data.draw(st.integers(0, n_easy))
    hard = data.draw(st.integers(0, n - n_easy))
    shares = (easy / n_easy, hard / (n - n_easy), (easy + hard) / n)
    mixture = tuple(figure(round(one, 2)) for one in shares)
    assert n_easy in fitting_counts(n, [mixture])


def test_shares_of_a_mixture():
    assert exact_share((figure(0.9), figure(0.4), figure(0.85))) == pytest.approx(0.9)
    assert exact_share((figure(0.5), figure(0.5), figure(0.5))) is None
    assert fitting_shares((figure(0.5), figure(0.4), figure(0.9))) is None
    assert overlap([(0.0, 0.2), (0.3, 1.0)]) is None


@given(acceptance=SHARES, n=st.integers(0, 20))
def test_expected_tokens_are_the_geometric_sum(acceptance, n):
    tokens = expected_tokens(acceptance, n)
    assert 1 <= tokens <= n + 1
    if acceptance < 0.99:
        assert tokens == pytest.approx((1 - acceptance ** (n + 1)) / (1 - acceptance))


@given(speed=st.floats(0.1, 100), share=SHARES)
def test_a_part_never_speeds_up_the_whole_more_than_itself(speed, share):
    whole = overall(speed, share)
    assert min(1, speed) - 1e-9 <= whole <= max(1, speed) + 1e-9
    assert speed_up(1, 0, 0.5) == 1


@given(first=st.integers(0, 100), second=st.integers(0, 100), both=st.integers(0, 100))
def test_a_paired_loss_lies_near_its_value(first, second, both):
    n = first + second + both + 1
    span = paired_loss(first, second, n)
    assert span.low <= span.high
    assert abs(span.value - (first - second) / n) < 1e-12
    wider = paired_loss(first, second, n, n_tests=10)
    assert wider.high - wider.low > span.high - span.low


@pytest.mark.parametrize(
    ("value", "low", "high", "found"),
    [
        (0.5, 0.45, 0.55, "agrees"),
        (0.7, 0.65, 0.75, "disagrees"),
        (0.6, 0.45, 0.64, "undecided"),
        (0.5, 0.1, 0.9, "undecided"),
    ],
)
def test_agreement_is_of_value_and_interval(value, low, high, found):
    claimed = Figure(name="x", low=0.4, high=0.55, unit="share", place=0.01)
    assert agreement(claimed, Span(value=value, low=low, high=high)) == found


def test_ratios_are_at_worst_and_at_best():
    span = ratio(Span(value=4, low=2, high=8), Span(value=2, low=1, high=4))
    assert (span.value, span.low, span.high) == (2, 0.5, 8)


@given(
    value=st.floats(1e-9, 1e12),
    unit=st.sampled_from(["", "share", "bytes", "parameters", "times", "ms"]),
)
def test_every_figure_can_be_told(value, unit):
    text = show(value, unit)
    assert text
    assert "nan" not in text
    assert show_range(value, value, unit) == text


def test_about_is_a_factor():
    about = Figure(name="x", low=10, high=10, about=2)
    assert about.agrees(5)
    assert about.agrees(20)
    assert not about.agrees(21)
    assert not about.agrees(math.inf)


@given(limit=st.integers(0, 1000), most=st.integers(0, 1000))
def test_the_largest_that_fits(limit, most):
    assert largest(lambda one: one <= most, limit) == min(limit, most)


def advice(*verdicts):
    """The verdict on an advice that rests on claims of these verdicts."""
    claim = Claim(
        claim_id="X", topic="", source="", text="", kind="advice", rests_on=("A",), how=""
    )
    borne_out = {"holds": True, "does not hold": False, "contradicts another claim": False}
    findings = [
        Finding(claim_id=f"A{i}", verdict=one, is_borne_out=borne_out.get(one), condition="c")
        for i, one in enumerate(verdicts)
    ]
    return follow(claim, findings)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["holds", "holds"], "holds"),
        (["holds", "holds only if"], "holds only if"),
        (["holds", "not yet run"], "not yet run"),
        (["not testable here", "holds"], "not testable here"),
        (["not testable here", "not yet run"], "not yet run"),
        (["does not hold", "not yet run"], "does not hold"),
        (["contradicts another claim"], "does not hold"),
    ],
)
def test_advice_is_as_good_as_its_claims(verdicts, expected):
    assert advice(*verdicts).verdict == expected
