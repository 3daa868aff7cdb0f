"""The picture of speed by batch size and device: curves, and bands of two origins below them.

Importing this module takes seconds (matplotlib), as `drawing` does.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib import ticker
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from spoonbench.harness.records import USUAL
from spoonbench.reports import labelling
from spoonbench.reports.canvas import FONT, WIDTH, Drawn, in_all_forms
from spoonbench.reports.devices import NAME, UNSAID
from spoonbench.reports.marking import DASHES, short_name, wrapped_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.reports.devices import Band, DeviceCurves
    from spoonbench.reports.palette import Palette

_HEIGHT, _STRIP = 3.4, 0.34  # inches
_MARKERS = ("o", "s", "^", "D", "P", "X")
_SHADE, _BAND = 0.18, 0.35
_ROOM = 0.45  # of the width of the lines, in the logarithm, for labels
_FEWEST_LETTERS = 0.028  # of the width of the axes, for one letter


def draw(curves: DeviceCurves) -> Drawn:
    """Draw the curves of all devices."""
    return in_all_forms(NAME, lambda palette: _paint(curves, palette))


def _paint(curves: DeviceCurves, palette: Palette) -> Figure:
    strips = [("measured", curves.measured)]
    if curves.written:
        strips.append(("case study", curves.written))
    figure = Figure(figsize=(WIDTH, _HEIGHT + _STRIP * len(strips)), layout="constrained")
    FigureCanvasAgg(figure)
    ratios = [_HEIGHT, *(_STRIP for _ in strips)]
    axes, *below = figure.subplots(
        1 + len(strips), 1, sharex=True, gridspec_kw={"height_ratios": ratios}
    )
    sizes = sorted({size for line in curves.lines for size in line.rates})
    limits = (sizes[0] / 1.3, sizes[-1] * max(sizes[-1] / sizes[0], 2.0) ** _ROOM)
    ends = _paint_lines(axes, curves, palette)
    for place, (title, bands) in zip(below, strips, strict=True):
        _paint_strip(place, title, bands, (limits, palette))
    _set_axes(axes, below[-1], sizes, limits)
    labelling.place_labels(
        figure,
        axes,
        ends,
        [wrapped_label(line.device) for line in curves.lines],
        ground=palette.ground,
        places=[labelling.RIGHT] * len(ends),
        colours=[_colour(index, palette) for index in range(len(ends))],
    )
    return figure


def _paint_lines(axes: Any, curves: DeviceCurves, palette: Palette) -> list[tuple[float, float]]:
    """Draw the curves and crossovers, and give the ends of the curves."""
    ends = []
    for index, line in enumerate(curves.lines):
        sizes = list(line.rates)
        colour = _colour(index, palette)
        rates = [rate.value for rate in line.rates.values()]
        axes.plot(
            sizes,
            rates,
            color=colour,
            marker=_MARKERS[index % len(_MARKERS)],
            markersize=5,
            linestyle=DASHES[index % len(DASHES)],
        )
        lows = [rate.low or rate.value for rate in line.rates.values()]
        highs = [rate.high or rate.value for rate in line.rates.values()]
        axes.fill_between(sizes, lows, highs, color=colour, alpha=_SHADE, linewidth=0)
        ends.append((float(sizes[-1]), rates[-1]))
    for one in curves.crossovers:
        axes.axvspan(one.low, one.high, color=palette.muted, alpha=_SHADE, linewidth=0)
        axes.axvline(one.batch_size, color=palette.ink, linestyle="--", linewidth=1)
    return ends


def _colour(index: int, palette: Palette) -> str:
    return palette.levels[index % len(palette.levels)]


def _paint_strip(
    axes: Any,
    title: str,
    bands: Sequence[Band],
    within: tuple[tuple[float, float], Palette],
) -> None:
    """One row of bands, each with its word where there is room for it."""
    (left, right), palette = within
    width = math.log(right / left)
    for index, band in enumerate(bands):
        start = left if index == 0 else _between(bands[index - 1].high, band.low)
        end = (
            _between(band.high, bands[index + 1].low)
            if index + 1 < len(bands)
            else min(right, band.high * 1.3)
        )
        _fill(axes, (start, end), band.choice, palette)
        axes.axvline(end, color=palette.muted, linewidth=0.6)
        if len(band.choice) * _FEWEST_LETTERS <= math.log(end / start) / width:
            axes.text(
                math.sqrt(start * end),
                0.5,
                short_name(band.choice),
                ha="center",
                va="center",
                fontsize=FONT - 2,
            )
    axes.set(ylim=(0, 1), yticks=[0.5], yticklabels=[title])
    axes.tick_params(axis="y", length=0, labelsize=FONT - 1)
    axes.grid(visible=False)


def _fill(axes: Any, ends: tuple[float, float], choice: str, palette: Palette) -> None:
    """The processor and accelerators in a colour each; where nothing is said, hatched."""
    if choice in UNSAID:
        axes.axvspan(*ends, facecolor="none", edgecolor=palette.line, hatch="////", linewidth=0)
        return
    colour = palette.heat if choice.startswith(USUAL.device) else palette.cold
    axes.axvspan(*ends, color=colour, alpha=_BAND, linewidth=0)


def _between(low: int, high: int) -> float:
    return math.sqrt(low * high)


def _set_axes(axes: Any, lowest: Any, sizes: Sequence[int], limits: tuple[float, float]) -> None:
    axes.set(xscale="log", yscale="log", xlim=limits)
    axes.set_ylabel("answers a second")
    axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axes.yaxis.set_minor_locator(ticker.NullLocator())
    lowest.set_xticks(sizes, [f"{size:,}" for size in sizes])
    lowest.xaxis.set_minor_locator(ticker.NullLocator())
    lowest.set_xlabel("batch size")
