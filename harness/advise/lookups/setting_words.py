"""Cells of a matrix, and what is found among them, in words; the page of a report has the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.figures import ANSWERS, Work
from spoonbench.harness.advise.lookups.setting_cells import rate_of
from spoonbench.harness.advise.rounding import rounded
from spoonbench.harness.frameworks.showing import show_number

if TYPE_CHECKING:
    from spoonbench.harness.advise.lookups.figures import Figures, Row
    from spoonbench.harness.advise.lookups.setting_cells import Cell
    from spoonbench.harness.advise.sources import Sources
    from spoonbench.harness.predict.choice import Candidate

FRAMES = ("certain", "likeliest", "nearest", "none", "untold")
"""What is found: a cell that certainly does, the likeliest to, the nearest to doing, nothing, or
that nothing was measured, or can be predicted, of the kind."""


def frame(figures: Figures, found: str) -> tuple[str, str]:
    """What stands before and after a cell in the sentence about it, the full stop left out.

    Args:
        figures: the matrix.
        found: of `FRAMES`; after a cell that is chosen comes how it is known.
    """
    on = f"{figures.done} with {figures.model}"
    return {
        "certain": ("Use ", f", {on}, "),
        "likeliest": (
            "Nothing certainly does what is asked; the likeliest to is ",
            f", {on}, ",
        ),
        "nearest": (f"No setting that was measured {on} does it; the nearest is ", ""),
        "none": (f"No setting that was measured {on} does what is asked", ""),
        "untold": (
            f"Of that batch, number format and device nothing was measured {on}",
            ", and nothing can be predicted",
        ),
    }[found]


def how_told(figures: Figures, cell: Cell, sources: Sources) -> str:
    """How the figures of a cell came to be known."""
    return "measured here" if cell.is_measured else sources.forecast(figures).words


def words_of(cell: Cell) -> str:
    """A cell with its figures."""
    row, candidate = cell.row, cell.candidate
    parts = [f"{rate_of(row).value:,.4g} {_items(row)} a second", _batch_seconds(candidate)]
    if cell.is_measured and candidate.memory_bytes is not None:
        parts.append(show_number(candidate.memory_bytes, "bytes"))
    elif candidate.memory_at_most is not None:
        parts.append(f"at most {show_number(candidate.memory_at_most, 'bytes')}")
    elif candidate.memory_bytes is not None:
        parts.append(f"some {show_number(candidate.memory_bytes, 'bytes')}")
    if row.accuracy is not None:
        parts.append(f"{show_number(round(row.accuracy.value, 3), 'share')} right")
    return f"{row.name} ({', '.join(parts)})"


def _items(row: Row) -> str:
    return Work(mode=str(row.settings.get("mode", ANSWERS.mode))).items


def _batch_seconds(candidate: Candidate) -> str:
    """The middle, and the bound that a limit of time is held against."""
    told = show_number(float(f"{candidate.seconds or 0.0:.3g}"), "seconds")
    if candidate.at_most is None:
        return f"{told} a batch"
    bound = show_number(rounded(candidate.at_most, upwards=True), "seconds")
    return f"{told} a batch, at most {bound}"
