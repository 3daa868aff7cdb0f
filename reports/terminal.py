"""A duel at the terminal: the decision first, in words, then the figures, at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import errors, findings, ladder, selective, wording
from spoonbench.reports.gallery import kinds_in_short
from spoonbench.reports.gaps import gaps
from spoonbench.reports.summary import summary_json
from spoonbench.reports.terminal_page import TerminalPage, fitting, stacked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console

    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.tables import Table

__all__ = ["print_report", "summary_json"]

_FEWEST_SPLITS = 2  # one split says nothing that the ladder does not


def print_report(
    report: DuelReport, console: Console, places: Mapping[str, Path] | None = None
) -> None:
    """Print everything a person needs to act; the rest stands in the report's files.

    Args:
        report: what to show.
        console: where; its width decides how much stands side by side.
        places: what lies where, for example {"report": Path("spoonbench-results/report.html")}.
    """
    page = TerminalPage(console)
    _print_decision(page, report)
    _print_ladder(page, report)
    _print_splits(page, report)
    _print_errors(page, report)
    _print_selective(page, report)
    _print_failures(page, report)
    _print_inside(page, report)
    _print_ratios(page, report)
    _print_costs(page, report)
    _print_notes(page, report)
    for name, path in (places or {}).items():
        page.line(f"{name}: {path}", style="bold", soft_wrap=True)


def _print_decision(page: TerminalPage, report: DuelReport) -> None:
    recommendation = report.recommendation
    has_choice = recommendation.choice is not None
    page.line(wording.headline(report), "bold green" if has_choice else "bold yellow")
    page.line(wording.reason(report))
    page.line(wording.confidence(report))
    closest = wording.nearest(report)
    if closest:
        page.line(closest)
    if recommendation.runners_up:
        page.line(f"Meets everything too: {', '.join(recommendation.runners_up)}.")
    page.line(wording.asked(report), "dim")
    page.line(wording.task_sentence(report), "dim")
    pretrained = wording.origins(report)
    if pretrained:
        page.line(pretrained, "dim")
    if recommendation.path:
        page.heading("Why not a lower level" if has_choice else "Why none of them")
        page.items(recommendation.path)
    if recommendation.flips:
        page.heading("What would change the answer")
        page.items(wording.flips(report))


def _print_ladder(page: TerminalPage, report: DuelReport) -> None:
    table = ladder.ladder_table(report)
    page.heading(table.title)
    if not table.rows:
        page.line("Nothing was measured.")
        return
    page.table(table)
    hidden = page.hidden(table)
    if hidden:
        page.line(f"In the report, or in a wider terminal: {', '.join(hidden)}.", "dim")
    for note in table.notes:
        page.line(note, "dim")
    for sentence in wording.failed(report):
        page.line(sentence, "red")


def _print_splits(page: TerminalPage, report: DuelReport) -> None:
    splits = report.duel.task.splits
    if len(splits) < _FEWEST_SPLITS or not report.measurements:
        return
    table = ladder.split_table(report)
    page.heading(table.title)
    if fitting(table, page.width) is not None:
        page.table(table)
    else:
        for part in stacked(ladder.split_table(report, has_intervals=False), page.width):
            page.table(part)
        page.line("With intervals: in the report, or in a wider terminal.", "dim")
    page.items([f"{facts.name}: {facts.summary}" for facts in splits if facts.summary])


def _print_errors(page: TerminalPage, report: DuelReport) -> None:
    if not errors.has_errors(report):
        return
    _print_wide(page, errors.error_table(report), errors.error_table(report))
    if len(report.duel.task.splits) >= _FEWEST_SPLITS:
        _print_wide(page, errors.split_error_table(report), errors.split_error_table(report))
    page.line(errors.DEFINITION, "dim")


def _print_selective(page: TerminalPage, report: DuelReport) -> None:
    found = selective.scopes(report)
    by_subset = selective.right_by_subset(report)
    if not selective.has_choice(report) and not by_subset.rows:
        return
    table = selective.risk_table(found[0])
    page.heading(f"{selective.TITLE}: {table.title[0].lower()}{table.title[1:]}")
    page.table(table)
    page.line(selective.DEFINITIONS, "dim")
    if by_subset.rows:
        _print_wide(page, by_subset, selective.right_by_subset(report, has_intervals=False))
        given = selective.given_by_subset(report)
        if given.rows:
            _print_wide(page, given, given)
    page.items(selective.published_in_short(report))


def _print_wide(page: TerminalPage, table: Table, short: Table) -> None:
    """A table under its own heading; where it does not fit, a shorter one cut into several."""
    page.heading(table.title)
    if fitting(table, page.width) is not None:
        page.table(table)
        return
    for part in stacked(short, page.width):
        page.table(part)


def _print_failures(page: TerminalPage, report: DuelReport) -> None:
    sentences = kinds_in_short(report)
    if sentences:
        page.heading("What went wrong, all splits")
        page.items(sentences)


def _print_inside(page: TerminalPage, report: DuelReport) -> None:
    sentences = [*wording.parts_answered(report), *wording.ends_of_texts(report)]
    if sentences:
        page.heading(f'Inside hybrids and models, on split "{report.split}"')
        page.items(sentences)


def _print_ratios(page: TerminalPage, report: DuelReport) -> None:
    if not report.ratios:
        return
    page.heading("Resource ratios")
    page.line(wording.MILLION_TIMES)
    for table in findings.ratio_tables(report):
        page.table(table)
        page.items(table.notes)


def _print_costs(page: TerminalPage, report: DuelReport) -> None:
    if not report.costs:
        return
    table = findings.cost_table(report)
    page.heading(table.title)
    page.table(table)
    assumed = wording.effort(report)
    page.items([*([assumed] if assumed else []), *wording.crossings(report), *table.notes])


def _print_notes(page: TerminalPage, report: DuelReport) -> None:
    skipped = wording.skipped(report)
    shown = page.headers(ladder.ladder_table(report))
    counted = wording.formulas(report) if "Operations" in shown else ()
    missing = gaps(report, shown)
    notes = [*([skipped] if skipped else []), *wording.remarks(report), *counted, *missing]
    if notes:
        page.heading("Notes")
        page.items(notes)
