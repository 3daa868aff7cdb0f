"""Ways in which legs can be margined: each is a variable of the integer program that pairs them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.hybrid.options_desk.margin import requirements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from spoonbench.solvers.hybrid.options_desk.margin.books import Book, OptionLeg
    from spoonbench.solvers.hybrid.options_desk.margin.requirements import Market


SpreadKey = tuple["date", int]
"""Day on which the short options of a universal spread expire, and their size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One way to use legs; a variable of the program counts how often.

    Attributes:
        name: of the strategy.
        cost: of each use, in dollars.
        legs: one contract of each is used.
        shares: used each time.
        spread: universal spread that the contract goes into.
        reason: in words.
    """

    name: str
    cost: Fraction
    legs: tuple[OptionLeg, ...] = ()
    shares: int = 0
    spread: SpreadKey | None = None
    reason: str = ""


def columns_of(book: Book, market: Market) -> Iterator[Column]:
    """Every way to use the legs of a book, in the order in which strategies are named."""
    shorts = [leg for leg in book.legs if leg.side == "short"]
    longs = [leg for leg in book.legs if leg.side == "long"]
    yield from _single_columns(shorts, longs, market)
    yield from _combination_columns(shorts, market)
    yield from _share_columns(book.shares, shorts, longs, market)
    for key in sorted({(leg.expiry, leg.size) for leg in shorts}):
        yield from _spread_columns(key, shorts, longs)


def _single_columns(
    shorts: Sequence[OptionLeg], longs: Sequence[OptionLeg], market: Market
) -> Iterator[Column]:
    for leg in longs:
        cost = requirements.long_requirement(leg, market)
        is_in_full = cost == leg.price * leg.size
        reason = "paid in full" if is_in_full else "share of its cost, long-dated"
        yield Column(name=f"long {leg.kind}", cost=cost, legs=(leg,), reason=reason)
    for leg in shorts:
        cost = requirements.naked_requirement(leg, market)
        reason = "premium and a share of the underlying"
        yield Column(name=f"naked {leg.kind}", cost=cost, legs=(leg,), reason=reason)
        if leg.kind == "put":
            cost = requirements.cash_secured_requirement(leg)
            yield Column(name="cash-secured put", cost=cost, legs=(leg,), reason="its strike")


def _combination_columns(shorts: Sequence[OptionLeg], market: Market) -> Iterator[Column]:
    for call in shorts:
        for put in shorts:
            if (call.kind, put.kind) == ("call", "put") and call.size == put.size:
                yield Column(
                    name="short straddle" if call.strike == put.strike else "short strangle",
                    cost=requirements.combination_requirement(call, put, market),
                    legs=(call, put),
                    reason="the greater side and the other's premium",
                )


def _share_columns(
    shares: int, shorts: Sequence[OptionLeg], longs: Sequence[OptionLeg], market: Market
) -> Iterator[Column]:
    if shares > 0:
        cost = requirements.long_share_requirement(market.spot, market)
        yield Column(name="shares", cost=cost, shares=1, reason="share of their value")
        yield from _held_share_columns(shorts, longs, market)
    elif shares < 0:
        cost = requirements.short_share_requirement(market.spot, market)
        reason = "their value and a share of it"
        yield Column(name="short shares", cost=cost, shares=1, reason=reason)
        yield from _owed_share_columns(shorts, longs, market)


def _held_share_columns(
    shorts: Sequence[OptionLeg], longs: Sequence[OptionLeg], market: Market
) -> Iterator[Column]:
    calls = [leg for leg in shorts if leg.kind == "call"]
    for call in calls:
        yield Column(
            name="covered call",
            cost=requirements.covered_call_requirement(call, market),
            legs=(call,),
            shares=call.size,
            reason="that of the shares, worth the strike at most",
        )
    if market.phase == "initial":
        return
    for put in longs:
        if put.kind == "put":
            yield Column(
                name="protective put",
                cost=requirements.protective_put_requirement(put, market),
                legs=(put,),
                shares=put.size,
                reason="share of the strike and what the put is out of the money",
            )
            yield from (
                Column(
                    name="conversion" if put.strike == call.strike else "collar",
                    cost=requirements.collar_requirement(put, call, market),
                    legs=(put, call),
                    shares=put.size,
                    reason="share of a strike and what the put is out of the money",
                )
                for call in calls
                if (put.expiry, put.size) == (call.expiry, call.size) and put.strike <= call.strike
            )


def _owed_share_columns(
    shorts: Sequence[OptionLeg], longs: Sequence[OptionLeg], market: Market
) -> Iterator[Column]:
    for put in shorts:
        if put.kind == "put":
            yield Column(
                name="covered put",
                cost=requirements.covered_put_requirement(put, market),
                legs=(put,),
                shares=put.size,
                reason="that of the short shares, bought back at the strike at least",
            )
    if market.phase == "initial":
        return
    for call in longs:
        if call.kind == "call":
            yield Column(
                name="protective call",
                cost=requirements.protective_call_requirement(call, market),
                legs=(call,),
                shares=call.size,
                reason="share of the strike and what the call is out of the money",
            )


def _spread_columns(
    key: SpreadKey, shorts: Sequence[OptionLeg], longs: Sequence[OptionLeg]
) -> Iterator[Column]:
    expiry, size = key
    fitting = [leg for leg in longs if leg.expiry >= expiry and leg.size == size]
    if not fitting:
        return
    for leg in shorts:
        if (leg.expiry, leg.size) == key:
            yield Column(name="spread", cost=Fraction(0), legs=(leg,), spread=key)
    for leg in fitting:
        yield Column(name="spread", cost=leg.price * leg.size, legs=(leg,), spread=key)
