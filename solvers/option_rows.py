"""An option contract in a row of a table: read, checked, and told in the formula's terms.

The columns are `option` ("call" or "put"), `underlying` ("spot" or "forward": what its price is),
`underlying_price`, `strike`, `expiry` (years), `rate`, `dividend_yield` (0 beside a forward price)
and either `volatility`, where the price is asked for, or `price`, where the volatility is. Rates,
yields and volatility are per year, as fractions.

Not covered: columns of other names or in other units; nothing is guessed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from spoonbench.solvers.api import Problem, Row

Asked = Literal["price", "volatility"]

NUMBERS = ("underlying_price", "strike", "expiry", "rate", "dividend_yield")
_WORDS = {"option": ("call", "put"), "underlying": ("spot", "forward")}
_POSITIVE = ("underlying_price", "strike", "expiry", "volatility", "price")
_OTHER: dict[str, Asked] = {"volatility": "price", "price": "volatility"}


class NoOption(ValueError):
    """A problem holds no option contract; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRow:
    """One contract.

    Attributes:
        option: "call" or "put".
        underlying: "spot" or "forward".
        underlying_price: positive, as are strike, expiry and what is given.
        strike: in the same currency.
        expiry: years.
        rate: per year; so with the next.
        dividend_yield: 0 beside a forward price.
        asked: what is asked for.
        given: the volatility where the price is asked for, else the price.
    """

    option: str
    underlying: str
    underlying_price: float
    strike: float
    expiry: float
    rate: float
    dividend_yield: float
    asked: Asked
    given: float


def read_option(problem: Problem) -> OptionRow:
    """The contract of a problem.

    Raises:
        NoOption: it asks for no number, has no row, or one that is no contract.
    """
    if problem.kind != "number":
        raise NoOption(f"options are answered with a number, not a {problem.kind}")
    if problem.row is None:
        raise NoOption("the problem has no row of a table")
    return _read_row(problem.row)


def write_float(value: float, digits: int) -> str:
    """A number to so many significant digits, without exponent.

    >>> write_float(0.00001234567, 3), write_float(1234567.0, 3), write_float(2.5, 3)
    ('0.0000123', '1230000', '2.5')
    """
    return f"{Decimal(f'{value:.{digits - 1}e}').normalize():f}"


def _read_row(row: Row) -> OptionRow:
    values = dict(row.values)
    given = [name for name in _OTHER if name in values]
    if len(given) != 1:
        raise NoOption("an option needs one of the columns volatility and price")
    expected = {*_WORDS, *NUMBERS, *given}
    if set(values) != expected or len(values) != len(row.values):
        raise NoOption(f"the columns of an option are {', '.join((*_WORDS, *NUMBERS, *given))}")
    words = {name: _word(name, values[name]) for name in _WORDS}
    numbers = {name: _number(name, values[name]) for name in (*NUMBERS, given[0])}
    if words["underlying"] == "forward" and numbers["dividend_yield"]:
        raise NoOption("a forward price has its dividend yield in itself; that column must be 0")
    return OptionRow(
        option=words["option"],
        underlying=words["underlying"],
        **{name: numbers[name] for name in NUMBERS},
        asked=_OTHER[given[0]],
        given=numbers[given[0]],
    )


def _word(name: str, value: float | str) -> str:
    known = _WORDS[name]
    if not isinstance(value, str) or value not in known:
        raise NoOption(f"{name} must be {' or '.join(known)}, not {value!a:.40}")
    return value


def _number(name: str, value: float | str) -> float:
    if isinstance(value, (bool, str)) or not math.isfinite(value):
        raise NoOption(f"{name} must be a finite number, not {value!a:.40}")
    if name in _POSITIVE and value <= 0:
        raise NoOption(f"{name} must be above zero, not {value:g}")
    return float(value)
