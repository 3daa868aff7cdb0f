"""From a request to a proposal: what was left open is asked for, or assumed and said.

What is open is either asked for (`Incomplete`), or taken from a rule and stated as an assumption.
Nothing else is filled in.

Not covered: legs that end on different days.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk import leg_choice, sizing
from spoonbench.solvers.hybrid.options_desk.market import Market
from spoonbench.solvers.hybrid.options_desk.proposals import Incomplete, Proposal
from spoonbench.solvers.hybrid.options_desk.strategies import OF_VIEWS
from spoonbench.solvers.hybrid.options_desk.strikes import usual_step
from spoonbench.solvers.hybrid.options_desk.symbols import can_be_listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from spoonbench.solvers.hybrid.options_desk.proposals import ProposedLeg
    from spoonbench.solvers.hybrid.options_desk.requests import Request


def propose(request: Request, *, today: date, step: Decimal | None = None) -> Proposal:
    """Decide what a request leaves open.

    Args:
        request: as it was understood.
        today: the day of the prices.
        step: distance of neighbouring strikes; None: what is common at the spot price, which is
            stated.

    Raises:
        Incomplete: something has to be asked for.
        BadInput: what is asked for cannot be had; says why.
    """
    if step is not None and step <= 0:
        raise BadInput("the distance of strikes is above zero")
    market, assumed = _market(request, today)
    ladder = step or usual_step(market.spot)
    if request.legs:
        choice = leg_choice.stated_legs(request, market, ladder)
        name, n_units = request.strategy, request.quantity or 1
    else:
        name = request.strategy or _by_view(request, assumed)
        choice = leg_choice.choose(request, market, name, ladder)
        n_units = request.quantity or 0
    _check_strikes(choice.legs)
    if step is None and choice.uses_ladder:
        assumed.append(f"Strikes are listed every {ladder:f}.")
    assumed += choice.assumptions
    if not n_units:
        n_units, sentence = sizing.units(choice.legs, market, request.budget)
        assumed.append(sentence)
    return Proposal(
        request=request,
        market=market,
        strategy=name,
        legs=tuple(replace(leg, quantity=leg.quantity * n_units) for leg in choice.legs),
        quantity=n_units,
        assumptions=tuple(assumed),
    )


def _check_strikes(legs: Sequence[ProposedLeg]) -> None:
    for leg in legs:
        if leg.strike is not None and not can_be_listed(leg.strike):
            raise BadInput(
                f"the {leg.role} at {leg.strike:f} cannot be listed: strikes are below 100,000 and "
                "have three decimals at most"
            )


def _by_view(request: Request, assumed: list[str]) -> str:
    assert request.view is not None  # for the type checker: it was asked for
    name = OF_VIEWS[request.view]
    assumed.append(f"A {request.view} view alone was given: a {name} is the desk's choice.")
    return name


_QUESTIONS = {
    "underlying": "Which underlying?",
    "spot": "At which price does the underlying stand (spot)?",
    "volatility": "Which volatility (or VIX)?",
    "expiry": "When do the options expire?",
}
_NO_STRATEGY = "Which strategy, or which view on the underlying?"


def _market(request: Request, today: date) -> tuple[Market, list[str]]:
    questions = [text for name, text in _QUESTIONS.items() if getattr(request, name) is None]
    if request.strategy is None and request.view is None and not request.legs:
        questions.append(_NO_STRATEGY)
    if questions:
        raise Incomplete(questions)
    market = Market(
        underlying=cast("str", request.underlying),
        spot=cast("Decimal", request.spot),
        volatility=float(cast("Decimal", request.volatility)),
        rate=float(request.rate or 0),
        dividend_yield=float(request.dividend_yield or 0),
        today=today,
        expiry=cast("date", request.expiry),
    )
    if market.expiry <= today:
        raise BadInput(f"the options expire on {market.expiry}, which is not after {today}")
    if market.spot <= 0 or market.volatility <= 0:
        raise BadInput("a spot price and a volatility are above zero")
    return market, _market_assumptions(request)


def _market_assumptions(request: Request) -> list[str]:
    assumed = ["All strikes have the same volatility; prices are fair values, no quotes."]
    if request.is_vix:
        assumed.insert(
            0,
            "The VIX stands for the volatility until expiry, though it is that of the S&P 500 "
            "over 30 days.",
        )
    if request.rate is None:
        assumed.append("The rate is zero.")
    if request.dividend_yield is None:
        assumed.append("The dividend yield is zero.")
    return assumed
