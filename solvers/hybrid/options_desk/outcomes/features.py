"""What is known of a trade when it is opened: the features that an outcome model learns from.

All of them follow from the legs, the underlying's price, one implied volatility and the days; the
five of `PAST` need the underlying's earlier closes as well, and are None without them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from spoonbench.solvers.algorithms.black_scholes.measures import DAYS_PER_YEAR
from spoonbench.solvers.api import BadInput, Row
from spoonbench.solvers.hybrid.options_desk.outcomes.books import (
    CALL,
    PUT,
    book_of,
    premiums,
    probability_above,
    stress_losses,
)
from spoonbench.solvers.hybrid.options_desk.payoffs import check_legs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from spoonbench.solvers.hybrid.options_desk.outcomes.books import Book
    from spoonbench.solvers.hybrid.options_desk.payoffs import Leg

    Array = NDArray[np.float64]

PAST = ("realised_21", "realised_63", "return_5", "return_21", "return_63")
"""Features that need earlier closes; the number says over how many steps from close to close."""

LONGEST_PAST = 63
SEVERE_SHARE = 0.5
"""A severe loss is at least this share of the stress loss (`books.stress_losses`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeFeatures:
    """What is known of a trade when it is opened.

    Attributes:
        strategy: its name.
        days: to expiry, of 365 in a year.
        volatility: implied, per root of a year, as a fraction.
        probability: of a profit, by the formula at that volatility.
        severe_probability: of a severe loss (`SEVERE_SHARE`), likewise.
        premium: taken in (below zero: paid) over what one deviation moves the underlying.
        short_put: log of the nearest sold put's strike over the forward price, in deviations; None
            where none is sold.
        short_call: likewise.
        width: widest wing, from a sold strike to the bought one beyond it, over one deviation's
            move; None without wings.
        premium_over_width: None without wings.
        realised_21: volatility of the last 21 steps from close to close, per root of a year.
        realised_63: likewise, of 63.
        return_5: log of the price over that of 5 closes earlier.
        return_21: likewise.
        return_63: likewise.
    """

    strategy: str
    days: float
    volatility: float
    probability: float
    severe_probability: float
    premium: float
    short_put: float | None = None
    short_call: float | None = None
    width: float | None = None
    premium_over_width: float | None = None
    realised_21: float | None = None
    realised_63: float | None = None
    return_5: float | None = None
    return_21: float | None = None
    return_63: float | None = None


NAMES = tuple(field.name for field in fields(TradeFeatures))
NEEDED = ("strategy", "days", "volatility", "probability", "severe_probability", "premium")
"""Those that every trade has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A trade as it is opened.

    Attributes:
        strategy: name.
        legs: with what each was traded at.
        spot: price of the underlying, above zero.
        forward: its forward price to expiry, above zero.
        volatility: implied, at the money, above zero, as a fraction.
        days: to expiry, above zero.
    """

    strategy: str
    legs: tuple[Leg, ...]
    spot: float
    forward: float
    volatility: float
    days: float


def features_of(
    opening: Opening, closes: Sequence[tuple[date, float]] | None = None
) -> TradeFeatures:
    """Features of a trade.

    Args:
        opening: the trade.
        closes: of the underlying, by day, up to the opening and no later, the last being the price
            at which the trade is opened; at least 64. None: the features of `PAST` are None.

    Raises:
        BadInput: the legs are no strategy, a figure is not above zero, or there are too few closes.
    """
    check_legs(opening.legs)
    for name in ("spot", "forward", "volatility", "days"):
        value = getattr(opening, name)
        if not (math.isfinite(value) and value > 0):
            raise BadInput(f"{name} must be a number above zero, not {value}")
    columns = book_features(
        book_of([opening.legs]),
        forward=np.array([opening.forward]),
        volatility=np.array([opening.volatility]),
        days=np.array([opening.days]),
    )
    past = {} if closes is None else past_features(closes)
    found = {name: _number(column[0]) for name, column in columns.items()}
    return features_from(
        {
            "strategy": opening.strategy,
            "days": opening.days,
            "volatility": opening.volatility,
            **found,
            **past,
        }
    )


def features_from(values: Mapping[str, Any]) -> TradeFeatures:
    """Features by name; names of other things are left aside, and missing ones are None.

    Raises:
        BadInput: one of `NEEDED` is missing, or one is no number or a wrong one.
    """
    known = {name: values[name] for name in NAMES if values.get(name) is not None}
    missing = [name for name in NEEDED if name not in known]
    if missing:
        raise BadInput(f"there is no {missing[0]}")
    for name, value in known.items():
        _check_value(name, value)
    return TradeFeatures(**known)


def row_of(features: TradeFeatures) -> Row:
    """Features as the row of a problem; those that are None are left out."""
    pairs = ((name, getattr(features, name)) for name in NAMES)
    return Row(values=tuple((name, value) for name, value in pairs if value is not None))


def features_of_row(row: Row) -> TradeFeatures:
    """What `row_of` made a row of. Raises as `features_from`."""
    return features_from(dict(row.values))


def book_features(
    book: Book, *, forward: Array, volatility: Array, days: Array
) -> dict[str, Array]:
    """Features that follow from legs, shape (n,) each; NaN for None."""
    deviation = volatility * np.sqrt(days / DAYS_PER_YEAR)
    move, premium = forward * deviation, premiums(book)
    severe = SEVERE_SHARE * stress_losses(book, forward, deviation)
    puts, calls = _wing(book, PUT), _wing(book, CALL)
    width = np.fmax(puts, calls)
    return {
        "probability": probability_above(book, np.zeros(len(book)), forward, deviation),
        "severe_probability": 1.0 - probability_above(book, -severe, forward, deviation),
        "premium": premium / move,
        "short_put": np.log(_nearest(book, PUT) / forward) / deviation,
        "short_call": np.log(_nearest(book, CALL) / forward) / deviation,
        "width": width / move,
        "premium_over_width": premium / width,
    }


def past_features(closes: Sequence[tuple[date, float]]) -> dict[str, float]:
    """Features of `PAST` on the day of the last close.

    Raises:
        BadInput: there are fewer than 64 closes, days do not rise, or one is not above zero.
    """
    if len(closes) <= LONGEST_PAST:
        raise BadInput(f"{len(closes)} closes: at least {LONGEST_PAST + 1} are needed")
    days = np.array([day.toordinal() for day, _ in closes], dtype=float)
    prices = np.array([price for _, price in closes], dtype=float)
    if (np.diff(days) <= 0).any():
        raise BadInput("the days of closes must rise")
    if not (np.isfinite(prices).all() and (prices > 0).all()):
        raise BadInput("a close must be a number above zero")
    found = past_columns(prices[:, None], days, np.array([len(days) - 1]), np.array([0]))
    return {name: float(column[0]) for name, column in found.items()}


def past_columns(
    closes: Array, days: Array, at: NDArray[np.int64], which: NDArray[np.int64]
) -> dict[str, Array]:
    """Features of `PAST` for many trades, shape (n,) each.

    Args:
        closes: shape (n_days, n_underlyings).
        days: shape (n_days,), of the calendar, rising.
        at: shape (n,), rows of the days of opening; later rows are not looked at.
        which: shape (n,), columns.
    """
    logs = np.log(closes)
    squares = np.concatenate([np.zeros((1, closes.shape[1])), np.diff(logs, axis=0) ** 2])
    sums = squares.cumsum(axis=0)  # (n_days, n_underlyings)
    found = {}
    for name in PAST:
        word, steps = name.split("_")
        before = at - int(steps)
        if word == "return":
            found[name] = logs[at, which] - logs[before, which]
        else:
            years = (days[at] - days[before]) / DAYS_PER_YEAR
            found[name] = np.sqrt((sums[at, which] - sums[before, which]) / years)
    return found


def _wing(book: Book, kind: int) -> Array:
    """From the nearest sold strike to the bought one beyond it, shape (n,); NaN without."""
    sold = _nearest(book, kind)
    is_bought = (book.kind == kind) & (book.quantity > 0)
    is_beyond = kind * (book.strike - sold[:, None]) > 0
    away = np.where(is_bought & is_beyond, np.abs(book.strike - sold[:, None]), np.inf)
    least = away.min(axis=1)
    return np.where(np.isfinite(least), least, np.nan)


def _nearest(book: Book, kind: int) -> Array:
    """The highest put or the lowest call that is sold; NaN where none is."""
    strikes = np.where((book.kind == kind) & (book.quantity < 0), book.strike, np.nan)
    signed = np.where(np.isnan(strikes), np.inf, kind * strikes).min(axis=1)
    return np.where(np.isfinite(signed), kind * signed, np.nan)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _check_value(name: str, value: object) -> None:
    if name == "strategy":
        if not isinstance(value, str) or not value.strip():
            raise BadInput(f"strategy must be a name, not {value!r}")
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise BadInput(f"{name} must be a number, not {value!r}")
    if name in ("probability", "severe_probability") and not 0 <= value <= 1:
        raise BadInput(f"{name} must be from 0 to 1, not {value}")
    positive = ("days", "volatility", "width", "realised_21", "realised_63")
    if name in positive and value <= 0:
        raise BadInput(f"{name} must be above zero, not {value}")
