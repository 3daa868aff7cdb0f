"""Pictures: SVG that follows light and dark, and PNG on white.

Figures are as wide as a phone, so that their text can be read there; wide screens enlarge them.
Importing this module takes seconds (matplotlib, seaborn, pandas): `plots` imports it late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import seaborn
from matplotlib import ticker
from matplotlib.patches import Rectangle

from spoonbench.reports import fronts, labelling, plots
from spoonbench.reports.canvas import FONT, Drawn, in_all_forms, new_figure
from spoonbench.reports.marking import (
    DASHES,
    add_legend,
    label_of,
    percent_axis,
    scatter,
    short_name,
)
from spoonbench.reports.palette import Palette, marker_of
from spoonbench.reports.risk_drawing import paint_risk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from spoonbench.harness.evidence import Measurement
    from spoonbench.reports.duel import DuelReport

_ROW = 0.37  # inches for one contestant


def draw(name: str, report: DuelReport, measurements: Sequence[Measurement]) -> Drawn:
    """Draw one plot for those measurements that have something to show."""
    paint = _PAINTERS[name]
    return in_all_forms(name, lambda palette: paint(report, measurements, palette))


def _paint_accuracy(
    report: DuelReport, measurements: Sequence[Measurement], palette: Palette
) -> Figure:
    labels = [label_of(m) for m in measurements]
    figure, (axes,) = new_figure(1.0 + _ROW * len(labels))
    for row, measurement in enumerate(measurements):
        score = report.score(measurement)
        if score is None or score.accuracy.value is None:
            continue
        colour, share = palette.of(measurement.entry), score.accuracy
        axes.plot([share.low, share.high], [row, row], color=colour, linewidth=2.2)
        axes.plot([score.accuracy.value], [row], marker_of(measurement.entry), color=colour)
    axes.set(yticks=range(len(labels)), yticklabels=labels, xlim=(-0.02, 1.02))
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(f'right answers among all items of "{short_name(report.split)}"')
    percent_axis(axes.xaxis)
    add_legend(figure, measurements, palette)
    return figure


def _paint_splits(
    report: DuelReport, measurements: Sequence[Measurement], palette: Palette
) -> Figure:
    names = [facts.name for facts in report.duel.task.splits]
    figure, (axes,) = new_figure(1.0 + _ROW * len(measurements))
    for row, measurement in enumerate(measurements):
        for column, name in enumerate(names):
            score = measurement.score(name)
            value = None if score is None else score.accuracy.value
            _paint_cell(axes, (column, row), value, palette)
    axes.set(xlim=(0, len(names)), ylim=(len(measurements), 0))
    axes.set_yticks([row + 0.5 for row in range(len(measurements))], map(label_of, measurements))
    axes.set_xticks(
        [column + 0.5 for column in range(len(names))],
        [short_name(name) for name in names],
        rotation=40,
        ha="left",
        rotation_mode="anchor",
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    return figure


def _paint_cell(axes: Any, place: tuple[int, int], value: float | None, palette: Palette) -> None:
    column, row = place
    corner, size = (column + 0.04, row + 0.05), (0.92, 0.9)
    axes.add_patch(Rectangle(corner, *size, facecolor="none", edgecolor=palette.line))
    if value:
        axes.add_patch(
            Rectangle(corner, *size, facecolor=palette.heat, alpha=value, edgecolor="none")
        )
    text = "\u2013" if value is None else f"{100 * value:.0f}"
    # Only all is 100, and only nothing is 0.
    if value is not None and text in ("0", "100") and value not in (0.0, 1.0):
        text = f"{100 * value:.1f}"
    axes.text(column + 0.5, row + 0.52, text, ha="center", va="center", fontsize=FONT - 1)


def _paint_speed(
    report: DuelReport, measurements: Sequence[Measurement], palette: Palette
) -> Figure:
    del measurements  # all that have a time
    unit = ticker.EngFormatter(unit="s", sep=" ")
    return _paint_front(fronts.speed_points(report), "median time of one answer", unit, palette)


def _paint_cost(
    report: DuelReport, measurements: Sequence[Measurement], palette: Palette
) -> Figure:
    del measurements  # all that have a cost
    unit = ticker.EngFormatter(sep=" ")
    return _paint_front(
        fronts.cost_points(report), "total cost, in the user's money", unit, palette
    )


def _paint_front(
    points: Sequence[fronts.Point], label: str, unit: ticker.Formatter, palette: Palette
) -> Figure:
    """Right answers against what they take, with the line of those that nobody beats."""
    figure, (axes,) = new_figure(4.3)
    axes.set_xscale("log")
    places = [(cost, accuracy) for _, cost, accuracy in points]
    front = [places[index] for index in fronts.pareto_front(places)]
    axes.plot(
        [x for x, _ in front],
        [y for _, y in front],
        color=palette.muted,
        linewidth=1,
        drawstyle="steps-post",
        zorder=1,
    )
    shown = [m for m, _, _ in points]
    scatter(axes, shown, places, palette)
    axes.set_xlabel(label)
    axes.set_ylabel("right answers among all items")
    axes.set_ylim(-0.06, 1.12)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
    _widen_log(axes, [x for x, _ in places])
    axes.xaxis.set_major_formatter(unit)
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    percent_axis(axes.yaxis)
    add_legend(figure, shown, palette)
    labels = [label_of(m) for m in shown]
    labelling.place_labels(figure, axes, places, labels, ground=palette.ground)
    return figure


def _widen_log(axes: Any, values: Sequence[float]) -> None:
    """Room on both sides of a logarithmic axis, for labels and for a single point."""
    positive = [value for value in values if value > 0] or [1.0]
    axes.set_xlim(min(positive) / 4, max(positive) * 4)


def _paint_precision(
    report: DuelReport, measurements: Sequence[Measurement], palette: Palette
) -> Figure:
    figure, (axes,) = new_figure(4.3)
    scores = [report.score(m) for m in measurements]
    places = [(s.coverage.value or 0.0, s.precision.value or 0.0) for s in scores if s is not None]
    scatter(axes, measurements, places, palette)
    required = report.duel.requirements
    axes.axvline(required.coverage, color=palette.ink, linestyle="--", linewidth=1)
    axes.axhline(required.accuracy, color=palette.ink, linestyle="--", linewidth=1)
    axes.set_xlim(_share_limits([*(x for x, _ in places), required.coverage]))
    axes.set_ylim(_share_limits([*(y for _, y in places), required.accuracy]))
    axes.set_xlabel("coverage: items answered")
    axes.set_ylabel("accuracy: right among those")
    percent_axis(axes.xaxis)
    percent_axis(axes.yaxis)
    add_legend(figure, measurements, palette)
    labels = [label_of(m) for m in measurements]
    labelling.place_labels(figure, axes, places, labels, ground=palette.ground)
    return figure


def _share_limits(values: Sequence[float]) -> tuple[float, float]:
    """Limits around shares, with room for labels; never wider than all shares."""
    span = max(1 - min(values), 0.04)
    return max(-0.06, min(values) - 0.4 * span), 1 + 0.12 * span


def _paint_batches(
    report: DuelReport, measurements: Sequence[Measurement], palette: Palette
) -> Figure:
    del report  # one signature for all
    figure, (axes,) = new_figure(4.3)
    axes.set(xscale="log", yscale="log")
    seen: dict[str, int] = {}
    ends = []
    for measurement in measurements:
        colour = palette.of(measurement.entry)
        dashes = DASHES[seen.setdefault(colour, 0) % len(DASHES)]
        seen[colour] += 1
        sizes = sorted(measurement.throughput)
        rates = [measurement.throughput[size].value for size in sizes]
        axes.plot(
            sizes,
            rates,
            color=colour,
            marker=marker_of(measurement.entry),
            markersize=5,
            linestyle=dashes,
        )
        ends.append((float(sizes[-1]), rates[-1]))
    shown = sorted({size for m in measurements for size in m.throughput})
    axes.set_xlim(shown[0] / 1.3, shown[-1] * (shown[-1] / shown[0]) ** 0.75)
    axes.set_xticks(shown, [f"{size:,}" for size in shown])
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    axes.yaxis.set_major_formatter(ticker.EngFormatter(sep=" "))
    axes.set_xlabel("batch size")
    axes.set_ylabel("items per second")
    add_legend(figure, measurements, palette)
    labels = [label_of(m) for m in measurements]
    labelling.place_labels(
        figure,
        axes,
        ends,
        labels,
        ground=palette.ground,
        places=[labelling.RIGHT] * len(labels),
        colours=[palette.of(m.entry) for m in measurements],
    )
    return figure


def _paint_training(
    report: DuelReport, measurements: Sequence[Measurement], palette: Palette
) -> Figure:
    del report  # one signature for all
    figure, rows = new_figure(0.5 + 1.75 * len(measurements), len(measurements))
    for axes, measurement in zip(rows, measurements, strict=True):
        losses = [(name, words, plots.curve_of(measurement, name)) for name, words in plots.LOSSES]
        lines = [line for line in losses if line[2]]
        if not lines:
            accuracy = plots.curve_of(measurement, "validation_accuracy")
            lines = [("validation_accuracy", "validation: right of all", accuracy)]
        for name, words, points in lines:
            seaborn.lineplot(
                x=[step for step, _ in points],
                y=[value for _, value in points],
                color=palette.muted if name == "train_loss" else palette.of(measurement.entry),
                linestyle="--" if name == "train_loss" else "-",
                label=words,
                ax=axes,
                errorbar=None,
            )
        axes.set_title(label_of(measurement).replace("\n", " "), loc="left")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, fontsize=FONT - 1, loc="best")
        axes.xaxis.set_major_locator(ticker.MaxNLocator(5, integer=True))
        axes.tick_params(axis="y", labelsize=FONT - 1)
    rows[-1].set_xlabel("step")
    return figure


_PAINTERS = {
    "accuracy": _paint_accuracy,
    "splits": _paint_splits,
    "speed": _paint_speed,
    "cost": _paint_cost,
    "precision": _paint_precision,
    "risk": paint_risk,
    "batches": _paint_batches,
    "training": _paint_training,
}
