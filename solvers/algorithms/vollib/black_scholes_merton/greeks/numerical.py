"""The same as `analytical`: nothing has to be approximated."""

from spoonbench.solvers.algorithms.vollib.black_scholes_merton.greeks.analytical import (
    delta,
    gamma,
    rho,
    theta,
    vega,
)

__all__ = ["delta", "gamma", "rho", "theta", "vega"]
