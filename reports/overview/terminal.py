"""A report of many runs at the terminal: the decisions, and where the rest lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports.overview import decision
from spoonbench.reports.overview.page import kicker
from spoonbench.reports.terminal_page import TerminalPage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console

    from spoonbench.reports.overview.content import Overview


def print_overview(overview: Overview, console: Console, places: Mapping[str, Path]) -> None:
    """Print every decision with its first reasons; evidence stands in the files.

    Args:
        overview: what to show.
        console: where.
        places: what lies where, for example {"report": Path("spoonbench-results/overview.html")}.
    """
    page = TerminalPage(console)
    page.line(kicker(overview), "dim")
    for one in decision.decisions(overview):
        page.heading(one.subject)
        page.line(one.headline, "bold green" if one.is_found else "bold yellow")
        page.items(one.sentences)
        page.line(one.see, "dim", soft_wrap=True)
    selection = overview.selection
    console.print()
    page.line(selection.wanted.words, "dim")
    if selection.listed:
        n_listed = len(selection.listed)
        page.line(f"{n_listed:,} more are selected and only listed; --most shows more in full.")
    for name, path in places.items():
        page.line(f"{name}: {path}", style="bold", soft_wrap=True)
