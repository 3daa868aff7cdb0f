"""The tables that a report opens with: one row for each contestant of the duel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.checks import DEFINITIONS, NOT_REFUTED
from spoonbench.harness.measurements import NOT_RUN
from spoonbench.reports import quantities
from spoonbench.reports.quantities import DASH
from spoonbench.reports.tables import Column, Table, level_mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.harness.evidence import Measurement, SplitScore
    from spoonbench.reports.duel import DuelReport

COUNTED_UP_TO = 2
"""Highest level whose lines of code are shown: what is learned does not lie in them."""

_SIZE = frozenset(
    {
        "Training",
        "Examples",
        "Resident",
        "On disk",
        "Parameters",
        "Operations",
        "Energy",
        "Lines",
        "Word lists",
        "Same twice",
    }
)
"""Columns of the ladder on making and keeping a contestant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A column of the ladder: how it is headed, when it gives way, and what stands in it.

    `meter` names the field of `Measurement` that it shows, to find out why it is empty.
    """

    header: str
    priority: int
    show: Callable[[Measurement], str]
    meter: str


def _score_figure(
    report: DuelReport, show: Callable[[SplitScore], str]
) -> Callable[[Measurement], str]:
    def cell(measurement: Measurement) -> str:
        score = report.score(measurement)
        return DASH if score is None else show(score)

    return cell


def ladder_figures(report: DuelReport) -> tuple[Figure, ...]:
    """The measured columns of the ladder, in the order in which they stand."""
    share = quantities.proportion
    return (
        _figure(
            "Accuracy (95%)", 0, _score_figure(report, lambda s: share(s.precision)), "precision"
        ),
        _figure(
            "Coverage",
            0,
            _score_figure(report, lambda s: quantities.share(s.coverage.value)),
            "splits",
        ),
        _figure(
            "Right of all (95%)", 1, _score_figure(report, lambda s: share(s.accuracy)), "splits"
        ),
        _figure("p50", 4, lambda m: _seconds(m, "latency_p50_s"), "latency_p50_s"),
        _figure("p95", 2, lambda m: _seconds(m, "latency_p95_s"), "latency_p95_s"),
        _figure("p99", 9, lambda m: _seconds(m, "latency_p99_s"), "latency_p99_s"),
        _figure("Items/s (batch)", 3, _throughput, "throughput"),
        _figure("Training", 5, lambda m: quantities.duration(m.training_s), "training_s"),
        _figure("Examples", 12, lambda m: quantities.count(m.n_training), "n_training"),
        _figure("Peak mem", 2, lambda m: quantities.size(m.peak_bytes), "peak_bytes"),
        _figure("Resident", 13, lambda m: quantities.size(m.resident_bytes), "resident_bytes"),
        _figure("On disk", 6, lambda m: quantities.size(m.disk_bytes), "disk_bytes"),
        _figure("Parameters", 7, lambda m: quantities.count(m.n_parameters), "n_parameters"),
        _figure(
            "Operations",
            8,
            lambda m: quantities.count(m.operations_per_problem),
            "operations_per_problem",
        ),
        _figure(
            "Energy", 14, lambda m: quantities.energy(m.energy_j_per_item), "energy_j_per_item"
        ),
        _figure("Lines", 10, lambda m: quantities.count(_lines(m)), "source_lines"),
        *([_WORD_LISTS] if any(m.entry.data_lines for m in report.measurements) else []),
        _figure("Same twice", 11, lambda m: _yes_no(m.is_deterministic), "is_deterministic"),
    )


def ladder_table(report: DuelReport) -> Table:
    """One row for each contestant: what it reached and what it takes."""
    figures = ladder_figures(report)
    columns = (
        Column(header="Lvl"),
        Column(header="Contestant", is_figure=False),
        Column(header="Meets", is_figure=False),
        *(Column(header=figure.header, priority=figure.priority) for figure in figures),
    )
    rows = tuple(
        (
            level_mark(measurement.entry),
            measurement.entry.label,
            meets(report, measurement),
            *(figure.show(measurement) for figure in figures),
        )
        for measurement in report.measurements
    )
    return Table(
        title=f'The ladder, on split "{report.split}"',
        columns=columns,
        rows=rows,
        marks=_marks(report),
        notes=(DEFINITIONS,) if rows else (),
    )


def ladder_parts(report: DuelReport) -> tuple[Table, Table]:
    """The ladder cut in two: what a contestant does, and what it takes to make and to keep."""
    whole = ladder_table(report)
    does = [index for index, column in enumerate(whole.columns) if column.header not in _SIZE]
    takes = [index for index, column in enumerate(whole.columns) if column.header in _SIZE]
    size = replace(whole.narrowed([0, 1, *takes]), title="Making and keeping", notes=())
    return whole.narrowed(does), size


def split_table(report: DuelReport, *, has_intervals: bool = True) -> Table:
    """Share of all items that each contestant got right, on every split."""
    splits = report.duel.task.splits
    columns = (
        Column(header="Lvl"),
        Column(header="Contestant", is_figure=False),
        *(Column(header=facts.name) for facts in splits),
    )
    rows = tuple(
        (
            level_mark(measurement.entry),
            measurement.entry.label,
            *(_right_of_all(measurement.score(facts.name), has_intervals) for facts in splits),
        )
        for measurement in report.measurements
    )
    return Table(title="Right of all by split", columns=columns, rows=rows, marks=_marks(report))


def meets(report: DuelReport, measurement: Measurement) -> str:
    """Whether a contestant meets the requirements, in one word."""
    if report.score(measurement) is None:
        return "not run" if measurement.status in ("ok", NOT_RUN) else "failed"
    if measurement.status not in NOT_REFUTED:
        return "failed"
    words = {"met": "yes", "not met": "no", "undecided": "undecided"}
    return words.get(report.verdict(measurement.entry.label) or "", DASH)


def _figure(header: str, priority: int, show: Callable[[Measurement], str], meter: str) -> Figure:
    return Figure(header=header, priority=priority, show=show, meter=meter)


_WORD_LISTS = _figure(
    "Word lists", 10, lambda m: quantities.count(m.entry.data_lines), "data_lines"
)
"""Lines of data files, beside those of code; shown where somebody has some."""


def _seconds(measurement: Measurement, name: str) -> str:
    return quantities.duration(quantities.estimate(getattr(measurement, name)))


def _throughput(measurement: Measurement) -> str:
    best = measurement.best_batch
    if best is None:
        return DASH
    return f"{quantities.rate(measurement.throughput[best].value)} ({best:,})"


def _yes_no(value: bool | None) -> str:
    return DASH if value is None else ("yes" if value else "no")


def _lines(measurement: Measurement) -> int | None:
    entry = measurement.entry
    return entry.source_lines if entry.level <= COUNTED_UP_TO else None


def _right_of_all(score: SplitScore | None, has_interval: bool) -> str:
    if score is None:
        return DASH
    if has_interval:
        return quantities.proportion(score.accuracy)
    return quantities.share(score.accuracy.value)


def _marks(report: DuelReport) -> tuple[str, ...]:
    choice = report.recommendation.choice
    return tuple(
        "choice"
        if m.entry.label == choice
        else "failed"
        if report.score(m) is None or m.status not in NOT_REFUTED
        else ""
        for m in report.measurements
    )
