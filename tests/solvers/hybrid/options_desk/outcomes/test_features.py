"""Features of one trade are those of many, and closes that are not usable are refused."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest

from spoonbench.solvers.api import BadInput, Row
from spoonbench.solvers.hybrid.options_desk import payoffs
from spoonbench.solvers.hybrid.options_desk.outcomes.features import (
    PAST,
    Opening,
    features_from,
    features_of,
    features_of_row,
    row_of,
)


def leg(kind, quantity, strike, price):
    return payoffs.Leg(
        kind=kind, quantity=Fraction(quantity), strike=Fraction(strike), price=Fraction(price)
    )


CONDOR = (
    leg("put", 1, 85, "0.4"),
    leg("put", -1, 90, "1.0"),
    leg("call", -1, 110, "1.1"),
    leg("call", 1, 118, "0.3"),
)
OPENING = Opening(
    strategy="short iron condor", legs=CONDOR, spot=100.0, forward=100.5, volatility=0.25, days=30.0
)
DEVIATION = 0.25 * (30 / 365) ** 0.5


def closes(n=80, start=100.0):
    first = date(2024, 1, 1)
    return [(first + timedelta(days=i), start * 1.01 ** (i % 2)) for i in range(n)]


def test_features_of_a_condor_by_hand():
    found = features_of(OPENING)
    move = 100.5 * DEVIATION
    assert found.premium == pytest.approx(1.4 / move)
    assert found.short_put == pytest.approx(np.log(90 / 100.5) / DEVIATION)
    assert found.short_call == pytest.approx(np.log(110 / 100.5) / DEVIATION)
    assert found.width == pytest.approx(8 / move)  # the wider wing
    assert found.premium_over_width == pytest.approx(1.4 / 8)
    assert found.probability == pytest.approx(
        payoffs.probability_of_profit(CONDOR, 100.5, DEVIATION), abs=1e-12
    )
    assert all(getattr(found, name) is None for name in PAST)


def test_features_of_earlier_closes_by_hand():
    found = features_of(OPENING, closes())
    # 21 steps of one day each, of log(1.01) in size.
    assert found.realised_21 == pytest.approx(np.log(1.01) * 365**0.5)
    assert found.return_5 == pytest.approx(np.log(1.01))
    assert found.return_63 == pytest.approx(np.log(1.01))


def test_a_long_call_has_neither_wings_nor_sold_strikes():
    opening = Opening(
        strategy="long call",
        legs=(leg("call", 1, 100, 3),),
        spot=100.0,
        forward=100.0,
        volatility=0.2,
        days=30.0,
    )
    found = features_of(opening)
    assert (found.short_put, found.short_call, found.width) == (None, None, None)
    assert found.premium < 0


def test_sold_strikes_further_away_win_more_often_and_lose_badly_less_often():
    found = []
    for far in (2, 6, 10, 14):
        legs = (leg("put", -1, 100 - far, 1), leg("call", -1, 100 + far, 1))
        opening = Opening(
            strategy="short strangle",
            legs=legs,
            spot=100.0,
            forward=100.0,
            volatility=0.25,
            days=30.0,
        )
        found.append(features_of(opening))
    wins = [one.probability for one in found]
    assert wins == sorted(wins)
    assert all(0 <= one.severe_probability <= 1 - one.probability for one in found)


def test_a_row_gives_the_features_back():
    found = features_of(OPENING, closes())
    assert features_of_row(row_of(found)) == found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"days": None}, "no days"),
        ({"days": -1.0}, "days must be above zero"),
        ({"probability": 1.2}, "from 0 to 1"),
        ({"volatility": float("nan")}, "volatility must be a number"),
        ({"strategy": ""}, "strategy must be a name"),
        ({"premium": "much"}, "premium must be a number"),
    ],
)
def test_wrong_features_are_refused_in_a_sentence(change, said):
    row = dict(row_of(features_of(OPENING)).values)
    with pytest.raises(BadInput, match=said):
        features_from({**row, **change})
    with pytest.raises(BadInput):
        features_of_row(Row(values=()))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (closes(63), "63 closes"),
        (closes(80)[::-1], "must rise"),
        ([*closes(79), (date(2025, 1, 1), 0.0)], "above zero"),
    ],
)
def test_closes_that_cannot_be_used_are_refused(given, said):
    with pytest.raises(BadInput, match=said):
        features_of(OPENING, given)
