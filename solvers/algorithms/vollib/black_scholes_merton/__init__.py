"""The formula with a dividend yield q. As in py_vollib; see the package."""

from __future__ import annotations

from typing import Any

from spoonbench.solvers.algorithms.vollib.calls import figure


def black_scholes_merton(flag: Any, S: Any, K: Any, t: Any, r: Any, sigma: Any, q: Any) -> Any:
    """The price of an option.

    Args:
        flag: "c" or "p".
        S: price of the underlying.
        K: strike.
        t: years to expiry.
        r: rate per year.
        sigma: volatility.
        q: dividend yield per year.

    Raises:
        ValueError: a single contract makes no sense.
    """
    return figure(
        "price",
        flag,
        {"spot": S, "strike": K, "expiry": t, "rate": r, "dividend_yield": q, "volatility": sigma},
    )
