"""Rows of contracts: what is given, brought to one form, and what is wrong with each row.

Every model here is the one of Black, Scholes and Merton with another yield: that of an asset with
a continuous dividend (R. C. Merton 1973), of a currency (M. Garman and S. Kohlhagen 1983, the
foreign rate), of a future (F. Black 1976, the rate itself), or of any cost of carry (the rate less
the cost). All are European; times are in years, rates and yields continuous and per year,
volatility is per square root of a year, all as fractions.

A row that makes no sense has a status and no number; it never spoils another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from spoonbench.solvers.api import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Statuses = NDArray[np.int8]

CALL, PUT = 1.0, -1.0

MOST_DISCOUNTED = 700.0
"""Rate times expiry, at most: beyond, a discount factor is no double."""
MOST_APART = 2.0**900
"""Strike over spot, or spot over strike."""
MOST_PER_YEAR = 1e6
"""Rates and yields."""
MOST_YEARS = 1e100
MOST_VOLATILITY = 1e100
WORDS = {"call": CALL, "c": CALL, "put": PUT, "p": PUT}
CARRIED = ("dividend_yield", "foreign_rate", "carry")
_NEEDED = ("option", "strike", "expiry", "rate")
CONTRACT = frozenset({*_NEEDED, "spot", "forward", *CARRIED})


class Status(IntEnum):
    """What became of one row.

    Attributes:
        OK: the number is the model's.
        EXPIRED: no time is left; the price is the pay-off, and nothing is implied by a price.
        BELOW_INTRINSIC: no volatility gives so low a price.
        ABOVE_MAXIMUM: none gives so high a price.
        BAD_INPUT: an input is missing, infinite, or of the wrong sign.
        OUT_OF_RANGE: the inputs make sense, but a result or a discount factor is no double.
    """

    OK = 0
    EXPIRED = 1
    BELOW_INTRINSIC = 2
    ABOVE_MAXIMUM = 3
    BAD_INPUT = 4
    OUT_OF_RANGE = 5


class BadContract(BadInput):
    """What was given fits no model, or is of no shape that fits the rest; the message says so."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contracts:
    """Contracts in one form, rows that make no sense replaced by one that does.

    Attributes:
        shape: that all inputs broadcast to. The arrays below have shape (n,) or, where one value
            holds for all rows, ().
        sign: 1 for calls, -1 for puts.
        spot: price of the underlying, or of the future.
        strike: likewise.
        expiry: years.
        rate: per year.
        dividend_yield: dividend yield, foreign rate, or rate less cost of carry, per year.
        yield_rest: what that double leaves of the exact yield.
        further: such as the volatility, by name; zero or more.
        is_carry_held: the forward price does not move with the rate: futures, and a given carry.
        status: what is wrong with each row, shape (n,).
    """

    shape: tuple[int, ...]
    sign: Array
    spot: Array
    strike: Array
    expiry: Array
    rate: Array
    dividend_yield: Array
    yield_rest: Array
    further: Mapping[str, Array]
    is_carry_held: bool
    status: Statuses

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.status)

    def part(self, chosen: slice | NDArray[np.intp]) -> Contracts:
        """Some rows; of a slice, as views."""

        def cut(value: Array) -> Array:
            return value[chosen] if value.ndim else value

        status = self.status[chosen]
        return Contracts(
            shape=status.shape,
            sign=cut(self.sign),
            spot=cut(self.spot),
            strike=cut(self.strike),
            expiry=cut(self.expiry),
            rate=cut(self.rate),
            dividend_yield=cut(self.dividend_yield),
            yield_rest=cut(self.yield_rest),
            further={name: cut(value) for name, value in self.further.items()},
            is_carry_held=self.is_carry_held,
            status=status,
        )


def read_contracts(given: Mapping[str, Any], needs: Sequence[str] = ()) -> Contracts:
    """Contracts of what a caller gave.

    Args:
        given: "option" ("call", "put", "c", "p", 1 or -1), "strike", "expiry" and "rate"; "spot"
            and at most one of "dividend_yield", "foreign_rate" and "carry", or "forward" alone;
            and the further numbers of `needs`. None counts as not given; without a yield it is
            zero.
        needs: which further numbers have to be there; others are refused.

    Raises:
        BadContract: something is missing, too much, unknown, no number, or of another shape.
    """
    named = {name: value for name, value in given.items() if value is not None}
    unknown = [name for name in named if name not in CONTRACT and name not in needs]
    if unknown:
        known = ", ".join((*_NEEDED, "spot", "forward", *CARRIED, *needs))
        raise BadContract(f"there is no input {unknown[0]!r} here; there are {known}")
    missing = [name for name in (*_NEEDED, *needs) if name not in named]
    if missing:
        raise BadContract(f"not given: {', '.join(missing)}")
    underlying, carried = _model(named)
    arrays = {name: _numbers(name, value) for name, value in named.items() if name != "option"}
    arrays["option"] = _signs(named["option"])
    try:
        shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise BadContract(f"these shapes do not go together: {shapes}") from None
    rows = {name: _flat(array, shape) for name, array in arrays.items()}
    rows["spot"] = rows.pop(underlying)
    rows["dividend_yield"], yield_rest = _yields(rows, underlying, carried)
    further = [name for name in rows if name not in CONTRACT]
    n = int(np.prod(shape))
    if _all_make_sense(rows, further):
        status = np.full(n, Status.OK, dtype=np.int8)
    else:
        status = _judge(rows, further, n)
        is_bad = status >= Status.BAD_INPUT
        if is_bad.any():
            rows = {name: _without(is_bad, name, value) for name, value in rows.items()}
            yield_rest = _without(is_bad, "rest", yield_rest)
    return Contracts(
        shape=shape,
        sign=rows["option"],
        spot=rows["spot"],
        strike=rows["strike"],
        expiry=rows["expiry"],
        rate=rows["rate"],
        dividend_yield=rows["dividend_yield"],
        yield_rest=yield_rest,
        further={name: rows[name] for name in further},
        is_carry_held=underlying == "forward" or "carry" in carried,
        status=status,
    )


def _model(named: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Name of the underlying, and of what tells how it is carried."""
    carried = tuple(name for name in CARRIED if name in named)
    if ("spot" in named) == ("forward" in named):
        raise BadContract("give either a spot or a forward price")
    if "forward" in named and carried:
        raise BadContract(f"a forward price holds the {carried[0]} already; leave that out")
    if len(carried) > 1:
        raise BadContract(f"give one of {' and '.join(carried)}, not both")
    return ("forward" if "forward" in named else "spot"), carried


def _numbers(name: str, value: Any) -> Array:
    array = np.asarray(value)
    if array.dtype.kind == "O":
        listed = array.ravel().tolist()
        if all(each is None or isinstance(each, (int, float)) for each in listed):
            # None among numbers, as tables have it.
            filled = [math.nan if each is None else _double(each) for each in listed]
            array = np.array(filled, dtype=np.float64).reshape(array.shape)
    if array.dtype.kind not in "fiu":
        raise BadContract(f"{name} holds something that is no number")
    return array.astype(np.float64, copy=False)


def _double(number: float) -> float:
    """Infinite where a whole number is beyond all doubles."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _signs(option: Any) -> Array:
    """1 for calls, -1 for puts, NaN for what is neither."""
    array = np.asarray(option)
    if array.dtype.kind == "U":
        sign = np.full(array.shape, np.nan)
        for word, value in WORDS.items():
            for spelled in (word, word.upper(), word.capitalize()):
                sign[array == spelled] = value
    elif array.dtype.kind == "O":
        sign = np.array([_sign(each) for each in array.ravel().tolist()]).reshape(array.shape)
    elif array.dtype.kind in "fiu":
        sign = array.astype(np.float64, copy=False)
        if not (np.abs(sign) == 1).all():
            sign = np.where(np.abs(sign) == 1, sign, np.nan)
    else:
        raise BadContract("an option is 'call', 'put', 'c', 'p', 1 or -1")
    if not array.ndim and np.isnan(sign):
        raise BadContract(f"an option is 'call', 'put', 'c', 'p', 1 or -1, not {option!r}")
    return sign


def _sign(one: Any) -> float:
    if isinstance(one, str):
        return WORDS.get(one.lower(), np.nan)
    is_sign = isinstance(one, (int, float)) and not isinstance(one, bool) and one in (1, -1)
    return float(one) if is_sign else np.nan


def _flat(array: Array, shape: tuple[int, ...]) -> Array:
    """Shape (n,), or () where one number holds for several rows."""
    if array.size == 1 and np.prod(shape) != 1:
        return array.reshape(())
    return np.ascontiguousarray(np.broadcast_to(array, shape)).reshape(-1)


def _yields(
    rows: Mapping[str, Array], underlying: str, carried: tuple[str, ...]
) -> tuple[Array, Array]:
    """What the underlying pays, as the sum of two doubles."""
    nothing = np.zeros(())
    if underlying == "forward":
        return rows["rate"], nothing
    if not carried:
        return nothing, nothing
    if "carry" not in carried:
        return rows[carried[0]], nothing
    rate, carry = rows["rate"], rows["carry"]
    with np.errstate(invalid="ignore", over="ignore"):
        difference = rate - carry
        part = difference - rate
        return difference, (rate - (difference - part)) - (carry + part)


def _all_make_sense(rows: Mapping[str, Array], further: Iterable[str]) -> bool:
    """Whether no row needs a status, told from the extremes alone; NaN is an extreme, too."""

    def lies(name: str, low: float, high: float) -> bool:
        value = rows[name]
        return value.size == 0 or bool(value.min() >= low and value.max() <= high)

    # Bounds that are tighter than a row needs, since no two of them meet in one here.
    return (
        lies("option", PUT, CALL)
        and lies("spot", 1e-100, 1e100)
        and lies("strike", 1e-100, 1e100)
        and lies("expiry", 1e-100, 100.0)
        and lies("rate", -7.0, 7.0)
        and lies("dividend_yield", -7.0, 7.0)
        and all(lies(name, 0.0, 1e100) for name in further)
    )


def _judge(rows: Mapping[str, Array], further: Iterable[str], n: int) -> Statuses:
    expiry, rate, paid = rows["expiry"], rows["rate"], rows["dividend_yield"]
    with np.errstate(all="ignore"):
        is_bad = np.isnan(rows["option"]) | ~(
            (rows["spot"] > 0) & (rows["strike"] > 0) & (expiry >= 0)
        )
        for value in rows.values():
            is_bad = is_bad | ~np.isfinite(value)
        for name in further:
            is_bad = is_bad | (rows[name] < 0)
        apart = rows["spot"] / rows["strike"]
        is_far = (
            (np.abs(rate * expiry) > MOST_DISCOUNTED)
            | (np.abs(paid * expiry) > MOST_DISCOUNTED)
            | (np.maximum(np.abs(rate), np.abs(paid)) > MOST_PER_YEAR)
            | (np.maximum(apart, 1 / apart) > MOST_APART)
            | (expiry > MOST_YEARS)
            | (rows.get("volatility", np.zeros(())) > MOST_VOLATILITY)
        )
    status = np.full(n, Status.OK, dtype=np.int8)
    status[np.broadcast_to(expiry == 0, n)] = Status.EXPIRED
    status[np.broadcast_to(is_far, n)] = Status.OUT_OF_RANGE
    status[np.broadcast_to(is_bad, n)] = Status.BAD_INPUT
    return status


_INSTEAD = {"rate": 0.0, "dividend_yield": 0.0, "rest": 0.0}


def _without(is_bad: Mask, name: str, value: Array) -> Array:
    """The value, rows that are bad replaced by ones that do no harm."""
    # One value for all rows is bad in all of them, or fine alone.
    if not value.ndim and not is_bad.all():
        return value
    return np.where(is_bad, _INSTEAD.get(name, 1.0), value)
