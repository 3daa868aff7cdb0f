"""A matrix as JSON values and as rows of a table: what `--json`, `matrix.json` and the CSV hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import to_json
from spoonbench.harness.matrix.series import same_batch
from spoonbench.harness.matrix.verdicts import judge_quantizations
from spoonbench.reports import matrix_wording as wording
from spoonbench.reports.matrix_method import method_terms
from spoonbench.reports.matrix_tables import groups
from spoonbench.reports.plaintext import make_plain

if TYPE_CHECKING:
    from spoonbench.harness.estimates import Proportion
    from spoonbench.harness.matrix.verdicts import CellVerdict, SpeedVerdict
    from spoonbench.reports.matrix import MatrixReport

SUMMARY_VERSION = 1
"""Changed whenever a field of the summary changes its meaning or goes away."""


def summary_json(report: MatrixReport) -> dict[str, Any]:
    """The whole report: JSON values, units in the names of the fields.

    Returns:
        An object that `json.dumps(..., allow_nan=False)` accepts; foreign text is as it came.
    """
    verdicts = report.verdicts
    return {
        "summary_version": SUMMARY_VERSION,
        "headline": wording.headline(report),
        "definitions": method_terms(report),
        "matrix": to_json(report.matrix),
        "environment": to_json(report.environment),
        "baseline": report.matrix.baseline,
        "noise": to_json(report.evidence.noise),
        "paces": to_json(report.evidence.paces),
        "cells": [_cell(one, report) for one in verdicts],
        "quantizations": [
            {
                "quantization": one.quantization,
                "cells_changed": [cell.name for cell in one.changed],
                "cells_without_a_change_shown": [cell.name for cell in one.unchanged],
                "smallest_differences": to_json(one.smallest_differences),
            }
            for one in judge_quantizations(verdicts)
        ],
        "skipped": to_json(groups(report, is_skipped=True)),
        "failed_or_not_run": to_json(groups(report, is_skipped=False)),
        "crossovers": to_json(report.evidence.crossovers),
        "findings": {
            "baseline": wording.baseline(report),
            "noise": wording.noise(report),
            "speed": list(wording.speed(report)),
            "speed_at_the_same_batch": list(wording.speed_at_the_same_batch(report)),
            "accuracy": list(wording.accuracy(report)),
            "memory": list(wording.memory(report)),
        },
        "notes": list(wording.remarks(report)),
    }


def cell_rows(report: MatrixReport) -> list[dict[str, Any]]:
    """One flat row for each cell, in the order of the matrix; units in the names of the columns."""
    beside = same_batch(report.evidence)
    return [_row(one, beside[one.name]) for one in report.verdicts]


def _cell(one: CellVerdict, report: MatrixReport) -> dict[str, Any]:
    values: dict[str, Any] = to_json(one.cell)
    described = values.pop("cell")
    for name in ("accuracy", "coverage", "natural_stops", "next_token"):
        values[name] = _proportion(getattr(one.cell, name))
    return {
        "name": one.name,
        "key": described["key"],
        "placement": described["placement"],
        "is_baseline": one.name == report.matrix.baseline,
        **values,
        "weight_measured_over_predicted": one.cell.weight_ratio,
        "peak_measured_over_predicted": one.cell.peak_ratio,
        "kept_peak_measured_over_predicted": one.cell.kept_peak_ratio,
        "cache_measured_over_predicted": one.cell.cache_ratio,
        "predicted_peak_parts": report.matrix.predicted_peak_parts(one.cell.cell),
        "predicted_peak_moment": one.cell.cell.peak_moment,
        "verdicts": {
            "speed": to_json(one.speed),
            "speed_at_the_same_batch": to_json(same_batch(report.evidence)[one.name]),
            "accuracy": to_json(one.accuracy),
            "weight_memory": one.memory,
            "quantization_changed_nothing": one.changed_nothing,
        },
    }


def _proportion(found: Proportion | None) -> dict[str, Any] | None:
    return None if found is None else {"value": found.value, **to_json(found)}


def _row(one: CellVerdict, beside: SpeedVerdict) -> dict[str, Any]:
    cell, test = one.cell, one.cell.test
    rate, call = cell.answers_per_s, cell.call_s
    return {
        "name": one.name,
        "status": cell.status,
        "reason": None if cell.reason is None else make_plain(cell.reason),
        **to_json(cell.cell.placement),
        **_share("accuracy", cell.accuracy),
        **_share("coverage", cell.coverage),
        **_share("natural_stops", cell.natural_stops),
        **_share("next_token", cell.next_token),
        "bits_per_byte": cell.bits_per_byte,
        "log_probability_shift": cell.log_probability_shift,
        "p_value": test.p_value if test else None,
        "p_holm": test.p_holm if test else None,
        "accuracy_difference": one.accuracy.difference,
        "smallest_difference": one.accuracy.smallest_difference,
        "accuracy_verdict": one.accuracy.verdict,
        "n_changed": cell.n_changed,
        "n_failed": cell.n_failed,
        "answers_per_s": rate.value if rate else None,
        "answers_per_s_low": rate.low if rate else None,
        "answers_per_s_high": rate.high if rate else None,
        "even_answers_per_s": cell.even_answers_per_s,
        "n_rounds": rate.n_rounds if rate else 0,
        "speed_over_baseline": one.speed.ratio,
        "speed_verdict": one.speed.verdict,
        "speed_over_baseline_at_the_same_batch": beside.ratio,
        "speed_verdict_at_the_same_batch": beside.verdict,
        "call_s": call.value if call else None,
        "call_s_low": call.low if call else None,
        "call_s_high": call.high if call else None,
        "call_p95_s": cell.call_p95_s,
        "first_token_s": cell.first_token_s,
        "token_s": cell.token_s,
        "tokens_per_s": cell.tokens_per_s,
        "tokens_per_answer": cell.tokens_per_answer,
        "first_warmup_s": cell.warmup_s[0] if cell.warmup_s else None,
        "load_s": cell.load_s,
        "cold_start_s": cell.cold_start_s,
        "cold_first_token_s": cell.cold_first_token_s,
        "instruction_sets": "; ".join(one.text for one in cell.arithmetic) or None,
        "baseline_bytes": cell.baseline_bytes,
        "resident_bytes": cell.resident_bytes,
        "peak_bytes": cell.peak_bytes,
        "device_peak_bytes": cell.device_peak_bytes,
        "lean_peak_bytes": cell.lean_peak_bytes,
        "predicted_peak_bytes": cell.predicted_peak_bytes,
        "peak_measured_over_predicted": cell.peak_ratio,
        "kept_peak_measured_over_predicted": cell.kept_peak_ratio,
        "cache_bytes": cell.cache_bytes,
        "predicted_cache_bytes": cell.predicted_cache_bytes,
        "cache_measured_over_predicted": cell.cache_ratio,
        "weight_bytes": cell.weight_bytes,
        "predicted_weight_bytes": cell.predicted_weight_bytes,
        "weight_measured_over_predicted": cell.weight_ratio,
        "weight_memory_verdict": one.memory,
        "bytes_before_quantization": cell.bytes_before,
        "layers_quantized": cell.layers_quantized,
        "layers_skipped": cell.layers_skipped,
        "quantization_changed_nothing": one.changed_nothing,
        "kernel": None if cell.kernel is None else make_plain(cell.kernel),
        "energy_j_per_item": cell.energy_j_per_item,
        "n_stalls": cell.n_stalls,
        "gives_the_same_answers_twice": cell.is_deterministic,
    }


def _share(name: str, found: Proportion | None) -> dict[str, Any]:
    return {
        name: found.value if found else None,
        f"{name}_low": found.low if found and found.n else None,
        f"{name}_high": found.high if found and found.n else None,
        f"{name}_n": found.n if found else None,
    }
