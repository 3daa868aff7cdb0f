"""Holdings repriced by the Black-Scholes formula, at the volatilities that their prices imply."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from spoonbench.solvers.algorithms.black_scholes import (
    Status,
    figures,
    implied_volatility,
)
from spoonbench.solvers.algorithms.black_scholes.measures import DAYS_PER_YEAR
from spoonbench.solvers.api import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from spoonbench.solvers.hybrid.options_desk.holdings import Holding

_CENT = Decimal("0.01")
_POINT = 0.01
_MOST_DOLLARS = 1e24
GREEKS = ("delta", "gamma", "vega", "theta")


class Priced(NamedTuple):
    """A holding, and what its price implies.

    Attributes:
        holding: see there.
        years: to its expiry; zero for shares.
        rate: per year.
        dividend_yield: per year.
        volatility: NaN where none is implied, and for shares.
        status: of the implied volatility; OK for shares.
    """

    holding: Holding
    years: float
    rate: float
    dividend_yield: float
    volatility: float
    status: Status

    @property
    def units(self) -> int:
        """Shares that the holding is for, below zero where short."""
        return self.holding.quantity * self.holding.size


def imply(
    holdings: Sequence[Holding], *, today: date, rate: Decimal, dividend_yield: Decimal
) -> tuple[Priced, ...]:
    """Volatilities of holdings, in their order.

    Args:
        holdings: with prices; options that have expired imply nothing.
        today: the day; a year has 365.
        rate: per year, as a fraction, continuously compounded.
        dividend_yield: likewise.
    """
    options = [each for each in holdings if each.kind != "share"]
    years = [_years(each, today) for each in options]
    found: Iterator[Any] = iter(())
    if options:
        implied = implied_volatility(
            option=[each.kind for each in options],
            spot=[float(each.underlying_price) for each in options],
            strike=[float(each.strike or 0) for each in options],
            expiry=np.maximum(years, 0.0),
            rate=float(rate),
            dividend_yield=float(dividend_yield),
            price=[float(each.price) for each in options],
        )
        rows = zip(years, implied.volatility.tolist(), implied.status.tolist(), strict=True)
        found = iter(rows)
    return tuple(
        Priced(each, 0.0, float(rate), float(dividend_yield), np.nan, Status.OK)
        if each.kind == "share"
        else _priced(each, float(rate), float(dividend_yield), next(found))
        for each in holdings
    )


def profits(
    priced: Sequence[Priced], spot_moves: Sequence[Decimal], volatility_moves: Sequence[Decimal]
) -> NDArray[np.float64]:
    """What all of them gain today in each cell of a grid.

    Args:
        priced: repriced together, each underlying by the same move.
        spot_moves: as fractions, -1 or more.
        volatility_moves: in points of 0.01; no volatility goes below zero.

    Returns:
        Dollars, shape (spot moves, volatility moves).

    Raises:
        BadInput: an option implies no volatility.
    """
    moves = np.array([float(move) for move in spot_moves])[:, None]
    points = np.array([float(move) for move in volatility_moves])[None, :]
    gains = np.zeros((len(spot_moves), len(volatility_moves)))
    for each in priced:
        spot = float(each.holding.underlying_price)
        if each.holding.kind == "share":
            gains = gains + each.units * spot * moves
        else:
            worth = _worth(each, spot * (1 + moves), points)
            gains = gains + each.units * (worth - float(each.holding.price))
    if not (np.abs(gains) < _MOST_DOLLARS).all():
        raise BadInput("a price after a move is more than can be told to the cent")
    return gains


def greeks(priced: Sequence[Priced]) -> Mapping[str, float]:
    """Dollars: delta, and gamma, vega and theta of what is usual.

    Delta is times the underlying's value, gamma's gain that of a move of 1%, vega of a point of
    0.01, theta of a day.

    Raises:
        BadInput: an option implies no volatility.
    """
    total = dict.fromkeys(GREEKS, 0.0)
    for each in priced:
        spot = float(each.holding.underlying_price)
        if each.holding.kind == "share":
            total["delta"] += each.units * spot
            continue
        found = _of_one(each, GREEKS)
        total["delta"] += each.units * spot * found["delta"]
        total["gamma"] += each.units * 0.5 * found["gamma"] * (spot * 0.01) ** 2
        total["vega"] += each.units * found["vega"] * _POINT
        total["theta"] += each.units * found["theta"] / DAYS_PER_YEAR
    if not all(abs(value) < _MOST_DOLLARS for value in total.values()):
        raise BadInput("a Greek is more than can be told to the cent")
    return total


def cents(dollars: float) -> Decimal:
    """To the cent."""
    return Decimal(repr(float(dollars))).quantize(_CENT, ROUND_HALF_EVEN)


def why_not(priced: Sequence[Priced]) -> str | None:
    """Why they cannot be repriced, in words."""
    for each in priced:
        if each.status is not Status.OK:
            words = each.status.name.lower().replace("_", " ")
            return f"{_name(each.holding)} implies no volatility: {words}"
    return None


def _name(holding: Holding) -> str:
    return f"{holding.underlying} {holding.kind} {holding.strike} of {holding.expiry}"


def _priced(
    holding: Holding, rate: float, dividend_yield: float, row: tuple[float, float, int]
) -> Priced:
    years, volatility, status = row
    if years < 0:
        status = Status.EXPIRED
    return Priced(holding, years, rate, dividend_yield, volatility, Status(status))


def _years(holding: Holding, today: date) -> float:
    if holding.expiry is None:
        raise BadInput(f"an option on {holding.underlying} has no expiry")
    return (holding.expiry - today).days / DAYS_PER_YEAR


def _worth(
    each: Priced, spot: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Shape (spot moves, volatility moves)."""
    volatility = np.maximum(each.volatility + points * _POINT, 0.0)
    found = figures(("price",), **_contract(each, spot, volatility))
    worth = np.array(found.values["price"], dtype=float)
    # No formula holds for an underlying that is worth nothing: a put pays its strike for certain.
    if (spot <= 0).any():
        strike = float(each.holding.strike or 0)
        paid = strike * np.exp(-each.rate * each.years) if each.holding.kind == "put" else 0.0
        worth = np.where(spot <= 0, paid, worth)
    return worth


def _of_one(each: Priced, names: Sequence[str]) -> Mapping[str, Any]:
    spot = float(each.holding.underlying_price)
    return figures(names, **_contract(each, spot, each.volatility)).values


def _contract(each: Priced, spot: Any, volatility: Any) -> dict[str, Any]:
    return {
        "option": each.holding.kind,
        "spot": spot,
        "strike": float(each.holding.strike or 0),
        "expiry": each.years,
        "rate": each.rate,
        "dividend_yield": each.dividend_yield,
        "volatility": volatility,
    }
