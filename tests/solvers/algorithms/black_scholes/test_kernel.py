"""The compiled kernel and NumPy give the same, on every set of instructions."""

import numpy as np
import pytest

from spoonbench.solvers.algorithms.black_scholes import (
    Status,
    greeks,
    implied_volatility,
    kernel,
    price,
)
from spoonbench.solvers.algorithms.black_scholes.measures import FIRST_ORDER

UNIT = 2**-52
built = pytest.mark.skipif(not kernel.is_there(), reason="no C compiler built the kernel")


@pytest.fixture
def without_kernel(monkeypatch):
    monkeypatch.setattr(kernel, "_kernel", None)


@pytest.fixture
def at_level():
    used = kernel._kernel.use_level(2)

    def use(level):
        if kernel._kernel.use_level(level) != level:
            pytest.skip("this processor has no such instructions")

    yield use
    kernel._kernel.use_level(used)


def contract_of(columns):
    return {name: value for name, value in columns.items() if name != "volatility"}


@pytest.mark.parametrize("regime", ["ordinary", "short", "negative rates"])
def test_without_the_kernel_figures_are_as_exact(regime, draw, without_kernel):
    columns = draw(regime, 10_000)
    found, exact = price(**columns).price, price(mode="accurate", **columns).price
    assert np.max(np.abs(found / exact - 1)) < 20 * UNIT
    implied = implied_volatility(price=exact, **contract_of(columns))
    assert (implied.status == Status.OK).all()
    assert np.max(np.abs(implied.volatility / columns["volatility"] - 1)) < 1e-9


@built
@pytest.mark.parametrize("level", [0, 1, 2])
def test_every_set_of_instructions_is_as_exact(level, draw, at_level):
    at_level(level)
    columns = draw("ordinary", 10_000)
    found, exact = greeks(**columns), greeks(mode="accurate", **columns)
    for name in ("price", "delta", "gamma", "vega", "rho"):
        error = np.abs(getattr(found, name) / getattr(exact, name) - 1)
        assert np.max(error) < 20 * UNIT, name
    implied = implied_volatility(price=exact.price, **contract_of(columns))
    again = price(**contract_of(columns), volatility=implied.volatility, mode="accurate").price
    assert np.max(np.abs(again / exact.price - 1)) < 200 * UNIT


@built
@pytest.mark.parametrize("n", [1, 2, 3, 511, 512, 513, 5000])
def test_pieces_of_every_length_are_filled(n, draw):
    columns = draw("ordinary", n)
    found = greeks(**columns | {"rate": 0.03})
    exact = greeks(mode="accurate", **columns | {"rate": 0.03})
    for name in FIRST_ORDER:
        assert np.allclose(getattr(found, name), getattr(exact, name), rtol=1e-11, atol=1e-11)


@built
def test_rows_that_the_kernel_leaves_are_answered_all_the_same(draw):
    columns = draw("ordinary", 1000)
    odd = {
        "expiry": (10, 0.0), "volatility": (20, 0.0), "spot": (30, np.nan), "strike": (40, 1e-250),
        "rate": (50, 2000.0),
    }  # fmt: skip
    for name, (at, value) in odd.items():
        columns[name][at] = value
    columns["strike"][60] = columns["spot"][60] * 50
    found, exact = greeks(**columns), greeks(mode="accurate", **columns)
    assert found.status.tolist() == exact.status.tolist()
    assert (found.status != Status.OK).sum() == 3
    for name in FIRST_ORDER:
        values, wanted = getattr(found, name), getattr(exact, name)
        assert np.allclose(values, wanted, rtol=1e-10, atol=1e-13, equal_nan=True), name


@built
def test_results_of_another_length_are_refused():
    inputs = [np.ones(4)] * 6
    done = np.zeros(4, dtype=np.uint8)
    with pytest.raises(ValueError, match="of another length"):
        kernel._kernel.figures(*inputs, np.ones(3), False, done, np.ones(4))
    with pytest.raises(ValueError, match="of another length"):
        kernel._kernel.figures(*inputs, np.ones(4), False, done, np.ones(3))
    with pytest.raises(TypeError, match="seven inputs"):
        kernel._kernel.figures(*inputs)
