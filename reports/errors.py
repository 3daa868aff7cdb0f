"""Tables of how far numbers were off, for tasks where near is good enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import quantities
from spoonbench.reports.quantities import DASH
from spoonbench.reports.tables import Column, Table, level_mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.harness.evidence import Measurement, NumberErrors
    from spoonbench.reports.duel import DuelReport

_WHOLE_FROM = 0.1
"""Percents are whole from here on."""

TITLE = "Errors of the answers"
DEFINITION = (
    "Over the answers that are numbers: mean, and largest in parentheses, relative to the target. "
    "What was not answered has no error."
)


def has_errors(report: DuelReport) -> bool:
    """Some contestant answered numbers of a task that has a tolerance."""
    return any(score.errors for m in report.measurements for score in m.splits)


def error_table(report: DuelReport) -> Table:
    """Errors of every contestant on the split that decides."""
    headers = ("Numbers", "Mean", "Largest", "Mean, relative", "Largest, relative")
    return Table(
        title=f'{TITLE}, on split "{report.split}"',
        columns=_columns(headers),
        rows=_rows(report, lambda measurement: _figures(_errors(measurement, report.split))),
    )


def split_error_table(report: DuelReport) -> Table:
    """Relative errors of every contestant on every split."""
    names = [facts.name for facts in report.duel.task.splits]
    return Table(
        title=f"{TITLE}, by split",
        columns=_columns(names),
        rows=_rows(
            report,
            lambda measurement: [_relative(_errors(measurement, name)) for name in names],
        ),
    )


def _columns(headers: Sequence[str]) -> tuple[Column, ...]:
    return (
        Column(header="Lvl"),
        Column(header="Contestant", is_figure=False),
        *(Column(header=header) for header in headers),
    )


def _rows(
    report: DuelReport, cells: Callable[[Measurement], Sequence[str]]
) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (level_mark(measurement.entry), measurement.entry.label, *cells(measurement))
        for measurement in report.measurements
    )


def _errors(measurement: Measurement, split: str) -> NumberErrors | None:
    score = measurement.score(split)
    return None if score is None else score.errors


def _figures(errors: NumberErrors | None) -> tuple[str, ...]:
    if errors is None:
        return (DASH,) * 5
    return (
        f"{errors.n:,}",
        quantities.significant(errors.mean_absolute),
        quantities.significant(errors.largest_absolute),
        _percent(errors.mean_relative),
        _percent(errors.largest_relative),
    )


def _relative(errors: NumberErrors | None) -> str:
    if errors is None:
        return DASH
    return f"{_percent(errors.mean_relative)} ({_percent(errors.largest_relative)})"


def _percent(value: float) -> str:
    return f"{value:,.0%}" if value >= _WHOLE_FROM else f"{100 * value:.2g}%"
