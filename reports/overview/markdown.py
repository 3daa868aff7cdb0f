"""A report of many runs as Markdown, with its figures as pictures beside the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import facts
from spoonbench.reports.markdown import gallery_lines
from spoonbench.reports.markdown_parts import as_line, as_list, as_table
from spoonbench.reports.overview import decision
from spoonbench.reports.overview.blocks import (
    Bullets,
    Embedded,
    Gallery,
    Heading,
    Numbers,
    Picture,
    Terms,
    Words,
    by_chapter,
)
from spoonbench.reports.overview.page import kicker
from spoonbench.reports.plaintext import for_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spoonbench.reports.overview.blocks import Block, Part
    from spoonbench.reports.overview.content import Overview


def render_markdown(
    overview: Overview, parts: Sequence[Part], paths: Mapping[str, str] | None = None
) -> str:
    """The whole text.

    Args:
        overview: what to show.
        parts: built from it.
        paths: name of a figure to the path of its picture, relative to the file; of figures
            without one sentence and numbers stand alone.
    """
    lines = [f"# {for_markdown(decision.headline(overview))}", as_line(kicker(overview))]
    for one in decision.decisions(overview):
        lines += [
            f"## {for_markdown(one.subject)}",
            f"**{for_markdown(one.headline)}**",
            as_list((*one.sentences, f"All about it: {one.see}")),
        ]
    for chapter, found in by_chapter(parts).items():
        lines.append(f"# {chapter}")
        for part in found:
            lines.append(f"## {for_markdown(part.title)}")
            lines += [text for block in part.blocks for text in _lines(block, paths or {})]
    if overview.command:
        lines.append(as_line(f"To write it again: {facts.command(overview.command)}"))
    return "\n\n".join(line for line in lines if line) + "\n"


def _lines(block: Block, paths: Mapping[str, str]) -> Iterator[str]:
    match block:
        case Heading():
            yield f"### {for_markdown(block.text)}"
        case Words():
            yield as_line(block.text)
        case Bullets():
            yield as_list(block.sentences)
        case Terms():
            yield "\n".join(
                f"- **{for_markdown(term)}.** {for_markdown(meaning)}"
                for term, meaning in block.pairs
            )
        case Numbers():
            yield as_line(block.caption or block.folded)
            yield as_table(block.table)
        case Picture():
            yield from _picture(block, paths)
        case Gallery():
            for label, groups in block.groups:
                yield from gallery_lines(label, groups)
        case Embedded():
            yield as_line(block.instead)


def _picture(block: Picture, paths: Mapping[str, str]) -> Iterator[str]:
    plot = block.plot
    yield f"#### {for_markdown(plot.title)}"
    if plot.name in paths:
        yield f"![{for_markdown(plot.alt)}]({paths[plot.name]})"
    yield as_line(plot.sentence)
    yield as_table(plot.table)
