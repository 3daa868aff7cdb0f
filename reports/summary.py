"""A duel as JSON values: what `--json` prints and `report.json` holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import to_json
from spoonbench.harness.checks import DEFINITIONS
from spoonbench.reports import wording
from spoonbench.reports.gaps import gaps

if TYPE_CHECKING:
    from spoonbench.harness.evidence import Measurement, Proportion, SplitScore
    from spoonbench.reports.duel import DuelReport

SUMMARY_VERSION = 1
"""Changed whenever a field of the summary changes its meaning or goes away."""

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


def _score(score: SplitScore) -> dict[str, Any]:
    values: dict[str, Any] = to_json(score)
    for name in ("accuracy", "coverage", "precision"):
        values[name] = _proportion(getattr(score, name))
    return values


def _proportion(proportion: Proportion) -> dict[str, Any]:
    return {"value": proportion.value, **to_json(proportion)}
