"""How far figures are from the exact ones, in units of 2**-52, from easy contracts to absurd ones.

`bench/option_accuracy.py` holds many more rows against the same 60 digits.
"""

import mpmath
import numpy as np
import pytest

from spoonbench.solvers.algorithms.black_scholes import (
    Status,
    figures,
    greeks,
    implied_volatility,
    price,
)
from spoonbench.solvers.algorithms.black_scholes.measures import FIRST_ORDER, MEASURES

REGIMES = (
    "ordinary",
    "far out of the money",
    "deep in the money",
    "short",
    "calm",
    "wild",
    "negative rates",
    "tiny and huge",
)
LEAST, MOST = 1e-290, 1e290
"""Outside, the figure itself has fewer digits."""


@pytest.mark.parametrize("regime", REGIMES)
def test_the_accurate_mode_rounds_every_figure_once(regime, draw, rows, error_of):
    columns = draw(regime, 12)
    found = figures(list(MEASURES), mode="accurate", **columns)
    assert (found.status == Status.OK).all()
    worst = dict.fromkeys(MEASURES, 0.0)
    for index, row in enumerate(rows(columns)):
        for name in MEASURES:
            value = found.values[name][index]
            if LEAST < abs(value) < MOST:
                worst[name] = max(worst[name], error_of(value, row, name))
    assert max(worst.values()) < 0.6, worst
    assert min(worst.values()) > 0


@pytest.mark.parametrize("regime", ["ordinary", "tiny and huge", "short", "negative rates"])
def test_the_fast_mode_is_within_20_units_where_nothing_is_extreme(regime, draw):
    columns = draw(regime, 20_000)
    found = price(**columns).price
    exact = price(mode="accurate", **columns).price
    assert np.max(np.abs(found / exact - 1)) < 20 * 2**-52


def test_greeks_of_the_fast_mode_are_within_20_units_of_their_terms(draw):
    columns = draw("ordinary", 20_000)
    found, exact = greeks(**columns), greeks(mode="accurate", **columns)
    sizes = {name: np.abs(getattr(exact, name)) for name in FIRST_ORDER}
    decay = exact.vega * columns["volatility"] / (2 * columns["expiry"])
    sizes["theta"] = decay + np.abs(exact.theta + decay)
    for name, size in sizes.items():
        error = np.abs(getattr(found, name) - getattr(exact, name)) / size
        assert np.max(error) < 20 * 2**-52, name


@pytest.mark.parametrize("regime", REGIMES)
def test_the_fast_mode_loses_nothing_in_the_wings(regime, draw):
    columns = draw(regime, 5_000)
    exact = figures(list(MEASURES), mode="accurate", **columns)
    found = figures(list(MEASURES), **columns)
    for name in ("price", "delta", "gamma", "vega", "rho", "probability", "asset_digital"):
        size = np.abs(exact.values[name])
        has_digits = (size > LEAST) & (size < MOST)
        error = np.abs(found.values[name] - exact.values[name])[has_digits]
        assert np.max(error / size[has_digits]) < 1e-9, name


@pytest.mark.parametrize("mode", ["fast", "accurate"])
@pytest.mark.parametrize("regime", REGIMES)
def test_a_price_implies_its_volatility(regime, mode, draw, rows, solve):
    columns = draw(regime, 300 if mode == "fast" else 40)
    prices = price(mode="accurate", **columns).price
    contract = {name: value for name, value in columns.items() if name != "volatility"}
    found = implied_volatility(price=prices, mode=mode, **contract)
    worst = 0.0
    for index, row in enumerate(rows(columns)):
        truth = solve(row, prices[index])
        if truth is None:
            assert np.isnan(found.volatility[index])
            continue
        volatility, attainable = truth
        error = abs(mpmath.mpf(float(found.volatility[index])) / volatility - 1)
        worst = max(worst, float(error / attainable))
        if mode == "accurate":
            assert float(error) < 0.6 * 2**-52
        if index == 11:
            break
    assert worst < (6 if mode == "accurate" else 1e7)
