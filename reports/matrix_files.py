"""The files of a matrix: HTML, Markdown with its pictures, JSON, CSV; each replaced as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports.files import as_json, write_files
from spoonbench.reports.matrix_markdown import render_matrix_markdown
from spoonbench.reports.matrix_page import render_matrix_page
from spoonbench.reports.matrix_plots import draw_matrix_plots
from spoonbench.reports.matrix_summary import cell_rows, summary_json
from spoonbench.reports.plaintext import for_csv

if TYPE_CHECKING:
    from pathlib import Path

    from spoonbench.reports.matrix import MatrixReport


def write_matrix_report(report: MatrixReport, folder: Path) -> list[Path]:
    """Write `matrix.html`, `matrix.md`, `matrix.json`, `matrix.csv` and `plots/matrix-*`.

    Args:
        report: what to write.
        folder: made where it does not exist; files of an older report are replaced.

    Returns:
        The files, the page first. A reader sees the old file or the new one, never half of one.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    plots = draw_matrix_plots(report)
    pictures = {plot.name: f"plots/{plot.name}.png" for plot in plots}
    contents = {
        "matrix.html": render_matrix_page(report, plots).encode(),
        "matrix.md": render_matrix_markdown(report, plots, pictures).encode(),
        "matrix.json": as_json(summary_json(report)),
        "matrix.csv": as_csv(report),
    }
    return write_files(folder, contents, plots)


def as_csv(report: MatrixReport) -> bytes:
    """One row for each cell, in the order of the matrix; empty where there is no figure."""
    import pandas as pd  # noqa: PLC0415 - half a second, and only here

    # Objects, so that whole numbers stay whole beside gaps.
    rows = [
        {name: for_csv(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in cell_rows(report)
    ]
    frame = pd.DataFrame(rows, dtype=object)
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text.encode()
