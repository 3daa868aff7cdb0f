"""Requests that make sense, drawn at random."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from spoonbench.solvers.hybrid.options_desk.requests import Request, StatedLeg
from spoonbench.solvers.hybrid.options_desk.strategies import STRATEGIES

TODAY = date(2026, 11, 22)
ROOTS = st.sampled_from(
    ["SPX", "AAPL", "SPY", "BRK.B", "F", "CALM", "STOP", "ALL", "BABA2", "ZZZZ"]
)
CENTS = st.integers(1, 10**7).map(lambda cents: Decimal(cents) / 100)
DELTAS = st.integers(1, 999).map(lambda size: Decimal(size) / 1000)
SHARES = st.integers(1, 9999).map(lambda share: Decimal(share) / 10_000)


def maybe(strategy):
    return st.none() | strategy


@st.composite
def places(draw, name):
    """Strikes that rise, or deltas, by role."""
    slots = [slot for slot in STRATEGIES[name].slots if slot.rank is not None]
    ranks = sorted({slot.rank for slot in slots})
    first, step = draw(CENTS), draw(CENTS)
    strikes = {rank: first + index * step for index, rank in enumerate(ranks)}
    kind = draw(st.sampled_from(["strikes", "deltas", "none"]))
    return {
        "strikes": {slot.role: strikes[slot.rank] for slot in slots} if kind == "strikes" else {},
        "deltas": {slot.role: draw(DELTAS) for slot in slots} if kind == "deltas" else {},
        "widths": {"wings": draw(CENTS)} if kind != "strikes" and len(ranks) > 1 else {},
    }


@st.composite
def legs(draw):
    quantity = st.integers(-500, 500).filter(bool)
    found = []
    for _ in range(draw(st.integers(2, 4))):
        kind = draw(st.sampled_from(["call", "put", "share"]))
        strike = draw(maybe(CENTS)) if kind != "share" else None
        delta = draw(DELTAS) if kind != "share" and strike is None else None
        price = draw(maybe(CENTS))
        found.append(
            StatedLeg(kind=kind, quantity=draw(quantity), strike=strike, delta=delta, price=price)
        )
    return tuple(found)


@st.composite
def requests(draw):
    what = draw(st.sampled_from(["strategy", "legs", "view", "nothing"]))
    fields: dict[str, Any] = {"strikes": {}, "deltas": {}, "widths": {}}
    if what == "strategy":
        fields["strategy"] = draw(st.sampled_from(sorted(STRATEGIES)))
        fields |= draw(places(fields["strategy"]))
        fields["quantity"] = draw(maybe(st.integers(1, 999)))
        if draw(st.booleans()):
            fields["view"] = STRATEGIES[fields["strategy"]].view
    elif what == "legs":
        fields["legs"] = draw(legs())
        fields["quantity"] = draw(maybe(st.integers(1, 999)))
    elif what == "view":
        fields["view"] = draw(st.sampled_from(["bullish", "bearish", "neutral", "volatile"]))
    fields["underlying"] = draw(maybe(ROOTS))
    fields["spot"] = draw(maybe(CENTS))
    fields["volatility"] = draw(maybe(SHARES))
    on_vix = fields["underlying"] in (None, "SPX", "SPY")
    fields["is_vix"] = fields["volatility"] is not None and on_vix and draw(st.booleans())
    fields["expiry"] = draw(maybe(st.integers(0, 900).map(lambda n: TODAY + timedelta(days=n))))
    fields["rate"] = draw(maybe(SHARES.map(lambda share: share - Decimal("0.3"))))
    fields["dividend_yield"] = draw(maybe(SHARES))
    fields["account"] = draw(maybe(CENTS))
    share = draw(SHARES)
    fields["budget"] = fields["account"] and draw(maybe(st.just(share * fields["account"])))
    return Request(text="", **fields)
