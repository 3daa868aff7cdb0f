"""Break-evens, limits and probabilities of strategies, exact, against a fine grid."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.solvers.algorithms.black_scholes import figures
from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.payoffs import (
    Interval,
    Leg,
    outcome,
    probability_of_profit,
    profit,
)


def leg(kind, quantity, strike, price):
    strike = None if strike is None else Fraction(strike)
    return Leg(kind=kind, quantity=Fraction(quantity), strike=strike, price=Fraction(str(price)))


CONDOR = [
    leg("put", 1, 90, 1), leg("put", -1, 95, 2), leg("call", -1, 105, 2), leg("call", 1, 110, 1),
]  # fmt: skip


def test_an_iron_condor():
    found = outcome(CONDOR)
    assert list(found.break_evens) == [93, 107]
    assert found.most_gained == 2
    assert found.most_lost == 3
    assert found.gains == (Interval(Fraction(93), Fraction(107)),)


def test_a_long_call_has_no_limit_above():
    found = outcome([leg("call", 1, 100, 4)])
    assert list(found.break_evens) == [104]
    assert found.most_gained is None
    assert found.most_lost == 4
    assert found.gains == (Interval(Fraction(104), None),)


def test_a_short_call_has_no_limit_to_its_loss():
    found = outcome([leg("call", -2, 100, 4)])
    assert found.most_gained == 8
    assert found.most_lost is None
    assert found.gains == (Interval(Fraction(0), Fraction(104)),)


def test_a_covered_call_loses_at_most_what_the_share_cost():
    found = outcome([leg("share", 1, None, 100), leg("call", -1, 110, 3)])
    assert list(found.break_evens) == [97]
    assert found.most_gained == 13
    assert found.most_lost == 97


def test_a_straddle_gains_on_both_sides():
    found = outcome([leg("call", 1, 100, 3), leg("put", 1, 100, 3)])
    assert found.gains == (Interval(Fraction(0), Fraction(94)), Interval(Fraction(106), None))


def test_a_piece_that_neither_gains_nor_loses_is_no_gain():
    found = outcome([leg("call", 1, 100, 0), leg("call", -1, 110, 0)])
    assert found.gains == (Interval(Fraction(100), None),)
    assert found.most_lost == 0


def test_the_probability_of_one_call_is_the_formulas():
    found = probability_of_profit([leg("call", 1, 100, 0)], 102.0, 0.2)
    told = figures(
        ["probability"], option="call", forward=102.0, strike=100.0, expiry=1.0, rate=0.0,
        volatility=0.2,
    )  # fmt: skip
    assert found == pytest.approx(float(told.values["probability"]), rel=1e-13)


legs = st.builds(
    leg,
    kind=st.sampled_from(["call", "put"]),
    quantity=st.integers(-3, 3).filter(bool),
    strike=st.integers(80, 120),
    price=st.integers(0, 40).map(lambda n: n / 4),
)


@settings(deadline=None)
@given(st.lists(legs, min_size=1, max_size=8))
def test_any_strategy_is_as_a_fine_grid_has_it(strategy):
    found = outcome(strategy)
    grid = [Fraction(n) for n in range(160)]
    values = [profit(strategy, spot) for spot in grid]
    if found.most_gained is not None:
        assert max(values) <= found.most_gained
        assert max(*values, Fraction(0)) == found.most_gained
    if found.most_lost is not None:
        assert max(-min(values), Fraction(0)) == found.most_lost
    for spot, value in zip(grid, values, strict=True):
        is_inside = any(low < spot and (high is None or spot < high) for low, high in found.gains)
        assert not is_inside or value >= 0
        assert is_inside or value <= 0 or spot == 0
    for even in found.break_evens:
        assert profit(strategy, even) == 0


SPREAD = np.random.default_rng(0).standard_normal(40_000)


@given(st.lists(legs, min_size=1, max_size=4), st.floats(0.05, 0.5))
def test_the_probability_of_profit_is_the_share_of_random_endings(strategy, deviation):
    spots = 100 * np.exp(deviation * SPREAD - deviation**2 / 2)
    gained = np.zeros_like(spots)
    for each in strategy:
        sign = 1 if each.kind == "call" else -1
        worth = np.maximum(sign * (spots - float(each.strike)), 0)
        gained += float(each.quantity) * (worth - float(each.price))
    share = np.mean(gained > 1e-9)
    assert probability_of_profit(strategy, 100.0, deviation) == pytest.approx(share, abs=0.0125)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([], "1 to 8 legs"),
        ([leg("call", 1, 100, 1)] * 9, "1 to 8 legs"),
        (
            [Leg(kind="call", quantity=Fraction(0), price=Fraction(1), strike=Fraction(1))],
            "nothing",
        ),
        ([Leg(kind="call", quantity=Fraction(1), price=Fraction(1))], "has a strike"),
        ([Leg(kind="share", quantity=Fraction(1), price=Fraction(1), strike=Fraction(1))], "none"),
        ([leg("call", 1, -5, 1)], "above zero"),
        ([leg("call", 1, 5, -1)], "not below zero"),
    ],
)
def test_what_is_no_strategy_is_refused(wrong, said):
    with pytest.raises(BadInput, match=said):
        outcome(wrong)


@pytest.mark.parametrize(("forward", "deviation"), [(0.0, 0.2), (100.0, 0.0), (math.nan, 0.2)])
def test_probabilities_need_a_distribution(forward, deviation):
    with pytest.raises(BadInput, match="above zero"):
        probability_of_profit(CONDOR, forward, deviation)
