"""What a language model is asked for: a JSON object whose figures are pieces of the text.

The model copies, and does not compute: "2% of 250k", "next Friday", "16 delta" come back as they
stand, and the readers of the grammar make values of them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.hybrid.options_desk.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Mapping

_PIECE = {"type": ["string", "null"], "maxLength": 60}
_PIECES = {"type": "object", "additionalProperties": {"type": "string", "maxLength": 60}}

FIGURES: Mapping[str, str] = {
    "spot": "price of the underlying",
    "volatility": "volatility, with its percent sign if it has one",
    "vix": "level of the VIX, where it is given instead of a volatility",
    "expiry": "when the options end, such as 'next Friday', '30 days' or '18 Dec 2026'",
    "quantity": "number of contracts or units of the strategy",
    "budget": "the most that may be lost: an amount, or a share such as '2% of 250k' or '2%'",
    "account": "value of the account",
    "rate": "interest rate",
    "dividend_yield": "dividend yield",
}
PLACES: Mapping[str, str] = {
    "strikes": "strikes by role within the strategy",
    "deltas": "deltas by role within the strategy",
    "widths": "distance of wings, by 'wings'",
}
VIEWS = ("bullish", "bearish", "neutral", "volatile")
_LEG = {
    "type": "object",
    "properties": {
        "side": {"enum": ["buy", "sell"]},
        "kind": {"enum": ["call", "put", "share"]},
        "quantity": _PIECE,
        "strike": _PIECE,
        "delta": _PIECE,
        "price": _PIECE,
    },
    "required": ["side", "kind", "quantity", "strike", "delta", "price"],
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "underlying": {**_PIECE, "description": "symbol, as it stands in the text"},
        "strategy": {"enum": [*sorted(STRATEGIES), None]},
        "view": {"enum": [*VIEWS, None]},
        **{name: {**_PIECE, "description": said} for name, said in FIGURES.items()},
        **{name: {**_PIECES, "description": said} for name, said in PLACES.items()},
        "legs": {"type": "array", "maxItems": 8, "items": _LEG},
    },
    "required": ["underlying", "strategy", "view", *FIGURES, *PLACES, "legs"],
    "additionalProperties": False,
}
"""JSON schema of the answer."""


def make_prompt(text: str) -> str:
    """What a model is asked."""
    roles = {
        name: [slot.role for slot in strategy.slots if slot.rank is not None]
        for name, strategy in STRATEGIES.items()
    }
    return (
        "Read what somebody wants of an options desk and answer with one JSON object, nothing "
        "else. Copy every figure, symbol and date exactly as it stands in the text; never compute, "
        "correct or invent one. What the text does not say is null, {} or []. Name a strategy "
        "only where the text names it; otherwise give the view or the legs.\n"
        f"JSON schema: {json.dumps(SCHEMA)}\n"
        f"Roles of the strategies' strikes: {json.dumps(roles)}\n"
        f"Text: {json.dumps(text)}\n"
        "JSON:"
    )
