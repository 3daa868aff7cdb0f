"""Heat maps of a matrix: series by batch size, every square with its figure or a letter.

Importing this module takes seconds (matplotlib, seaborn): `matrix_plots` imports it late.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Patch, Rectangle

from spoonbench.reports.canvas import FONT, WIDTH, Drawn, in_all_forms, new_figure
from spoonbench.reports.marking import wrapped_label
from spoonbench.reports.matrix_grid import LETTERS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spoonbench.reports.matrix_grid import Grid, Square
    from spoonbench.reports.matrix_plots import Heat
    from spoonbench.reports.palette import Palette

_ROW, _COLUMN = 0.37, 0.52  # inches
_WIDE = 0.95  # inches, where columns have names
_LABELS = 1.75  # inches
_LIGHTEST = 0.08
_LEAST_SPAN = math.log(1.5)
"""Smallest ratio that gets the full colour: small differences stay pale."""
_LEAST_DIFFERENCE = 0.02
"""Smallest difference of shares that gets the full colour."""
_HATCH = {"failed": "xxxx", "skipped": "////", "not run": "....", "not measured": "\\\\\\\\"}


def draw(heat: Heat, grid: Grid) -> Drawn:
    """Draw one heat map."""
    return in_all_forms(heat.name, lambda palette: _paint(heat, grid, palette))


def _paint(heat: Heat, grid: Grid, palette: Palette) -> Figure:
    labels = [wrapped_label(name) for name in grid.rows]
    n_lines = sum(max(1, label.count("\n") + 1) for label in labels)
    n_extra = n_lines - len(labels)
    height = 1.15 + _ROW * len(labels) + 0.12 * n_extra
    column_width = _COLUMN if all(isinstance(one, int) for one in grid.columns) else _WIDE
    width = max(WIDTH, _LABELS + column_width * len(grid.columns))
    figure, (axes,) = new_figure(height, width=width)
    for row, squares in enumerate(grid.squares):
        for column, square in enumerate(squares):
            colour, opacity = _fill(heat.scale, grid, square, palette)
            _paint_square(axes, (column, row), square, (colour, opacity), palette)
    axes.set(xlim=(0, len(grid.columns)), ylim=(len(grid.rows), 0))
    axes.set_yticks([row + 0.5 for row in range(len(labels))], labels)
    axes.set_xticks(
        [column + 0.5 for column in range(len(grid.columns))],
        [wrapped_label(head) for head in grid.heads],
    )
    axes.set_xlabel(f"{grid.across} (in the squares: {heat.unit})")
    axes.xaxis.set_label_position("top")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    _add_legend(figure, grid, palette)
    return figure


def _fill(scale: str, grid: Grid, square: Square, palette: Palette) -> tuple[str, float]:
    """Colour and opacity of a square with a figure."""
    value = square.value
    if value is None:
        return "none", 0.0
    if scale == "share":
        return palette.heat, value
    if scale == "difference":
        most = max(_LEAST_DIFFERENCE, *map(abs, grid.values))
        return palette.heat if value > 0 else palette.cold, abs(value) / most
    logarithms = [math.log(one) for one in grid.values]
    if scale == "ratio":
        span = max(_LEAST_SPAN, *map(abs, logarithms))
        return palette.heat if value > 1 else palette.cold, abs(math.log(value)) / span
    low, span = min(logarithms), max(logarithms) - min(logarithms)
    return palette.heat, _LIGHTEST + (1 - _LIGHTEST) * (
        (math.log(value) - low) / span if span else 1.0
    )


def _paint_square(
    axes: Any,
    place: tuple[int, int],
    square: Square,
    fill: tuple[str, float],
    palette: Palette,
) -> None:
    column, row = place
    corner, size = (column + 0.03, row + 0.05), (0.94, 0.9)
    if square.state in _HATCH:
        axes.add_patch(
            Rectangle(
                corner,
                *size,
                facecolor="none",
                edgecolor=palette.line,
                hatch=_HATCH[square.state],
                linewidth=0,
            )
        )
    if square.value is not None:
        axes.add_patch(Rectangle(corner, *size, facecolor=fill[0], alpha=fill[1], edgecolor="none"))
    if square.state != "not in the sweep":
        axes.add_patch(Rectangle(corner, *size, facecolor="none", edgecolor=palette.line))
    colour = palette.ink if square.value is not None else palette.muted
    axes.text(
        column + 0.5,
        row + 0.52,
        square.label,
        ha="center",
        va="center",
        fontsize=FONT - 1,
        color=colour,
        bbox={"facecolor": palette.ground, "edgecolor": "none", "pad": 1.2}
        if square.state in _HATCH
        else None,
    )


def _add_legend(figure: Figure, grid: Grid, palette: Palette) -> None:
    """What the letters mean."""
    handles = [
        Patch(
            facecolor="none",
            edgecolor=palette.line,
            hatch=_HATCH.get(state, ""),
            linewidth=0,
            label=f"{LETTERS[state]} {state}",
        )
        for state in grid.states
    ]
    if handles:
        figure.legend(
            handles=handles,
            loc="outside lower center",
            ncols=3,
            frameon=False,
            fontsize=FONT - 1,
            handletextpad=0.5,
            columnspacing=1.2,
        )
