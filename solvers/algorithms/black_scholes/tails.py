"""The scaled tail of the normal distribution to 32 digits: exp(z**2) * erfc(z), z zero or more.

The function, erfcx, obeys y' = 2 z y - 2 / sqrt(pi). Its Taylor series about nodes an eighth apart
are tabulated once, in decimal arithmetic: the equation gives every coefficient from the two before
it, and stepping from large z towards zero is the direction in which errors shrink. At the largest
node its asymptotic series gives the start (Abramowitz and Stegun, 7.1.23).
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from spoonbench.solvers.algorithms.black_scholes.double_double import (
    DIGITS,
    PI,
    Pair,
    as_doubles,
    pair,
)

if TYPE_CHECKING:
    from spoonbench.solvers.algorithms.black_scholes.double_double import Array

FURTHEST = 64.0
"""Where one tail lies further out, the common factor of both is nothing beside any double."""
_NODES_PER_UNIT = 8
_N_TERMS = 23
_N_EXACT = 12
"""Coefficients of higher powers are doubles: a sixteenth to the twelfth power is 2**-48."""


def scaled_tail(value: Pair) -> Pair:
    """exp(z**2) * erfc(z).

    Args:
        value: z, from 0 to `FURTHEST`.
    """
    high, low = _table()
    node = np.rint(value.hi * _NODES_PER_UNIT).astype(np.int64)
    step = value - node / _NODES_PER_UNIT
    found: Array = high[_N_TERMS - 1][node]
    for n in range(_N_TERMS - 2, _N_EXACT - 1, -1):
        found = found * step.hi + high[n][node]
    exact = pair(found)
    for n in range(_N_EXACT - 1, -1, -1):
        exact = exact * step + Pair(high[n][node], low[n][node])
    return exact


@cache
def _table() -> tuple[Array, Array]:
    """Coefficients by power and node, each of shape (powers, nodes)."""
    n_nodes = int(FURTHEST) * _NODES_PER_UNIT
    columns: list[list[Decimal]] = []
    with localcontext(prec=DIGITS):
        value = _asymptotic(Decimal(FURTHEST))
        for node in range(n_nodes, -1, -1):
            series = _taylor(Decimal(node) / _NODES_PER_UNIT, value)
            columns.append(series)
            back = -Decimal(1) / _NODES_PER_UNIT
            value = sum(
                (number * back**power for power, number in enumerate(series)), start=Decimal(0)
            )
        rows = [as_doubles(row) for row in zip(*reversed(columns), strict=True)]
    return np.array([high for high, _ in rows])[:_N_TERMS], np.array([low for _, low in rows])


def _taylor(at: Decimal, value: Decimal) -> list[Decimal]:
    """Coefficients of the powers of (z - at)."""
    found = [value, 2 * at * value - 2 / Decimal(PI).sqrt()]
    for n in range(1, 2 * _N_TERMS):
        found.append(2 * (at * found[n] + found[n - 1]) / (n + 1))
    return found


def _asymptotic(at: Decimal) -> Decimal:
    """1 / (z sqrt(pi)) * (1 - 1 / (2 z**2) + 3 / (2 z**2)**2 - ...)."""
    term = found = Decimal(1)
    for n in range(1, 40):
        term *= -(2 * n - 1) / (2 * at * at)
        found += term
    return found / (at * Decimal(PI).sqrt())
