"""Simulated trades: opened day by day in several strategies, quoted, held to expiry.

Strikes lie at drawn distances from the forward price, in deviations at the quoted volatility. Legs
are priced by Black-Scholes at the volatility that is quoted for their strike. Interest is zero, so
that spot and forward price are one, and prices are the middle of the market: nothing is lost to
costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from spoonbench.solvers.algorithms.black_scholes import price
from spoonbench.solvers.algorithms.black_scholes.measures import DAYS_PER_YEAR
from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.outcomes.books import CALL, PUT, SHARE, Book, profits
from spoonbench.solvers.hybrid.options_desk.outcomes.features import (
    LONGEST_PAST,
    book_features,
    past_columns,
)
from spoonbench.solvers.hybrid.options_desk.outcomes.history import History, is_severe
from spoonbench.solvers.hybrid.options_desk.outcomes.paths import draw_shocks, make_paths
from spoonbench.solvers.hybrid.options_desk.outcomes.worlds import WORLDS
from spoonbench.solvers.hybrid.options_desk.strategies import STRATEGIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spoonbench.solvers.hybrid.options_desk.outcomes.paths import Paths
    from spoonbench.solvers.hybrid.options_desk.outcomes.worlds import World

    Array = NDArray[np.float64]
    Places = NDArray[np.int64]

DAYS_OF_A_YEAR = 261
"""Mondays to Fridays."""

N_YEARS = 20
PER_DAY = 2
FEWEST_DAYS, MOST_DAYS = 7, 60
"""Of the calendar, that trades are opened for; expiry is the first trading day after."""

_MOST_LEGS = 4


class Distance(NamedTuple):
    """Where a strike lies, in deviations from the forward price.

    Attributes:
        low: the nearest that is drawn.
        high: the furthest.
        side: 1 above the forward price, -1 below.
    """

    low: float
    high: float
    side: int


_SHORT_PUT, _SHORT_CALL = Distance(0.3, 1.4, -1), Distance(0.3, 1.4, 1)
_WING = (0.3, 1.0)
"""How much further a bought strike lies than the sold one of its side."""

_AT = Distance(0.0, 0.0, 1)
SIMULATED: dict[str, dict[str, Distance]] = {
    "short put": {"put": _SHORT_PUT},
    "bull put spread": {"short put": _SHORT_PUT},
    "bear call spread": {"short call": _SHORT_CALL},
    "short strangle": {"put": _SHORT_PUT, "call": _SHORT_CALL},
    "short iron condor": {"short put": _SHORT_PUT, "short call": _SHORT_CALL},
    "covered call": {"call": _SHORT_CALL},
    "long call": {"call": Distance(-0.3, 1.0, 1)},
    "long straddle": {"put": _AT, "call": _AT},
}
"""Strategy, and the distances of its strikes by role; wings have their own."""


def simulate_trades(
    world: str, *, seed: int, n_years: int = N_YEARS, per_day: int = PER_DAY
) -> History:
    """Trades in a world, by day of opening.

    Args:
        world: name of one of `worlds.WORLDS`.
        seed: of everything that chance decides.
        n_years: of prices, at least 1.
        per_day: trades that are opened on each.

    Raises:
        BadInput: there is no such world, or a number is too small.
    """
    if world not in WORLDS:
        raise BadInput(f"there is no world {world!r}; worlds are {', '.join(WORLDS)}")
    if n_years < 1 or per_day < 1 or seed < 0:
        raise BadInput("years and trades per day are at least 1, and a seed at least 0")
    chosen = WORLDS[world]
    price_random, trade_random = (
        np.random.Generator(np.random.PCG64(each)) for each in np.random.SeedSequence(seed).spawn(2)
    )
    shocks = draw_shocks(chosen, n_years * DAYS_OF_A_YEAR, price_random)
    return open_trades(chosen, make_paths(chosen, shocks), trade_random, per_day)


def open_trades(world: World, paths: Paths, random: np.random.Generator, per_day: int) -> History:
    """Open trades on given paths; what is drawn does not depend on prices."""
    at, until, which = _drawn_days(paths, random, per_day)
    days = (paths.dates[until] - paths.dates[at]).astype(float)
    spot = paths.closes[at, which]
    volatility = _quoted(world, paths, (at, which), days) * np.exp(
        world.quote_noise * random.standard_normal(len(at))
    )
    names = np.array(list(SIMULATED))[random.integers(len(SIMULATED), size=len(at))]
    deviation = volatility * np.sqrt(days / DAYS_PER_YEAR)
    book = _books(world, names, (spot, volatility, days), random.random((len(at), _MOST_LEGS)))
    profit = profits(book, paths.closes[until, which])
    calendar = (paths.dates - paths.dates[0]).astype(float)
    columns = {
        "days": days,
        "volatility": volatility,
        **book_features(book, forward=spot, volatility=volatility, days=days),
        **past_columns(paths.closes, calendar, at, which),
    }
    return History(
        source=f"simulated, world {world.name}",
        number=np.arange(len(at)),
        opened=paths.dates[at],
        closed=paths.dates[until],
        strategy=names,
        columns=columns,
        is_win=profit > 0,
        is_severe=is_severe(book, profit, spot, deviation),
    )


def _drawn_days(
    paths: Paths, random: np.random.Generator, per_day: int
) -> tuple[Places, Places, Places]:
    """Days of opening and expiry as rows of the paths, and underlyings; by day of opening."""
    n_days, n_underlyings = paths.closes.shape
    at = np.repeat(np.arange(LONGEST_PAST, n_days), per_day)
    days = random.integers(FEWEST_DAYS, MOST_DAYS, size=len(at), endpoint=True)
    which = random.integers(n_underlyings, size=len(at))
    until = np.searchsorted(paths.dates, paths.dates[at] + days)
    is_inside = until < n_days
    return at[is_inside], until[is_inside], which[is_inside]


def _quoted(world: World, paths: Paths, at: tuple[Places, Places], days: Array) -> Array:
    """Volatility that the market expects until expiry, times its premium.

    The mean of Heston's variance, drawn to the level of the present regime: the market does not
    foresee a change of it. Jumps add their square.
    """
    day, which = at
    multiples = np.array(world.multiples)[which]
    is_turbulent = paths.is_turbulent[day]
    levels = np.where(is_turbulent, world.turbulent.volatility, world.calm.volatility)
    jumps = np.where(is_turbulent, world.turbulent.jumps_per_year, world.calm.jumps_per_year)
    level = (levels * multiples) ** 2
    pull = world.reversion * days / DAYS_PER_YEAR
    mean = level + (paths.variance[day, which] - level) * -np.expm1(-pull) / pull
    expected: Array = np.sqrt(mean + jumps * world.jump_square * multiples**2)
    return expected * (1 + world.premium)


def _books(
    world: World, names: NDArray[np.str_], market: tuple[Array, Array, Array], draws: Array
) -> Book:
    """Legs with strikes and prices, strategy by strategy; draws in [0, 1), shape (n, 4)."""
    spot, volatility, days = market
    shape = len(names), _MOST_LEGS
    kind, quantity = np.zeros(shape, dtype=np.int8), np.zeros(shape)
    strike, paid = np.zeros(shape), np.zeros(shape)
    years = days / DAYS_PER_YEAR
    for name in SIMULATED:
        rows = np.flatnonzero(names == name)
        distances = _distances(name, draws[rows])
        for leg, slot in enumerate(STRATEGIES[name].slots):
            quantity[rows, leg] = slot.quantity
            if slot.kind == "share":
                kind[rows, leg], paid[rows, leg] = SHARE, spot[rows]
                continue
            away = distances[slot.role]
            kind[rows, leg] = CALL if slot.kind == "call" else PUT
            strike[rows, leg] = spot[rows] * np.exp(away * volatility[rows] * np.sqrt(years[rows]))
            paid[rows, leg] = price(
                option=slot.kind,
                spot=spot[rows],
                strike=strike[rows, leg],
                expiry=years[rows],
                rate=0.0,
                volatility=volatility[rows] * np.exp(-world.slope * away),
            ).price
    return Book(kind=kind, quantity=quantity, strike=strike, price=paid)


def _distances(name: str, draws: Array) -> dict[str, Array]:
    """Signed distance of each role's strike, shape (n,)."""
    found: dict[str, Array] = {}
    for at, (role, distance) in enumerate(SIMULATED[name].items()):
        size = distance.low + (distance.high - distance.low) * draws[:, at]
        found[role] = distance.side * size
        wing = f"long {role.removeprefix('short ')}"
        if role.startswith("short "):
            further = _WING[0] + (_WING[1] - _WING[0]) * draws[:, at + 2]
            found[wing] = found[role] + distance.side * further
    return found
