"""A report of many runs as JSON values: decisions, parts with their tables, and each run whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import to_json
from spoonbench.reports import matrix_summary, summary
from spoonbench.reports.overview import decision
from spoonbench.reports.overview.blocks import Embedded, Gallery, Numbers, Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.reports.overview.blocks import Block, Part
    from spoonbench.reports.overview.content import Overview

SUMMARY_VERSION = 1
"""Changed whenever a field of the summary changes its meaning or goes away."""


def summary_json(
    overview: Overview, parts: Sequence[Part] = (), files: Sequence[str] = ()
) -> dict[str, Any]:
    """The whole report: JSON values, units in the names of the fields.

    Args:
        overview: what to show.
        parts: built from it; without them the tables are left out.
        files: paths of its tables and figures, beside the file.

    Returns:
        An object that `json.dumps(..., allow_nan=False)` accepts; foreign text is as it came.
    """
    return {
        "summary_version": SUMMARY_VERSION,
        "headline": decision.headline(overview),
        "decisions": [to_json(one) for one in decision.decisions(overview)],
        "claims": [to_json(one) for one in overview.findings],
        "store": to_json(overview.store),
        "selection": to_json(overview.selection),
        "command": list(overview.command),
        "parts": [_part(part) for part in parts],
        "duels": {one.slug: summary.summary_json(one.report) for one in overview.duels},
        "matrices": {
            one.slug: matrix_summary.summary_json(one.report) for one in overview.matrices
        },
        "files": list(files),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "id": part.part_id,
        "title": part.title,
        "chapter": part.chapter,
        "blocks": [_block(block) for block in part.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Numbers():
            shown = {"name": block.name, "caption": block.caption or block.folded}
            return {"kind": block.kind, **shown, "table": to_json(block.table)}
        case Picture():
            plot = block.plot
            shown = {"name": plot.name, "title": plot.title, "sentence": plot.sentence}
            return {"kind": block.kind, **shown, "table": to_json(plot.table)}
        case Gallery():
            # The examples themselves stand with their duels.
            labels = [label for label, _ in block.groups]
            return {"kind": block.kind, "contestants": labels}
        case Embedded():
            return {"kind": block.kind, "instead": block.instead}
        case _:
            values: dict[str, Any] = to_json(block)
            return {"kind": block.kind, **values}
