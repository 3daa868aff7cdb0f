"""Many rows with missing, infinite, zero and absurd values: statuses, and no wrong number.

Prices lie between their bounds without arbitrage, and the price at an implied volatility is the
price that it was implied by.
"""

import numpy as np
import pytest

from spoonbench.solvers.algorithms.black_scholes import (
    Status,
    greeks,
    implied_volatility,
    price,
)

ABSURD = [0, -0.0, np.nan, np.inf, -np.inf, 5e-324, 1.7e308, -1, 1e-300]


def column(rng, n, low, high):
    """Most values between two bounds, some of any size, and some that make no sense."""
    kind = rng.integers(0, 12, n)
    found = rng.uniform(low, high, n)
    found = np.where(kind == 0, 10 ** rng.uniform(-320, 308, n), found)
    return np.where(kind == 1, rng.choice(ABSURD, n), found)


@pytest.mark.parametrize("mode", ["fast", "accurate"])
@pytest.mark.parametrize(
    "n", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)], ids=["some", "many"]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning:test_absurd_rows")
def test_absurd_rows_have_a_status_or_a_right_number(n, mode):
    rng = np.random.default_rng(n)
    contract = {
        "option": rng.choice([1, -1, 0, np.nan, 1, 1, 1, -1, -1], n),
        "spot": column(rng, n, 50, 150),
        "strike": column(rng, n, 50, 150),
        "expiry": column(rng, n, 0, 2),
        "rate": column(rng, n, -0.05, 0.1),
        "dividend_yield": column(rng, n, -0.02, 0.05),
    }
    found = greeks(**contract, volatility=column(rng, n, 0, 1), mode=mode)
    has_number = np.isin(found.status, (Status.OK, Status.EXPIRED))
    assert has_number.mean() > 0.3
    assert not np.isnan(found.price[has_number]).any()
    with np.errstate(all="ignore"):
        a = contract["spot"] * np.exp(-contract["dividend_yield"] * contract["expiry"])
        b = contract["strike"] * np.exp(-contract["rate"] * contract["expiry"])
        least = np.maximum(contract["option"] * (a - b), 0)
        most = np.where(contract["option"] > 0, a, b)
        larger = np.maximum(a, b)
    for bound, sign in ((least, 1), (most, -1)):
        within = sign * (found.price - bound)[has_number]
        # Below 1e-300 doubles have fewer digits.
        assert (within >= -1e-12 * larger[has_number] - 1e-310).all()

    paid = np.where(rng.random(n) < 0.7, found.price, column(rng, n, 0, 50))
    implied = implied_volatility(**contract, price=paid, mode=mode)
    is_fine = implied.status == Status.OK
    assert is_fine.mean() > 0.2
    assert (np.isnan(implied.volatility) == ~is_fine).all()
    rows = {name: value[is_fine] for name, value in contract.items()}
    again = price(**rows, volatility=implied.volatility[is_fine], mode="accurate")
    # Volatilities of 1e100 and more are implied by prices of instants.
    known = again.status == Status.OK
    assert known.mean() > 0.95
    off = np.abs(again.price - paid[is_fine]) / larger[is_fine]
    assert np.max(off[known]) < 1e-12
