"""What other limits would make of a choice among cells: each told as a limit that can be asked.

Who asks again with the limit that a sentence names is given the cell that it names.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.setting_words import words_of
from spoonbench.harness.advise.rounding import rounded
from spoonbench.harness.frameworks.showing import show_number
from spoonbench.harness.predict.choice import Needs, choose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spoonbench.harness.advise.lookups.figures import Work
    from spoonbench.harness.advise.lookups.setting_cells import Cell
    from spoonbench.harness.predict.choice import Chosen

FIELDS = {
    "latency": "batch_seconds",
    "rate": "items_per_second",
    "memory": "memory_bytes",
    "accuracy_need": "accuracy",
}
"""Fact to the field of `Needs` that it gives."""
_NONE = "nothing that was measured certainly does"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A limit in words.

    Attributes:
        field: of `Needs`.
        unit: of its figure; None: the work's items a second.
        text: with a place for the figure and what is behind it.
        is_least: it says what must be reached, and not what may be spent.
    """

    field: str
    unit: str | None
    text: str
    is_least: bool = False

    def words(self, figure: float, work: Work, *, is_looser: bool) -> str:
        """As in "batches of 33 ms or more", "12.5% right or less"."""
        shown = show_number(figure, self.unit or f"{work.items}/s")
        return self.text.format(shown, "less" if is_looser == self.is_least else "more")

    def bound(self, cell: Cell) -> float | None:
        """What a cell certainly has; None where that is not known."""
        one = cell.candidate
        if self.field == "batch_seconds":
            return one.at_most
        if self.field == "items_per_second":
            return None if not one.at_most else one.batch_size / one.at_most
        return one.memory_at_most if self.field == "memory_bytes" else one.accuracy

    def just_beyond(self, bound: float) -> float:
        """The nearest figure of three digits that a cell with this bound does not reach."""
        beyond = rounded(bound, upwards=self.is_least)
        step = 1.0
        while beyond == bound or (beyond < bound) == self.is_least:
            step *= 1.001 if self.is_least else 0.999
            beyond = rounded(bound * step, upwards=self.is_least)
        return beyond


LIMITS = (
    Limit(field="batch_seconds", unit="seconds", text="batches of {} or {}"),
    Limit(field="items_per_second", unit=None, text="{} or {}", is_least=True),
    Limit(field="memory_bytes", unit="bytes", text="{} of memory or {}"),
    Limit(field="accuracy", unit="share", text="{} right or {}", is_least=True),
)


def limit_flips(
    cells: Mapping[str, Cell], needs: Needs, chosen: Chosen, work: Work
) -> Iterator[str]:
    """A sentence for each limit that would change the choice.

    Args:
        cells: to choose from.
        needs: that were asked for.
        chosen: among them.
        work: what they do.
    """
    looser = list(_looser(cells, needs, chosen, work))
    yield from looser
    if chosen.name is not None and chosen.is_certain:
        yield from _tighter(cells, needs, chosen.name, work)
    elif not looser:
        yield from _together(cells, needs, work)


def _looser(cells: Mapping[str, Cell], needs: Needs, chosen: Chosen, work: Work) -> Iterator[str]:
    """For each limit the least change of it that lets a quicker cell in, or any for certain."""
    is_settled = chosen.name is not None and chosen.is_certain
    at = cells[chosen.name].candidate.item_seconds if chosen.name and is_settled else math.inf
    for limit in _asked(needs):
        free = replace(needs, **{limit.field: None})
        bounds = [
            bound
            for one in cells.values()
            if one.candidate.item_seconds < at
            and choose([one.candidate], free).is_certain
            and (bound := limit.bound(one)) is not None
        ]
        if bounds:
            nearest = max(bounds) if limit.is_least else min(bounds)
            figure = rounded(nearest, upwards=not limit.is_least)
            other = _choice(cells, replace(needs, **{limit.field: figure}))
            if other is not None and not (is_settled and other.row.name == chosen.name):
                yield f"With {limit.words(figure, work, is_looser=True)}: {words_of(other)}."


def _tighter(cells: Mapping[str, Cell], needs: Needs, name: str, work: Work) -> Iterator[str]:
    """For each limit how far the choice keeps it, and what comes beyond; for any if none is set."""
    for limit in _asked(needs) or LIMITS:
        bound = limit.bound(cells[name])
        if not bound:
            continue
        figure = limit.just_beyond(bound)
        if limit.unit == "share" and figure > 1:
            continue
        other = _choice(cells, replace(needs, **{limit.field: figure}))
        follows = _NONE if other is None else words_of(other)
        yield f"With {limit.words(figure, work, is_looser=False)}: {follows}."


def _together(cells: Mapping[str, Cell], needs: Needs, work: Work) -> Iterator[str]:
    """Where no limit alone is in the way: all that the nearest cell misses, changed at once."""
    asked = _asked(needs)
    known = {
        one.row.name: [bound for limit in asked if (bound := limit.bound(one))]
        for one in cells.values()
    }
    whole = [name for name, bounds in known.items() if len(bounds) == len(asked) > 0]
    if not whole:
        return
    nearest = min(whole, key=lambda name: sum(_missed(needs, asked, known[name])))
    changed = {
        limit: rounded(bound, upwards=not limit.is_least)
        for limit, bound, miss in zip(
            asked, known[nearest], _missed(needs, asked, known[nearest]), strict=True
        )
        if miss > 0
    }
    fields = {limit.field: figure for limit, figure in changed.items()}
    other = _choice(cells, replace(needs, **fields))
    if other is not None:
        words = [limit.words(figure, work, is_looser=True) for limit, figure in changed.items()]
        yield f"With {' and '.join(words)}: {words_of(other)}."


def _missed(needs: Needs, asked: tuple[Limit, ...], bounds: list[float]) -> list[float]:
    """By how much each limit is missed, as a logarithm; 0 where it is kept."""
    return [
        max(0.0, math.log(getattr(needs, limit.field) / bound) * (1 if limit.is_least else -1))
        if getattr(needs, limit.field) > 0
        else math.inf
        for limit, bound in zip(asked, bounds, strict=True)
    ]


def _asked(needs: Needs) -> tuple[Limit, ...]:
    return tuple(limit for limit in LIMITS if getattr(needs, limit.field) is not None)


def _choice(cells: Mapping[str, Cell], needs: Needs) -> Cell | None:
    """What would be chosen; None where nothing certainly does."""
    found = choose([one.candidate for one in cells.values()], needs)
    return cells[found.name] if found.name is not None and found.is_certain else None
