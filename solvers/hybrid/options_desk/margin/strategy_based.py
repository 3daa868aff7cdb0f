"""Strategy-based margin of a portfolio: for each underlying the pairing that asks for least."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from spoonbench.solvers.hybrid.options_desk.margin.books import books_of
from spoonbench.solvers.hybrid.options_desk.margin.pairing import pair_legs
from spoonbench.solvers.hybrid.options_desk.margin.requirements import Market
from spoonbench.solvers.hybrid.options_desk.margin.results import Group, MarginResult
from spoonbench.solvers.hybrid.options_desk.margin.underlyings import underlying_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from fractions import Fraction

    from spoonbench.solvers.hybrid.options_desk.holdings import Holding
    from spoonbench.solvers.hybrid.options_desk.margin.books import Book, OptionLeg
    from spoonbench.solvers.hybrid.options_desk.margin.pairing import Chosen
    from spoonbench.solvers.hybrid.options_desk.margin.requirements import StrategyRates
    from spoonbench.solvers.hybrid.options_desk.margin.results import Phase
    from spoonbench.solvers.hybrid.options_desk.margin.underlyings import Underlying

_NOT_LEAST = "The pairing is not proven to ask for the least margin."


def strategy_margin(
    holdings: Sequence[Holding],
    rates: StrategyRates,
    *,
    today: date,
    phase: Phase = "initial",
    underlyings: Mapping[str, Underlying],
) -> tuple[MarginResult, ...]:
    """Requirements, one for each underlying.

    Args:
        holdings: none of which has expired.
        rates: figures.
        today: the day.
        phase: when opening, or while holding.
        underlyings: classes by root, before those that are known.

    Raises:
        BadInput: holdings of one underlying differ in its price, or an option lacks its strike.
    """
    found = []
    for book in books_of(holdings):
        market = Market(
            spot=book.spot,
            underlying=underlying_of(book.underlying, underlyings),
            phase=phase,
            today=today,
            rates=rates,
        )
        found.append(_result(book, market))
    return tuple(found)


def dollars(amount: Fraction) -> Decimal:
    """The decimal that a fraction is; of one without an end, 28 digits."""
    return Decimal(amount.numerator) / Decimal(amount.denominator)


def _result(book: Book, market: Market) -> MarginResult:
    pairing = pair_legs(book, market)
    return MarginResult(
        underlying=book.underlying,
        method="strategy-based",
        phase=market.phase,
        gross=dollars(pairing.requirement),
        proceeds=dollars(book.proceeds),
        net=dollars(pairing.requirement - book.proceeds),
        groups=tuple(_group(chosen) for chosen in pairing.groups),
        is_least=pairing.is_least,
        remarks=() if pairing.is_least else (_NOT_LEAST,),
    )


def _group(chosen: Chosen) -> Group:
    legs = [_told(leg, count) for leg, count in chosen.taken.items() if count]
    if chosen.shares:
        owed = chosen.name in ("short shares", "covered put", "protective call")
        legs.insert(0, f"{'-' if owed else '+'}{chosen.shares:,} shares")
    return Group(
        name=chosen.name,
        legs=tuple(legs),
        requirement=dollars(chosen.requirement),
        reason=chosen.reason,
    )


def _told(leg: OptionLeg, count: int) -> str:
    sign = "+" if leg.side == "long" else "-"
    strike = f"{dollars(leg.strike):f}"
    return f"{sign}{count:,} {leg.kind[0].upper()}{strike} {leg.expiry.isoformat()}"
