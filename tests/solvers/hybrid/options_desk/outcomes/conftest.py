"""One history and one model for the tests of this folder."""

import pytest

from spoonbench.solvers.hybrid.options_desk.outcomes.learning import learn
from spoonbench.solvers.hybrid.options_desk.outcomes.simulation import simulate_trades


@pytest.fixture(scope="session")
def history():
    """Few trades, of the world in which options are quoted a tenth too high."""
    return simulate_trades("premium", seed=6, n_years=12, per_day=1)


@pytest.fixture(scope="session")
def model(history):
    """Learned from them, with few histories drawn again."""
    return learn(history, n_resampled=6)
