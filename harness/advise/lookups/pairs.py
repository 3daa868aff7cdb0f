"""Cells of a matrix that differ in one thing alone: what one setting gains or costs.

Where the batch that is asked about was not measured, the performance model tells it, if it can;
else the nearest that was measured stands for it, and that is said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.crossovers import is_of_that_size, is_that_model
from spoonbench.harness.advise.lookups.figures import Measured
from spoonbench.harness.share_differences import paired_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.lookups.figures import Figures, Row
    from spoonbench.harness.advise.lookups.forecasts import Forecast

CERTAIN = 0.05
"""A difference of answers is shown where its corrected p-value is below this."""
_OWN = frozenset({"batch_size", "dtype", "quantization", "engine"})
"""Settings that tell the cells of a line apart, or a line from its plain one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A cell beside the plain one at the same device and batch.

    Attributes:
        figures: the matrix.
        plain: float32, not quantized.
        other: the cell that differs from it.
        is_close: the model is about as large as the one that is asked about.
        forecast: that told the speed of one or both; None where both were measured.
        ratio: of their speeds, as it was told.
        answered: the cell of the other setting whose answers stand for it; None for itself.
        caveat: why it is not of the batch that is asked about; "" where it is.
    """

    figures: Figures
    plain: Row
    other: Row
    is_close: bool
    forecast: Forecast | None = None
    ratio: Measured | None = None
    answered: Row | None = None
    caveat: str = ""

    @property
    def speed(self) -> Measured | None:
        """Answers a second over those of the plain cell.

        Where both were measured its interval divides the ends of both: wider than 95%, never
        narrower.
        """
        if self.ratio is not None:
            return self.ratio
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

        The interval is Tango's (`share_differences`): it has a width where no item changed, too.
        """
        row = self.row_of_answers
        if row.n_items is None or row.n_lost is None or row.n_won is None:
            return None
        n, lost, won = row.n_items, row.n_lost, row.n_won
        change = (won - lost) / n
        low, high = paired_interval(n, lost, won)
        return Measured(value=change, low=low, high=high)

    @property
    def row_of_answers(self) -> Row:
        """Whose right answers are counted: batches differ in speed more than in answers."""
        return self.answered or self.other

    @property
    def loses(self) -> bool:
        """Fewer answers are right, and that is certain."""
        change, p_value = self.change, self.row_of_answers.p_value
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


def pairs(
    case: Case, differs: Callable[[Row], bool], matrices: Iterable[Figures] | None = None
) -> Iterator[Pair]:
    """Of every matrix, the store's first, at the batch that the case has.

    A prediction is left out where the very cells were measured in another matrix.

    Args:
        case: whose device and batch are looked for.
        differs: a row is one of those that are compared with the plain ones.
        matrices: of these; None: of all that the case's sources have.
    """
    own = case.sources.matrices if matrices is None else matrices
    found = [one for figures in own for one in _of(figures, case, differs)]
    measured = {_key(one) for one in found if one.forecast is None and not one.caveat}
    yield from (one for one in found if one.forecast is None or _key(one) not in measured)


def _key(pair: Pair) -> tuple[object, ...]:
    row = pair.other
    return (pair.figures.source, pair.is_close, row.dtype, row.quantization, row.engine)


def _of(figures: Figures, case: Case, differs: Callable[[Row], bool]) -> Iterator[Pair]:
    """One for each setting of a matrix that is compared."""
    device = case.value("device") or "cpu"
    rows = [row for row in figures.rows if row.device == device]
    plain = _lines(row for row in rows if _is_plain(row))
    for line, others in _lines(row for row in rows if differs(row)).items():
        beside = plain.get((*line[:1], "float32", "none", "native"))
        if beside:
            pair = _pair(figures, case, beside, others)
            if pair is not None:
                yield pair


def _lines(rows: Iterable[Row]) -> dict[tuple[str, ...], dict[int, Row]]:
    """Cells that differ in the batch alone: what else they have to their batches."""
    found: dict[tuple[str, ...], dict[int, Row]] = {}
    for row in rows:
        rest = {name: row.settings[name] for name in row.settings if name not in _OWN}
        line = (str(sorted(rest.items())), row.dtype, row.quantization, row.engine)
        found.setdefault(line, {})[row.batch] = row
    return found


def _pair(
    figures: Figures, case: Case, plain: dict[int, Row], others: dict[int, Row]
) -> Pair | None:
    """Measured at the case's batch, else predicted at it, else measured at the nearest."""
    batch = case.number("batch")
    asked = batch or 1.0
    both = sorted(plain.keys() & others.keys())
    nearest = min(both, key=lambda size: (_apart(size, asked), size), default=None)
    pair = None
    if nearest is not None:
        pair = Pair(
            figures=figures,
            plain=plain[nearest],
            other=others[nearest],
            is_close=is_of_that_size(figures, case),
        )
    if batch is None or nearest == batch:
        return pair
    if not is_that_model(figures, case):
        return pair and replace(pair, caveat="at the nearest batch")
    told = _predicted(figures, case, plain, others)
    if isinstance(told, Pair):
        return told
    return pair and replace(pair, caveat=f"at the nearest batch: {told}")


def _predicted(
    figures: Figures, case: Case, plain: dict[int, Row], others: dict[int, Row]
) -> Pair | str:
    """At the case's batch, a cell that was measured as it is; else why there is none."""
    batch, forecast = int(case.number("batch") or 1), case.sources.forecast(figures)
    cells = []
    for line in (plain, others):
        cell = line.get(batch) or forecast.row(next(iter(line.values())), batch)
        if cell is None:
            return forecast.why_not_at(next(iter(line.values())), batch) or "nothing is told"
        cells.append(cell)
    answered = others[min(others, key=lambda size: (_apart(size, batch), size))]
    return Pair(
        figures=figures,
        plain=cells[0],
        other=cells[1],
        is_close=True,
        forecast=forecast,
        ratio=forecast.ratio(*cells),
        answered=answered,
    )


def _apart(size: int, batch: float) -> float:
    return abs(math.log(size / batch))


def _is_plain(row: Row) -> bool:
    return row.dtype == "float32" and row.quantization == "none" and row.engine == "native"
