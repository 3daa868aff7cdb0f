"""The picture of where a step spends its time: one stacked bar for each cell.

Importing this module takes seconds (matplotlib), as `drawing` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports.canvas import FONT, Drawn, in_all_forms, new_figure
from spoonbench.reports.marking import percent_axis, short_name, wrapped_label
from spoonbench.reports.matrix_step import NAME, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from spoonbench.harness.matrix.evidence import CellEvidence
    from spoonbench.reports.palette import Palette

_ROW = 0.37  # inches
_HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo")


def draw(cells: Sequence[CellEvidence]) -> Drawn:
    """Draw the parts of each cell, in the order given."""
    return in_all_forms(NAME, lambda palette: _paint(cells, palette))


def _paint(cells: Sequence[CellEvidence], palette: Palette) -> Figure:
    parts = list(dict.fromkeys(part for cell in cells for part in cell.parts))
    figure, (axes,) = new_figure(1.1 + _ROW * len(cells))
    starts = [0.0] * len(cells)
    for index, part in enumerate(parts):
        widths = [cell.parts.get(part, 0.0) for cell in cells]
        axes.barh(
            range(len(cells)),
            widths,
            left=starts,
            height=0.72,
            color=palette.levels[index % len(palette.levels)],
            # Nobody has to tell parts apart by colour alone.
            hatch=_HATCHES[index % len(_HATCHES)],
            edgecolor=palette.ground,
            linewidth=0.6,
            label=short_name(words(part)),
        )
        starts = [start + width for start, width in zip(starts, widths, strict=True)]
    axes.set_yticks(range(len(cells)), [wrapped_label(cell.cell.name) for cell in cells])
    axes.set(xlim=(0, 1))
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("share of a call")
    percent_axis(axes.xaxis)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=FONT - 1)
    return figure
