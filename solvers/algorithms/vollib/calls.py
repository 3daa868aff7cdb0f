"""How the names of this package are answered: single numbers by `math`, arrays by rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.solvers.algorithms.black_scholes import BadContract, Status, formula
from spoonbench.solvers.algorithms.vollib.exceptions import (
    PriceIsAboveMaximum,
    PriceIsBelowIntrinsic,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFUSED = {
    Status.BAD_INPUT: "prices and strikes are above zero, times and volatilities not below, and "
    "no input is missing or infinite",
    Status.OUT_OF_RANGE: "the result, or a discount factor, is no double",
}


def figure(name: str, flag: Any, contract: Mapping[str, Any]) -> Any:
    """A figure in py_vollib's units: a float for floats, an array for arrays.

    Raises:
        ValueError: the flag is neither "c" nor "p", or a single contract makes no sense.
    """
    found = formula.figures([name], option=_flag(flag), units="trader", **contract)
    if found.status.ndim == 0:
        _refuse(Status(int(found.status)))
        return float(found.values[name])
    return found.values[name]


def implied(price: Any, flag: Any, contract: Mapping[str, Any]) -> Any:
    """A volatility: a float for floats, an array for arrays.

    Raises:
        PriceIsBelowIntrinsic: of a single option.
        PriceIsAboveMaximum: likewise.
        ValueError: the flag is neither "c" nor "p", or a single contract makes no sense.
    """
    found = formula.implied_volatility(price=price, option=_flag(flag), **contract)
    if found.status.ndim:
        return found.volatility
    status = Status(int(found.status))
    if status is Status.BELOW_INTRINSIC:
        raise PriceIsBelowIntrinsic(f"no volatility gives so low a price as {price}")
    if status is Status.ABOVE_MAXIMUM:
        raise PriceIsAboveMaximum(f"no volatility gives so high a price as {price}")
    if status is Status.EXPIRED:
        raise BadContract("an option that has expired has no volatility")
    _refuse(status)
    return float(found.volatility)


def _refuse(status: Status) -> None:
    if status in _REFUSED:
        raise BadContract(_REFUSED[status])


def _flag(flag: Any) -> Any:
    if isinstance(flag, str) and flag not in ("c", "p"):
        raise BadContract(f"a flag is 'c' or 'p', not {flag!r}")
    return flag
