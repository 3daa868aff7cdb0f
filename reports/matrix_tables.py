"""The tables of a matrix, as text in cells: terminal, Markdown and HTML show the same figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.reports import quantities
from spoonbench.reports.quantities import DASH
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.harness.matrix.evidence import CellEvidence
    from spoonbench.harness.matrix.verdicts import CellVerdict
    from spoonbench.reports.matrix import MatrixReport

_MILLI, _MEGA = 1e3, 1e-6
_LEAST_P = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    """One column of the cells: how it is shown for one of them."""

    column: Column
    show: Callable[[CellVerdict], str]


def cell_table(report: MatrixReport) -> Table:
    """Every cell that was tried, with all of its figures; columns without any are left out."""
    tried = [one for one in report.verdicts if one.cell.status != "skipped"]
    return _table("The cells", [*_HEAD, *_ANSWERS, *_TIMES, *_MEMORY], tried)


def answer_table(report: MatrixReport) -> Table:
    """Every cell: what it answered, and how fast."""
    return _table("Answers and speed", [*_HEAD, *_ANSWERS, *_SPEED], report.verdicts)


def loss_table(report: MatrixReport) -> Table:
    """Cells with answers: what was lost on the task, and on text in general."""
    return _table("Loss", [*_HEAD[:1], *_LOSSES], _with_figures(report))


def part_table(report: MatrixReport) -> Table:
    """Where the time of an answering call goes, in cells that tell."""
    found = [one for one in report.verdicts if one.cell.parts]
    names = tuple(dict.fromkeys(name for one in found for name in one.cell.parts))
    figures = [_part(name) for name in names]
    return _table("Where an answering call spends its time", [_HEAD[0], *figures], found)


def time_table(report: MatrixReport) -> Table:
    """Cells with figures: where the time goes."""
    return _table("Times", [*_HEAD[:1], *_CALLS, *_STARTS], _with_figures(report))


def memory_table(report: MatrixReport) -> Table:
    """Cells with figures: memory, weights and what a quantization did."""
    return _table("Memory and weights", [*_HEAD[:1], *_MEMORY, *_KERNELS], _with_figures(report))


def hidden_figures(report: MatrixReport) -> list[str]:
    """Headers of figures that no cell has."""
    shown = [column.header for column in cell_table(report).columns]
    wanted = [figure.column.header for figure in (*_ANSWERS, *_TIMES, *_MEMORY)]
    return [header for header in wanted if header not in shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Cells that were not measured for one and the same reason.

    Attributes:
        status: of all of them.
        reason: of all of them.
        names: of the cells, in the order of the matrix.
    """

    status: str
    reason: str
    names: tuple[str, ...]


def groups(report: MatrixReport, *, is_skipped: bool) -> list[Group]:
    """Cells that were skipped, or those that failed or were not run, by their reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in report.evidence.cells:
        if one.status != "ok" and (one.status == "skipped") == is_skipped:
            reason = one.reason or "no reason was recorded"
            found.setdefault((one.status, reason), []).append(one.cell.name)
    return [
        Group(status=status, reason=reason, names=tuple(names))
        for (status, reason), names in found.items()
    ]


def group_table(title: str, found: Sequence[Group]) -> Table:
    """Reasons with the cells that they hold for."""
    columns = (
        Column(header="Status", is_figure=False),
        Column(header="Reason", is_figure=False),
        Column(header="How many"),
        Column(header="Cells", is_figure=False),
    )
    rows = tuple(
        (group.status, group.reason, f"{len(group.names):,}", ", ".join(group.names))
        for group in found
    )
    return Table(title=title, columns=columns, rows=rows)


def crossover_table(report: MatrixReport) -> Table:
    """Where one setting overtakes another."""
    columns = (
        Column(header="Number"),
        Column(header="Axis", is_figure=False),
        Column(header="First", is_figure=False),
        Column(header="Second", is_figure=False),
        Column(header="In common", is_figure=False),
        Column(header="Batch size (95%)"),
    )
    rows = tuple(
        (
            str(number),
            one.axis,
            one.first,
            one.second,
            one.others or DASH,
            _crossing(one.batch_size, one.low, one.high),
        )
        for number, one in enumerate(report.evidence.crossovers, 1)
    )
    return Table(title="Crossovers", columns=columns, rows=rows)


def p_value(value: float | None) -> str:
    """A p-value with two digits.

    >>> p_value(0.0321), p_value(0.00004), p_value(1.0)
    ('0.032', '<0.001', '1.0')
    """
    if value is None:
        return DASH
    return "<0.001" if value < _LEAST_P else f"{value:.2g}" if value < 1 else "1.0"


def ratio(value: float | None) -> str:
    """A ratio in three digits.

    >>> ratio(12.345), ratio(0.98765)
    ('12.3', '0.988')
    """
    return DASH if value is None else quantities.significant(value)


_SMALL = 10  # items in a batch, below which a digit behind the point matters


def _crossing(size: float | None, low: float | None, high: float | None) -> str:
    if size is None or low is None or high is None:
        return DASH
    shown, *ends = (f"{one:.{1 if one < _SMALL else 0}f}" for one in (size, low, high))
    return f"{shown} ({'-'.join(ends)})"


def _table(title: str, figures: Sequence[_Figure], verdicts: Sequence[CellVerdict]) -> Table:
    rows = [[figure.show(one) for figure in figures] for one in verdicts]
    kept = [
        index
        for index, figure in enumerate(figures)
        if figure.column.header == "Cell" or any(row[index] not in ("", DASH) for row in rows)
    ]
    return Table(
        title=title,
        columns=tuple(figures[index].column for index in kept),
        rows=tuple(tuple(row[index] for index in kept) for row in rows),
        marks=tuple(_mark(one) for one in verdicts),
    )


def _with_figures(report: MatrixReport) -> list[CellVerdict]:
    return [one for one in report.verdicts if one.cell.answers_per_s is not None]


def _mark(one: CellVerdict) -> str:
    if one.speed.verdict == "baseline":
        return "baseline"
    return {"ok": "", "skipped": "skipped", "missing": "skipped"}.get(one.cell.status, "failed")


def _figure(
    header: str, show: Callable[[CellEvidence], str], priority: int = 0, *, is_words: bool = False
) -> _Figure:
    column = Column(header=header, priority=priority, is_figure=not is_words, is_whole=is_words)
    return _Figure(column=column, show=lambda one: show(one.cell))


def _part(name: str) -> _Figure:
    def show(one: CellEvidence) -> str:
        return DASH if name not in one.parts else quantities.share(one.parts[name])

    return _figure(name.replace("_", " ").capitalize(), show)


def _verdict(header: str, show: Callable[[CellVerdict], str], priority: int = 0) -> _Figure:
    return _Figure(
        column=Column(header=header, priority=priority, is_figure=False, is_whole=True), show=show
    )


def _scaled(value: float | None, factor: float) -> str:
    return DASH if value is None else quantities.significant(value * factor)


def _count(value: int | None) -> str:
    return DASH if value is None else f"{value:,}"


def _status(cell: CellEvidence) -> str:
    return {"ok": "", "missing": "not run"}.get(cell.status, cell.status)


def _layers(cell: CellEvidence) -> str:
    if cell.layers_quantized is None:
        return DASH
    return f"{cell.layers_quantized:,}/{cell.layers_skipped or 0:,}"


def _stops(cell: CellEvidence) -> str:
    return DASH if cell.natural_stops is None else quantities.share(cell.natural_stops.value)


def _warm_up(cell: CellEvidence) -> str:
    return ", ".join(_scaled(seconds, _MILLI) for seconds in cell.warmup_s) or DASH


def _shown_verdict(one: CellVerdict) -> str:
    known = ("faster", "slower", "not shown", "baseline")
    return one.speed.verdict if one.speed.verdict in known else DASH


_HEAD = (
    _figure("Cell", lambda one: one.cell.name, is_words=True),
    _figure("Status", _status, is_words=True),
)
_ANSWERS = (
    _figure("Right of all (95%)", lambda one: quantities.proportion(one.accuracy)),
    _figure("p (Holm)", lambda one: p_value(one.test.p_holm if one.test else None), 1),
    _figure("Changed", lambda one: _count(one.n_changed), 2),
)
_LOSSES = (
    _figure("Right of all", lambda one: quantities.proportion(one.accuracy)),
    _figure("Changed", lambda one: _count(one.n_changed)),
    _figure("Shift of log p", lambda one: _scaled(one.log_probability_shift, 1)),
    _figure("Bits per byte", lambda one: _scaled(one.bits_per_byte, 1)),
    _figure("Next token right", lambda one: quantities.proportion(one.next_token)),
)
_SPEED = (
    _figure("Answers/s", lambda one: _scaled(quantities.estimate(one.answers_per_s), 1)),
    _Figure(
        column=Column(header="x base"),
        show=lambda one: ratio(one.speed.ratio),
    ),
    _verdict("Beyond noise", _shown_verdict, 1),
)
_CALLS = (
    _figure("ms/call", lambda one: _scaled(quantities.estimate(one.call_s), _MILLI), 2),
    _figure("p95 ms/call", lambda one: _scaled(one.call_p95_s, _MILLI), 8),
    _figure("ms 1st token", lambda one: _scaled(one.first_token_s, _MILLI), 4),
    _figure("ms/token", lambda one: _scaled(one.token_s, _MILLI), 4),
    _figure("Tokens/s", lambda one: _scaled(one.tokens_per_s, 1), 5),
    _figure("Cold start s", lambda one: _scaled(one.cold_start_s, 1), 9),
)
_TIMES = (*_SPEED, *_CALLS)
_MEMORY = (
    _figure("Peak MB", lambda one: _scaled(one.peak_bytes, _MEGA), 3),
    _figure("Device peak MB", lambda one: _scaled(one.device_peak_bytes, _MEGA), 3),
    _figure("Weights MB", lambda one: _scaled(one.weight_bytes, _MEGA), 6),
    _figure("x predicted", lambda one: ratio(one.weight_ratio), 6),
    _figure("Layers q/s", _layers, 7),
)
_KERNELS = (
    _figure("Lean peak MB", lambda one: _scaled(one.lean_peak_bytes, _MEGA)),
    _figure("Predicted peak MB", lambda one: _scaled(one.predicted_peak_bytes, _MEGA)),
    _figure("Peak x predicted", lambda one: ratio(one.peak_ratio)),
    _figure("Kept x predicted", lambda one: ratio(one.kept_peak_ratio)),
    _figure("Cache MB", lambda one: _scaled(one.cache_bytes, _MEGA)),
    _figure("Cache x predicted", lambda one: ratio(one.cache_ratio)),
    _figure("Resident MB", lambda one: _scaled(one.resident_bytes, _MEGA)),
    _figure("J/item", lambda one: _scaled(one.energy_j_per_item, 1)),
    _Figure(
        column=Column(header="Kernel", is_figure=False),
        show=lambda one: one.cell.kernel or DASH,
    ),
)
_STARTS = (
    _figure("Tokens/answer", lambda one: _scaled(one.tokens_per_answer, 1)),
    _figure("Natural stops", _stops),
    _figure("Load s", lambda one: _scaled(one.load_s, 1)),
    _figure("ms cold 1st token", lambda one: _scaled(one.cold_first_token_s, _MILLI)),
    _figure("Warm-up ms", _warm_up),
)
LEGEND = {
    "x base": "x base: answers/s over those of the baseline.",
    "Lean peak MB": "Lean peak: in one more call with freed memory given back at once, which is "
    "what the prediction is of; the timed calls keep freed memory, because that is faster.",
    "Peak x predicted": "Peak x predicted: the lean peak (on an accelerator the device's) over "
    "the predicted one; Kept x predicted: the peak of the timed calls over it.",
    "Cache MB": "Cache: keys and values of the longest batch, held against what was predicted for "
    "as many texts and tokens.",
    "x predicted": "x predicted: measured bytes of the weights over those that were predicted.",
    "Layers q/s": "Layers q/s: layers that the quantization changed / left as they were.",
}
"""Header to what it means."""
