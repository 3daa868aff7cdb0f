"""A comparison with its gates as JSON values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import to_json
from spoonbench.harness.gates.wording import result_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.gates.changes import Change
    from spoonbench.harness.gates.comparing import Comparison, Pair
    from spoonbench.harness.gates.judging import GateResult
    from spoonbench.harness.gates.sides import Side, Subject

CONFIDENCE = 0.95


def comparison_json(
    comparison: Comparison, results: Sequence[GateResult], code: int
) -> dict[str, Any]:
    """Everything that was found; shares in [0, 1], ratios second over first."""
    return {
        "a": _side(comparison.first),
        "b": _side(comparison.second),
        "pairs": [_pair(pair) for pair in comparison.pairs],
        "only_in_a": [_alone(one) for one in comparison.only_first],
        "only_in_b": [_alone(one) for one in comparison.only_second],
        "machine_differs": list(comparison.machine_differs),
        "notes": list(comparison.notes),
        "gates": [_result(result) for result in results],
        "exit_code": code,
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "title": side.title,
        "kind": side.kind,
        "task": side.task,
        "machine": to_json(side.machine),
        "subjects": [one.name for one in side.subjects],
    }


def _alone(subject: Subject) -> dict[str, Any]:
    return {"name": subject.name, "problem": subject.problem, "run_ids": list(subject.run_ids)}


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "name": pair.name,
        "a": _alone(pair.first),
        "b": _alone(pair.second),
        "changes": [_change(change) for change in pair.changes],
        "missing": dict(pair.missing),
    }


def _change(change: Change) -> dict[str, Any]:
    grounds = change.grounds
    interval = grounds.interval(CONFIDENCE)
    low, high = interval or (None, None)
    return {
        "figure": change.figure.name,
        "unit": change.figure.unit or "share",
        "detail": change.detail,
        "a": _finite(grounds.first),
        "b": _finite(grounds.second),
        "change": _finite(grounds.change),
        "change_is": "difference" if change.figure.kind == "share" else "ratio",
        "low": _finite(low),
        "high": _finite(high),
        "verdict": change.verdict,
        "p_value": grounds.p_value,
        "p_holm": change.p_holm,
        "smallest_shown": _finite(grounds.smallest),
        "n": grounds.n,
        "method": grounds.method,
        "note": change.note,
    }


def _result(result: GateResult) -> dict[str, Any]:
    return {
        "gate": result.gate.text,
        "status": result.status,
        "pair": result.pair,
        "detail": result.detail,
        "sentence": result_words(result),
        "value": _finite(result.value),
        "limit": _finite(result.limit),
        "low": _finite(result.low),
        "high": _finite(result.high),
        "confidence": result.confidence,
        "n_more": result.n_more,
        "unit_more": result.unit_more,
    }


def _finite(value: float | None) -> float | None:
    """JSON has no infinity."""
    return value if value is not None and math.isfinite(value) else None
