"""Derivatives of `black_scholes`, as in py_vollib: theta by the day, vega and rho by a percent."""

from __future__ import annotations

from typing import Any

from spoonbench.solvers.algorithms.vollib.calls import figure


def delta(flag: Any, S: Any, K: Any, t: Any, r: Any, sigma: Any) -> Any:
    """By the price of the underlying. Arguments are those of the price."""
    return figure(
        "delta", flag, {"spot": S, "strike": K, "expiry": t, "rate": r, "volatility": sigma}
    )


def gamma(flag: Any, S: Any, K: Any, t: Any, r: Any, sigma: Any) -> Any:
    """Of delta, by the price of the underlying. Arguments are those of the price."""
    return figure(
        "gamma", flag, {"spot": S, "strike": K, "expiry": t, "rate": r, "volatility": sigma}
    )


def vega(flag: Any, S: Any, K: Any, t: Any, r: Any, sigma: Any) -> Any:
    """By a percent of volatility. Arguments are those of the price."""
    return figure(
        "vega", flag, {"spot": S, "strike": K, "expiry": t, "rate": r, "volatility": sigma}
    )


def theta(flag: Any, S: Any, K: Any, t: Any, r: Any, sigma: Any) -> Any:
    """By a day of 365 as time passes. Arguments are those of the price."""
    return figure(
        "theta", flag, {"spot": S, "strike": K, "expiry": t, "rate": r, "volatility": sigma}
    )


def rho(flag: Any, S: Any, K: Any, t: Any, r: Any, sigma: Any) -> Any:
    """By a percent of the rate. Arguments are those of the price."""
    return figure(
        "rho", flag, {"spot": S, "strike": K, "expiry": t, "rate": r, "volatility": sigma}
    )
