"""A comparison at the terminal: what changed, the figures, what is left out, the gates last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import comparison as words
from spoonbench.reports.quantities import listed
from spoonbench.reports.terminal_page import TerminalPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from spoonbench.harness.gates.comparing import Comparison
    from spoonbench.harness.gates.judging import GateResult
    from spoonbench.reports.tables import Table


def print_comparison(
    comparison: Comparison,
    results: Sequence[GateResult],
    console: Console,
    *,
    figures: Sequence[str] = (),
    fails_undecided: bool = False,
) -> None:
    """Print a comparison.

    Args:
        comparison: what to show.
        results: of its gates.
        console: where; its width decides how much stands side by side.
        figures: that are shown; none for those that come first and those of gates.
        fails_undecided: as on the command line.
    """
    page = TerminalPage(console)
    page.line(words.headline(comparison), "bold")
    page.items(words.findings(comparison))
    there = words.figures_of(comparison)
    wanted = figures or words.shown_first(comparison, results)
    shown = [name for name in there if name in wanted]
    for name in shown:
        _print_table(page, words.figure_table(comparison, name))
    if shown:
        console.print()
        for sentence in words.LEGEND:
            page.line(sentence, "dim")
    rest = [name for name in there if name not in shown]
    if rest:
        page.line(f"Not shown here: {listed(rest)} (--figure NAME, --markdown FILE).", "dim")
    _print_list(page, "Only on one side", words.alone(comparison))
    _print_list(page, "Not compared", words.missing(comparison))
    _print_list(page, "Notes", comparison.notes)
    if results:
        _print_table(page, words.gate_table(results))
        page.line(words.gate_summary(results, fails_undecided=fails_undecided), "bold")


def _print_table(page: TerminalPage, table: Table) -> None:
    page.heading(table.title)
    page.table(table)
    for note in table.notes:
        page.line(note, "dim")
    hidden = page.hidden(table)
    if hidden:
        page.line(f"In a wider terminal: {listed(hidden)}.", "dim")


def _print_list(page: TerminalPage, title: str, sentences: Sequence[str]) -> None:
    if sentences:
        page.heading(title)
        page.items(sentences)
