"""The picture of risk against coverage: a panel for the split, and one for each of its subsets.

Importing this module takes seconds (matplotlib), as `drawing` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import ticker

from spoonbench.harness import risk_coverage
from spoonbench.reports import labelling, selective
from spoonbench.reports.canvas import FONT, new_figure
from spoonbench.reports.marking import (
    DASHES,
    add_legend,
    label_of,
    percent_axis,
    short_name,
)
from spoonbench.reports.palette import Palette, marker_of
from spoonbench.reports.published import best_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from spoonbench.harness.evidence import Measurement, RiskCurve, RiskPoint
    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.selective import Scope

_HEIGHT = 3.2  # inches of one panel
_DRAWN = 200  # points of one curve: about as many as there are pixels on a phone
_BOUNDED = 40  # points of one curve at which the bound is computed
_TICKS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
_SHADE = 0.13
_PUBLISHED = 5  # figures in one panel, beside those of systems that abstain
_BESIDE = 1.42  # end of the panel, with room for labels beyond 100%


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """A place in a panel with its label."""

    place: tuple[float, float]
    label: str
    around: Sequence[labelling.Place] = labelling.AROUND


def paint_risk(report: DuelReport, measurements: Sequence[Measurement], palette: Palette) -> Figure:
    """Draw the curves of all panels."""
    shown = selective.panels(report)
    figure, rows = new_figure(0.4 + _HEIGHT * len(shown), len(shown))
    labels = []
    for axes, scope in zip(rows, shown, strict=True):
        marked = [*_paint_curves(axes, scope, palette), *_paint_published(axes, scope, palette)]
        _set_axes(axes, scope, [one.place[1] for one in marked])
        labels.append(marked)
    rows[-1].set_xlabel("coverage: items answered, the surest first")
    add_legend(figure, measurements, palette)
    for axes, marked in zip(rows, labels, strict=True):
        labelling.place_labels(
            figure,
            axes,
            [one.place for one in marked],
            [one.label for one in marked],
            ground=palette.ground,
            places=[one.around for one in marked],
        )
    return figure


def _paint_curves(axes: Any, scope: Scope, palette: Palette) -> list[_Marked]:
    """Draw the curves, and give their ends."""
    seen: dict[str, int] = {}
    ends = []
    for measurement, curve in scope.curves:
        colour = palette.of(measurement.entry)
        dashes = DASHES[seen.setdefault(colour, 0) % len(DASHES)]
        seen[colour] += 1
        coverages, risks = _line(curve, _thinned(curve, _DRAWN))
        axes.plot(coverages, risks, color=colour, linestyle=dashes, drawstyle="steps-pre")
        bounded = _thinned(curve, _BOUNDED)
        places, lower = _line(curve, bounded)
        upper = [risk_coverage.risk_bound(point) for point in bounded]
        axes.fill_between(
            places, lower, [upper[0], *upper], step="pre", color=colour, alpha=_SHADE, linewidth=0
        )
        end = (coverages[-1], risks[-1])
        axes.plot(*end, marker_of(measurement.entry), color=colour, zorder=3, clip_on=False)
        ends.append(_Marked(place=end, label=label_of(measurement)))
    return ends


def _line(curve: RiskCurve, points: Sequence[RiskPoint]) -> tuple[list[float], list[float]]:
    """Coverages and risks; the first step begins at nothing answered, as its area does."""
    coverages = [risk_coverage.coverage(curve, point) for point in points]
    return [0.0, *coverages], [points[0].risk, *(point.risk for point in points)]


def _thinned(curve: RiskCurve, most: int) -> list[RiskPoint]:
    """Points of the curve at even steps of the number of answers, the last one among them."""
    n_answered = curve.points[-1].n_answered
    if len(curve.points) <= most:
        return list(curve.points)
    kept, reached = [], 0
    for point in curve.points:
        step = point.n_answered * most // n_answered
        if step > reached:
            kept.append(point)
            reached = step
    return kept


def _paint_published(axes: Any, scope: Scope, palette: Palette) -> list[_Marked]:
    """The best of what was published; answers to everything get their labels beside the panel."""
    partly = [one for one in scope.published if one.coverage < 1]
    marked = []
    for one in (*best_of(scope.published, _PUBLISHED), *partly):
        place = (one.coverage, 1 - one.precision)
        axes.plot(*place, "s", markerfacecolor="none", markeredgecolor=palette.muted, zorder=2)
        words = f"{one.short} {one.year}{', another set' if one.is_other_set else ''}"
        around = labelling.RIGHT if one.is_of_all else labelling.AROUND
        marked.append(_Marked(place=place, label=_lines(words), around=around))
    return marked


def _lines(words: str) -> str:
    return words.replace(", ", ",\n")


def _set_axes(axes: Any, scope: Scope, risks: Sequence[float]) -> None:
    drawn = [point.risk for _, curve in scope.curves for point in _thinned(curve, _DRAWN)]
    top = min(1.0, max([0.05, *risks, *drawn]) * 1.15)
    axes.set_yscale("function", functions=(_root, _square))
    axes.set_ylim(0, top)
    axes.set_yticks([tick for tick in _TICKS if tick <= top])
    axes.yaxis.set_minor_locator(ticker.NullLocator())
    axes.set_xlim(0, _BESIDE if scope.published else 1.02)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    percent_axis(axes.xaxis)
    percent_axis(axes.yaxis)
    axes.set_ylabel("risk: wrong among those")
    title = f"{short_name(scope.name)} ({scope.n_items:,} items)"
    axes.set_title(title, loc="left", fontsize=FONT)


def _root(values: Any) -> Any:
    return np.sqrt(np.clip(values, 0, None))


def _square(values: Any) -> Any:
    return np.square(values)
