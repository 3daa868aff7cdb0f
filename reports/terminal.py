"""A duel at the terminal: the decision first, in words, then the figures, at any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as RichTable
from rich.text import Text

from spoonbench.reports import findings, ladder, selective, wording
from spoonbench.reports.gallery import kinds_in_short
from spoonbench.reports.gaps import gaps
from spoonbench.reports.plaintext import make_plain
from spoonbench.reports.summary import summary_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.tables import Table

__all__ = ["print_report", "summary_json"]

_MARK_STYLES = {"choice": "bold green", "failed": "red"}
_VERDICT_STYLES = {"yes": "bold green", "no": "red", "failed": "red", "undecided": "yellow"}
_GAP = 2
_LEAST_WORDS, _MOST_WORDS = 12, 30
_FEWEST_SPLITS = 2  # one split says nothing that the ladder does not
# For terminals that cannot show these; everything else is written as an escape.
_PLAIN = {"\u2013": "-", "\u2264": "<=", "\u00b5": "u", "\u2026": "...", "\u2022": "-"}


def print_report(
    report: DuelReport, console: Console, places: Mapping[str, Path] | None = None
) -> None:
    """Print everything a person needs to act; the rest stands in the report's files.

    Args:
        report: what to show.
        console: where; its width decides how much stands side by side.
        places: what lies where, for example {"report": Path("spoonbench-results/report.html")}.
    """
    page = _Page(console)
    _print_decision(page, report)
    _print_ladder(page, report)
    _print_splits(page, report)
    _print_selective(page, report)
    _print_failures(page, report)
    _print_inside(page, report)
    _print_ratios(page, report)
    _print_costs(page, report)
    _print_notes(page, report)
    for name, path in (places or {}).items():
        page.line(f"{name}: {path}", style="bold", soft_wrap=True)


class _Page:
    """A console that prints foreign text harmlessly, in the characters that it can show."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.width = console.width
        self._is_unicode = console.encoding.lower().replace("-", "").startswith("utf")

    def text(self, text: str, style: str = "") -> Text:
        """Harmless text; never read as markup or as emoji codes."""
        shown = make_plain(text)
        if not self._is_unicode:
            shown = "".join(_PLAIN.get(char, char) for char in shown)
            encoding = self.console.encoding
            shown = shown.encode(encoding, "backslashreplace").decode(encoding)
        return Text(shown, style=style)

    def line(self, text: str, style: str = "", *, soft_wrap: bool = False) -> None:
        """One paragraph; soft-wrapped where it is to be copied, as paths are."""
        self.console.print(self.text(text, style), soft_wrap=soft_wrap, highlight=False)

    def items(self, texts: Sequence[str]) -> None:
        """A list."""
        for text in texts:
            body = Padding(self.text(text), (0, 0, 0, 2))
            self.console.print(body, highlight=False)

    def heading(self, text: str) -> None:
        """A heading with a line of air above."""
        self.console.print()
        self.console.print(Rule(self.text(text, "bold"), align="left", characters="-"))

    def table(self, table: Table) -> None:
        """A table that fits, or one block of lines for each row where it cannot."""
        narrowed = _fitting(table, self.width)
        if narrowed is None:
            self._print_blocks(table)
            return
        self.console.print(self._rich_table(narrowed), highlight=False)

    def headers(self, table: Table) -> list[str]:
        """Headers of the columns that there is room for."""
        shown = _fitting(table, self.width) or table
        return [column.header for column in shown.columns]

    def hidden(self, table: Table) -> list[str]:
        """Headers of the columns that there is no room for."""
        shown = self.headers(table)
        return [column.header for column in table.columns if column.header not in shown]

    def _rich_table(self, table: Table) -> RichTable:
        shown = RichTable(
            box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False
        )
        for column in table.columns:
            shown.add_column(
                self.text(column.header, "bold"),
                justify="right" if column.is_figure else "left",
                no_wrap=column.is_figure,
                overflow="fold",
                max_width=None if column.is_figure else _word_width(self.width),
            )
        for index, row in enumerate(table.rows):
            style = _MARK_STYLES.get(table.mark(index), "")
            shown.add_row(*(self.text(cell, _VERDICT_STYLES.get(cell, style)) for cell in row))
        return shown

    def _print_blocks(self, table: Table) -> None:
        for index, row in enumerate(table.rows):
            style = _MARK_STYLES.get(table.mark(index), "bold")
            words = [
                c for c, column in zip(row, table.columns, strict=True) if not column.is_figure
            ]
            self.line(", ".join(words), style)
            self.items(
                [
                    f"{column.header}: {cell}"
                    for cell, column in zip(row, table.columns, strict=True)
                    if column.is_figure
                ]
            )


def _print_decision(page: _Page, report: DuelReport) -> None:
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


def _print_ladder(page: _Page, report: DuelReport) -> None:
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


def _print_splits(page: _Page, report: DuelReport) -> None:
    splits = report.duel.task.splits
    if len(splits) < _FEWEST_SPLITS or not report.measurements:
        return
    table = ladder.split_table(report)
    page.heading(table.title)
    if _fitting(table, page.width) is not None:
        page.table(table)
    else:
        for part in _stacked(ladder.split_table(report, has_intervals=False), page.width):
            page.table(part)
        page.line("With intervals: in the report, or in a wider terminal.", "dim")
    page.items([f"{facts.name}: {facts.summary}" for facts in splits if facts.summary])


def _print_selective(page: _Page, report: DuelReport) -> None:
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


def _print_wide(page: _Page, table: Table, short: Table) -> None:
    """A table under its own heading; where it does not fit, a shorter one cut into several."""
    page.heading(table.title)
    if _fitting(table, page.width) is not None:
        page.table(table)
        return
    for part in _stacked(short, page.width):
        page.table(part)


def _print_failures(page: _Page, report: DuelReport) -> None:
    sentences = kinds_in_short(report)
    if sentences:
        page.heading("What went wrong, all splits")
        page.items(sentences)


def _print_inside(page: _Page, report: DuelReport) -> None:
    sentences = [*wording.parts_answered(report), *wording.ends_of_texts(report)]
    if sentences:
        page.heading(f'Inside hybrids and models, on split "{report.split}"')
        page.items(sentences)


def _print_ratios(page: _Page, report: DuelReport) -> None:
    if not report.ratios:
        return
    page.heading("Resource ratios")
    page.line(wording.MILLION_TIMES)
    for table in findings.ratio_tables(report):
        page.table(table)
        page.items(table.notes)


def _print_costs(page: _Page, report: DuelReport) -> None:
    if not report.costs:
        return
    table = findings.cost_table(report)
    page.heading(table.title)
    page.table(table)
    assumed = wording.effort(report)
    page.items([*([assumed] if assumed else []), *wording.crossings(report), *table.notes])


def _print_notes(page: _Page, report: DuelReport) -> None:
    skipped = wording.skipped(report)
    shown = page.headers(ladder.ladder_table(report))
    counted = wording.formulas(report) if "Operations" in shown else ()
    missing = gaps(report, shown)
    notes = [*([skipped] if skipped else []), *wording.remarks(report), *counted, *missing]
    if notes:
        page.heading("Notes")
        page.items(notes)


def _fitting(table: Table, width: int) -> Table | None:
    """As many columns as the width allows, the most important first; None if even those do not."""
    widths = [_column_width(table, index, width) for index in range(len(table.columns))]
    order = sorted(range(len(widths)), key=lambda index: table.columns[index].priority)
    kept: list[int] = []
    used = -_GAP
    for index in order:
        if used + _GAP + widths[index] <= width:
            kept.append(index)
            used += _GAP + widths[index]
        elif table.columns[index].priority == 0:
            return None
    return table.narrowed(sorted(kept))


def _stacked(table: Table, width: int) -> list[Table]:
    """A table cut into several, one below the other, each with the first two columns."""
    head = [0, 1]
    parts, kept = [], list(head)
    for index in range(len(head), len(table.columns)):
        widths = [_column_width(table, column, width) for column in (*kept, index)]
        if sum(widths) + _GAP * len(kept) > width and len(kept) > len(head):
            parts.append(table.narrowed(kept))
            kept = list(head)
        kept.append(index)
    return [*parts, table.narrowed(kept)]


def _column_width(table: Table, index: int, width: int) -> int:
    column = table.columns[index]
    widest = max(cell_len(make_plain(text)) for text in _cells(table, index))
    return widest if column.is_figure else min(widest, _word_width(width))


def _cells(table: Table, index: int) -> list[str]:
    return [table.columns[index].header, *(row[index] for row in table.rows)]


def _word_width(width: int) -> int:
    """Room for a column of words: labels beyond it are broken into lines, figures never."""
    return max(_LEAST_WORDS, min(_MOST_WORDS, width // 4 - 2))
