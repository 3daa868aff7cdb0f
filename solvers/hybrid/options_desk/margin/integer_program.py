"""Integer programs over fractions: solved by HiGHS in doubles; who calls holds them exactly.

Source: Q. Huangfu and J. A. J. Hall 2018, "Parallelizing the dual revised simplex method"
(HiGHS), as it comes with SciPy.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_SECONDS = 10.0
"""After which the best answer so far is taken, without a proof."""


class Least(NamedTuple):
    """What was found.

    Attributes:
        counts: of the whole variables.
        bound: no answer costs less; None without a proof that says something.
    """

    counts: list[int]
    bound: Fraction | None


def minimise(
    costs: Sequence[Fraction],
    equal: Sequence[tuple[Mapping[int, Fraction], int]],
    below: Sequence[Mapping[int, Fraction]],
    whole: int,
) -> Least | None:
    """The least cost of variables that are zero or more.

    Args:
        costs: of one of each variable, shape (n,).
        equal: sums that have a value.
        below: sums that are zero or less.
        whole: the first so many variables are whole numbers.

    Returns:
        None where nothing was found.
    """
    from scipy.optimize import LinearConstraint, milp

    n = len(costs)
    matrix = np.zeros((len(equal) + len(below), n))
    for row, (sums, _) in zip(matrix, equal, strict=False):
        for place, value in sums.items():
            row[place] = float(value)
    for row, sums in zip(matrix[len(equal) :], below, strict=True):
        # Of what is zero or less, the dearest is made one: doubles of all rows are of a size.
        most = max((abs(value) for value in sums.values()), default=Fraction(1))
        for place, value in sums.items():
            row[place] = float(value / most)
    values = np.array([value for _, value in equal], dtype=float)
    low = np.concatenate([values, np.full(len(below), -np.inf)])
    high = np.concatenate([values, np.zeros(len(below))])
    found: Any = milp(
        np.array([float(cost) for cost in costs]),
        integrality=np.r_[np.ones(whole), np.zeros(n - whole)],
        constraints=LinearConstraint(matrix, low, high),
        options={"mip_rel_gap": 0.0, "time_limit": MOST_SECONDS},
    )
    if found.x is None:
        return None
    bound = found.mip_dual_bound
    is_bound = bound is not None and math.isfinite(bound)
    return Least(
        counts=[round(value) for value in found.x[:whole].tolist()],
        bound=Fraction(bound) if is_bound else None,
    )
