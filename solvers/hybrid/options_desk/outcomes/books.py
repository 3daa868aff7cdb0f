"""Many trades at once: pay-offs, probabilities and stress losses as arrays.

The same straight lines as in `payoffs`, which is exact and takes one trade at a time; here a row is
a trade, in doubles. Legs that a trade does not have hold a quantity of zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spoonbench.solvers.hybrid.options_desk.payoffs import Leg

    Array = NDArray[np.float64]

CALL, PUT, SHARE = 1, -1, 0
_CODES = {"call": CALL, "put": PUT, "share": SHARE}

STRESS_DEVIATIONS = 3.0
"""How far a stressed underlying ends from its forward price, either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Trades, one a row.

    Attributes:
        kind: shape (n, n_legs): `CALL`, `PUT` or `SHARE`.
        quantity: likewise; below zero where sold, zero where there is no leg.
        strike: likewise; zero for shares and where there is no leg.
        price: likewise, of one, at opening.
    """

    kind: NDArray[np.int8]
    quantity: Array
    strike: Array
    price: Array

    def __len__(self) -> int:
        return len(self.kind)


def book_of(trades: Sequence[Sequence[Leg]]) -> Book:
    """Trades as arrays."""
    shape = len(trades), max(map(len, trades))
    kind, quantity = np.zeros(shape, dtype=np.int8), np.zeros(shape)
    strike, price = np.zeros(shape), np.zeros(shape)
    for row, legs in enumerate(trades):
        for at, leg in enumerate(legs):
            kind[row, at] = _CODES[leg.kind]
            quantity[row, at] = float(leg.quantity)
            strike[row, at] = 0.0 if leg.strike is None else float(leg.strike)
            price[row, at] = float(leg.price)
    return Book(kind=kind, quantity=quantity, strike=strike, price=price)


def profits(book: Book, spot: Array) -> Array:
    """At expiry, premiums included, for each share that an option is for.

    Args:
        book: n trades.
        spot: shape (n,) or (n, m): prices of the underlying then.

    Returns:
        the shape of `spot`.
    """
    at = np.asarray(spot, dtype=float)
    ends = at[:, None] if at.ndim == 1 else at  # (n, m)
    total = np.zeros_like(ends)
    for leg in range(book.kind.shape[1]):
        kind, strike = book.kind[:, leg, None], book.strike[:, leg, None]
        worth = np.where(kind == SHARE, ends, np.maximum(kind * (ends - strike), 0.0))
        total += book.quantity[:, leg, None] * (worth - book.price[:, leg, None])
    return total.reshape(at.shape)


def premiums(book: Book) -> Array:
    """What was taken in for options less what was paid, for each share; shape (n,)."""
    return -np.asarray((book.quantity * book.price * (book.kind != SHARE)).sum(axis=1))


def probability_above(book: Book, level: Array, forward: Array, deviation: Array) -> Array:
    """That the profit at expiry is above a level, the underlying being lognormal.

    Args:
        book: n trades.
        level: shape (n,).
        forward: shape (n,), above zero.
        deviation: shape (n,), volatility times the root of the years, above zero.

    Returns:
        shape (n,). Where the profit equals the level on a whole interval, that is not above it.
    """
    corners = np.sort(np.column_stack([np.zeros(len(book)), book.strike]), axis=1)
    excess = profits(book, corners) - level[:, None]  # (n, n_corners)
    total = np.zeros(len(book))
    for at in range(corners.shape[1] - 1):
        low, high = corners[:, at], corners[:, at + 1]
        total += _share_of_piece(
            (low, high), (excess[:, at], excess[:, at + 1]), forward, deviation
        )
    last = corners[:, -1]
    slope = (book.quantity * (book.kind != PUT)).sum(axis=1)
    return total + _share_beyond(last, excess[:, -1], slope, (forward, deviation))


def stress_losses(book: Book, forward: Array, deviation: Array) -> Array:
    """The largest loss while the underlying ends within `STRESS_DEVIATIONS` of its forward price.

    Of a trade whose loss is limited it is mostly the largest loss of all; it is finite for the
    others, too.

    Returns:
        shape (n,), zero or more.
    """
    far = np.exp(np.outer(deviation, [-STRESS_DEVIATIONS, STRESS_DEVIATIONS])) * forward[:, None]
    inside = np.clip(book.strike, far[:, :1], far[:, 1:])
    ends = profits(book, np.column_stack([far, inside]))
    return np.asarray(np.maximum(-ends.min(axis=1), 0.0))


def _share_of_piece(
    ends: tuple[Array, Array], values: tuple[Array, Array], forward: Array, deviation: Array
) -> Array:
    """Probability of the part of an interval where a straight line is above zero."""
    (low, high), (before, after) = ends, values
    step = before - after
    even = low + before * (high - low) / np.where(step == 0, 1.0, step)
    even = np.clip(even, low, high)  # elsewhere it does not cross zero in here, and is not used
    start = np.where(before >= 0, low, even)
    end = np.where(after >= 0, high, even)
    is_some = (before > 0) | (after > 0)
    inside = _above(start, forward, deviation) - _above(end, forward, deviation)
    return np.where(is_some, inside, 0.0)


def _share_beyond(last: Array, value: Array, slope: Array, law: tuple[Array, Array]) -> Array:
    rising, falling = slope > 0, slope < 0
    even = last - value / np.where(rising | falling, slope, 1.0)
    beyond = _above(last, *law)
    at_even = _above(np.maximum(even, last), *law)
    flat = np.where(value > 0, beyond, 0.0)
    up = np.where(value >= 0, beyond, at_even)
    down = np.where(value > 0, beyond - at_even, 0.0)
    return np.where(rising, up, np.where(falling, down, flat))


def _above(spot: Array, forward: Array, deviation: Array) -> Array:
    """That a lognormal price ends above another; 1 above zero."""
    from scipy.special import ndtr

    with np.errstate(divide="ignore"):
        d2 = (np.log(forward) - np.log(spot)) / deviation - deviation / 2
    return np.asarray(ndtr(d2))
