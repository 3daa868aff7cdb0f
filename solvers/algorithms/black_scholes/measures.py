"""The price and its derivatives, once the two halves of the formula and their density are known.

Written for numbers of any kind that add and multiply: arrays of doubles, and pairs of them. With
first = a N(w d1), second = b N(w d2) and density = a n(d1) = b n(d2), where a and b are the
discounted underlying and strike (see `accurate`), every measure is a short sum of their products.
Derivatives by time are by the calendar, so that theta is the change of the price as time passes.

Sources: E. G. Haug, "The Complete Guide to Option Pricing Formulas" (2007), chapter 2. Each of
these forms is derived from the price in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Numbers = Any
"""An array of doubles or a `double_double.Pair`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """What all measures are made of.

    Attributes:
        sign: 1 for calls, -1 for puts.
        first: discounted underlying times N(sign * d1).
        second: discounted strike times N(sign * d2).
        difference: the first less the second, without what that loses.
        density: discounted underlying times the normal density at d1.
        d1, d2: of the formula.
        deviation: volatility times the root of the expiry.
        root_time: the root of the expiry.
        spot, strike: of the contract.
        discounted_strike: strike times the discount factor.
        expiry, rate, dividend_yield: of the contract.
        some_time: the expiry, or 1 where it is zero.
        volatility, deviation, some_root_time: likewise.
        is_carry_held: see `contracts.Contracts`.
    """

    sign: Numbers
    first: Numbers
    second: Numbers
    difference: Numbers
    density: Numbers
    d1: Numbers
    d2: Numbers
    deviation: Numbers
    root_time: Numbers
    some_root_time: Numbers
    spot: Numbers
    strike: Numbers
    discounted_strike: Numbers
    expiry: Numbers
    some_time: Numbers
    rate: Numbers
    dividend_yield: Numbers
    volatility: Numbers
    is_carry_held: bool


def price(parts: Parts) -> Numbers:
    """What the option is worth."""
    return parts.difference * parts.sign


def delta(parts: Parts) -> Numbers:
    """By the price of the underlying."""
    return parts.first / parts.spot * parts.sign


def gamma(parts: Parts) -> Numbers:
    """Of delta, by the price of the underlying."""
    return parts.density / parts.spot / parts.spot / parts.deviation


def vega(parts: Parts) -> Numbers:
    """By the volatility."""
    return parts.density * parts.root_time


def theta(parts: Parts) -> Numbers:
    """By the calendar: of the price as a year passes."""
    carried = parts.first * parts.dividend_yield - parts.second * parts.rate
    return carried * parts.sign - parts.density * parts.volatility / parts.some_root_time * 0.5


def rho(parts: Parts) -> Numbers:
    """By the rate; the carry is held where it or a forward price was given."""
    if parts.is_carry_held:
        return price(parts) * -parts.expiry
    return parts.second * (parts.sign * parts.expiry)


def dividend_rho(parts: Parts) -> Numbers:
    """By the dividend yield, or the foreign rate."""
    return parts.first * (-parts.sign * parts.expiry)


def carry_rho(parts: Parts) -> Numbers:
    """By the cost of carry."""
    return parts.first * (parts.sign * parts.expiry)


def vanna(parts: Parts) -> Numbers:
    """Of delta, by the volatility."""
    return -parts.density * parts.d2 / parts.spot / parts.volatility


def volga(parts: Parts) -> Numbers:
    """Of vega, by the volatility."""
    return vega(parts) * parts.d1 * parts.d2 / parts.volatility


def charm(parts: Parts) -> Numbers:
    """Of delta, by the calendar."""
    drift = (parts.dividend_yield * -1.0 + parts.rate) * (2.0 * parts.expiry)
    moved = (drift - parts.d2 * parts.deviation) / parts.deviation / (2.0 * parts.some_time)
    return (parts.first * parts.dividend_yield * parts.sign - parts.density * moved) / parts.spot


def dual_delta(parts: Parts) -> Numbers:
    """By the strike."""
    return parts.second / parts.strike * -parts.sign


def dual_gamma(parts: Parts) -> Numbers:
    """Of the dual delta, by the strike."""
    return parts.density / parts.strike / parts.strike / parts.deviation


def elasticity(parts: Parts) -> Numbers:
    """Percent of the price for a percent of the underlying."""
    return parts.first / parts.difference


def probability(parts: Parts) -> Numbers:
    """Of ending in the money, as the formula has it: N(sign * d2)."""
    return parts.second / parts.discounted_strike


def cash_digital(parts: Parts) -> Numbers:
    """What is worth 1 if the option ends in the money."""
    return parts.second / parts.strike


def asset_digital(parts: Parts) -> Numbers:
    """What is worth the underlying if the option ends in the money."""
    return parts.first + 0.0


def d1(parts: Parts) -> Numbers:
    """The deviations from which the option's asset half is counted."""
    return parts.d1


def d2(parts: Parts) -> Numbers:
    """The deviations from which its cash half is counted."""
    return parts.d2


class Measure(NamedTuple):
    """A figure of a contract.

    Attributes:
        of: makes it.
        power: of the price of the underlying in its unit: 1 for amounts of money, 0 for ratios.
        trader: what it is multiplied by in a trader's units: a day, a percent.
        limits: it has a limit where the forward price is the strike and no deviation is left.
        is_ratio: it stays the same where both halves and their density are scaled alike.
    """

    of: Callable[[Parts], Numbers]
    power: int
    trader: float = 1.0
    limits: bool = True
    is_ratio: bool = False


DAYS_PER_YEAR = 365.0
PERCENT = 0.01

MEASURES: Mapping[str, Measure] = {
    "price": Measure(price, 1),
    "delta": Measure(delta, 0, limits=False),
    "gamma": Measure(gamma, -1, limits=False),
    "vega": Measure(vega, 1, trader=PERCENT),
    "theta": Measure(theta, 1, trader=1 / DAYS_PER_YEAR, limits=False),
    "rho": Measure(rho, 1, trader=PERCENT, limits=False),
    "dividend_rho": Measure(dividend_rho, 1, trader=PERCENT, limits=False),
    "carry_rho": Measure(carry_rho, 1, trader=PERCENT, limits=False),
    "vanna": Measure(vanna, 0, trader=PERCENT, limits=False),
    "volga": Measure(volga, 1, trader=PERCENT**2, limits=False),
    "charm": Measure(charm, 0, trader=1 / DAYS_PER_YEAR, limits=False),
    "dual_delta": Measure(dual_delta, 0, limits=False),
    "dual_gamma": Measure(dual_gamma, -1, limits=False),
    "elasticity": Measure(elasticity, 0, limits=False, is_ratio=True),
    "probability": Measure(probability, 0, limits=False),
    "cash_digital": Measure(cash_digital, 0, limits=False),
    "asset_digital": Measure(asset_digital, 1, limits=False),
    "d1": Measure(d1, 0, limits=False, is_ratio=True),
    "d2": Measure(d2, 0, limits=False, is_ratio=True),
}
"""All figures of a contract by name."""

FIRST_ORDER = ("price", "delta", "gamma", "vega", "theta", "rho")
"""The price and the five Greeks."""
