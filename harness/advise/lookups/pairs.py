"""Cells of a matrix that differ in one thing alone: what one setting gains or costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.crossovers import is_of_that_size
from spoonbench.harness.advise.lookups.figures import Measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.lookups.figures import Figures, Row

CERTAIN = 0.05
"""A difference of answers is shown where its corrected p-value is below this."""
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A cell beside the plain one at the same device and batch.

    Attributes:
        figures: the matrix.
        plain: float32, not quantized.
        other: the cell that differs from it.
        is_close: the model is about as large as the one that is asked about.
    """

    figures: Figures
    plain: Row
    other: Row
    is_close: bool

    @property
    def speed(self) -> Measured | None:
        """Answers a second over those of the plain cell.

        Its interval divides the ends of both: wider than 95%, never narrower.
        """
        one, other = self.plain.rate, self.other.rate
        if one is None or other is None:
            return None
        ratio = other.value / one.value
        if None in (one.low, one.high, other.low, other.high):
            return Measured(value=ratio)
        return Measured(
            value=ratio,
            low=other.low / one.high,  # type: ignore[operator]  # none is None
            high=other.high / one.low,  # type: ignore[operator]  # likewise
        )

    @property
    def change(self) -> Measured | None:
        """Of the share of right answers against the matrix's baseline, item by item.

        The interval is the large-sample one of a difference of paired shares.
        """
        row = self.other
        if row.n_items is None or row.n_lost is None or row.n_won is None:
            return None
        n, lost, won = row.n_items, row.n_lost, row.n_won
        change = (won - lost) / n
        half = Z_95 * math.sqrt(max(0.0, won + lost - (won - lost) ** 2 / n)) / n
        return Measured(value=change, low=change - half, high=change + half)

    @property
    def loses(self) -> bool:
        """Fewer answers are right, and that is certain."""
        change, p_value = self.change, self.other.p_value
        return change is not None and change.value < 0 and p_value is not None and p_value < CERTAIN

    @property
    def is_faster(self) -> bool:
        """Certainly faster: the intervals of both lie apart."""
        speed = self.speed
        return speed is not None and speed.low is not None and speed.low > 1

    @property
    def is_slower(self) -> bool:
        """Certainly slower."""
        speed = self.speed
        return speed is not None and speed.high is not None and speed.high < 1


def pairs(case: Case, differs: Callable[[Row], bool]) -> Iterator[Pair]:
    """Of every matrix, the store's first, at the batch that is nearest to the case's.

    Args:
        case: whose device and batch are looked for.
        differs: a row is one of those that are compared with the plain ones.
    """
    device = case.value("device") or "cpu"
    batch = case.number("batch") or 1.0
    for figures in case.sources.matrices:
        plain = {row.batch: row for row in figures.rows if _is_plain(row) and row.device == device}
        if not plain:
            continue
        nearest = min(plain, key=lambda size: (abs(math.log(size / batch)), size))
        for row in figures.rows:
            if row.device == device and row.batch == nearest and differs(row):
                yield Pair(
                    figures=figures,
                    plain=plain[nearest],
                    other=row,
                    is_close=is_of_that_size(figures, case),
                )


def _is_plain(row: Row) -> bool:
    return row.dtype == "float32" and row.quantization == "none" and row.engine == "native"
