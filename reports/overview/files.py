"""The files of a report of many runs: HTML, Markdown, JSON, a CSV for each table, and figures."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from spoonbench.reports.files import as_json, replace_file
from spoonbench.reports.overview.blocks import plots_of, tables_of
from spoonbench.reports.overview.markdown import render_markdown
from spoonbench.reports.overview.page import render_overview
from spoonbench.reports.overview.parts import build_parts
from spoonbench.reports.overview.summary import summary_json
from spoonbench.reports.spreadsheet import table_csv

if TYPE_CHECKING:
    from pathlib import Path

    from spoonbench.reports.overview.content import Overview

PAGE, TEXT, DATA = "overview.html", "overview.md", "overview.json"
FOLDER = "overview"
_OURS = re.compile(r"overview/(tables|plots)/[a-z0-9-]+\.(csv|svg|png)")


def write_overview(overview: Overview, folder: Path) -> list[Path]:
    """Write `overview.html`, `.md` and `.json`, `overview/tables/*.csv` and `overview/plots/*`.

    Args:
        overview: what to write.
        folder: made where it does not exist; files of an older report are replaced, and those of
            its tables and figures that this one does not have are removed.

    Returns:
        The files, the page first. A reader sees the old file or the new one, never half of one.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    parts = build_parts(overview)
    plots = plots_of(parts)
    filled = {name: table for name, table in tables_of(parts).items() if table.rows}
    tables = {name: f"{FOLDER}/tables/{name}.csv" for name in filled}
    pictures = {plot.name: f"{FOLDER}/plots/{plot.name}.png" for plot in plots}
    drawings = {plot.name: f"{FOLDER}/plots/{plot.name}.svg" for plot in plots}
    files = sorted((*tables.values(), *pictures.values(), *drawings.values()))
    contents = {
        PAGE: render_overview(overview, parts).encode(),
        TEXT: render_markdown(overview, parts, pictures).encode(),
        DATA: as_json(summary_json(overview, parts, files)),
    }
    contents |= {path: table_csv(filled[name]) for name, path in tables.items()}
    contents |= {pictures[plot.name]: plot.png for plot in plots}
    contents |= {drawings[plot.name]: plot.svg_file.encode() for plot in plots}
    older = _files_before(folder)
    for name, content in contents.items():
        replace_file(folder / name, content)
    for name in older - contents.keys():
        (folder / name).unlink(missing_ok=True)
    return [folder / name for name in contents]


def _files_before(folder: Path) -> set[str]:
    """Tables and figures of the report that lies there; nothing where none of ours does."""
    try:
        listed = json.loads((folder / DATA).read_text(encoding="ascii"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    names = listed if isinstance(listed, list) else []
    return {name for name in names if isinstance(name, str) and _OURS.fullmatch(name)}
