"""The Black-Scholes formula and its kin: see `formula`."""

from spoonbench.solvers.algorithms.black_scholes.contracts import BadContract, Status
from spoonbench.solvers.algorithms.black_scholes.formula import (
    figures,
    greeks,
    implied_volatility,
    price,
)

__all__ = ["BadContract", "Status", "figures", "greeks", "implied_volatility", "price"]
