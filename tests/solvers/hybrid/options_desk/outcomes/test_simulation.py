"""Simulated trades know nothing of the future, and are what the exact pay-offs say."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk import payoffs
from spoonbench.solvers.hybrid.options_desk.outcomes.books import (
    book_of,
    probability_above,
    profits,
    stress_losses,
)
from spoonbench.solvers.hybrid.options_desk.outcomes.paths import draw_shocks, make_paths
from spoonbench.solvers.hybrid.options_desk.outcomes.simulation import (
    SIMULATED,
    open_trades,
    simulate_trades,
)
from spoonbench.solvers.hybrid.options_desk.outcomes.worlds import WORLDS

KINDS = ("call", "put")


def generator(seed):
    return np.random.Generator(np.random.PCG64(seed))


def random_legs(draw):
    legs: list[Any] = []
    for _ in range(draw.integers(1, 5)):
        kind: Any = (*KINDS, "share")[draw.integers(3)]
        strike = None if kind == "share" else Fraction(int(draw.integers(70, 130)))
        quantity = Fraction(int(draw.choice([-2, -1, 1, 2])))
        price = Fraction(int(draw.integers(1, 2000)), 100)
        legs.append(payoffs.Leg(kind=kind, quantity=quantity, strike=strike, price=price))
    return tuple(legs)


def test_arrays_agree_with_exact_pay_offs():
    draw = generator(5)
    trades = [random_legs(draw) for _ in range(150)]
    book = book_of(trades)
    ends = draw.integers(1, 300, size=len(trades)).astype(float)
    forward, deviation = np.full(len(trades), 101.0), draw.uniform(0.02, 0.6, len(trades))
    exact = [float(payoffs.profit(t, Fraction(e))) for t, e in zip(trades, ends, strict=True)]
    assert profits(book, ends) == pytest.approx(exact, abs=1e-9)
    chances = probability_above(book, np.zeros(len(trades)), forward, deviation)
    expected = [
        payoffs.probability_of_profit(t, 101.0, d) for t, d in zip(trades, deviation, strict=True)
    ]
    assert chances == pytest.approx(expected, abs=1e-12)


def test_the_stress_loss_of_a_spread_is_its_largest_loss():
    price = Fraction(3, 2)
    legs = (
        payoffs.Leg(kind="put", quantity=Fraction(1), strike=Fraction(90), price=Fraction(1, 2)),
        payoffs.Leg(kind="put", quantity=Fraction(-1), strike=Fraction(95), price=price),
    )
    (loss,) = stress_losses(book_of([legs]), np.array([100.0]), np.array([0.1]))
    assert loss == pytest.approx(float(payoffs.outcome(legs).most_lost))


def test_the_same_seed_gives_the_same_trades_and_another_seed_others():
    first, again, other = (
        simulate_trades("market", seed=seed, n_years=1, per_day=1) for seed in (1, 1, 2)
    )
    assert (first.columns["volatility"] == again.columns["volatility"]).all()
    assert not np.array_equal(first.columns["volatility"], other.columns["volatility"])


@pytest.mark.parametrize("world", WORLDS)
def test_features_never_change_when_the_future_does(world):
    """Everything that chance gives after a day is turned round; only outcomes may move."""
    day = 150
    shocks = draw_shocks(WORLDS[world], 300, generator(3))
    changed = replace(
        shocks,
        **{
            name: np.concatenate([getattr(shocks, name)[: day + 1], turned[day + 1 :]])
            for name, turned in (
                ("market", -shocks.market - 1),
                ("own", -shocks.own),
                ("variance", -shocks.variance),
                ("regime", 1 - shocks.regime),
                ("jump", 1 - shocks.jump),
                ("jump_size", -shocks.jump_size),
            )
        },
    )
    histories = [
        open_trades(WORLDS[world], make_paths(WORLDS[world], each), generator(4), 3)
        for each in (shocks, changed)
    ]
    border = make_paths(WORLDS[world], shocks).dates[day]
    before = histories[0].opened <= border
    assert before.sum() > 200
    for name, column in histories[0].columns.items():
        assert np.array_equal(column[before], histories[1].columns[name][before], equal_nan=True)
    assert (histories[0].is_win[before] != histories[1].is_win[before]).any()
    assert (histories[0].columns["return_5"] != histories[1].columns["return_5"])[~before].any()


def test_in_the_exact_world_trades_win_as_often_as_the_formula_says():
    history = simulate_trades("black-scholes", seed=8, n_years=40, per_day=3)
    chances = history.columns["probability"]
    for name in SIMULATED:
        mine = history.strategy == name
        # Trades overlap: the tolerance is that of far fewer independent ones.
        assert history.is_win[mine].mean() == pytest.approx(chances[mine].mean(), abs=0.04)
    assert history.is_severe.mean() == pytest.approx(
        history.columns["severe_probability"].mean(), abs=0.02
    )


def test_in_the_market_world_what_is_sold_wins_more_often_than_the_formula_says():
    history = simulate_trades("market", seed=8, n_years=25, per_day=2)
    sold = np.isin(history.strategy, ["short strangle", "short iron condor"])
    assert history.is_win[sold].mean() > history.columns["probability"][sold].mean() + 0.02


def test_an_unknown_world_is_refused_with_the_known_ones():
    with pytest.raises(BadInput, match="market"):
        simulate_trades("flat", seed=0)
