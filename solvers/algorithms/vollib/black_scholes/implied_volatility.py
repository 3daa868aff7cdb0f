"""The volatility that a price implies, as in py_vollib."""

from __future__ import annotations

from typing import Any

from spoonbench.solvers.algorithms.vollib.calls import implied


def implied_volatility(price: Any, S: Any, K: Any, t: Any, r: Any, flag: Any) -> Any:
    """The volatility at which `black_scholes` gives the price.

    Raises:
        PriceIsBelowIntrinsic: of a single option.
        PriceIsAboveMaximum: likewise.
        ValueError: a single contract makes no sense.
    """
    return implied(price, flag, {"spot": S, "strike": K, "expiry": t, "rate": r})
