"""What several options and shares together pay at expiry: exact, made of straight lines.

Between two strikes the profit is a straight line. So break-evens, the largest gain and the largest
loss follow from its values at the strikes and its slope beyond them, in fractions, without a grid.
The probability of profit is that of ending between break-evens, by the lognormal distribution of
the Black-Scholes formula: no simulation either.

All legs end on the same day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

from spoonbench.solvers.api import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LEGS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One part of a strategy.

    Attributes:
        kind: "call", "put", or "share" of the underlying.
        quantity: options or shares: above zero where they are bought, below where they are sold.
        strike: of an option; None for shares.
        price: of one, when the strategy is opened.
    """

    kind: Literal["call", "put", "share"]
    quantity: Fraction
    price: Fraction
    strike: Fraction | None = None


class Interval(NamedTuple):
    """Prices of the underlying; `high` is None without an end."""

    low: Fraction
    high: Fraction | None


class Outcome(NamedTuple):
    """What a strategy can come to.

    Attributes:
        break_evens: where the profit passes or touches zero, in order.
        most_gained: None without a limit.
        most_lost: zero or more; None without a limit.
        gains: where the profit is above zero.
    """

    break_evens: tuple[Fraction, ...]
    most_gained: Fraction | None
    most_lost: Fraction | None
    gains: tuple[Interval, ...]


def check_legs(legs: Sequence[Leg]) -> None:
    """Refuse what is no strategy.

    Raises:
        BadInput: says what.
    """
    if not 1 <= len(legs) <= MOST_LEGS:
        raise BadInput(f"a strategy has 1 to {MOST_LEGS} legs, not {len(legs)}")
    for leg in legs:
        if leg.quantity == 0:
            raise BadInput("a leg of nothing is none")
        if leg.price < 0:
            raise BadInput("a leg's price is not below zero")
        if (leg.strike is None) != (leg.kind == "share"):
            raise BadInput("an option has a strike, and a share has none")
        if leg.strike is not None and leg.strike <= 0:
            raise BadInput("a strike is above zero")


def profit(legs: Sequence[Leg], spot: Fraction) -> Fraction:
    """At expiry, for each share that an option is for, premiums included.

    Args:
        legs: of a strategy.
        spot: price of the underlying then.
    """
    return sum((leg.quantity * (_worth(leg, spot) - leg.price) for leg in legs), start=Fraction(0))


def largest_loss(legs: Sequence[Leg]) -> Fraction | None:
    """Zero or more; None without a limit. Of any number of legs, none included."""
    _, values, slope = _bends(legs)
    return None if slope < 0 else max(-min(values), Fraction(0))


def outcome(legs: Sequence[Leg]) -> Outcome:
    """Break-evens, the largest gain and loss, and where there is a gain.

    Raises:
        BadInput: these legs are no strategy.
    """
    check_legs(legs)
    corners, values, slope = _bends(legs)
    evens: set[Fraction] = set()
    gains: list[Interval] = []
    for (low, before), (high, after) in zip(
        zip(corners, values, strict=True),
        zip(corners[1:], values[1:], strict=False),
        strict=False,
    ):
        evens |= _zeros(low, before, high, after)
        gains += _gain(low, before, high, after)
    evens |= _zeros_beyond(corners[-1], values[-1], slope)
    gains += _gain_beyond(corners[-1], values[-1], slope)
    return Outcome(
        break_evens=tuple(sorted(evens)),
        most_gained=None if slope > 0 else max(*values, Fraction(0)),
        most_lost=largest_loss(legs),
        gains=_joined(gains),
    )


def probability_of_profit(legs: Sequence[Leg], forward: float, deviation: float) -> float:
    """That the underlying ends where there is a gain.

    Args:
        legs: of a strategy.
        forward: price of the underlying at expiry, above zero.
        deviation: volatility times the root of the years, above zero.

    Raises:
        BadInput: these legs are no strategy, or a figure is not above zero.
    """
    if not (forward > 0 and deviation > 0 and math.isfinite(forward) and math.isfinite(deviation)):
        raise BadInput("a forward price and a deviation are above zero")
    return sum(
        _above(forward, deviation, low) - _above(forward, deviation, high)
        for low, high in outcome(legs).gains
    )


def _bends(legs: Sequence[Leg]) -> tuple[list[Fraction], list[Fraction], Fraction]:
    """Where the profit bends, what it is there, and its slope beyond the last."""
    corners = sorted({Fraction(0), *(leg.strike for leg in legs if leg.strike is not None)})
    values = [profit(legs, corner) for corner in corners]
    return corners, values, profit(legs, corners[-1] + 1) - values[-1]


def _above(forward: float, deviation: float, spot: Fraction | None) -> float:
    """That the underlying ends above a price; above no end, zero."""
    if spot is None:
        return 0.0
    if spot == 0:
        return 1.0
    d2 = math.log(forward / spot) / deviation - deviation / 2
    return 0.5 * math.erfc(-d2 / math.sqrt(2))


def _worth(leg: Leg, spot: Fraction) -> Fraction:
    if leg.strike is None:
        return spot
    inside = spot - leg.strike if leg.kind == "call" else leg.strike - spot
    return max(inside, Fraction(0))


def _zeros(low: Fraction, before: Fraction, high: Fraction, after: Fraction) -> set[Fraction]:
    """Where a straight line is zero: one point, or both ends of a piece that is all zero."""
    if before == after == 0:
        return {low, high}
    if before == 0:
        return {low}
    if after == 0:
        return {high}
    return {_crossing(low, before, high, after)} if (before < 0) != (after < 0) else set()


def _crossing(low: Fraction, before: Fraction, high: Fraction, after: Fraction) -> Fraction:
    return low - before * (high - low) / (after - before)


def _gain(low: Fraction, before: Fraction, high: Fraction, after: Fraction) -> list[Interval]:
    if before <= 0 and after <= 0:
        return []
    if before >= 0 and after >= 0:
        return [Interval(low, high)]
    even = _crossing(low, before, high, after)
    return [Interval(low, even)] if before > 0 else [Interval(even, high)]


def _zeros_beyond(last: Fraction, value: Fraction, slope: Fraction) -> set[Fraction]:
    if value == 0:
        return {last}
    return {last - value / slope} if value * slope < 0 else set()


def _gain_beyond(last: Fraction, value: Fraction, slope: Fraction) -> list[Interval]:
    if value > 0:
        return [Interval(last, last - value / slope if slope < 0 else None)]
    return [Interval(last - value / slope, None)] if slope > 0 else []


def _joined(gains: Sequence[Interval]) -> tuple[Interval, ...]:
    """Neighbours as one."""
    found: list[Interval] = []
    for low, high in gains:
        if found and found[-1].high == low:
            found[-1] = Interval(found[-1].low, high)
        else:
            found.append(Interval(low, high))
    return tuple(found)
