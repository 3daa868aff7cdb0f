"""The tables of a report, as text in cells: terminal, Markdown and HTML show the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.records import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.duel_records import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        header: what stands above it, unit included where there is one for all.
        is_figure: right-aligned and never broken; otherwise words.
        is_whole: words that are never broken into lines, such as names and verdicts.
        priority: 0 is always shown; higher numbers give way first where there is no room.
    """

    header: str
    is_figure: bool = True
    is_whole: bool = False
    priority: int = 0

    @property
    def is_unbroken(self) -> bool:
        """Whatever stands in it stands in one line."""
        return self.is_figure or self.is_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table.

    Attributes:
        title: what it shows.
        columns: shape (n_columns,).
        rows: shape (n_rows, n_columns).
        marks: one for each row: "choice", "baseline", "failed", "skipped" or "".
        notes: below the table, one sentence each.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def mark(self, row: int) -> str:
        """What sets a row apart."""
        return self.marks[row] if row < len(self.marks) else ""

    def narrowed(self, keep: Sequence[int]) -> Table:
        """The same table with these columns only."""
        return Table(
            title=self.title,
            columns=tuple(self.columns[index] for index in keep),
            rows=tuple(tuple(row[index] for index in keep) for row in self.rows),
            marks=self.marks,
            notes=self.notes,
        )


def level_name(entry: Entry) -> str:
    """The level in words: "1 rules", or for a hybrid the highest of its parts."""
    name = LEVELS[entry.level][0] if entry.level in LEVELS else "unknown"
    return f"hybrid, up to {entry.level} {name}" if entry.is_hybrid else f"{entry.level} {name}"


def level_mark(entry: Entry) -> str:
    """The level as short as it goes: "1", and "\u2264 5" for a hybrid whose highest part is 5."""
    return f"\u2264{entry.level}" if entry.is_hybrid else str(entry.level)
