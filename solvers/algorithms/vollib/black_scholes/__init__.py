"""The formula without a dividend. As in py_vollib; see the package."""

from __future__ import annotations

from typing import Any

from spoonbench.solvers.algorithms.vollib.calls import figure


def black_scholes(flag: Any, S: Any, K: Any, t: Any, r: Any, sigma: Any) -> Any:
    """The price of an option.

    Args:
        flag: "c" or "p".
        S: price of the underlying.
        K: strike.
        t: years to expiry.
        r: rate per year.
        sigma: volatility.

    Raises:
        ValueError: a single contract makes no sense.
    """
    return figure(
        "price", flag, {"spot": S, "strike": K, "expiry": t, "rate": r, "volatility": sigma}
    )
