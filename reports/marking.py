"""How contestants are marked in pictures: their labels, colours, markers and the legend.

Importing this module takes seconds (matplotlib, seaborn), as `drawing` does.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import seaborn
from matplotlib import font_manager, ticker
from matplotlib.lines import Line2D

from spoonbench.harness.records import LEVELS
from spoonbench.reports.canvas import FONT
from spoonbench.reports.palette import HYBRID_MARKER, MARKERS, Palette, marker_of
from spoonbench.reports.plaintext import make_plain, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from spoonbench.harness.evidence import Measurement

DASHES = ("-", "--", ":", "-.")
"""Line styles for contestants of one colour."""

_LONGEST_LABEL = 60
_LABEL_WIDTH = 19  # characters in one line of a label


def label_of(measurement: Measurement) -> str:
    """A label in lines, harmless, in characters that the font has."""
    return wrapped_label(measurement.entry.label)


def wrapped_label(label: str) -> str:
    """Words in short lines, harmless, in characters that the font has."""
    known = _characters()
    text = shorten(make_plain(label), _LONGEST_LABEL)
    shown = "".join(c if ord(c) in known else c.encode("unicode_escape").decode() for c in text)
    return "\n".join(textwrap.wrap(shown, _LABEL_WIDTH)) or "?"


def _characters() -> frozenset[int]:
    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    return frozenset(font.get_charmap())


def add_legend(figure: Figure, measurements: Sequence[Measurement], palette: Palette) -> None:
    """Which marker and colour is which level."""
    levels = sorted({m.entry.level for m in measurements if not m.entry.is_hybrid})
    handles = [
        _handle(palette.levels[level - 1], MARKERS[level], f"{level} {LEVELS[level][0]}")
        for level in levels
    ]
    if any(m.entry.is_hybrid for m in measurements):
        handles.append(_handle(palette.levels[5], HYBRID_MARKER, "hybrid"))
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=3,
        frameon=False,
        fontsize=FONT - 1,
        handletextpad=0.2,
        columnspacing=1.2,
    )


def _handle(colour: str, marker: str, label: str) -> Line2D:
    return Line2D([], [], color=colour, marker=marker, linestyle="none", label=label)


def percent_axis(axis: Any) -> None:
    """Shares as percent."""
    axis.set_major_formatter(ticker.PercentFormatter(xmax=1.0, decimals=0))


def short_name(name: str) -> str:
    """A name in one short line, harmless, in characters that the font has."""
    known = _characters()
    text = shorten(make_plain(name), 24)
    return "".join(c if ord(c) in known else "?" for c in text)


def scatter(
    axes: Any,
    measurements: Sequence[Measurement],
    places: Sequence[tuple[float, float]],
    palette: Palette,
) -> None:
    """A point for each contestant, marked as its level."""
    labels = [str(index) for index in range(len(measurements))]
    entries = [measurement.entry for measurement in measurements]
    seaborn.scatterplot(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        hue=labels,
        style=labels,
        palette=[palette.of(entry) for entry in entries],
        markers=[marker_of(entry) for entry in entries],
        s=52,
        linewidth=0,
        ax=axes,
        zorder=3,
        legend=False,
    )
