"""The same as `analytical`: nothing has to be approximated."""

from spoonbench.solvers.algorithms.vollib.black.greeks.analytical import (
    delta,
    gamma,
    rho,
    theta,
    vega,
)

__all__ = ["delta", "gamma", "rho", "theta", "vega"]
