"""Says in one paragraph what was understood: written from the request alone, never from the text.

Reading the paragraph again gives the same request, so that what is shown is what was meant.

Not covered: legs that end on days of their own, and widths of wings that are sold.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from spoonbench.solvers.hybrid.options_desk.language.checks import WINGS
from spoonbench.solvers.hybrid.options_desk.language.dates import said_date
from spoonbench.solvers.hybrid.options_desk.language.figures import say_figure
from spoonbench.solvers.hybrid.options_desk.language.vocabulary import is_near_word, vocabulary
from spoonbench.solvers.hybrid.options_desk.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from spoonbench.solvers.hybrid.options_desk.requests import Request, StatedLeg

_DIRECTIONS = {"long": "buy", "short": "sell"}
_LEAST_LEVEL = 3
_MOST_DECIMALS = 4


def confirm(request: Request, *, today: date) -> str:
    """What a request says, in one sentence.

    Args:
        request: that makes sense (`checks.validate`).
        today: from which the days to the expiry are counted.
    """
    word = "of" if any(leg.kind == "share" for leg in request.legs) else "on"
    about = f" {word} {_symbol(request.underlying)}" if request.underlying is not None else ""
    spot = f" (spot {say_figure(request.spot)})" if request.spot is not None else ""
    sentence = ", ".join([f"{_wanted(request)}{about}{spot}", *_details(request, today)])
    return f"{sentence[0].upper()}{sentence[1:]}."


def _symbol(root: str) -> str:
    """With a dollar sign where it could be taken for a word."""
    lower = root.lower()
    if lower in vocabulary().symbols:
        return root
    is_word = lower in vocabulary().words or is_near_word(lower) or len(root) == 1
    return f"${root}" if is_word else root


def _wanted(request: Request) -> str:
    if request.legs:
        return " and ".join(map(_leg, request.legs))
    if request.strategy is not None:
        return _strategy(request.strategy, request.quantity)
    return f"a {request.view} view" if request.view is not None else "options"


def _strategy(name: str, quantity: int | None) -> str:
    direction, _, rest = name.partition(" ")
    verb = _DIRECTIONS.get(direction, "open")
    noun = rest if direction in _DIRECTIONS else name
    if quantity is None or _is_single(name):
        return f"{verb} {'an' if noun[0] in 'aeiou' else 'a'} {noun}"
    return f"{verb} {quantity:,} {noun if quantity == 1 else _plural(noun)}"


def _is_single(name: str) -> bool:
    return len(STRATEGIES[name].slots) == 1


def _plural(noun: str) -> str:
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def _leg(leg: StatedLeg) -> str:
    verb = "buy" if leg.quantity > 0 else "sell"
    count = abs(leg.quantity)
    noun = leg.kind if count == 1 else f"{leg.kind}s"
    price = f" at {say_figure(leg.price)}" if leg.price is not None else ""
    where = ""
    if leg.strike is not None:
        where = f"{say_figure(leg.strike)} "
    elif leg.delta is not None:
        where = f"{say_figure(leg.delta)} delta "
    return f"{verb} {count} {where}{noun}{price}"


def _details(request: Request, today: date) -> Iterator[str]:
    if request.quantity is not None and (request.strategy is None or _is_single(request.strategy)):
        yield f"{request.quantity:,} {'contract' if request.quantity == 1 else 'contracts'}"
    if request.view is not None and (request.strategy is not None or request.legs):
        yield f"with a {request.view} view"
    yield from _places(request)
    if request.volatility is not None:
        yield f"volatility {_volatility(request.volatility, is_vix=request.is_vix)}"
    for name in ("rate", "dividend_yield"):
        value = getattr(request, name)
        if value is not None:
            yield f"{name.replace('_', ' ')} {say_figure(value * 100)}%"
    if request.expiry is not None:
        yield f"expiring {_expiry(request.expiry, today)}"
    yield from _money(request)


def _places(request: Request) -> Iterator[str]:
    """Strikes, deltas and widths, by rising strike."""
    if request.strategy is None:
        return
    is_single = _is_single(request.strategy)
    for slot in STRATEGIES[request.strategy].slots:
        if slot.role in request.strikes:
            yield f"{'strike' if is_single else slot.role} {say_figure(request.strikes[slot.role])}"
        if slot.role in request.deltas:
            delta = f"{say_figure(request.deltas[slot.role])} delta"
            yield delta if is_single else f"{slot.role} at {delta}"
    for role, width in request.widths.items():
        side = "" if role == WINGS else f"{role.removeprefix('long ')} "
        yield f"{side}wings {say_figure(width)} wide"


def _volatility(volatility: Decimal, *, is_vix: bool) -> str:
    level = say_figure(volatility * 100)
    said = level if Decimal(_LEAST_LEVEL) <= volatility * 100 else f"{level}%"
    return f"{level}% (from VIX {said})" if is_vix else f"{level}%"


def _expiry(expiry: date, today: date) -> str:
    days = (expiry - today).days
    return f"{said_date(expiry)} ({days} {'day' if days == 1 else 'days'})"


def _money(request: Request) -> Iterator[str]:
    budget, account = request.budget, request.account
    if budget is not None and account is not None:
        percent = _percent(budget, account)
        if percent is not None:
            yield f"losing at most ${say_figure(budget)} ({percent}% of ${say_figure(account)})"
            return
    if budget is not None:
        yield f"losing at most ${say_figure(budget)}"
    if account is not None:
        yield f"account ${say_figure(account)}"


def _percent(budget: Decimal, account: Decimal) -> str | None:
    """The share, where it has few decimals; None where it would be rounded."""
    percent = round(budget * 100 / account, _MOST_DECIMALS)
    return say_figure(percent) if percent * account == budget * 100 else None
