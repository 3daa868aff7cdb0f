"""Daily prices of several underlyings in a world, from shocks that are drawn beforehand.

Days are Mondays to Fridays; variance passes by the calendar, so that a weekend counts three days.
A day's price, variance and regime follow from the shocks up to that day and nothing later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spoonbench.solvers.algorithms.black_scholes.measures import DAYS_PER_YEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spoonbench.solvers.hybrid.options_desk.outcomes.worlds import World

    Array = NDArray[np.float64]

FIRST_DAY = np.datetime64("2000-01-03")
FIRST_PRICE = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shocks:
    """What chance gives, for each day and underlying.

    Attributes:
        market: shape (n_days,), standard normal.
        own: shape (n_days, n_underlyings), likewise.
        variance: likewise, of the variance's own.
        regime: shape (n_days,), in [0, 1).
        jump: likewise; all underlyings jump together.
        jump_size: shape (n_days,), standard normal.
    """

    market: Array
    own: Array
    variance: Array
    regime: Array
    jump: Array
    jump_size: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """What came of shocks.

    Attributes:
        dates: shape (n_days,), days of the calendar as datetime64[D].
        closes: shape (n_days, n_underlyings).
        variance: likewise, per year, at the close.
        is_turbulent: shape (n_days,), the regime at the close.
    """

    dates: NDArray[np.datetime64]
    closes: Array
    variance: Array
    is_turbulent: NDArray[np.bool_]


def trading_days(n_days: int) -> NDArray[np.datetime64]:
    """So many Mondays to Fridays."""
    return np.busday_offset(FIRST_DAY, np.arange(n_days))


def draw_shocks(world: World, n_days: int, random: np.random.Generator) -> Shocks:
    """Draw everything that chance decides about prices."""
    shape = n_days, len(world.multiples)
    return Shocks(
        market=random.standard_normal(n_days),
        own=random.standard_normal(shape),
        variance=random.standard_normal(shape),
        regime=random.random(n_days),
        jump=random.random(n_days),
        jump_size=random.standard_normal(n_days),
    )


def make_paths(world: World, shocks: Shocks) -> Paths:
    """Prices from shocks; the first day's are not used."""
    dates = trading_days(len(shocks.market))
    years = np.concatenate([[0.0], np.diff(dates).astype(float) / DAYS_PER_YEAR])
    multiples = np.array(world.multiples)  # (n_underlyings,)
    is_turbulent = _regimes(world, shocks.regime, years)
    variance = np.empty_like(shocks.own)
    steps = np.zeros_like(shocks.own)
    variance[0] = (world.calm.volatility * multiples) ** 2
    price_shocks = _price_shocks(world, shocks)
    for day in range(1, len(dates)):
        # The regime of the day before holds until today's close.
        regime = world.turbulent if is_turbulent[day - 1] else world.calm
        now = np.maximum(variance[day - 1], 0.0)
        level = (regime.volatility * multiples) ** 2
        root = np.sqrt(now * years[day])
        jump = _jump(world, regime.jumps_per_year, (shocks, day), years[day])
        steps[day] = (
            (regime.drift - now / 2) * years[day] + root * price_shocks[day] + multiples * jump
        )
        variance[day] = (
            variance[day - 1]
            + world.reversion * (level - now) * years[day]
            + world.variance_volatility * multiples * root * _variance_shock(world, shocks, day)
        )
    return Paths(
        dates=dates,
        closes=FIRST_PRICE * np.exp(steps.cumsum(axis=0)),
        variance=np.maximum(variance, 0.0),
        is_turbulent=is_turbulent,
    )


def _regimes(world: World, draws: Array, years: Array) -> NDArray[np.bool_]:
    found = np.zeros(len(draws), dtype=bool)
    if world.calm == world.turbulent:
        return found
    for day in range(1, len(draws)):
        regime = world.turbulent if found[day - 1] else world.calm
        leaves = draws[day] < -np.expm1(-years[day] / regime.years)
        found[day] = found[day - 1] != leaves
    return found


def _price_shocks(world: World, shocks: Shocks) -> Array:
    share = world.market_share
    mixed: Array = np.sqrt(share) * shocks.market[:, None] + np.sqrt(1 - share) * shocks.own
    return mixed


def _variance_shock(world: World, shocks: Shocks, day: int) -> Array:
    own = np.sqrt(1 - world.leverage**2) * shocks.variance[day]
    share = world.market_share
    price = np.sqrt(share) * shocks.market[day] + np.sqrt(1 - share) * shocks.own[day]
    mixed: Array = world.leverage * price + own
    return mixed


def _jump(world: World, per_year: float, at: tuple[Shocks, int], years: float) -> float:
    """Log of the day's jump, less what jumps are expected to add: drift alone is the trend."""
    shocks, day = at
    chance = -np.expm1(-per_year * years)
    size = world.jump_mean + world.jump_deviation * shocks.jump_size[day]
    happened = shocks.jump[day] < chance
    return float(size * happened - world.jump_mean * chance)
