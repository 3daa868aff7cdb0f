"""What a portfolio holds: options and shares, with what one of them and its underlying cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

CONTRACT_SIZE = 100
"""Shares that a standard listed option is for."""


def size_of(kind: str) -> int:
    """Shares that one standard contract, or one share, is for."""
    return 1 if kind == "share" else CONTRACT_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """So many of one thing.

    Attributes:
        underlying: root symbol; its own for shares.
        kind: "call", "put" or "share".
        quantity: contracts or shares: above zero where they are held, below where they are owed.
        price: of one, for each share: what it is worth or was opened at.
        underlying_price: of one share.
        strike: of an option; None for shares.
        expiry: likewise.
        size: shares that one is for: 100, as a rule, for options, 1 for shares.
    """

    underlying: str
    kind: Literal["call", "put", "share"]
    quantity: int
    price: Decimal
    underlying_price: Decimal
    strike: Decimal | None = None
    expiry: date | None = None
    size: int = CONTRACT_SIZE
