"""What is asked to be kept for one underlying, and how its legs were put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from decimal import Decimal

Method = Literal["strategy-based", "portfolio"]
Phase = Literal["initial", "maintenance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Legs that are margined together.

    Attributes:
        name: of the strategy, in the field's words.
        legs: quantity (below zero where short) and what it is of, such as "-2 P95 2026-12-18".
        requirement: in dollars, premiums of short options and longs' cost included.
        reason: how it comes about, in words.
    """

    name: str
    legs: tuple[str, ...]
    requirement: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginResult:
    """What is asked to be kept for one underlying.

    Attributes:
        underlying: its root.
        method: how it was computed.
        phase: when opening, or while holding.
        gross: requirement in dollars, what short options bring included: what has to stand against
            cash that holds these proceeds already.
        proceeds: market value of all that is short, in dollars.
        net: gross less proceeds: what is taken of the account's net liquidating value.
        groups: of strategy-based margin: the pairing, the requirement of which is `gross`.
        is_least: no other pairing asks for less; None where nothing is paired.
        worst_move: of portfolio margin: move of the underlying as a fraction, at which the loss is
            greatest.
        remarks: sentences.
    """

    underlying: str
    method: Method
    phase: Phase
    gross: Decimal
    proceeds: Decimal
    net: Decimal
    groups: tuple[Group, ...] = ()
    is_least: bool | None = None
    worst_move: Decimal | None = None
    remarks: tuple[str, ...] = ()
