"""Risk against coverage: how often answers are wrong, as less and less sure ones are let in.

Risk is the share of wrong answers among those given, coverage the share of all items that were
answered. A contestant that orders its answers well by confidence is wrong mostly at the end.

Not covered: intervals of areas.

References:
    El-Yaniv and Wiener 2010, "On the foundations of noise-free selective classification".
    Geifman, Uziel and El-Yaniv 2019, "Bias-reduced uncertainty estimation for deep neural
    classifiers" (AURC and E-AURC).
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from spoonbench.harness.evidence import RiskCurve, RiskPoint
from spoonbench.harness.stats import greatest_share

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNSURE = -1.0
"""Stands below every confidence: answers without one come last."""


def risk_curve(given: Iterable[tuple[float | None, bool]], n_items: int) -> RiskCurve:
    """The curve of some answers.

    Args:
        given: confidence, and whether the answer was wrong, of every answer that was given.
        n_items: all items, at least as many as answers.

    Raises:
        ValueError: there are more answers than items.
    """
    ordered = sorted(((_sureness(confidence), is_wrong) for confidence, is_wrong in given))
    points, n_answered, n_wrong = [], 0, 0
    for sureness, group in groupby(reversed(ordered), key=lambda one: one[0]):
        wrong = [is_wrong for _, is_wrong in group]
        n_answered, n_wrong = n_answered + len(wrong), n_wrong + sum(wrong)
        confidence = None if sureness == _UNSURE else sureness
        points.append(RiskPoint(confidence=confidence, n_answered=n_answered, n_wrong=n_wrong))
    if n_answered > n_items:
        raise ValueError(f"{n_answered} answers to {n_items} items are impossible")
    return RiskCurve(n_items=n_items, points=tuple(points))


def area(curve: RiskCurve) -> float | None:
    """Area under the curve up to its end, over the coverage reached there (AURC).

    The mean of the risk over all numbers of answers 1 to n. Equally sure answers come in together,
    so each of them counts with the risk at the end of their step. Divided by the coverage, because
    otherwise whoever answers less had the smaller area.

    Returns:
        In [0, 1]; None where nothing was answered.
    """
    if curve.end is None:
        return None
    starts = [0, *(point.n_answered for point in curve.points)]
    steps = zip(pairwise(starts), curve.points, strict=True)
    total = sum((end - start) * point.risk for (start, end), point in steps)
    return total / curve.end.n_answered


def least_area(n_answered: int, n_wrong: int) -> float:
    """The area if all right answers came before all wrong ones, each with its own confidence.

    Approaches r + (1 - r) ln(1 - r) for many answers with the share r of wrong ones.

    Raises:
        ValueError: nothing was answered, or the counts are impossible.
    """
    if n_answered == 0 or not 0 <= n_wrong <= n_answered:
        raise ValueError(f"{n_wrong} wrong of {n_answered} answers have no area")
    n_right = n_answered - n_wrong
    return sum((k - n_right) / k for k in range(n_right + 1, n_answered + 1)) / n_answered


def excess_area(curve: RiskCurve) -> float | None:
    """What the area is above the least that these answers could have (E-AURC).

    Returns:
        At least 0, which is a perfect order; None where nothing was answered.
    """
    whole = area(curve)
    if whole is None or curve.end is None:
        return None
    # A perfect order leaves a few 1e-17 of rounding.
    return max(0.0, whole - least_area(curve.end.n_answered, curve.end.n_wrong))


def coverage(curve: RiskCurve, point: RiskPoint | None) -> float:
    """Share of all items that is answered at this point; 0 for no point or no items."""
    return point.n_answered / curve.n_items if point and curve.n_items else 0.0


def coverage_at_risk(curve: RiskCurve, risk: float) -> float:
    """Largest share of the items that can be answered with at most this risk, in hindsight.

    Returns:
        0 where even the surest answers are wrong more often.
    """
    fitting = [point for point in curve.points if point.risk <= risk]
    return coverage(curve, fitting[-1] if fitting else None)


def point_at(curve: RiskCurve, share: float) -> RiskPoint | None:
    """The first step by which at least this share of all items is answered.

    Returns:
        None where fewer are answered in all.
    """
    needed = share * curve.n_items
    # Rounding of the share must not ask for an item more.
    reached = (point for point in curve.points if point.n_answered >= needed - 1e-9)
    return next(reached, None)


def risk_bound(point: RiskPoint) -> float:
    """What the risk at this point is at most: one-sided 95% bound of Clopper and Pearson."""
    return greatest_share(point.n_wrong, point.n_answered)


def _sureness(confidence: float | None) -> float:
    return _UNSURE if confidence is None else confidence
