"""Where one device overtakes another, as the page's calculator takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.harness.advise.advice import Source
    from spoonbench.harness.advise.lookups.figures import Crossing


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingRow:
    """Two settings that overtake each other as batches grow.

    Attributes:
        first: the one that is faster at small batches, or everywhere: "cpu".
        second: the other.
        batch: at which they are equally fast, in items; None where that was not found.
        low: lower end of its 95% interval; None where there is none.
        high: upper end.
        text: one sentence with what was found.
        source: the user's store, or a reference.
        where: machine and model in words.
    """

    first: str
    second: str
    batch: float | None
    low: float | None = None
    high: float | None = None
    text: str
    source: Source
    where: str


def crossing_rows(
    crossovers: Iterable[Crossing], *, source: Source, machine: str, model: str
) -> tuple[CrossingRow, ...]:
    """Every pair of settings of a matrix, what the two have in common beside their names.

    Args:
        crossovers: of the matrix.
        source: the user's store, or a reference.
        machine: on which it was measured, in words.
        model: that was measured, in words.
    """
    return tuple(
        CrossingRow(
            first=one.first,
            second=one.second,
            batch=one.batch,
            low=one.low,
            high=one.high,
            text=one.text,
            source=source,
            where=", ".join(word for word in (machine, model, one.others) if word),
        )
        for one in crossovers
    )


def crossing_json(row: CrossingRow) -> dict[str, Any]:
    """A row as JSON values."""
    words = {"store": "measured", "reference": "reference measurement"}
    origin = f"{words.get(row.source, 'claimed')} on {row.where}"
    figures = {"batch": row.batch, "low": row.low, "high": row.high}
    names = {"first": row.first, "second": row.second, "text": row.text, "source": row.source}
    return {**names, **figures, "origin": origin}
