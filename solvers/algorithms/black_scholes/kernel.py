"""The compiled kernel of the fast mode, where a C compiler built it, and what it leaves over."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from spoonbench.solvers.algorithms.black_scholes.measures import FIRST_ORDER

_kernel: Any
try:
    _kernel = import_module("spoonbench.solvers.algorithms.black_scholes._kernel")
except ImportError:
    _kernel = None

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from spoonbench.solvers.algorithms.black_scholes.contracts import Array, Contracts


def is_there() -> bool:
    """Whether it was built."""
    return _kernel is not None


def has(names: Sequence[str]) -> bool:
    """Whether these figures are the kernel's."""
    return _kernel is not None and all(name in FIRST_ORDER for name in names)


def measure(
    contracts: Contracts, volatility: Array, names: Sequence[str]
) -> tuple[dict[str, Array], NDArray[np.intp]]:
    """Figures by name, and the rows that are left to the caller.

    Args:
        contracts: rows that make sense.
        volatility: of each, shape (n,) or ().
        names: for which `has` holds.
    """
    wanted = FIRST_ORDER[:1] if tuple(names) == ("price",) else FIRST_ORDER
    results = {name: np.empty(contracts.n) for name in wanted}
    done = np.empty(contracts.n, dtype=np.uint8)
    _kernel.figures(
        *_inputs(contracts, volatility), contracts.is_carry_held, done, *results.values()
    )
    return {name: results[name] for name in names}, np.flatnonzero(done == 0)


def implied(contracts: Contracts, price: Array) -> tuple[Array, NDArray[np.intp]]:
    """Volatilities, and the rows that are left to the caller.

    Args:
        contracts: rows that make sense.
        price: of each, shape (n,) or ().
    """
    found = np.empty(contracts.n)
    done = np.empty(contracts.n, dtype=np.uint8)
    _kernel.implied(*_inputs(contracts, price), contracts.is_carry_held, done, found)
    return found, np.flatnonzero(done == 0)


def _inputs(contracts: Contracts, last: Array) -> list[Array]:
    given = (
        contracts.sign,
        contracts.spot,
        contracts.strike,
        contracts.expiry,
        contracts.rate,
        contracts.dividend_yield,
        last,
    )
    return [np.ascontiguousarray(value, dtype=np.float64) for value in given]
