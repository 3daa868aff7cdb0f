"""A cell's rate as evidence: of one that was measured, or of one that others tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.advice import Evidence

if TYPE_CHECKING:
    from spoonbench.harness.advise.lookups.figures import Figures, Row
    from spoonbench.harness.advise.lookups.forecasts import Forecast


def rate_evidence(figures: Figures, row: Row, words: str, forecast: Forecast | None) -> Evidence:
    """Answers a second of a cell.

    Args:
        figures: the matrix.
        row: the cell.
        words: what it is.
        forecast: that told it; None where it was measured.
    """
    rate = row.rate
    return Evidence(
        what=f"{words} {figures.done}{f', {forecast.words}' if forecast else ''}.",
        source=figures.source,
        machine=figures.machine,
        value=None if rate is None else rate.value,
        low=None if rate is None else rate.low,
        high=None if rate is None else rate.high,
        unit=f"{figures.work.items}/s",
        run_ids=row.run_ids,
        error=forecast.error if forecast else None,
        n_cells=forecast.n_cells if forecast else None,
    )
