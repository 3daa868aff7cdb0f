"""European options by the formula: price, derivatives, probability and implied volatility.

    price(option="call", spot=100, strike=95, expiry=0.5, rate=0.03, volatility=0.2)
    greeks(option=["call", "put"], forward=100, strike=95, expiry=0.5, rate=0.03, volatility=0.2)
    implied_volatility(option="put", spot=100, strike=95, expiry=0.5, rate=0.03, price=3.1)

All inputs broadcast. The model follows from what is given beside the rate: a spot price alone or
with `dividend_yield` (Black-Scholes-Merton), with `foreign_rate` (Garman-Kohlhagen) or with `carry`
(the cost of carry), or a `forward` price (Black-76). Times are in years, rates, yields and
volatility per year as fractions, continuously compounded.

Numbers that stand alone are answered by `math` alone, without SciPy. For arrays there are two
modes: "fast" in doubles, "accurate" in numbers of 32 digits, each result rounded once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from spoonbench.solvers.algorithms.black_scholes import scalar
from spoonbench.solvers.algorithms.black_scholes.contracts import (
    BadContract,
    Contracts,
    Status,
    read_contracts,
)
from spoonbench.solvers.algorithms.black_scholes.measures import FIRST_ORDER, MEASURES
from spoonbench.solvers.algorithms.black_scholes.results import Figures, Greeks, Implied, Price

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.solvers.algorithms.black_scholes.contracts import Array, Statuses
    from spoonbench.solvers.algorithms.black_scholes.scalar import Contract

Mode = Literal["fast", "accurate"]
Units = Literal["raw", "trader"]


def price(
    *,
    option: Any,
    strike: Any,
    expiry: Any,
    rate: Any,
    volatility: Any,
    spot: Any = None,
    forward: Any = None,
    dividend_yield: Any = None,
    foreign_rate: Any = None,
    carry: Any = None,
    mode: Mode = "fast",
) -> Price:
    """Prices of options.

    Args:
        option: "call" or "put", "c" or "p", 1 or -1.
        strike: positive.
        expiry: years, zero or more.
        rate: per year.
        volatility: per root of a year, zero or more.
        spot: price of the underlying; this or `forward`.
        forward: price of the future or forward that expires with the option.
        dividend_yield: per year.
        foreign_rate: of the currency that is bought, per year.
        carry: cost of carry, per year: what the forward price grows at.
        mode: "fast" or "accurate".

    Returns:
        All inputs broadcast to its shape; rows that make no sense have a status and no number.

    Raises:
        BadContract: inputs that fit no model or do not broadcast.
    """
    values, status = _told(
        {
            "option": option,
            "spot": spot,
            "forward": forward,
            "strike": strike,
            "expiry": expiry,
            "rate": rate,
            "dividend_yield": dividend_yield,
            "foreign_rate": foreign_rate,
            "carry": carry,
            "volatility": volatility,
        },
        ("price",),
        mode,
        "raw",
    )
    return Price(price=values["price"], status=status)


def greeks(*, mode: Mode = "fast", units: Units = "raw", **contract: Any) -> Greeks:
    """Prices with delta, gamma, vega, theta and rho, in one pass.

    Args:
        mode: "fast" or "accurate".
        units: "raw" for derivatives by a year and by 1, "trader" for theta by a day (of 365) and
            vega and rho by a percent.
        contract: as for `price`.

    Raises:
        BadContract: inputs that fit no model or do not broadcast.
    """
    values, status = _told(contract, FIRST_ORDER, mode, units)
    return Greeks(**values, status=status)


def figures(
    names: Sequence[str], *, mode: Mode = "fast", units: Units = "raw", **contract: Any
) -> Figures:
    """Any figures of options.

    Args:
        names: of `measures.MEASURES`: price, delta, gamma, vega, theta, rho, dividend_rho (by the
            dividend yield or the foreign rate), carry_rho (by the cost of carry), vanna, volga,
            charm, dual_delta, dual_gamma, elasticity, probability (of ending in the money, as the
            formula has it), cash_digital (pays 1 if in the money), asset_digital (pays the
            underlying), d1 and d2.
        mode: "fast" or "accurate".
        units: see `greeks`; vanna by a percent, volga by a percent twice, charm by a day.
        contract: as for `price`.

    Raises:
        BadContract: inputs that fit no model or do not broadcast, or an unknown name.
    """
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        raise BadContract(f"there is no figure {unknown[0]!r}; there are {', '.join(MEASURES)}")
    holds_yield = any(contract.get(name) is not None for name in ("forward", "carry"))
    if holds_yield and "dividend_rho" in names:
        raise BadContract("what is given holds the yield already, so that there is no dividend_rho")
    values, status = _told(contract, tuple(names), mode, units)
    return Figures(values=values, status=status)


def implied_volatility(*, price: Any, mode: Mode = "fast", **contract: Any) -> Implied:
    """The volatilities at which options have their prices.

    Args:
        price: of each option, zero or more.
        mode: "fast" or "accurate".
        contract: as for `price`, without a volatility.

    Raises:
        BadContract: inputs that fit no model or do not broadcast.
    """
    _check(mode, Mode)
    if contract.get("volatility") is not None:
        raise BadContract("a volatility is implied by the price; give one of both")
    given = {**contract, "price": price}
    single = scalar.read_single(given, "price") if mode == "fast" else None
    if single is not None:
        status_of_one = scalar.judge(*single, is_volatility=False)
        found = scalar.implied(*single) if status_of_one is Status.OK else math.nan
        if found is not None:
            one: Any = np.float64(found)
            judged: Any = np.int8(status_of_one)
            return Implied(volatility=one, status=judged)
    contracts = read_contracts(given, ("price",))
    with np.errstate(all="ignore"):
        volatility, status = _solver(mode)(contracts, contracts.further["price"])
    status = np.where(contracts.status == Status.OK, status, contracts.status)
    volatility = np.where(status == Status.OK, volatility, np.nan)
    return Implied(
        volatility=volatility.reshape(contracts.shape)[()],
        status=status.astype(np.int8).reshape(contracts.shape)[()],
    )


def _told(
    given: Mapping[str, Any], names: Sequence[str], mode: Mode, units: Units
) -> tuple[dict[str, Any], Any]:
    """Figures and statuses in the shape of what is given."""
    _check(mode, Mode)
    _check(units, Units)
    single = scalar.read_single(given, "volatility") if mode == "fast" else None
    if single is not None:
        return _told_of_one(*single, names, units)
    contracts = read_contracts(given, ("volatility",))
    with np.errstate(all="ignore"):
        values = _kernel(mode)(contracts, contracts.further["volatility"], names)
    status = contracts.status
    if status.any():
        is_bad = status >= Status.BAD_INPUT
        for value in values.values():
            value[is_bad] = np.nan
    for found in values.values():
        is_lost = np.isinf(found)
        if is_lost.any():
            status = np.where(is_lost, Status.OUT_OF_RANGE, status).astype(np.int8)
            found[is_lost] = np.nan
    if units == "trader":
        values = {name: found * MEASURES[name].trader for name, found in values.items()}
    return (
        {name: value.reshape(contracts.shape)[()] for name, value in values.items()},
        status.reshape(contracts.shape)[()],
    )


def _told_of_one(
    contract: Contract, volatility: float, names: Sequence[str], units: Units
) -> tuple[dict[str, Any], Any]:
    """The same of a single contract."""
    status = scalar.judge(contract, volatility, is_volatility=True)
    if status >= Status.BAD_INPUT:
        return dict.fromkeys(names, np.float64(math.nan)), np.int8(status)
    values = scalar.measure(contract, volatility, names)
    if any(map(math.isinf, values.values())):
        status = Status.OUT_OF_RANGE
    told = {}
    for name, value in values.items():
        unit = MEASURES[name].trader if units == "trader" else 1.0
        told[name] = np.float64(math.nan if math.isinf(value) else value * unit)
    return told, np.int8(status)


def _check(given: str, allowed: Any) -> None:
    if given not in get_args(allowed):
        raise BadContract(f"{' or '.join(map(repr, get_args(allowed)))}, not {given!r}")


def _kernel(mode: Mode) -> Callable[[Contracts, Array, Sequence[str]], dict[str, Array]]:
    # SciPy takes a quarter of a second to import: only what needs it does.
    if mode == "accurate":
        from spoonbench.solvers.algorithms.black_scholes import accurate

        return accurate.measure
    from spoonbench.solvers.algorithms.black_scholes import fast

    return fast.measure


def _solver(mode: Mode) -> Callable[[Contracts, Array], tuple[Array, Statuses]]:
    if mode == "accurate":
        from spoonbench.solvers.algorithms.black_scholes import accurate_implied

        return accurate_implied.implied
    from spoonbench.solvers.algorithms.black_scholes import fast_implied

    return fast_implied.implied
