"""Report files: HTML, Markdown with its pictures, JSON; each replaced as a whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.reports.markdown import render_markdown
from spoonbench.reports.page import render_page
from spoonbench.reports.plots import draw_plots
from spoonbench.reports.summary import summary_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.plots import Plot


def write_report(report: DuelReport, folder: Path) -> list[Path]:
    """Write `report.html`, `report.md`, `report.json` and `plots/`.

    Args:
        report: what to write.
        folder: made where it does not exist; files of an older report are replaced.

    Returns:
        The files, the page first. A reader sees the old file or the new one, never half of one.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    plots = draw_plots(report)
    pictures = {plot.name: f"plots/{plot.name}.png" for plot in plots}
    contents = {
        "report.html": render_page(report, plots).encode(),
        "report.md": render_markdown(report, plots, pictures).encode(),
        "report.json": as_json(summary_json(report)),
    }
    return write_files(folder, contents, plots)


def write_files(folder: Path, contents: Mapping[str, bytes], plots: Sequence[Plot]) -> list[Path]:
    """Write the files of a report, and its pictures into `plots/`.

    Args:
        folder: made where it does not exist; files of an older report are replaced.
        contents: name of each file to what it holds.
        plots: of the report.

    Returns:
        The files, in the order given, pictures last.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    pictures = {f"plots/{plot.name}.png": plot.png for plot in plots}
    pictures |= {f"plots/{plot.name}.svg": plot.svg_file.encode() for plot in plots}
    for name, content in {**contents, **pictures}.items():
        replace_file(folder / name, content)
    return [folder / name for name in (*contents, *pictures)]


def as_json(summary: Mapping[str, Any]) -> bytes:
    """A JSON file; NaN and infinities are refused."""
    # ASCII: text from tasks and models may hold lone surrogates, which UTF-8 has no form for.
    text = json.dumps(summary, indent=2, ensure_ascii=True, allow_nan=False)
    return f"{text}\n".encode("ascii")


def replace_file(path: Path, content: bytes) -> None:
    """Put a file where it may have been before, as a whole; its folder is made.

    Raises:
        OSError: the folder cannot be made or written to; what was there is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(content)
        # A temporary file is its owner's alone; a report is like any other file.
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
