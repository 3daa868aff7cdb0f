"""What is asked for single options, shares, and the few strategies that rules name.

All in dollars for one contract, or one share. A requirement includes the market value of what is
short (what its sale brought stands against it), and what long options cost.

Sources: Cboe Rule 10.3 and Strategy-based Margin (markets.cboe.com/us/options), FINRA Rule
4210(c) and (f)(2), Cboe Margin Manual (2000) for protective puts and collars, FINRA Regulatory
Notice 09-53 for leveraged funds, Regulation T (12 CFR 220.12) for the initial half of a share.

Not covered: convertibles, warrants, currency and rate options, day trading, concentration.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.hybrid.options_desk.margin.books import OptionLeg
    from spoonbench.solvers.hybrid.options_desk.margin.results import Phase
    from spoonbench.solvers.hybrid.options_desk.margin.underlyings import Underlying

_ALL = Fraction(1)
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyRates:
    """Figures of strategy-based margin; rule files hold them as `[strategy-based]`.

    Attributes:
        naked: share of the underlying's value by class of underlying.
        naked_minimum: least share, of the underlying for calls, of the strike for puts.
        naked_minimum_per_contract: dollars, the least beside the premium.
        long_option: share of what a long option costs.
        long_dated_option: likewise of one that expires in more than `long_dated_months`, alone.
        long_dated_months: see there.
        share_initial: of the value of shares, long or short, when opening.
        long_share: likewise of long ones, while holding.
        short_share: likewise of short ones, at least `short_share_minimum` dollars each.
        short_share_minimum: see there.
        cheap_share: below this price `cheap_share_minimum` dollars or the price are asked instead.
        cheap_share_minimum: see there.
        protected: share of the strike of an option that protects shares, beside what it is out of
            the money.
        collared: the most of a collar, as a share of the call's strike.
    """

    naked: Mapping[str, Fraction]
    naked_minimum: Fraction
    naked_minimum_per_contract: Fraction
    long_option: Fraction
    long_dated_option: Fraction
    long_dated_months: int
    share_initial: Fraction
    long_share: Fraction
    short_share: Fraction
    short_share_minimum: Fraction
    cheap_share: Fraction
    cheap_share_minimum: Fraction
    protected: Fraction
    collared: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What requirements of one underlying depend on.

    Attributes:
        spot: its price.
        underlying: its class.
        phase: "initial" when opening, "maintenance" while holding.
        today: the day.
        rates: figures.
    """

    spot: Fraction
    underlying: Underlying
    phase: Phase
    today: date
    rates: StrategyRates


def naked_requirement(leg: OptionLeg, market: Market) -> Fraction:
    """Of a short option without anything against it, its premium included."""
    rates = market.rates
    factor = Fraction(market.underlying.leverage)
    share = min(rates.naked[market.underlying.name] * factor, _ALL)
    least = min(rates.naked_minimum * factor, _ALL)
    of_minimum = market.spot if leg.kind == "call" else leg.strike
    beside = max(share * market.spot - leg.out_of_the_money(market.spot), least * of_minimum)
    return leg.price * leg.size + max(beside * leg.size, rates.naked_minimum_per_contract)


def cash_secured_requirement(leg: OptionLeg) -> Fraction:
    """Of a short put for which the strike lies ready in cash, its premium among it."""
    return leg.strike * leg.size


def combination_requirement(call: OptionLeg, put: OptionLeg, market: Market) -> Fraction:
    """Of a short straddle or strangle: the greater side, and the other's premium."""
    of_call, of_put = naked_requirement(call, market), naked_requirement(put, market)
    if of_call >= of_put:
        return of_call + put.price * put.size
    return of_put + call.price * call.size


def long_requirement(leg: OptionLeg, market: Market) -> Fraction:
    """Of a long option alone."""
    rates = market.rates
    is_long_dated = leg.expiry > months_after(market.today, rates.long_dated_months)
    share = rates.long_dated_option if is_long_dated else rates.long_option
    return share * leg.price * leg.size


def long_share_requirement(price: Fraction, market: Market) -> Fraction:
    """Of one share that is held."""
    factor = Fraction(market.underlying.leverage)
    kept = min(market.rates.long_share * factor, _ALL)
    share = max(market.rates.share_initial, kept) if market.phase == "initial" else kept
    return share * price


def short_share_requirement(price: Fraction, market: Market) -> Fraction:
    """Of one share that is owed, its proceeds included."""
    rates = market.rates
    if price < rates.cheap_share:
        kept = max(rates.cheap_share_minimum, price)
    else:
        factor = Fraction(market.underlying.leverage)
        kept = max(rates.short_share * factor * price, rates.short_share_minimum)
    initial = rates.share_initial * price if market.phase == "initial" else Fraction(0)
    return price + max(kept, initial)


def covered_call_requirement(call: OptionLeg, market: Market) -> Fraction:
    """Of the shares for a short call: worth its strike at most."""
    counted = min(market.spot, call.strike)
    return (long_share_requirement(counted, market) + market.spot - counted) * call.size


def covered_put_requirement(put: OptionLeg, market: Market) -> Fraction:
    """Of the short shares for a short put: to be bought back at its strike at least."""
    return short_share_requirement(max(market.spot, put.strike), market) * put.size


def protective_put_requirement(put: OptionLeg, market: Market) -> Fraction:
    """Of shares and the put that protects them, while holding; the put is paid in full."""
    protected = market.rates.protected * put.strike + put.out_of_the_money(market.spot)
    shares = min(protected, long_share_requirement(market.spot, market))
    return (shares + put.price) * put.size


def protective_call_requirement(call: OptionLeg, market: Market) -> Fraction:
    """Of short shares and the call that protects them, while holding."""
    protected = market.rates.protected * call.strike + call.out_of_the_money(market.spot)
    shares = min(market.spot + protected, short_share_requirement(market.spot, market))
    return (shares + call.price) * call.size


def collar_requirement(put: OptionLeg, call: OptionLeg, market: Market) -> Fraction:
    """Of shares between a long put and a short call, while holding.

    Of a conversion, whose strikes are one, a share of that strike.
    """
    counted = min(market.spot, call.strike)
    if put.strike == call.strike:
        shares = market.rates.protected * put.strike
    else:
        protected = market.rates.protected * put.strike + put.out_of_the_money(market.spot)
        shares = min(protected, market.rates.collared * call.strike)
    return (shares + market.spot - counted + put.price) * put.size


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
