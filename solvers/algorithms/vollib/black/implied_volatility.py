"""The volatility that a price implies, as in py_vollib."""

from __future__ import annotations

from typing import Any

from spoonbench.solvers.algorithms.vollib.calls import implied


def implied_volatility(
    discounted_option_price: Any, F: Any, K: Any, r: Any, t: Any, flag: Any
) -> Any:
    """The volatility at which `black` gives the price.

    Raises:
        PriceIsBelowIntrinsic: of a single option.
        PriceIsAboveMaximum: likewise.
        ValueError: a single contract makes no sense.
    """
    return implied(
        discounted_option_price, flag, {"forward": F, "strike": K, "expiry": t, "rate": r}
    )


def implied_volatility_of_undiscounted_option_price(
    undiscounted_option_price: Any,
    F: Any,
    K: Any,
    t: Any,
    flag: Any,
) -> Any:
    """The same for a price as it will be at expiry."""
    return implied_volatility(undiscounted_option_price, F, K, 0.0, t, flag)
