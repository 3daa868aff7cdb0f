"""A duel as JSON values: what `--json` prints and `report.json` holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spoonbench.harness import confidence_scores, risk_coverage
from spoonbench.harness.canonical import to_json
from spoonbench.harness.checks import DEFINITIONS
from spoonbench.reports import wording
from spoonbench.reports.gaps import gaps

if TYPE_CHECKING:
    from spoonbench.harness.estimates import Proportion
    from spoonbench.harness.evidence import Measurement, RiskCurve, SplitScore, SubsetScore
    from spoonbench.reports.duel import DuelReport

SUMMARY_VERSION = 1
"""Changed whenever a field of the summary changes its meaning or goes away."""

CURVE_STEPS = 20

FIELDS = (
    "In `splits` of a measurement, `precision` holds what is called accuracy (right among the "
    "answers given) and `accuracy` what is called right of all (right among all items)."
)
"""How the names of the fields go with the words of the reports."""


def summary_json(report: DuelReport) -> dict[str, Any]:
    """The whole report without its gallery: JSON values, units in the names of the fields.

    Returns:
        An object that `json.dumps(..., allow_nan=False)` accepts; foreign text is as it came.
    """
    return {
        "summary_version": SUMMARY_VERSION,
        "decision": wording.headline(report),
        "recommendation": to_json(report.recommendation),
        "definitions": [DEFINITIONS, FIELDS],
        "duel": to_json(report.duel),
        "deciding_split": report.split,
        "environment": to_json(report.environment),
        "measurements": [_measurement(m, report) for m in report.measurements],
        "paired_tests": to_json(report.tests),
        "resource_ratios": to_json(report.ratios),
        "costs": to_json(report.costs),
        "cost_crossings": to_json(report.crossings),
        "failure_counts": to_json(report.failure_counts),
        "learned_rules": to_json(report.rules),
        "notes": [*wording.failed(report), *wording.remarks(report), *gaps(report)],
    }


def _measurement(measurement: Measurement, report: DuelReport) -> dict[str, Any]:
    values: dict[str, Any] = to_json(measurement)
    values["entry"] = measurement.entry.label
    values["level"] = measurement.entry.level
    values["verdict"] = report.verdict(measurement.entry.label)
    values["best_batch"] = measurement.best_batch
    values["splits"] = [_score(score) for score in measurement.splits]
    return values


def _score(score: SplitScore | SubsetScore) -> dict[str, Any]:
    bare = replace(score, curve=None) if score.curve else score
    values: dict[str, Any] = to_json(bare)
    for name in ("accuracy", "coverage", "precision"):
        values[name] = _proportion(getattr(score, name))
    values["curve"] = None if score.curve is None else _curve(score.curve)
    if "subsets" in values:
        values["subsets"] = [_score(one) for one in getattr(score, "subsets", ())]
    return values


def _curve(curve: RiskCurve) -> dict[str, Any]:
    """Risk against coverage: the areas, and points at every twentieth of the items and the end."""
    shares = [step / CURVE_STEPS for step in range(1, CURVE_STEPS + 1)]
    points = [risk_coverage.point_at(curve, share) for share in shares]
    return {
        "n_items": curve.n_items,
        "aurc": risk_coverage.area(curve),
        "e_aurc": risk_coverage.excess_area(curve),
        "log_loss": confidence_scores.log_loss(curve),
        "brier": confidence_scores.brier(curve),
        "calibration_error": confidence_scores.calibration_error(curve),
        "points": [
            {
                **to_json(point),
                "coverage": risk_coverage.coverage(curve, point),
                "risk": point.risk,
                "risk_bound": risk_coverage.risk_bound(point),
            }
            for point in dict.fromkeys([*points, curve.end])
            if point is not None
        ],
    }


def _proportion(proportion: Proportion) -> dict[str, Any]:
    return {"value": proportion.value, **to_json(proportion)}
