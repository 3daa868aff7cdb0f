"""What somebody asks the desk for, once understood: what the parser returns and stages begin with.

A request holds what was said and nothing else: what is not said is None, and is asked for or
becomes a stated assumption further on. Nothing here has a default that means something.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from spoonbench.solvers.hybrid.options_desk.strategies import View

Reader = Literal["grammar", "model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedLeg:
    """A leg that was spelled out, by an OCC symbol or in words.

    Attributes:
        kind: "call", "put" or "share".
        quantity: contracts or shares, below zero where sold.
        strike: None for shares, and where a delta is given.
        delta: of the option, its size in (0, 1).
        expiry: None: that of the request.
        price: premium of one, where it was said.
    """

    kind: Literal["call", "put", "share"]
    quantity: int
    strike: Decimal | None = None
    delta: Decimal | None = None
    expiry: date | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A strategy that somebody wants, as far as it was said.

    Attributes:
        text: as it was written.
        reader: what understood it.
        underlying: root symbol, in capitals.
        spot: price of the underlying.
        volatility: per root of a year, as a fraction; read from a VIX where `is_vix`.
        is_vix: the volatility was given as an index level.
        expiry: the day on which all options end.
        strategy: a name of `strategies.STRATEGIES`; None where only a view or legs were given.
        view: on the underlying.
        strikes: by role within the strategy.
        deltas: likewise, sizes in (0, 1).
        widths: distance between neighbouring strikes of a wing, by the role of the wing's long
            leg; the role "wings" stands for all.
        legs: spelled out; then there need be no strategy.
        quantity: units of the strategy.
        budget: the most that may be lost, in dollars.
        account: value of the account in dollars, where it was said.
        rate: per year, as a fraction, continuously compounded.
        dividend_yield: likewise.
        remarks: what was understood in a way that the words do not force, in sentences.
    """

    text: str
    reader: Reader = "grammar"
    underlying: str | None = None
    spot: Decimal | None = None
    volatility: Decimal | None = None
    is_vix: bool = False
    expiry: date | None = None
    strategy: str | None = None
    view: View | None = None
    strikes: Mapping[str, Decimal]
    deltas: Mapping[str, Decimal]
    widths: Mapping[str, Decimal]
    legs: tuple[StatedLeg, ...] = ()
    quantity: int | None = None
    budget: Decimal | None = None
    account: Decimal | None = None
    rate: Decimal | None = None
    dividend_yield: Decimal | None = None
    remarks: tuple[str, ...] = ()
