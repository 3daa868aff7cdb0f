"""Line and point plots of a matrix: speed against batch size, predicted against measured memory.

Importing this module takes seconds (matplotlib, seaborn): `matrix_plots` imports it late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib import ticker

from spoonbench.harness.matrix.series import baseline_series
from spoonbench.reports import labelling
from spoonbench.reports.canvas import FONT, Drawn, in_all_forms, new_figure
from spoonbench.reports.marking import DASHES, wrapped_label
from spoonbench.reports.matrix_crossings import crossings, speeds_of
from spoonbench.reports.matrix_plots import gaps_of, growing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from spoonbench.harness.matrix.evidence import MatrixEvidence
    from spoonbench.harness.matrix.series import Series
    from spoonbench.reports.matrix_crossings import Crossing
    from spoonbench.reports.matrix_memory import Memory, Point
    from spoonbench.reports.palette import Palette

_MARKERS = ("o", "s", "^", "D", "P", "X")
_IN_ONE_PANEL = 6
_PANEL = 3.9  # inches
_RING = 7.0
_LABEL_ROOM = 0.8  # of the width of the lines, in the logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """Where a line ends, with its label and its colour."""

    place: tuple[float, float]
    label: str
    colour: str


def draw_batches(evidence: MatrixEvidence) -> Drawn:
    """Answers a second against the batch size; six series a panel, the baseline's in each."""
    return in_all_forms("matrix-batches", lambda palette: _paint_batches(evidence, palette))


def draw_memory(memory: Memory, points: Sequence[Point]) -> Drawn:
    """Measured against predicted bytes; settings at one and the same place share a label."""
    return in_all_forms(memory.name, lambda palette: _paint_memory(memory, points, palette))


def _paint_batches(evidence: MatrixEvidence, palette: Palette) -> Figure:
    reference = baseline_series(evidence)
    others = [one for one in growing(evidence) if one.placement != reference.placement]
    panels = [
        others[start : start + _IN_ONE_PANEL] for start in range(0, len(others), _IN_ONE_PANEL)
    ] or [[]]
    figure, rows = new_figure(0.4 + _PANEL * len(panels), len(panels))
    found = crossings(evidence)
    limits = _limits([*others, reference])
    ends = []
    for axes, panel in zip(rows, panels, strict=True):
        axes.set(xscale="log", yscale="log")
        _frame(axes, limits)
        ends.append(_paint_lines(axes, panel, reference, palette))
        there = [series.placement for series in (*panel, reference)]
        for one in found:
            if one.first.placement in there and one.second.placement in there:
                _paint_crossing(axes, one, palette)
    # Last of all: the first label lays the figure out.
    for axes, found_ends in zip(rows, ends, strict=True):
        labelling.place_labels(
            figure,
            axes,
            [one.place for one in found_ends],
            [one.label for one in found_ends],
            ground=palette.ground,
            places=[labelling.RIGHT] * len(found_ends),
            colours=[one.colour for one in found_ends],
        )
    return figure


def _limits(series: Sequence[Series]) -> tuple[list[int], float, float]:
    """Batch sizes of all series, lowest and highest speed."""
    sizes = sorted({size for one in series for size in one.cells})
    rates = [rate for one in series for rate in speeds_of(one).values()]
    return sizes, min(rates), max(rates)


def _frame(axes: Any, limits: tuple[list[int], float, float]) -> None:
    sizes, low, high = limits
    span = max(sizes[-1] / sizes[0], 2.0)
    axes.set_xlim(sizes[0] / 1.3, sizes[-1] * span**_LABEL_ROOM)
    axes.set_ylim(low / 1.6, high * 1.6)
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    _log_ticks(axes.yaxis)
    axes.set_xlabel("batch size")
    axes.set_ylabel("answers a second")


def _log_ticks(axis: Any) -> None:
    """Ticks at 1, 2 and 5 times the powers of ten, as plain numbers."""
    axis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axis.set_minor_locator(ticker.NullLocator())


def _paint_lines(
    axes: Any, panel: Sequence[Series], reference: Series, palette: Palette
) -> list[_End]:
    """Draw the lines of a panel, and give their ends with their labels."""
    ends = []
    grey = speeds_of(reference)
    if grey:
        axes.plot(
            list(grey), list(grey.values()), color=palette.muted, linestyle="--", linewidth=1.4
        )
        ends.append(_end(grey, wrapped_label(reference.name), palette.muted))
    for index, series in enumerate(panel):
        points = speeds_of(series)
        colour = palette.levels[index % len(palette.levels)]
        axes.plot(
            list(points),
            list(points.values()),
            color=colour,
            marker=_MARKERS[index % len(_MARKERS)],
            markersize=5,
            linestyle=DASHES[0],
        )
        ends.append(_end(points, _with_gaps(series), colour))
    return ends


def _end(points: Mapping[int, float], label: str, colour: str) -> _End:
    return _End(place=(float(max(points)), points[max(points)]), label=label, colour=colour)


def _with_gaps(series: Series) -> str:
    """The name, and below it the batch sizes without a good cell: "bf16", "(256 F)"."""
    gaps = [f"{size:,} {letter}" for size, letter in gaps_of(series).items()]
    name = wrapped_label(series.name)
    return f"{name}\n({', '.join(gaps)})" if gaps else name


def _paint_crossing(axes: Any, one: Crossing, palette: Palette) -> None:
    found = one.crossover
    size = found.batch_size or 1.0
    axes.plot([found.low, found.high], [one.rate, one.rate], color=palette.ink, linewidth=1.4)
    axes.plot([size], [one.rate], "o", markersize=_RING, markerfacecolor="none", color=palette.ink)
    axes.annotate(
        str(one.number),
        (size, one.rate),
        (0, 8),
        textcoords="offset points",
        ha="center",
        fontsize=FONT - 1,
        color=palette.ink,
    )


def _paint_memory(memory: Memory, every_point: Sequence[Point], palette: Palette) -> Figure:
    found: dict[tuple[float, float], list[str]] = {}
    for one in every_point:
        found.setdefault((one.predicted / 1e6, one.measured / 1e6), []).append(one.name)
    tolerance = memory.tolerance
    points = list(found)
    figure, (axes,) = new_figure(4.3)
    axes.set(xscale="log", yscale="log")
    every = [value for point in points for value in point]
    low, high = min(every) / 1.8, max(every) * 1.8
    band = [low, high]
    axes.fill_between(
        band,
        [value * (1 - tolerance) for value in band],
        [value * (1 + tolerance) for value in band],
        color=palette.line,
        alpha=0.55,
        linewidth=0,
    )
    axes.plot(band, band, color=palette.muted, linewidth=1)
    for index, (x, y) in enumerate(points):
        is_off = abs(y / x - 1) > tolerance
        axes.plot(
            [x],
            [y],
            "X" if is_off else "o",
            color=palette.levels[4] if is_off else palette.levels[0],
            markersize=7,
            zorder=3 + index,
        )
    axes.set(xlim=(low, high), ylim=(low, high))
    _log_ticks(axes.xaxis)
    _log_ticks(axes.yaxis)
    axes.set_xlabel("predicted, MB")
    axes.set_ylabel("measured, MB")
    labels = [
        wrapped_label(names[0] + (f" and {len(names) - 1:,} more" if names[1:] else ""))
        for names in found.values()
    ]
    labelling.place_labels(figure, axes, points, labels, ground=palette.ground)
    return figure
