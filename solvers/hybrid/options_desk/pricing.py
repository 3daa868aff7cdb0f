"""Prices, Greeks and implied volatilities of contracts by name: the desk's formula stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from spoonbench.solvers.algorithms.black_scholes import (
    Status,
    figures,
    implied_volatility,
)
from spoonbench.solvers.algorithms.black_scholes.measures import DAYS_PER_YEAR, FIRST_ORDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from spoonbench.solvers.algorithms.black_scholes.formula import Mode, Units

Asked = Literal["price", "greeks", "iv"]

INPUTS = (
    "option", "spot", "forward", "strike", "expiry", "days", "rate", "dividend_yield",
    "foreign_rate", "carry", "volatility", "price",
)  # fmt: skip
"""Names of what a contract is given by; `days` stands for `expiry`, a year having 365."""

WORDS = {
    Status.OK: "ok",
    Status.EXPIRED: "expired",
    Status.BELOW_INTRINSIC: "below intrinsic",
    Status.ABOVE_MAXIMUM: "above maximum",
    Status.BAD_INPUT: "bad input",
    Status.OUT_OF_RANGE: "out of range",
}


def unused(asked: Asked) -> str:
    """What is the answer of one question and an input of the other."""
    return "volatility" if asked == "iv" else "price"


def answer(
    asked: Asked,
    given: Mapping[str, Any],
    *,
    further: Sequence[str] = (),
    mode: Mode = "fast",
    units: Units = "raw",
) -> tuple[dict[str, Any], NDArray[np.int8]]:
    """Figures by name, and a status for each row.

    Args:
        asked: "price"; "greeks", the price and its five Greeks; or "iv", the implied volatility.
        given: of `INPUTS`, those that are known.
        further: more figures, of `black_scholes.measures.MEASURES`.
        mode: see `black_scholes.formula`.
        units: likewise.

    Raises:
        BadContract: what is given fits no model.
    """
    contract = dict(given)
    if "days" in contract:
        contract["expiry"] = np.asarray(contract.pop("days"), dtype=float) / DAYS_PER_YEAR
    if asked == "iv":
        price = contract.pop("price", None)
        implied = implied_volatility(price=price, mode=mode, **contract)
        return {"volatility": implied.volatility}, implied.status
    names = ("price",) if asked == "price" else FIRST_ORDER
    names = (*names, *(name for name in further if name not in names))
    found = figures(names, mode=mode, units=units, **contract)
    return dict(found.values), found.status


def words(status: NDArray[np.int8]) -> list[str]:
    """Statuses as a person reads them."""
    return [WORDS[Status(int(each))] for each in np.ravel(status)]
