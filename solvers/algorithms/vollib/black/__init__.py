"""Options on futures. As in py_vollib; see the package."""

from __future__ import annotations

from typing import Any

from spoonbench.solvers.algorithms.vollib.calls import figure


def black(flag: Any, F: Any, K: Any, t: Any, r: Any, sigma: Any) -> Any:
    """The price of an option.

    Args:
        flag: "c" or "p".
        F: price of the future.
        K: strike.
        t: years to expiry.
        r: rate per year.
        sigma: volatility.

    Raises:
        ValueError: a single contract makes no sense.
    """
    return figure(
        "price", flag, {"forward": F, "strike": K, "expiry": t, "rate": r, "volatility": sigma}
    )


def undiscounted_black(F: Any, K: Any, sigma: Any, t: Any, flag: Any) -> Any:
    """The price as it will be at expiry; see `black`."""
    return black(flag, F, K, t, 0.0, sigma)
