"""The picture of an option strategy: profit by the price at expiry, over the price's density."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import ticker

from spoonbench.reports.canvas import Drawn, in_all_forms, new_figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from spoonbench.reports.palette import Palette

NAME = "payoff"
_HEIGHT = 3.6


def draw(diagram: Mapping[str, Any]) -> Drawn:
    """Draw a diagram.

    Args:
        diagram: "prices", "at_expiry", "today" and "density", of one length; "spot", "strikes"
            and "break_evens".
    """
    return in_all_forms(NAME, lambda palette: _paint(diagram, palette))


def _paint(diagram: Mapping[str, Any], palette: Palette) -> Figure:
    figure, (axes,) = new_figure(_HEIGHT)
    prices, profit = np.array(diagram["prices"]), np.array(diagram["at_expiry"])
    gain, loss = palette.levels[1], palette.levels[3]
    axes.axhline(0, color=palette.muted, linewidth=0.9)
    axes.fill_between(prices, profit, 0, where=profit >= 0, color=gain, alpha=0.22, linewidth=0)
    axes.fill_between(prices, profit, 0, where=profit <= 0, color=loss, alpha=0.22, linewidth=0)
    axes.plot(prices, profit, color=palette.ink, linewidth=1.8, label="at expiry")
    axes.plot(
        prices, diagram["today"], color=palette.levels[4], linewidth=1.3, dashes=(4, 2),
        label="today",
    )  # fmt: skip
    axes.axvline(diagram["spot"], color=palette.muted, linewidth=0.9, dashes=(1, 2))
    axes.margins(x=0)
    axes.set(xlabel="price of the underlying at expiry", ylabel="profit")
    axes.xaxis.set_major_locator(ticker.MaxNLocator(6))
    axes.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.6g}"))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(_dollars))
    _add_density(axes, diagram, palette)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    return figure


def _add_density(axes: Any, diagram: Mapping[str, Any], palette: Palette) -> None:
    """Behind the profit, on a scale of its own that nobody reads figures from."""
    behind = axes.twinx()
    density = np.array(diagram["density"])
    behind.fill_between(
        diagram["prices"], density, color=palette.heat, alpha=0.3, linewidth=0,
    )  # fmt: skip
    behind.set_ylim(0, 1.8 * density.max())
    behind.set_axis_off()
    axes.fill_between([], [], color=palette.heat, alpha=0.3, label="how likely a price is")
    axes.set_zorder(behind.get_zorder() + 1)
    axes.patch.set_visible(False)


def _dollars(value: float, _: int) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}${abs(value):,.0f}"
