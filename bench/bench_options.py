"""Option formulas: prices, Greeks and implied volatilities, in both modes, and of one contract.

The figures beside other packages: bench/peers/compare_option_formulas.py.
"""

from typing import Any

import numpy as np
import pytest

from spoonbench.solvers.algorithms.black_scholes import greeks, implied_volatility, price

N_ROWS = 10_000
ONE: dict[str, Any] = {
    "option": "call", "spot": 100.0, "strike": 95.0, "expiry": 0.5, "rate": 0.03,
    "volatility": 0.2,
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    found = {
        "option": rng.choice([-1.0, 1.0], N_ROWS),
        "spot": rng.uniform(75, 135, N_ROWS),
        "expiry": rng.uniform(0.04, 2, N_ROWS),
        "rate": rng.uniform(-0.01, 0.07, N_ROWS),
        "dividend_yield": rng.uniform(0, 0.04, N_ROWS),
        "volatility": rng.uniform(0.1, 0.7, N_ROWS),
    }
    away = rng.uniform(-2.5, 2.5, N_ROWS) * found["volatility"] * np.sqrt(found["expiry"])
    return found | {"strike": found["spot"] * np.exp(away)}


def without_volatility(contract):
    return {name: value for name, value in contract.items() if name != "volatility"}


@pytest.mark.parametrize("mode", ["fast", "accurate"])
@pytest.mark.parametrize("asked", [price, greeks], ids=["price", "greeks"])
def test_rows(benchmark, rows, asked, mode):
    benchmark.extra_info["rows"] = N_ROWS
    found = benchmark(asked, **rows, mode=mode)
    assert (found.status == 0).all()


@pytest.mark.parametrize("mode", ["fast", "accurate"])
def test_implied_volatilities_of_rows(benchmark, rows, mode):
    benchmark.extra_info["rows"] = N_ROWS
    paid = price(**rows, mode="accurate").price
    found = benchmark(implied_volatility, **without_volatility(rows), price=paid, mode=mode)
    assert np.allclose(found.volatility, rows["volatility"], rtol=1e-9)


@pytest.mark.parametrize("asked", [price, greeks], ids=["price", "greeks"])
def test_one_contract(benchmark, asked):
    assert benchmark(asked, **ONE).status == 0


def test_the_implied_volatility_of_one_contract(benchmark):
    paid = price(**ONE).price
    found = benchmark(implied_volatility, **without_volatility(ONE), price=paid)
    assert found.volatility == pytest.approx(0.2)
