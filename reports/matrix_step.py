"""Where a step of a model spends its time: parts of an answering call, cell by cell.

Importing this module is cheap; drawing imports the drawing libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import matrix_tables, quantities
from spoonbench.reports.plots import as_plot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.matrix.evidence import CellEvidence
    from spoonbench.reports.matrix import MatrixReport
    from spoonbench.reports.plots import Plot

NAME = "step"
TITLE = "Where an answering call spends its time"
MOST = 20
"""Cells in one picture; the table holds all of them."""


def draw_step(report: MatrixReport) -> Plot | None:
    """Draw a bar for each cell that tells its parts; None where none does."""
    cells = [cell for cell in report.evidence.cells if cell.parts]
    if not cells:
        return None
    from spoonbench.reports import step_drawing  # noqa: PLC0415 - seconds of imports

    return as_plot(
        step_drawing.draw(cells[:MOST]),
        name=NAME,
        title=TITLE,
        sentence=_sentence(cells),
        table=matrix_tables.part_table(report),
    )


def _sentence(cells: Sequence[CellEvidence]) -> str:
    shares = [(share, part, cell.cell.name) for cell in cells for part, share in cell.parts.items()]
    share, part, name = max(shares)
    text = (
        "A bar is a whole call of the first round; its parts add up to 100%. The largest part: "
        f"{words(part)}, {quantities.share(share)} of a call of {name}."
    )
    if len(cells) > MOST:
        text += f" Drawn are {MOST} of {len(cells):,} cells; the table has all."
    return text


def words(part: str) -> str:
    """The name of a part for people."""
    return part.replace("_", " ")
