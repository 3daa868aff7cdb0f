"""Portfolio margin: the greatest loss over ten moves of the underlying, all legs repriced.

Five equal moves down and five up, to the ends that the class of the underlying has; each option is
repriced by the Black-Scholes formula at the volatility that its price implies, on the same day.
At least a few dollars are asked for each contract.

Sources: SEC release 34-46576 (the method and its moves), Cboe, "Portfolio Margin".

Not covered: offsets between underlyings, which only make it less.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.hybrid.options_desk.margin.books import books_of
from spoonbench.solvers.hybrid.options_desk.margin.repricing import cents, profits
from spoonbench.solvers.hybrid.options_desk.margin.results import MarginResult
from spoonbench.solvers.hybrid.options_desk.margin.strategy_based import dollars
from spoonbench.solvers.hybrid.options_desk.margin.underlyings import underlying_of, underlying_root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.solvers.hybrid.options_desk.margin.books import Book
    from spoonbench.solvers.hybrid.options_desk.margin.repricing import Priced
    from spoonbench.solvers.hybrid.options_desk.margin.underlyings import Underlying

STEPS = 5
"""Moves to each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioRates:
    """Figures of portfolio margin; rule files hold them as `[portfolio]`.

    Attributes:
        down: farthest move down by class, as a fraction.
        up: likewise up.
        per_contract: least dollars for each contract, long or short.
        per_short_contract: least dollars for each short contract.
        naked: least share of the underlying's value for each short contract without a long one of
            its kind against it.
    """

    down: Mapping[str, Decimal]
    up: Mapping[str, Decimal]
    per_contract: Decimal
    per_short_contract: Decimal
    naked: Decimal


def portfolio_margin(
    priced: Sequence[Priced], rates: PortfolioRates, *, underlyings: Mapping[str, Underlying]
) -> tuple[MarginResult, ...]:
    """Requirements, one for each underlying.

    Args:
        priced: holdings with the volatilities that their prices imply.
        rates: figures.
        underlyings: classes by root, before those that are known.

    Raises:
        BadInput: an option cannot be repriced, or holdings of one underlying differ in its price.
    """
    found = []
    for book in books_of([each.holding for each in priced]):
        ours = [
            each for each in priced if underlying_root(each.holding.underlying) == book.underlying
        ]
        found.append(_result(book, ours, rates, underlying_of(book.underlying, underlyings)))
    return tuple(found)


def moves_of(rates: PortfolioRates, underlying: Underlying) -> tuple[Decimal, ...]:
    """Ten moves, times what a leveraged fund makes of them; none below losing everything."""
    down, up = rates.down[underlying.name], rates.up[underlying.name]
    steps = range(1, STEPS + 1)
    below = [max(-down * underlying.leverage * step / STEPS, Decimal(-1)) for step in steps]
    above = [up * underlying.leverage * step / STEPS for step in steps]
    return (*reversed(below), *above)


def _result(
    book: Book, ours: Sequence[Priced], rates: PortfolioRates, underlying: Underlying
) -> MarginResult:
    moves = moves_of(rates, underlying)
    gains = profits(ours, moves, (Decimal(0),))
    worst = min(range(len(moves)), key=lambda i: float(gains[i, 0]))
    loss = max(cents(-float(gains[worst, 0])), Decimal(0))
    least = _least(book, rates)
    net = max(loss, least)
    proceeds = dollars(book.proceeds)
    is_floor = least > loss
    return MarginResult(
        underlying=book.underlying,
        method="portfolio",
        phase="maintenance",
        gross=net + proceeds,
        proceeds=proceeds,
        net=net,
        worst_move=None if is_floor else moves[worst],
        remarks=("The least for each contract is more than the greatest loss.",)
        if is_floor
        else (),
    )


def _least(book: Book, rates: PortfolioRates) -> Decimal:
    contracts = sum(leg.quantity for leg in book.legs)
    short = sum(leg.quantity for leg in book.legs if leg.side == "short")
    by_contract = max(contracts * rates.per_contract, short * rates.per_short_contract)
    naked = sum((_naked_shares(book, kind) for kind in ("call", "put")), 0)
    return max(by_contract, dollars(Fraction(rates.naked) * naked * book.spot))


def _naked_shares(book: Book, kind: str) -> int:
    """Shares of short contracts beyond those of long ones of the same kind."""
    signed = sum(
        leg.quantity * leg.size * (1 if leg.side == "short" else -1)
        for leg in book.legs
        if leg.kind == kind
    )
    return max(signed, 0)
