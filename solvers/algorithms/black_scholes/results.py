"""What is told of rows of contracts: numbers beside a status for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.algorithms.black_scholes.contracts import Array, Statuses


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Price:
    """Prices.

    Attributes:
        price: in the currency of the spot, NaN where the status says why.
        status: see `contracts.Status`, of the same shape.
    """

    price: Array
    status: Statuses


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Greeks:
    """Prices and their first derivatives, with gamma.

    Attributes:
        price: in the currency of the spot.
        delta: by the spot, or by the forward price where that was given.
        gamma: of the delta.
        vega: by the volatility.
        theta: by the calendar.
        rho: by the rate; the carry is held where it or a forward price was given.
        status: see `contracts.Status`.
    """

    price: Array
    delta: Array
    gamma: Array
    vega: Array
    theta: Array
    rho: Array
    status: Statuses


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figures:
    """Figures that were asked for.

    Attributes:
        values: by name, as in `measures.MEASURES`.
        status: see `contracts.Status`.
    """

    values: Mapping[str, Array]
    status: Statuses


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Implied:
    """Implied volatilities.

    Attributes:
        volatility: per root of a year, as a fraction; NaN where the status says why.
        status: see `contracts.Status`.
    """

    volatility: Array
    status: Statuses
