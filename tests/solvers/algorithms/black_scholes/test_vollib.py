"""The facade answers under py_vollib's names, in its orders and units."""

import math

import numpy as np
import pytest

from spoonbench.solvers.algorithms.vollib import black, black_scholes, black_scholes_merton
from spoonbench.solvers.algorithms.vollib.black import implied_volatility as black_implied
from spoonbench.solvers.algorithms.vollib.black.greeks import analytical as black_greeks
from spoonbench.solvers.algorithms.vollib.black_scholes import implied_volatility as implied
from spoonbench.solvers.algorithms.vollib.black_scholes.greeks import analytical, numerical
from spoonbench.solvers.algorithms.vollib.black_scholes_merton import (
    implied_volatility as merton_implied,
)
from spoonbench.solvers.algorithms.vollib.black_scholes_merton.greeks import (
    analytical as merton_greeks,
)
from spoonbench.solvers.algorithms.vollib.exceptions import (
    PriceIsAboveMaximum,
    PriceIsBelowIntrinsic,
)


# As printed in the docstrings of py_vollib 1.0.1, from J. C. Hull's book.
def test_prices():
    assert black_scholes.black_scholes("c", 100, 90, 0.5, 0.01, 0.2) == pytest.approx(
        12.111581435, abs=1e-9
    )
    assert black_scholes.black_scholes("p", 100, 90, 0.5, 0.01, 0.2) == pytest.approx(
        1.66270456231, abs=1e-9
    )
    assert black_scholes_merton.black_scholes_merton(
        "p", 100, 95, 0.5, 0.1, 0.2, 0.05
    ) == pytest.approx(2.46478764, abs=1e-8)
    assert black.black("p", 20, 20, 4 / 12, 0.09, 0.25) == pytest.approx(1.11664145, abs=1e-8)


# Hull, example 17.1 to 17.7: S=49, K=50, r=5%, sigma=20%, t=0.3846.
def test_greeks_by_the_day_and_the_percent():
    at = (49, 50, 0.3846, 0.05, 0.2)
    assert analytical.delta("c", *at) == pytest.approx(0.521601633972, abs=1e-9)
    assert analytical.theta("c", *at) * 365 == pytest.approx(-4.30538996455, abs=1e-8)
    assert analytical.theta("p", *at) * 365 == pytest.approx(-1.8530056722, abs=1e-8)
    assert analytical.gamma("c", *at) == pytest.approx(0.0655453772525, abs=1e-9)
    assert analytical.vega("c", *at) == pytest.approx(0.121052427542, abs=1e-9)
    assert analytical.rho("c", *at) == pytest.approx(0.089065740988, abs=1e-9)
    assert numerical.rho is analytical.rho


def test_implied_volatilities_in_each_order():
    paid = black_scholes.black_scholes("c", 100, 90, 0.5, 0.01, 0.3)
    assert implied.implied_volatility(paid, 100, 90, 0.5, 0.01, "c") == pytest.approx(0.3)
    paid = black_scholes_merton.black_scholes_merton("p", 100, 90, 0.5, 0.01, 0.3, 0.02)
    found = merton_implied.implied_volatility(paid, 100, 90, 0.5, 0.01, 0.02, "p")
    assert found == pytest.approx(0.3)
    paid = black.black("c", 100, 90, 0.5, 0.01, 0.3)
    assert black_implied.implied_volatility(paid, 100, 90, 0.01, 0.5, "c") == pytest.approx(0.3)
    paid = black.undiscounted_black(100, 90, 0.3, 0.5, "c")
    found = black_implied.implied_volatility_of_undiscounted_option_price(paid, 100, 90, 0.5, "c")
    assert found == pytest.approx(0.3)


def test_a_single_number_is_a_float():
    assert type(black_greeks.delta("c", 100, 90, 0.5, 0.01, 0.2)) is float
    assert type(merton_greeks.vega("c", 100, 90, 0.5, 0.01, 0.2, 0.0)) is float
    assert type(implied.implied_volatility(12.0, 100, 90, 0.5, 0.01, "c")) is float


def test_prices_without_a_volatility_raise():
    with pytest.raises(PriceIsBelowIntrinsic):
        implied.implied_volatility(1.0, 100, 90, 0.5, 0.01, "c")
    with pytest.raises(PriceIsAboveMaximum):
        implied.implied_volatility(101.0, 100, 90, 0.5, 0.01, "c")
    with pytest.raises(ValueError, match="expired"):
        implied.implied_volatility(11.0, 100, 90, 0.0, 0.01, "c")


@pytest.mark.parametrize("flag", ["C", "x", ""])
def test_other_flags_are_refused(flag):
    for asked in (black_scholes.black_scholes, analytical.delta):
        with pytest.raises(ValueError, match="'c' or 'p'"):
            asked(flag, 100, 90, 0.5, 0.01, 0.2)


def test_contracts_that_make_no_sense_raise():
    with pytest.raises(ValueError, match="above zero"):
        black_scholes.black_scholes("c", 0, 90, 0.5, 0.01, 0.2)
    with pytest.raises(ValueError, match="above zero"):
        implied.implied_volatility(math.nan, 100, 90, 0.5, 0.01, "c")


def test_arrays_are_answered_by_rows():
    found = black_scholes.black_scholes(["c", "p"], 100, np.array([90, -1.0]), 0.5, 0.01, 0.2)
    assert found[0] == pytest.approx(12.111581435, abs=1e-9)
    assert np.isnan(found[1])
    implied_of = implied.implied_volatility([12.0, 1.0], 100, 90, 0.5, 0.01, "c")
    assert implied_of[0] > 0
    assert np.isnan(implied_of[1])
