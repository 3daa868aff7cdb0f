"""A page at the terminal: paragraphs, lists and tables that fit it, foreign text harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as RichTable
from rich.text import Text

from spoonbench.reports.plaintext import make_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from spoonbench.reports.tables import Table

_MARK_STYLES = {"choice": "bold green", "baseline": "bold", "failed": "red", "skipped": "dim"}
_VERDICT_STYLES = {"yes": "bold green", "no": "red", "failed": "red", "undecided": "yellow"}
_VERDICT_STYLES |= {"faster": "green", "slower": "yellow"}
_GAP = 2
_LEAST_WORDS, _MOST_WORDS = 12, 30
# For terminals that cannot show these; everything else is written as an escape.
_PLAIN = {"\u2013": "-", "\u2264": "<=", "\u00b5": "u", "\u2026": "...", "\u2022": "-"}


class TerminalPage:
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
        narrowed = fitting(table, self.width)
        if narrowed is None:
            self._print_blocks(table)
            return
        self.console.print(self._rich_table(narrowed), highlight=False)

    def headers(self, table: Table) -> list[str]:
        """Headers of the columns that there is room for."""
        shown = fitting(table, self.width) or table
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
                no_wrap=column.is_unbroken,
                overflow="fold",
                max_width=None if column.is_unbroken else _word_width(self.width),
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
            self.line(", ".join(word for word in words if word), style)
            self.items(
                [
                    f"{column.header}: {cell}"
                    for cell, column in zip(row, table.columns, strict=True)
                    if column.is_figure
                ]
            )


def fitting(table: Table, width: int) -> Table | None:
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


def stacked(table: Table, width: int) -> list[Table]:
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
    return widest if column.is_unbroken else min(widest, _word_width(width))


def _cells(table: Table, index: int) -> list[str]:
    return [table.columns[index].header, *(row[index] for row in table.rows)]


def _word_width(width: int) -> int:
    """Room for a column of words: labels beyond it are broken into lines, figures never."""
    return max(_LEAST_WORDS, min(_MOST_WORDS, width // 4 - 2))
