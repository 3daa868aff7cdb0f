"""A report of many runs as one HTML file that opens without a network."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from spoonbench.reports import facts
from spoonbench.reports.overview import decision
from spoonbench.reports.overview.blocks import Picture, by_chapter, embedded_in
from spoonbench.reports.templating import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.reports.overview.blocks import Block, Part
    from spoonbench.reports.overview.content import Overview


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Pictures that follow each other, which stand side by side, or one other block."""

    pictures: tuple[Picture, ...] = ()
    block: Block | None = None


def render_overview(overview: Overview, parts: Sequence[Part]) -> str:
    """The whole page.

    Args:
        overview: what to show.
        parts: built from it.

    Returns:
        HTML that needs nothing from outside, in UTF-8-encodable characters.
    """
    embedded = embedded_in(parts)
    content = {
        "headline": decision.headline(overview),
        "kicker": kicker(overview),
        "decisions": decision.decisions(overview),
        "chapters": by_chapter(parts),
        "runs": in_runs,
        "embedded": embedded,
        "policy": _policy([one.script for one in embedded if one.script]),
        "command": facts.command(overview.command),
    }
    return render("overview.html", content)


def kicker(overview: Overview) -> str:
    """What the report is of, in a line."""
    counts = (
        (len(overview.duels), "duel", "duels"),
        (len(overview.matrices), "matrix", "matrices"),
    )
    told = [f"{n:,} {one if n == 1 else more}" for n, one, more in counts if n]
    newest = max(one.plan.created_at for one in overview.shown)
    return f"Report of {' and '.join(told)}, the newest of {newest}"


def in_runs(blocks: Sequence[Block]) -> Iterator[Run]:
    """Blocks in order, with neighbouring pictures together."""
    for is_picture, group in groupby(blocks, key=lambda block: isinstance(block, Picture)):
        if is_picture:
            yield Run(pictures=tuple(one for one in group if isinstance(one, Picture)))
        else:
            yield from (Run(block=block) for block in group)


def _policy(scripts: Sequence[str]) -> str:
    """What the page may load: nothing; and which scripts may run: those that stand in it."""
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    allowed = " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in digests)
    script = f" script-src {allowed};" if allowed else ""
    return f"default-src 'none'; style-src 'unsafe-inline';{script} img-src data:"
