"""A matrix at the terminal: what is shown first, in words, then the cells, at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import matrix_tables as tables
from spoonbench.reports import matrix_wording as wording
from spoonbench.reports.matrix_summary import summary_json
from spoonbench.reports.quantities import listed
from spoonbench.reports.terminal_page import TerminalPage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from spoonbench.reports.matrix import MatrixReport
    from spoonbench.reports.matrix_tables import Group

_MOST_CROSSOVERS = 12

__all__ = ["print_matrix", "summary_json"]


def print_matrix(report: MatrixReport, console: Console, places: Mapping[str, Path]) -> None:
    """Print what a person needs to choose a setting; the rest stands in the report's files.

    Args:
        report: what to show.
        console: where; its width decides how much stands side by side.
        places: what lies where, for example {"report": Path("spoonbench-results/matrix.html")}.
    """
    page = TerminalPage(console)
    page.line(wording.headline(report), "bold")
    page.line(wording.baseline(report))
    page.line(wording.noise(report))
    for title, sentences in wording.findings(report):
        _print_list(page, title, sentences)
    _print_cells(page, report, places)
    _print_list(page, "Crossovers", _crossovers(report, places))
    _print_list(
        page, "Failed or not run", _sentences(report, tables.groups(report, is_skipped=False))
    )
    _print_list(page, "Skipped", _sentences(report, tables.groups(report, is_skipped=True)))
    _print_list(page, "Notes", wording.remarks(report))
    if places:
        console.print()
    for name, path in places.items():
        page.line(f"{name}: {path}", style="bold", soft_wrap=True)


def _print_cells(page: TerminalPage, report: MatrixReport, places: Mapping[str, Path]) -> None:
    table = tables.cell_table(report)
    page.heading(table.title)
    if not table.rows:
        page.line("Nothing was measured.")
        return
    page.table(table)
    hidden = page.hidden(table)
    if hidden:
        where = _file(places)
        opening = f"In {where}, or in a wider terminal" if where else "In a wider terminal"
        page.line(f"{opening}: {listed(hidden)}.", "dim")
    missing = tables.hidden_figures(report)
    if missing:
        page.line(f"Not measured in any cell: {listed(missing)}.", "dim")
    shown = page.headers(table)
    for header, meaning in tables.LEGEND.items():
        if header in shown:
            page.line(meaning, "dim")


def _file(places: Mapping[str, Path]) -> str | None:
    """Name of the file that holds what there is no room for."""
    files = {path.suffix: path.name for path in places.values()}
    return next((files[suffix] for suffix in (".html", ".csv", ".md") if suffix in files), None)


def _print_list(page: TerminalPage, title: str, sentences: Sequence[str]) -> None:
    if sentences:
        page.heading(title)
        page.items(sentences)


def _sentences(report: MatrixReport, groups: Sequence[Group]) -> list[str]:
    """Each reason once, with the cells that it holds for."""
    told = []
    for group in groups:
        who, why = wording.cells_in_short(report, group.names), group.reason.rstrip(".")
        told.append(f"{who}: {_status(group)}{why}.")
    return told


def _status(group: Group) -> str:
    return "" if group.status in ("skipped", "missing") else f"{group.status}, "


def _crossovers(report: MatrixReport, places: Mapping[str, Path]) -> list[str]:
    found = wording.crossovers(report)
    if len(found) <= _MOST_CROSSOVERS:
        return list(found)
    n_crossing = sum(one.batch_size is not None for one in report.evidence.crossovers)
    shown = max(n_crossing, _MOST_CROSSOVERS - 1)
    more = len(found) - shown
    where = _file(places)
    rest = f"{more:,} more pairs without a crossing" + (f" in {where}." if where else ".")
    return [*found[:shown], *([rest] if more else [])]
