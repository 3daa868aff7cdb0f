"""A strategy that can be traded: every strike, every quantity, and every assumption behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from spoonbench.solvers.api import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from spoonbench.solvers.hybrid.options_desk.market import Market
    from spoonbench.solvers.hybrid.options_desk.requests import Request


class Incomplete(BadInput):
    """Something has to be asked for.

    Attributes:
        questions: in sentences.
    """

    def __init__(self, questions: Sequence[str]) -> None:
        super().__init__(" ".join(questions))
        self.questions = tuple(questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedLeg:
    """A leg with everything decided.

    Attributes:
        role: within its strategy; "leg 1" and so on where there is none.
        kind: "call", "put" or "share".
        quantity: contracts or shares, below zero where sold.
        size: shares that one is for.
        strike: None for shares.
        price: that was said, of one share; None: fair value.
    """

    role: str
    kind: Literal["call", "put", "share"]
    quantity: int
    size: int
    strike: Decimal | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A strategy in a market.

    Attributes:
        request: what it answers.
        market: what it is priced with.
        strategy: its name; None for legs that were spelled out.
        legs: one to eight.
        quantity: units of the strategy; 1 for legs that were spelled out.
        assumptions: what was not said, in sentences.
    """

    request: Request
    market: Market
    strategy: str | None
    legs: tuple[ProposedLeg, ...]
    quantity: int
    assumptions: tuple[str, ...]
