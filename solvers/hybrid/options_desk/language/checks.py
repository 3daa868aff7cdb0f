"""What holds for every request, whoever read it: the one set of checks for grammar and model."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from spoonbench.solvers.hybrid.options_desk.language.dates import MOST_DAYS, said_date
from spoonbench.solvers.hybrid.options_desk.language.figures import say_figure
from spoonbench.solvers.hybrid.options_desk.language.reading import Note
from spoonbench.solvers.hybrid.options_desk.payoffs import MOST_LEGS
from spoonbench.solvers.hybrid.options_desk.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from spoonbench.solvers.hybrid.options_desk.requests import Request, StatedLeg
    from spoonbench.solvers.hybrid.options_desk.strategies import Strategy

MOST_VOLATILITY = 10
MOST_RATE = 1
MOST_PRICE = 10**9
MOST_QUANTITY = 10**6
WINGS = "wings"
_VIEWS = ("bullish", "bearish", "neutral", "volatile")


def validate(request: Request, *, today: date) -> tuple[Note, ...]:
    """Everything that cannot be, in sentences; none where the request makes sense."""
    found = [*_figures(request), *_expiries(request, today), *_legs(request)]
    if request.strategy is None:
        if request.strikes or request.deltas or request.widths:
            found.append(Note("strategy", "Strikes by role need a strategy."))
    elif request.strategy not in STRATEGIES:
        found.append(Note("strategy", f"There is no strategy {request.strategy!r}."))
    else:
        found += _roles(request, STRATEGIES[request.strategy])
    if request.view is not None and request.view not in _VIEWS:
        found.append(Note("view", f"A view is one of {', '.join(_VIEWS)}."))
    return tuple(found)


def missing_notes(request: Request) -> tuple[Note, ...]:
    """Questions about what has to be known and for which there is no honest assumption."""
    of = f"of {request.underlying} " if request.underlying else ""
    notes = [
        Note("underlying", "Which underlying is it?"),
        Note("spot", f"What is the price {of}now?".replace("  ", " ")),
        Note("volatility", f"What is the volatility {of}(or the VIX, for the S&P 500)?"),
        Note("expiry", "When do the options expire?"),
    ]
    found = [note for note in notes if getattr(request, note.about) is None]
    if request.expiry is None and request.legs and all(_has_end(leg) for leg in request.legs):
        found = [note for note in found if note.about != "expiry"]
    if request.strategy is None and request.view is None and not request.legs:
        found.append(
            Note("strategy", "Which strategy is wanted, or what is expected of the underlying?")
        )
    return tuple(found)


def _has_end(leg: StatedLeg) -> bool:
    return leg.kind == "share" or leg.expiry is not None


def _figures(request: Request) -> Iterator[Note]:
    for name in ("spot", "budget", "account"):
        value = getattr(request, name)
        if value is not None and not 0 < value <= MOST_PRICE:
            yield Note(name, f"The {name} is above 0, and no {say_figure(value)}.")
    volatility = request.volatility
    if volatility is not None and not 0 < volatility <= MOST_VOLATILITY:
        yield Note("volatility", f"No volatility is {say_figure(volatility * 100)}%.")
    for name in ("rate", "dividend_yield"):
        value = getattr(request, name)
        if value is not None and abs(value) > MOST_RATE:
            yield Note(name, f"No {name.replace('_', ' ')} is {say_figure(value * 100)}%.")
    if request.quantity is not None and not 1 <= request.quantity <= MOST_QUANTITY:
        yield Note("quantity", f"{request.quantity} is no number of contracts.")
    if request.budget is not None and 0 < (request.account or 0) < request.budget:
        yield Note("budget", f"A loss of {say_figure(request.budget)} is more than the account.")
    if request.is_vix and volatility is None:
        yield Note("volatility", "There is no VIX without a volatility.")


def _expiries(request: Request, today: date) -> Iterator[Note]:
    days = {leg.expiry for leg in request.legs if leg.expiry is not None}
    if request.expiry is not None:
        days.add(request.expiry)
    if len(days) > 1:
        yield Note("expiry", f"All options end on one day here, not on {len(days)}: "
                             f"{', '.join(map(said_date, sorted(days)))}.")  # fmt: skip
    for day in sorted(days):
        if day < today:
            yield Note("expiry", f"The expiry, {said_date(day)}, is over.")
        elif (day - today).days > MOST_DAYS:
            yield Note("expiry", f"No listed option ends as late as {said_date(day)}.")


def _legs(request: Request) -> Iterator[Note]:
    if request.legs and request.strategy is not None:
        yield Note("legs", "Either a strategy is named, or legs are spelled out.")
    if len(request.legs) > MOST_LEGS:
        yield Note("legs", f"There are at most {MOST_LEGS} legs, not {len(request.legs)}.")
    for leg in request.legs:
        yield from (Note("legs", sentence) for sentence in _leg(leg))


def _leg(leg: StatedLeg) -> Iterator[str]:
    if leg.kind not in ("call", "put", "share"):
        yield f"A leg is a call, a put or shares, not {leg.kind!r}."
    if not 1 <= abs(leg.quantity) <= MOST_QUANTITY:
        yield f"A leg of {leg.quantity} is none."
    if leg.kind == "share" and (leg.strike, leg.delta, leg.expiry) != (None, None, None):
        yield "Shares have no strike, delta or expiry."
    if leg.kind != "share" and (leg.strike is None) == (leg.delta is None):
        yield f"A {leg.kind} has a strike or a delta."
    if leg.strike is not None and not 0 < leg.strike <= MOST_PRICE:
        yield f"No strike is {say_figure(leg.strike)}."
    if leg.delta is not None and not 0 < leg.delta < 1:
        yield f"The size of a delta lies between 0 and 1, unlike {say_figure(leg.delta)}."
    if leg.price is not None and not 0 <= leg.price <= MOST_PRICE:
        yield f"No option costs {say_figure(leg.price)}."


def _roles(request: Request, strategy: Strategy) -> Iterator[Note]:
    slots = {slot.role: slot for slot in strategy.slots if slot.rank is not None}
    for about in ("strikes", "deltas", "widths"):
        values = getattr(request, about)
        known = {*slots, WINGS} if about == "widths" else set(slots)
        for role in sorted(set(values) - known):
            yield Note(about, f"A {strategy.name} has no {role!r}.")
        for role, value in values.items():
            most = Decimal(1) if about == "deltas" else Decimal(MOST_PRICE)
            if not 0 < value < most:
                yield Note(about, f"The {role} of {say_figure(value)} cannot be.")
    for role in sorted(set(request.strikes) & set(request.deltas)):
        yield Note("strikes", f"The {role} has a strike or a delta, not both.")
    if set(request.strikes) <= set(slots):
        yield from _order(request, strategy)
    if request.view is not None and request.view != strategy.view:
        yield Note(
            "view",
            f"A {strategy.name} is {strategy.view}, and the view is {request.view}.",
        )


def _order(request: Request, strategy: Strategy) -> Iterator[Note]:
    placed = [
        (slot.rank, request.strikes[slot.role], slot.role)
        for slot in strategy.slots
        if slot.rank is not None and slot.role in request.strikes
    ]
    for low, high in pairwise(placed):
        if low[0] == high[0] and low[1] != high[1]:
            yield Note(
                "strikes", f"The {low[2]} and the {high[2]} of a {strategy.name} share a strike."
            )
        if low[0] < high[0] and not low[1] < high[1]:
            yield Note(
                "strikes",
                f"The {low[2]} of a {strategy.name} lies below its {high[2]}: "
                f"{say_figure(low[1])} and {say_figure(high[1])} do not.",
            )
    strikes = sorted({strike for _, strike, _ in placed})
    gaps = {high - low for low, high in pairwise(strikes)}
    if strategy.is_even and len(gaps) > 1 and len(placed) == len(strategy.slots):
        yield Note("strikes", f"The strikes of a {strategy.name} lie equally far apart.")
    width = request.widths.get(WINGS)
    if width is not None and len({slot.rank for slot in strategy.slots} - {None}) == len(strikes):
        outer = {strikes[1] - strikes[0], strikes[-1] - strikes[-2]} if len(strikes) > 1 else gaps
        if outer != {width}:
            yield Note("widths", f"The strikes are not {say_figure(width)} apart.")
