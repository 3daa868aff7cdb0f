"""The formula for one contract, by `math` alone: no array is made, and SciPy is not imported.

It goes the same way as `fast` and `implied`, step by step, for single doubles.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, NamedTuple

from spoonbench.solvers.algorithms.black_scholes import root_finding, series
from spoonbench.solvers.algorithms.black_scholes.contracts import (
    CALL,
    CARRIED,
    CONTRACT,
    MOST_APART,
    MOST_DISCOUNTED,
    MOST_PER_YEAR,
    MOST_VOLATILITY,
    MOST_YEARS,
    PUT,
    WORDS,
    Status,
)
from spoonbench.solvers.algorithms.black_scholes.measures import MEASURES, Parts
from spoonbench.solvers.algorithms.black_scholes.root_finding import (
    FURTHEST_TAIL,
    NEAR_HALF,
    ROOT_TWO_PI,
    SMALLEST,
)
from spoonbench.solvers.algorithms.black_scholes.series import (
    DENSITY_AT_ZERO,
    ROOT_HALF,
    ROOT_HALF_PI,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SIGNS: dict[Any, float] = {**WORDS, 1: CALL, -1: PUT}

LEAST_SHARE = 1e-10
"""Of a price: what it must differ by from its bounds, lest what is left of it be rounding."""

LEAST_PRICE = 1e-280
"""Smaller prices have fewer digits."""

_BEYOND = 2**1023
"""Larger whole numbers may be no doubles."""
_NEAR = 0.5
"""Logarithm of spot over strike up to which it is told from their difference."""
_MOST_STEPS = 1e6
_LAST_OF_ERFC = 25.0
_N_STEPS = 6
_TOLERANCE = 4e-16
_SIXTEENTHS = 16.0


class Contract(NamedTuple):
    """One contract that makes sense; the attributes are those of `contracts.Contracts`."""

    sign: float
    spot: float
    strike: float
    expiry: float
    rate: float
    dividend_yield: float
    is_carry_held: bool


def read_single(given: Mapping[str, Any], needs: str) -> tuple[Contract, float] | None:
    """A contract and the further number that is needed, where everything given is one number.

    Args:
        given: as `contracts.read_contracts` takes it.
        needs: "volatility" or "price".

    Returns:
        None for arrays, and for whatever is missing or makes no model: that is for
        `contracts.read_contracts` to say.
    """
    named = {name: value for name, value in given.items() if value is not None}
    option = named.pop("option", None)
    if not isinstance(option, (str, int, float)) or not all(map(_is_number, named.values())):
        return None
    sign = None if isinstance(option, bool) else _SIGNS.get(option)
    if sign is None:
        return None
    names = named.keys()
    carried = names & set(CARRIED)
    is_model = len(carried) <= ("spot" in names) and ("spot" in names) != ("forward" in names)
    is_known = names <= CONTRACT | {needs}
    if not is_model or not is_known or not names >= {"strike", "expiry", "rate", needs}:
        return None
    rate = float(named["rate"])
    paid = sum(float(named[name]) for name in carried)
    if "carry" in names:
        paid = rate - paid
    contract = Contract(
        sign=sign,
        spot=float(named["forward" if "forward" in names else "spot"]),
        strike=float(named["strike"]),
        expiry=float(named["expiry"]),
        rate=rate,
        dividend_yield=rate if "forward" in names else paid,
        is_carry_held="forward" in names or "carry" in names,
    )
    return contract, float(named[needs])


def _is_number(value: Any) -> bool:
    """That it is one number which is a double, or nearest to one."""
    if isinstance(value, bool):
        return False
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < _BEYOND)


def judge(contract: Contract, further: float, *, is_volatility: bool) -> Status:
    """What is wrong with a contract and its volatility or price; as rows are judged."""
    _, spot, strike, expiry, rate, paid, _ = contract
    is_finite = all(map(math.isfinite, (spot, strike, expiry, rate, paid, further)))
    if not is_finite or min(spot, strike) <= 0 or min(expiry, further) < 0:
        return Status.BAD_INPUT
    most = max(abs(rate), abs(paid))
    if most > MOST_PER_YEAR or most * expiry > MOST_DISCOUNTED or expiry > MOST_YEARS:
        return Status.OUT_OF_RANGE
    if not 1 / MOST_APART < spot / strike < MOST_APART or (
        is_volatility and further > MOST_VOLATILITY
    ):
        return Status.OUT_OF_RANGE
    return Status.EXPIRED if expiry == 0 else Status.OK


def measure(contract: Contract, volatility: float, names: Sequence[str]) -> dict[str, float]:
    """Figures of a contract by name; NaN where one has no limit, infinite where it is no double."""
    parts, is_kink = _parts(contract, volatility)
    found = {}
    for name in names:
        kind = MEASURES[name]
        try:
            value = kind.of(parts)
        except OverflowError:
            value = math.inf
        except ZeroDivisionError:
            value = math.nan
        found[name] = math.nan if is_kink and not kind.limits else value
    return found


def implied(contract: Contract, price: float) -> float | None:
    """Volatility; None where price and bounds share so many digits that doubles cannot tell.

    Args:
        contract: with time left.
        price: zero or more.
    """
    legs = _legs(contract)
    beyond = price - max(contract.sign * legs.gain, 0.0)
    left = (legs.underlying if contract.sign > 0 else legs.strike_now) - price
    if min(beyond, left) <= LEAST_SHARE * price or price <= LEAST_PRICE:
        return None
    smaller = min(legs.underlying, legs.strike_now)
    if beyond <= LEAST_PRICE * smaller:
        return None
    found = _deviation(abs(legs.moneyness), beyond / smaller, left / smaller)
    return found / math.sqrt(contract.expiry)


class _Legs(NamedTuple):
    """Both discounted legs, the logarithm of their quotient, and the first less the second."""

    underlying: float
    strike_now: float
    moneyness: float
    gain: float


def _legs(contract: Contract) -> _Legs:
    spot, strike, expiry = contract.spot, contract.strike, contract.expiry
    apart = (spot - strike) / strike
    ratio = math.log1p(apart) if abs(apart) < _NEAR else math.log(spot / strike)
    moneyness = ratio + (contract.rate - contract.dividend_yield) * expiry
    underlying = spot * math.exp(-contract.dividend_yield * expiry)
    strike_now = strike * math.exp(-contract.rate * expiry)
    is_near = abs(moneyness) < _NEAR
    gain = strike_now * math.expm1(moneyness) if is_near else underlying - strike_now
    return _Legs(underlying, strike_now, moneyness, gain)


def _parts(contract: Contract, volatility: float) -> tuple[Parts, bool]:
    """What the measures are made of, and whether the contract stands at the kink."""
    legs = _legs(contract)
    root_time = math.sqrt(contract.expiry)
    deviation = max(volatility * root_time, SMALLEST)
    steps = min(max(legs.moneyness / deviation, -_MOST_STEPS), _MOST_STEPS)
    half = 0.5 * deviation if deviation > SMALLEST else 0.0
    middle = max(-abs(steps), series.FURTHEST)
    smaller = min(legs.underlying, legs.strike_now)
    near = middle + half
    power = math.exp(-0.25 * near * near)
    factor = smaller * power * power
    outer, inner = 0.5 * factor * _tail(near), 0.5 * factor * _tail(middle - half)
    if _is_narrow(middle, half):
        out = factor * DENSITY_AT_ZERO * series.difference(_slope(middle), middle, half)
    else:
        out = smaller - (outer + inner) if near > 0 else outer - inner
    is_up = steps <= 0
    goes_in = (contract.sign > 0) == is_up
    first = outer if (near > 0) != goes_in else smaller - outer
    second = inner if goes_in else max(legs.underlying, legs.strike_now) - inner
    price = out + max(contract.sign * legs.gain, 0.0)
    parts = Parts(
        sign=contract.sign,
        first=first if is_up else second,
        second=second if is_up else first,
        difference=price * contract.sign,
        density=factor * DENSITY_AT_ZERO,
        d1=steps + half,
        d2=steps - half,
        deviation=deviation,
        root_time=root_time,
        some_root_time=root_time or 1.0,
        spot=contract.spot,
        strike=contract.strike,
        discounted_strike=legs.strike_now,
        expiry=contract.expiry,
        some_time=contract.expiry or 1.0,
        rate=contract.rate,
        dividend_yield=contract.dividend_yield,
        volatility=volatility or 1.0,
        is_carry_held=contract.is_carry_held,
    )
    return parts, deviation <= SMALLEST and steps == 0


def _is_narrow(middle: float, half: float) -> bool:
    size = max(-middle, series.LEAST_MIDDLE)
    return half < series.NARROW and size * half < series.NARROW_PRODUCT


def _slope(middle: float) -> float:
    size = -middle
    if size <= series.FITTED:
        return float(series.slope(size))
    return 1 - size * ROOT_HALF_PI * _tail(size)


def _tail(deviations: float) -> float:
    """exp(d**2 / 2) erfc(|d| / sqrt(2))."""
    z = abs(deviations) * ROOT_HALF
    if z < _LAST_OF_ERFC:
        # The square in two parts, of which the larger one is exact.
        coarse = math.floor(z * _SIXTEENTHS) / _SIXTEENTHS
        return math.exp(coarse * coarse) * math.exp((z - coarse) * (z + coarse)) * math.erfc(z)
    square = 0.5 / (z * z)
    terms = 1 - square * (1 - 3 * square * (1 - 5 * square * (1 - 7 * square)))
    return terms / (z * math.sqrt(math.pi))


def _deviation(distance: float, price: float, left: float) -> float:
    """See `implied.deviation`."""
    found = _lower_bound(distance, price, left)
    for _ in range(_N_STEPS):
        step = _step(found, distance, price, left)
        found = max(found + step, 0.5 * found)
        if abs(step) <= _TOLERANCE * found:
            break
    return found


def _lower_bound(distance: float, price: float, left: float) -> float:
    ratio, apart = math.exp(-distance), -math.expm1(-distance)
    below, above, beyond_half = root_finding.bound(price, left, ratio, apart)
    if abs(beyond_half) < NEAR_HALF:
        d1 = ROOT_TWO_PI * beyond_half
    elif min(below, above) <= 0:
        d1 = math.copysign(FURTHEST_TAIL, beyond_half)
    else:
        d1 = math.copysign(NormalDist().inv_cdf(min(below, above)), beyond_half)
    d1 = min(max(d1, -FURTHEST_TAIL), FURTHEST_TAIL)
    root = math.sqrt(d1 * d1 + 2 * distance)
    low: float = max(2 * distance / (root - d1) if d1 < 0 else d1 + root, SMALLEST)
    return low


def _step(found: float, distance: float, price: float, left: float) -> float:
    """Householder's of the third order; see `implied`."""
    middle, half = max(-distance / found, series.FURTHEST), 0.5 * found
    d1, d2 = middle + half, middle - half
    density = DENSITY_AT_ZERO * math.exp(-0.5 * d1 * d1)
    if _is_narrow(middle, half):
        value = float(density * series.difference(_slope(middle), middle, half))
        other = 1 - value
    else:
        outer, inner = density * ROOT_HALF_PI * _tail(d1), density * ROOT_HALF_PI * _tail(d2)
        lower, upper = outer - inner, outer + inner
        value, other = (1 - upper, upper) if d1 > 0 else (lower, 1 - lower)
    target = price
    if price > 0.5:  # noqa: PLR2004  # a half
        value, target, density = other, left, -density
    slope = density / value
    first = -math.log1p((value - target) / target) / slope
    try:
        step = float(root_finding.third_order_step(first, slope, d1, d2, found))
    except ZeroDivisionError:
        return first
    return step if abs(step) < 2 * abs(first) and step * first >= 0 else first
