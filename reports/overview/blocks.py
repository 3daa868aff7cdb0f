"""What a report is made of, as plain data: parts, and in each of them blocks of a few kinds.

HTML, Markdown, JSON and CSV are all made from the same parts, so that none of them says what the
others do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spoonbench.reports.gallery import Group
    from spoonbench.reports.plots import Plot
    from spoonbench.reports.tables import Table

Chapter = Literal["evidence", "uncertainty", "method"]
CHAPTERS: dict[Chapter, str] = {
    "evidence": "Evidence",
    "uncertainty": "Uncertainty",
    "method": "Method and environment",
}
"""In the order of the report, below the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Opens what belongs together within a part."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A paragraph; quiet ones explain."""

    kind: ClassVar[str] = "words"
    text: str
    is_quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Words with their meanings."""

    kind: ClassVar[str] = "terms"
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A table.

    Attributes:
        name: of its file; lower case, digits and hyphens, unique in the report.
        table: what it holds.
        caption: above it.
        label_column: the column that names a row.
        folded: title under which it is folded away in HTML; "" shows it.
    """

    kind: ClassVar[str] = "numbers"
    name: str
    table: Table
    caption: str = ""
    label_column: int = 0
    folded: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure with its sentence, and its numbers folded below it."""

    kind: ClassVar[str] = "picture"
    plot: Plot
    label_column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """Examples of what went wrong: contestants, each with its groups."""

    kind: ClassVar[str] = "gallery"
    groups: tuple[tuple[str, tuple[Group, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A part that is HTML of ours alone; other forms say that it is in the page.

    Attributes:
        html: markup, not escaped again.
        style: CSS.
        script: JavaScript.
        instead: one sentence for Markdown.
    """

    kind: ClassVar[str] = "embedded"
    html: str
    style: str
    script: str
    instead: str


Block = Heading | Words | Bullets | Terms | Numbers | Picture | Gallery | Embedded


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section of the report.

    Attributes:
        part_id: unique; anchor in the page.
        title: heading.
        chapter: where it stands.
        blocks: in order; a part without any is left out.
    """

    part_id: str
    title: str
    chapter: Chapter
    blocks: tuple[Block, ...]


def tables_of(parts: Sequence[Part]) -> dict[str, Table]:
    """Every table of the report by its name, those of the figures included."""
    found: dict[str, Table] = {}
    for block in _blocks(parts):
        if isinstance(block, Numbers):
            _add(found, block.name, block.table)
        elif isinstance(block, Picture):
            _add(found, block.plot.name, block.plot.table)
    return found


def plots_of(parts: Sequence[Part]) -> list[Plot]:
    """Every figure of the report, in order."""
    return [block.plot for block in _blocks(parts) if isinstance(block, Picture)]


def embedded_in(parts: Sequence[Part]) -> list[Embedded]:
    """Every part that brings style and script of its own."""
    return [block for block in _blocks(parts) if isinstance(block, Embedded)]


def _blocks(parts: Sequence[Part]) -> Iterator[Block]:
    return (block for part in parts for block in part.blocks)


def _add(found: dict[str, Table], name: str, table: Table) -> None:
    if name in found:
        raise ValueError(f"Two tables of one report are called {name}.")
    found[name] = table


def by_chapter(parts: Sequence[Part]) -> Mapping[str, list[Part]]:
    """Title of a chapter to its parts; chapters without any are left out."""
    grouped = {
        title: [part for part in parts if part.chapter == chapter]
        for chapter, title in CHAPTERS.items()
    }
    return {title: found for title, found in grouped.items() if found}
