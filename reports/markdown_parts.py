"""The building blocks of a Markdown file: sections, lists and tables, foreign text harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports.plaintext import for_markdown, line_for_markdown, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.reports.plots import Plot
    from spoonbench.reports.tables import Table


def section(title: str, body: Iterable[str]) -> list[str]:
    """A heading with what stands below it; nothing where nothing does."""
    parts = [part for part in body if part]
    return [f"## {for_markdown(title)}", *parts] if parts else []


def as_line(text: str | None) -> str:
    """A paragraph of one line; "" for None."""
    return "" if text is None else line_for_markdown(text)


def as_list(sentences: Iterable[str]) -> str:
    """A list, long sentences cut."""
    return "\n".join(f"- {line_for_markdown(shorten(sentence))}" for sentence in sentences)


def as_table(table: Table) -> str:
    """A table with its notes below it; "" where it has no rows."""
    if not table.rows:
        return ""
    header = _row([column.header for column in table.columns])
    rule = "|" + "|".join("---:" if column.is_figure else "---" for column in table.columns) + "|"
    body = "\n".join([header, rule, *(_row(row) for row in table.rows)])
    notes = as_list(table.notes)
    return f"{body}\n\n{notes}" if notes else body


def as_pictures(plots: Sequence[Plot], paths: Mapping[str, str]) -> list[str]:
    """A section of pictures.

    Args:
        plots: drawn.
        paths: name of a plot to the path of its picture; plots without one are left out.
    """
    parts = []
    for plot in plots:
        if plot.name in paths:
            alt, sentence = for_markdown(plot.alt), for_markdown(plot.sentence)
            parts += [f"### {plot.title}", f"![{alt}]({paths[plot.name]})", sentence]
    return section("Plots", parts)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(for_markdown(cell) for cell in cells) + " |"
