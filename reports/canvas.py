"""Where plots are drawn: figures without a window, the same everywhere, as SVG and as PNG."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import seaborn
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from spoonbench.reports.labelling import lay_out
from spoonbench.reports.palette import STAND_IN, Palette, style_sheet, with_variables

if TYPE_CHECKING:
    from collections.abc import Callable

FONT = 10.0
"""Size of text, in points."""

WIDTH = 5.3
"""Of a figure, in inches; 382 units of an SVG, as many as a phone has pixels."""

_SVG_BODY = re.compile(r"<svg\b[^>]*>(.*)</svg>", re.DOTALL)
_VIEW_BOX = re.compile(r'viewBox="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One picture in its forms; see `plots.Plot`."""

    svg: str
    svg_file: str
    png: bytes


def in_all_forms(name: str, paint: Callable[[Palette], Figure]) -> Drawn:
    """Draw one picture for a page, as a file of its own, and on white.

    Args:
        name: of the picture; its ids begin so.
        paint: draws it in the colours of a palette.
    """
    with mpl.rc_context(settings(STAND_IN)):
        figure = paint(STAND_IN)
        lay_out(figure)
        svg = as_svg(figure, name)
        png = as_png(figure)
    style = f"<style>{style_sheet('svg')}</style>"
    return Drawn(svg=svg, svg_file=svg.replace(">", f">{style}", 1), png=png)


def settings(palette: Palette) -> dict[str, Any]:
    """Everything that a figure takes from the settings of matplotlib, whatever the user's are."""
    style: dict[str, Any] = dict(mpl.rcParamsDefault)
    style.pop("backend", None)
    style |= dict(seaborn.axes_style("whitegrid"))
    return style | {
        "font.family": "DejaVu Sans",  # comes with matplotlib: the same picture everywhere
        "font.size": FONT,
        "axes.titlesize": FONT,
        "axes.labelsize": FONT,
        "xtick.labelsize": FONT - 1,
        "ytick.labelsize": FONT,
        "text.parse_math": False,  # a dollar in a label is a dollar
        "text.color": palette.ink,
        "axes.labelcolor": palette.muted,
        "axes.edgecolor": palette.line,
        "grid.color": palette.line,
        "xtick.color": palette.muted,
        "ytick.color": palette.ink,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "svg.fonttype": "path",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
    }


def as_svg(figure: Figure, name: str) -> str:
    """The drawing without prologue, its ids its own, its colours CSS variables."""
    target = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    text = target.getvalue()
    box, body = _VIEW_BOX.search(text), _SVG_BODY.search(text)
    if box is None or body is None:
        raise ValueError(f"The drawing library gave no picture for {name}.")
    inner = re.sub(r"<metadata>.*?</metadata>", "", body[1], flags=re.DOTALL)
    inner = re.sub(r'<style type="text/css">.*?</style>', "", inner, flags=re.DOTALL)
    # Several pictures stand in one page: ids must not meet.
    inner = re.sub(r'(\bid="|href="#|url\(#)', rf"\1{name}-", inner)
    inner = re.sub(r"\n\s*", "\n", inner)
    opening = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box[1]}" stroke-linejoin="round">'
    )
    return with_variables(f"{opening}{inner}</svg>")


def as_png(figure: Figure) -> bytes:
    """The drawing as a picture on white."""
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=160, facecolor="white", metadata={"Software": None})
    return target.getvalue()


def new_figure(height: float, n_rows: int = 1, width: float = WIDTH) -> tuple[Figure, list[Any]]:
    """A figure of its own: no global state, no window, no backend to choose."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(n_rows, 1, squeeze=False)
    return figure, [row[0] for row in grid]
