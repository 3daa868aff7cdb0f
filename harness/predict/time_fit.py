"""The fit of terms to measured times: least squares of logarithms, outliers counting less.

Each term pulls towards its mean as its spread says (a Gaussian prior), and a cell that a stall made
slow counts less the farther off it is (Huber's weights, on a scale that the residuals themselves
give). The time is no sum of terms, so each step takes its tangent (Gauss and Newton).

References:
    Huber 1964, "Robust Estimation of a Location Parameter".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.harness.predict.time_telling import Fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.predict.time_terms import Row, Term

_TUNING = 1.5
_TO_DEVIATION = 1.4826
_LEAST_SCALE = 0.005
"""No machine repeats itself more closely than to half a percent."""
_FIRST_SCALE = 0.15
_COMMON_CELLS = 4.0
"""So many cells tell the noise of a work as closely as that of the others does."""
_FEWEST_FREE = 0.2
"""Share of the cells that is taken to be free at least."""
N_DRAWS = 400
_MOST_STEPS, _ROBUST_FROM, _ENOUGH = 60, 4, 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Rows as matrices: which terms each of n cells has.

    Attributes:
        overhead: ones where a term is part of the overhead, shape (n, p).
        scale: likewise of the scale.
        growth: logarithm of the batch size where the term of the growth is, shape (n, p).
        home: number of each cell's piece of work, shape (n,).
    """

    overhead: Any
    scale: Any
    growth: Any
    home: Any


def design_of(rows: Sequence[Row], n_terms: int) -> Design:
    """Rows as matrices."""
    import numpy as np  # noqa: PLC0415  # 80 ms that only those pay who fit

    overhead, scale, growth = np.zeros((3, len(rows), n_terms))
    for number, row in enumerate(rows):
        overhead[number, list(row.overhead)] = 1.0
        scale[number, list(row.scale)] = 1.0
        growth[number, row.growth] = row.size
    return Design(
        overhead=overhead,
        scale=scale,
        growth=growth,
        home=np.array([row.home for row in rows]),
    )


def fit_terms(
    terms: Sequence[Term],
    design: Design,
    wanted: Any,
    kept: Any,
    start: Sequence[float] | None = None,
) -> Fit:
    """Fit terms to measured cells.

    Args:
        terms: with the means and spreads that they are expected to have.
        design: which terms each cell has.
        wanted: logarithms of measured seconds, shape (n,).
        kept: which cells are fitted to, shape (n,).
        start: values to begin from, those of a fit to nearly the same cells; None: the means.
    """
    import numpy as np  # noqa: PLC0415

    mean = np.array([term.mean for term in terms])
    pull = np.array([term.spread**-2.0 for term in terms])
    values, weights = mean.copy() if start is None else np.array(start), kept * 1.0
    noise = np.full(1 + int(design.home.max()), _FIRST_SCALE)
    precision, bound = np.diag(pull), np.zeros(len(wanted))
    for step in range(_MOST_STEPS):
        told, jacobian = evaluate(design, values)
        left = wanted - told
        if step >= _ROBUST_FROM or start is not None:
            noise = _noise(left, design.home, kept, bound)
            deviation = noise[design.home]
            weights = kept * np.minimum(1.0, _TUNING * deviation / np.maximum(abs(left), 1e-12))
        weighted = jacobian * (weights / noise[design.home] ** 2)[:, None]
        precision = weighted.T @ jacobian + np.diag(pull)
        # How far each cell, and not what was expected, decides what is told of it.
        bound = (np.linalg.solve(precision, weighted.T).T * jacobian).sum(axis=1)
        move = np.linalg.solve(precision, weighted.T @ left - pull * (values - mean))
        values = values + move * min(1.0, 1.0 / max(1e-12, float(abs(move).max())))
        if step > _ROBUST_FROM and float(abs(move).max()) < _ENOUGH:
            break
    return Fit(
        values=tuple(values.tolist()),
        covariance=tuple(map(tuple, np.linalg.inv(precision).tolist())),
        noise=tuple(noise.tolist()),
    )


def _noise(left: Any, home: Any, kept: Any, bound: Any) -> Any:
    """Standard deviations of what is left, by piece of work, shape (h,).

    Some works repeat themselves more closely than others. Each is drawn to what all have in
    common, as if that had been seen of it in some cells more.
    """
    import numpy as np  # noqa: PLC0415

    common = _scale(left[kept], bound[kept])
    found = np.full(1 + int(home.max()), common)
    for number in np.unique(home[kept]):
        mine = kept & (home == number)
        weight = mine.sum() / (mine.sum() + _COMMON_CELLS)
        found[number] = _scale(left[mine], bound[mine]) ** weight * common ** (1.0 - weight)
    return found


def _scale(left: Any, bound: Any) -> float:
    """Standard deviation of what is left, from its median; each term that is bound takes a cell."""
    import numpy as np  # noqa: PLC0415

    n_free = max(len(left) - float(bound.sum()), _FEWEST_FREE * len(left))
    middle = _TO_DEVIATION * float(np.median(abs(left)))
    return max(middle * math.sqrt(len(left) / n_free), _LEAST_SCALE)


def evaluate(design: Design, values: Any) -> tuple[Any, Any]:
    """Logarithms of seconds, shape (n,), and their derivatives by the terms, shape (n, p)."""
    import numpy as np  # noqa: PLC0415

    by_work = design.scale + design.growth
    overhead = design.overhead @ values
    told = np.logaddexp(overhead, by_work @ values)
    share = np.exp(overhead - told)[:, None]  # of the overhead in the whole
    return told, share * design.overhead + (1.0 - share) * by_work


def draw_times(fit: Fit, rows: Sequence[Row], sizes: Any, widening: float) -> Any:
    """Logarithms of seconds of cells at other batch sizes, as the terms might as well be.

    Args:
        fit: of the terms.
        rows: cells; their own sizes are left aside.
        sizes: logarithms of batch sizes, shape (m,).
        widening: factor on all deviations.

    Returns:
        shape (cells, 1 + draws, m): by the fit itself, then by each draw.
    """
    import numpy as np  # noqa: PLC0415

    random = np.random.default_rng(0)
    root = np.linalg.cholesky(np.array(fit.covariance) + 1e-12 * np.eye(len(fit.values)))
    moved = random.standard_normal((N_DRAWS, len(fit.values))) @ root.T * widening
    fitted = np.array(fit.values)
    values = np.vstack([fitted, fitted + moved])  # (1 + draws, p)
    found = []
    for row in rows:
        overhead = values[:, list(row.overhead)].sum(axis=1)
        scale = values[:, list(row.scale)].sum(axis=1)
        for part, variance in ((overhead, row.unknown_overhead), (scale, row.unknown_scale)):
            part[1:] += random.standard_normal(N_DRAWS) * widening * variance**0.5
        both = np.zeros(1 + N_DRAWS)
        both[1:] = random.standard_normal(N_DRAWS) * widening * row.unknown_both**0.5
        work = scale[:, None] + values[:, row.growth][:, None] * sizes[None, :]
        found.append(np.logaddexp(overhead[:, None], work) + both[:, None])
    return np.array(found)
