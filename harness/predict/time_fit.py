"""The fit of terms to measured times: least squares of logarithms, outliers counting less.

Each term pulls towards its mean as its spread says (a Gaussian prior), and a cell that a stall made
slow counts less the farther off it is (Huber's weights, on a scale that the residuals themselves
give). What a cell left out would have been told follows from the fit itself, by how strongly the
cell pulls at its own figure; `bench/performance_model.py` fits again without it.

References:
    Huber 1964, "Robust Estimation of a Location Parameter".
    Cook and Weisberg 1982, "Residuals and Influence in Regression", section 2.2: residuals of
    what is left out, from the leverage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.predict.time_terms import Row, Term

_TUNING = 1.5
_TO_DEVIATION = 1.4826
_LEAST_SCALE = 0.005
"""No machine repeats itself more closely than to half a percent."""
_FIRST_SCALE = 0.15
N_DRAWS = 400
_MOST_STEPS, _ROBUST_FROM, _ENOUGH = 60, 4, 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fit of p terms to n cells.

    Attributes:
        values: of the terms, shape (p,).
        covariance: of them, shape (p, p).
        scale: standard deviation of what is left, in logarithms.
        left: logarithm of measured over fitted, shape (n,).
        left_out: the same where the cell itself had been left out, shape (n,).
        jacobian: by which each term moves each cell, shape (n, p).
        weights: in (0, 1], 1 for all but outliers, shape (n,).
    """

    values: Any
    covariance: Any
    scale: float
    left: Any
    left_out: Any
    jacobian: Any
    weights: Any


def fit_terms(terms: Sequence[Term], rows: Sequence[Row], logarithms: Sequence[float]) -> Fit:
    """Fit terms to the logarithms of measured seconds, one for each row."""
    import numpy as np  # noqa: PLC0415  # 80 ms that only those pay who predict

    mean = np.array([term.mean for term in terms])
    pull = np.array([term.spread**-2.0 for term in terms])
    wanted = np.array(logarithms)  # (n,)
    values, scale, weights = mean.copy(), _FIRST_SCALE, np.ones(len(rows))
    precision = np.diag(pull)
    for step in range(_MOST_STEPS):
        told, jacobian = evaluate(rows, values)
        left = wanted - told
        if step >= _ROBUST_FROM:
            scale = max(_TO_DEVIATION * float(np.median(abs(left))), _LEAST_SCALE)
            weights = np.minimum(1.0, _TUNING * scale / np.maximum(abs(left), 1e-12))
        weighted = jacobian * weights[:, None] / scale**2
        precision = weighted.T @ jacobian + np.diag(pull)
        move = np.linalg.solve(precision, weighted.T @ left - pull * (values - mean))
        values = values + move * min(1.0, 1.0 / float(abs(move).max()))
        if step > _ROBUST_FROM and float(abs(move).max()) < _ENOUGH:
            break
    told, jacobian = evaluate(rows, values)
    covariance = np.linalg.inv(precision)
    leverage = np.einsum("np,pq,nq->n", jacobian, covariance, jacobian) * weights / scale**2
    left = wanted - told
    return Fit(
        values=values,
        covariance=covariance,
        scale=scale,
        left=left,
        left_out=left / np.maximum(1e-3, 1.0 - leverage),
        jacobian=jacobian,
        weights=weights,
    )


def evaluate(rows: Sequence[Row], values: Any) -> tuple[Any, Any]:
    """Logarithms of seconds, shape (n,), and their derivatives by the terms, shape (n, p)."""
    import numpy as np  # noqa: PLC0415

    overhead = np.array([values[list(row.overhead)].sum() for row in rows])
    sizes = np.array([row.size for row in rows])
    growth = np.array([values[row.growth] for row in rows])
    work = np.array([values[list(row.scale)].sum() for row in rows]) + growth * sizes
    told = np.logaddexp(overhead, work)
    share = np.exp(overhead - told)  # of the overhead in the whole
    jacobian = np.zeros((len(rows), len(values)))
    for number, row in enumerate(rows):
        jacobian[number, list(row.overhead)] += share[number]
        jacobian[number, list(row.scale)] += 1.0 - share[number]
        jacobian[number, row.growth] += (1.0 - share[number]) * sizes[number]
    return told, jacobian


def spread_of(fit: Fit, rows: Sequence[Row]) -> tuple[Any, Any]:
    """Logarithms told of cells, and the standard deviation of each, both of shape (n,).

    What a measurement would add, `fit.scale`, is among it.
    """
    import numpy as np  # noqa: PLC0415

    told, jacobian = evaluate(rows, fit.values)
    variance = np.einsum("np,pq,nq->n", jacobian, fit.covariance, jacobian) + fit.scale**2
    for number, row in enumerate(rows):
        share = jacobian[number, row.overhead[0]]
        variance[number] += row.unknown_both + share**2 * row.unknown_overhead
        variance[number] += (1.0 - share) ** 2 * row.unknown_scale
    return told, np.sqrt(variance)


def left_out_of_groups(fit: Fit, groups: Sequence[Sequence[int]]) -> Any:
    """Logarithm of measured over told where the cell's whole group had been left out, (n,)."""
    import numpy as np  # noqa: PLC0415

    found = np.array(fit.left)
    for group in groups:
        members = list(group)
        of_group = fit.jacobian[members]
        hat = of_group @ fit.covariance @ of_group.T * fit.weights[members] / fit.scale**2
        found[members] = np.linalg.solve(np.eye(len(members)) - hat, fit.left[members])
    return found


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
    root = np.linalg.cholesky(fit.covariance + 1e-12 * np.eye(len(fit.values)))
    moved = random.standard_normal((N_DRAWS, len(fit.values))) @ root.T * widening
    values = np.vstack([fit.values, fit.values + moved])  # (1 + draws, p)
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
