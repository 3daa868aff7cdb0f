"""Why figures of a report are missing: one sentence for each reason and who it is true of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.measurements import NOT_RUN
from spoonbench.reports import quantities
from spoonbench.reports.ladder import Figure, ladder_figures
from spoonbench.reports.quantities import DASH
from spoonbench.reports.wording import CUT_SHORT

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from spoonbench.harness.evidence import Measurement
    from spoonbench.reports.duel import DuelReport

_METER_NAMES = {
    "training_s": ("training time",),
    "energy_j_per_item": ("energy_j",),
    "peak_bytes": ("peak_bytes",),
    "resident_bytes": ("resident_bytes", "peak_bytes"),
    **{
        name: (name,)
        for name in (
            "disk_bytes",
            "n_parameters",
            "operations_per_problem",
            "n_training",
            "latency_p50_s",
            "latency_p95_s",
            "latency_p99_s",
            "throughput",
            "is_deterministic",
            "source_lines",
            "data_lines",
            # No column shows these; what is missing with them says why.
            "load_s",
            "weight_bytes",
            "operations_formula",
        )
    },
}
"""Field of a measurement to the names under which a meter says why it gave nothing."""

_MODEL_LEVEL = 3

_EMPTY_BECAUSE = {
    "training_s": "nothing to train",
    "n_training": "nothing to train",
    "disk_bytes": "nothing kept on disk",
    "n_parameters": "no trained numbers",
    "operations_per_problem": "its operations are not counted",
    "source_lines": "lines are counted for rules and algorithms only",
    "data_lines": "no word lists in files of their own",
    "is_deterministic": "takes at least two rounds",
    "precision": "gave no answer",
}
_OF_ITS_PARTS = {
    "training_s": "its parts were trained by themselves, if at all",
    "n_training": "its parts were trained by themselves, if at all",
    "disk_bytes": "what is kept on disk is that of its parts",
}
"""Of a hybrid, for the same."""


def gaps(report: DuelReport, headers: Collection[str] | None = None) -> tuple[str, ...]:
    """Why figures of the ladder are missing: one sentence for each reason and who it is true of.

    Args:
        report: the report.
        headers: columns that are shown; None for all, and for meters without a column.
    """
    who: dict[tuple[str | None, str], list[str]] = {}
    shown = [f for f in ladder_figures(report) if headers is None or f.header in headers]
    for measurement in report.measurements:
        found = [_gap(measurement, figure) for figure in shown if figure.show(measurement) == DASH]
        found += _other_meters(measurement) if headers is None else []
        for key in dict.fromkeys(found):
            who.setdefault(key, []).append(measurement.entry.label)
    same: dict[tuple[str, str], list[str | None]] = {}
    everyone = len(report.measurements)
    for (what, why), labels in who.items():
        whom = "anyone" if len(labels) == everyone > 1 else quantities.listed(labels)
        same.setdefault((whom, why), []).append(what)
    return tuple(_gap_sentence(whats, whom, why) for (whom, why), whats in same.items())


def _gap_sentence(whats: Sequence[str | None], whom: str, why: str) -> str:
    """Columns without a figure; None among them stands for all."""
    columns = [what for what in whats if what is not None]
    if len(columns) < len(whats):
        return f"No figures for {whom}: {why}."
    figures = "figure" if len(columns) == 1 else "figures"
    return f"{quantities.listed(columns)}: no {figures} for {whom}: {why}."


def _gap(measurement: Measurement, figure: Figure) -> tuple[str | None, str]:
    """What is missing, and why; None: everything, of a contestant that did not come through."""
    why = _why_missing(measurement, figure.meter)
    is_whole = measurement.status == "ok" or why in measurement.missing.values()
    return figure.header if is_whole else None, why


def _why_missing(measurement: Measurement, meter: str) -> str:
    for name in (meter, *_METER_NAMES.get(meter, ())):
        if name in measurement.missing:
            return measurement.missing[name].rstrip(".")
    if measurement.status == NOT_RUN:
        return "not run yet"
    if measurement.status != "ok":
        return f"did not come through ({measurement.status})"
    if meter == "operations_per_problem" and measurement.entry.level >= _MODEL_LEVEL:
        return "how many it takes was not counted"
    if measurement.entry.is_hybrid and meter in _OF_ITS_PARTS:
        return _OF_ITS_PARTS[meter]
    return _EMPTY_BECAUSE.get(meter, "not measured in this duel")


def _other_meters(measurement: Measurement) -> list[tuple[str | None, str]]:
    """Meters that have no empty column of the ladder to stand at, and why they gave nothing."""
    shown = {name for names in _METER_NAMES.values() for name in names}
    shown |= set(_METER_NAMES)
    return [
        (meter.replace("_", " ").capitalize(), why.rstrip("."))
        for meter, why in measurement.missing.items()
        if meter not in shown and not meter.startswith(CUT_SHORT)
    ]
