"""Which lines of a matrix cross, of which of them that is shown, and what is said of the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.crossovers import FEWEST_SIZES, do_cross
from spoonbench.harness.matrix.series import pair_of, series_of

if TYPE_CHECKING:
    from spoonbench.harness.matrix.evidence import Crossover, MatrixEvidence
    from spoonbench.harness.matrix.series import Series

MOST_TOLD = 3
"""Pairs of lines that the sentence of a figure tells; the notes below its numbers tell all."""


def speeds_of(series: Series) -> dict[int, float]:
    """Batch size to answers a second, where there is a figure."""
    return {
        size: cell.answers_per_s.value
        for size, cell in series.cells.items()
        if cell.answers_per_s is not None and cell.answers_per_s.value > 0
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A crossover that can be drawn.

    Attributes:
        number: as in the tables, from 1.
        crossover: with a batch size and an interval.
        first: the series that is faster at small batches.
        second: the series that overtakes.
        rate: answers a second of the first series there, between its points.
    """

    number: int
    crossover: Crossover
    first: Series
    second: Series
    rate: float


def crossings(evidence: MatrixEvidence) -> list[Crossing]:
    """Crossovers within the range measured, each with where it lies."""
    series, found = series_of(evidence), []
    for number, one in enumerate(evidence.crossovers, 1):
        pair = None if one.batch_size is None else pair_of(one, series)
        if pair is None or one.batch_size is None:
            continue
        rate = _between(speeds_of(pair[0]), one.batch_size)
        if rate is not None:
            found.append(
                Crossing(number=number, crossover=one, first=pair[0], second=pair[1], rate=rate)
            )
    return found


def _between(points: dict[int, float], size: float) -> float | None:
    """Speed at a batch size between those measured, on straight lines of the logarithms."""
    sizes = sorted(points)
    for low, high in pairwise(sizes):
        if low <= size <= high:
            share = math.log(size / low) / math.log(high / low)
            gain = math.log(points[high] / points[low])
            return points[low] * math.exp(share * gain)
    return None


def open_crossings(evidence: MatrixEvidence) -> tuple[Crossover, ...]:
    """Pairs whose lines cross as they are drawn, while no crossover is shown."""
    series, found = series_of(evidence), []
    for one in evidence.crossovers:
        pair = pair_of(one, series) if one.batch_size is None else None
        if pair is not None and do_cross(*map(speeds_of, pair)):
            found.append(one)
    return tuple(found)


def count_uncompared(evidence: MatrixEvidence) -> int:
    """Pairs whose lines cross as they are drawn, and for which no crossover is looked for."""
    series = series_of(evidence)
    compared = [
        {one.placement for one in pair}
        for crossover in evidence.crossovers
        if (pair := pair_of(crossover, series)) is not None
    ]
    return sum(
        do_cross(speeds_of(one), speeds_of(other))
        for one, other in combinations(series, 2)
        if {one.placement, other.placement} not in compared
    )


def crossing_sentences(evidence: MatrixEvidence) -> tuple[str, ...]:
    """What the figure of speed against batch size says of lines that cross."""
    found, unsure = crossings(evidence), open_crossings(evidence)
    n_uncompared, told = count_uncompared(evidence), []
    if found:
        told.append(
            f"Numbered rings: {_counted(len(found), 'crossover')}, with 95% intervals; what "
            "crosses between two panels stands below the numbers only."
        )
    if unsure:
        more = len(unsure) - MOST_TOLD
        tail = f" The notes below the numbers tell of {more:,} more." if more > 0 else ""
        texts = " ".join(_sentence(one.text) for one in unsure[:MOST_TOLD])
        pairs = _counted(len(unsure), "pair of lines", "pairs of lines")
        verb = "crosses" if len(unsure) == 1 else "cross"
        told.append(f"{pairs} {verb} without that being shown. {texts}{tail}")
    if n_uncompared:
        told.append(
            "No crossover is looked for between lines that differ in more than one setting or "
            f"share fewer than {FEWEST_SIZES} batch sizes, even where they cross in the figure."
        )
    return tuple(told) or ("No crossover lies within the range measured.",)


def crossing_notes(evidence: MatrixEvidence) -> tuple[str, ...]:
    """What crosses, by the numbers of the rings; then what crosses without that being shown."""
    shown = [f"{one.number}: {one.crossover.text}" for one in crossings(evidence)]
    return (*shown, *(f"Not shown: {one.text}" for one in open_crossings(evidence)))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _counted(n: int, one: str, many: str | None = None) -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"
