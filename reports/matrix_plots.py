"""The plots of a matrix: what each shows, in a sentence, in numbers and as a picture.

Importing this module is cheap; the drawing libraries are imported when something is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.series import baseline_series, series_of
from spoonbench.reports import matrix_grid as grids
from spoonbench.reports import quantities
from spoonbench.reports.matrix_crossings import crossing_notes, crossing_sentences, speeds_of
from spoonbench.reports.matrix_grid import Grid, grid_table
from spoonbench.reports.matrix_memory import WEIGHTS, draw_memory
from spoonbench.reports.plots import as_plot
from spoonbench.reports.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.harness.matrix.evidence import MatrixEvidence
    from spoonbench.harness.matrix.series import Series
    from spoonbench.reports.matrix import MatrixReport
    from spoonbench.reports.plots import Plot

_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """A heat map before it is drawn.

    Attributes:
        name: names its files.
        title: what it shows.
        grid: its figures.
        scale: "log": the fuller the higher, by the logarithm; "share": likewise, from nothing to
            all; "ratio": in two colours, away from 1; "difference": likewise, away from 0.
        meaning: what to see in it, without its ends.
        unit: of the figures, for people.
    """

    name: str
    title: str
    grid: Callable[[MatrixEvidence], Grid]
    scale: str
    meaning: str
    unit: str


HEATS = (
    Heat(
        name="matrix-speed",
        title="Answers a second",
        grid=grids.speeds,
        scale="log",
        meaning="The fuller the colour, the faster, by the logarithm.",
        unit="answers/s",
    ),
    Heat(
        name="matrix-relative",
        title="Speed at the same batch size",
        grid=grids.relative_speeds,
        scale="ratio",
        meaning=(
            f"Blue is faster than {{baseline}} at the same batch size, orange slower; {grids.SAME} "
            "is not distinguishable beyond the noise."
        ),
        unit="times as fast",
    ),
    Heat(
        name="matrix-accuracy",
        title="Right of all",
        grid=grids.accuracies,
        scale="share",
        meaning=(
            "Right answers among all items, in percent: the fuller, the more. A star: changed "
            "against the baseline (Holm p < 0.05)."
        ),
        unit="% right",
    ),
    Heat(
        name="matrix-memory",
        title="Peak memory",
        grid=grids.peaks,
        scale="log",
        meaning=(
            "Megabytes above the process's own baseline; the fuller the colour, the more, by the "
            "logarithm."
        ),
        unit="MB",
    ),
    Heat(
        name="matrix-device-memory",
        title="Peak memory on the accelerator",
        grid=grids.device_peaks,
        scale="log",
        meaning=(
            "Megabytes on the accelerator; the fuller the colour, the more, by the logarithm."
        ),
        unit="MB",
    ),
)
"""Every heat map that a report may hold, in order."""


def draw_matrix_plots(report: MatrixReport) -> tuple[Plot, ...]:
    """Draw every plot that has something to show; takes seconds.

    The same report gives the same bytes with the same versions of the drawing libraries.
    """
    drawn = [draw_heat(report.evidence, heat) for heat in HEATS]
    drawn += [draw_batches(report.evidence), draw_memory(report.evidence, WEIGHTS)]
    return tuple(plot for plot in drawn if plot is not None)


def draw_heat(evidence: MatrixEvidence, heat: Heat) -> Plot | None:
    """Draw a heat map; None where it has nothing to show."""
    from spoonbench.reports import matrix_heat  # noqa: PLC0415 - seconds of imports

    grid = heat.grid(evidence)
    if len(evidence.cells) < _FEWEST or not grid.values:
        return None
    return as_plot(
        matrix_heat.draw(heat, grid),
        name=heat.name,
        title=heat.title,
        sentence=heat_sentence(heat, grid, baseline_series(evidence).name),
        table=grid_table(heat.title, grid),
    )


def draw_batches(evidence: MatrixEvidence) -> Plot | None:
    """Draw speed against batch size, every series; None where it has nothing to show."""
    from spoonbench.reports import matrix_lines  # noqa: PLC0415 - seconds of imports

    if not growing(evidence):
        return None
    return as_plot(
        matrix_lines.draw_batches(evidence),
        name="matrix-batches",
        title="Answers a second by batch size",
        sentence=_batch_sentence(evidence),
        table=_crossing_table(evidence),
    )


def growing(evidence: MatrixEvidence) -> list[Series]:
    """Series with a speed, where some have it at two batch sizes or more."""
    found = [one for one in series_of(evidence) if speeds_of(one)]
    return found if any(len(speeds_of(one)) >= _FEWEST for one in found) else []


def gaps_of(series: Series) -> dict[int, str]:
    """Batch size to the letter of the state of a cell that did not end well."""
    letters = {"skipped": "S", "missing": "N", "ok": ""}
    return {
        size: letter
        for size, cell in series.cells.items()
        if (letter := letters.get(cell.status, "F"))
    }


def heat_sentence(heat: Heat, grid: Grid, baseline: str) -> str:
    """What a heat map shows, with its ends and the letters in it."""
    (low, least), (high, most) = grid.ends()
    meaning = heat.meaning.replace("{baseline}", baseline)
    text = f"{meaning} Lowest: {_end(least.text)} ({low}); highest: {_end(most.text)} ({high})."
    told = [f"{grids.LETTERS[state]} {state}" for state in grid.states]
    return f"{text} {', '.join(told)}." if told else text


def _end(text: str) -> str:
    return text.strip(grids.SAME + grids.CHANGED)


def _batch_sentence(evidence: MatrixEvidence) -> str:
    name = baseline_series(evidence).name
    text = (
        "Both axes count in powers; higher is better, and a flat line gains nothing from batches. "
        f"The dashed grey line is {name}, the baseline's."
    )
    if any(gaps_of(one) for one in growing(evidence)):
        text += " In brackets: batch sizes that failed (F), were skipped (S) or not run (N)."
    none = [one.name for one in series_of(evidence) if not speeds_of(one)]
    if none:
        text += f" Without a speed at any size: {quantities.listed(none)}."
    return " ".join([text, *crossing_sentences(evidence)])


def _crossing_table(evidence: MatrixEvidence) -> Table:
    """Speeds of every series, and below them what crosses."""
    table = grid_table("Answers a second", grids.speeds(evidence))
    notes = crossing_notes(evidence)
    return Table(title=table.title, columns=table.columns, rows=table.rows, notes=notes)
