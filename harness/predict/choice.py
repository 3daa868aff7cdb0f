"""Which cell to run, of several, some of them never measured: the quickest an item that does.

A cell does where what 19 of 20 cells so predicted stay below is within what is asked; of a measured
one, where its interval is. Where none certainly does, the one that is likeliest to is named, and
said to be no more than that; one that more likely does not is never chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.harness.predict.observations import Point
    from spoonbench.harness.predict.performance import Prediction

_Pair = tuple[int, float]
"""A batch size and a figure of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a cell has to do. None: not asked for.

    Attributes:
        batch_seconds: greatest time of one batch; every answer of it comes at its end.
        items_per_second: least.
        memory_bytes: greatest peak.
        accuracy: least share of right answers.
    """

    batch_seconds: float | None = None
    items_per_second: float | None = None
    memory_bytes: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A cell to choose.

    Attributes:
        name: of it.
        batch_size: items that it answers at once.
        seconds: of a batch; None where nothing tells.
        at_most: seconds that 19 of 20 such cells stay below; None where nothing tells how far
            its time varies, as with a single round: then it never certainly does.
        memory_bytes: that it may take at most; None where nothing tells.
        accuracy: that it has at least; None likewise.
        why: nothing tells its seconds.
    """

    name: str
    batch_size: int
    seconds: float | None = None
    at_most: float | None = None
    memory_bytes: float | None = None
    accuracy: float | None = None
    why: str | None = None

    @property
    def item_seconds(self) -> float:
        """Of one item, the batch shared out."""
        return math.inf if self.seconds is None else self.seconds / self.batch_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A cell that was measured, as far as it tells of others of its setting.

    Attributes:
        point: where and how it ran.
        memory_bytes: its peak; None where it was not measured.
        told_bytes: its peak as it was predicted; None likewise.
        accuracy: share of right answers; None likewise.
    """

    point: Point
    memory_bytes: float | None = None
    told_bytes: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A choice.

    Attributes:
        name: of the cell; None where none is likely to do.
        nearest: the one that misses by least, of those that miss by time alone; None where one is
            chosen, or none is left.
        is_certain: it meets what is asked by the bounds of its figures, not only by their middle.
        ruled_out: name of a cell to why it is not to be had, whatever its time.
    """

    name: str | None
    nearest: str | None = None
    is_certain: bool = False
    ruled_out: Mapping[str, str] = field(default_factory=dict)


def untried(
    name: str,
    point: Point,
    told: Prediction,
    known: Iterable[Known],
    *,
    told_bytes: float | None = None,
) -> Candidate:
    """A cell that was not measured: its time by prediction, the rest by cells of its setting.

    Where its peak was predicted, it takes as much more or less than that as the nearest batches of
    its setting did, the worse of the two. Else those peaks themselves bound it: memory grows with
    the batch, and less than in proportion to it, so that what a larger batch takes is enough, and
    so is a smaller one's peak as often as its batch goes into this one; between two a straight line
    tells. Right answers are those of the nearest batch.

    Args:
        name: of the cell.
        point: where and how it would run.
        told: of its time.
        known: cells that were measured, of any setting.
        told_bytes: its predicted peak; None where nothing tells it.
    """
    size = point.conditions.batch_size
    alike = [one for one in known if _setting(one.point) == _setting(point)]
    ratio = None if told_bytes is None else _peak_ratio(size, alike)
    memory = _peak_between(size, alike) if ratio is None else ratio * (told_bytes or 0.0)
    return Candidate(
        name=name,
        batch_size=size,
        seconds=told.seconds,
        at_most=told.at_most,
        memory_bytes=memory,
        accuracy=_nearest_accuracy(size, alike),
        why=told.why,
    )


def choose(candidates: Iterable[Candidate], needs: Needs) -> Chosen:
    """The quickest cell, by seconds an item, that certainly does what is asked.

    Args:
        candidates: to choose from.
        needs: what is asked.
    """
    ruled_out: dict[str, str] = {}
    found: list[tuple[float, float, str]] = []
    for one in candidates:
        why = _why_not(one, needs)
        if why is not None:
            ruled_out[one.name] = why
            continue
        found.append((_margin(one, needs), one.item_seconds, one.name))
    if not found:
        return Chosen(name=None, ruled_out=ruled_out)
    certain = [(seconds, name) for margin, seconds, name in found if margin >= 1]
    if certain:
        return Chosen(name=min(certain)[1], is_certain=True, ruled_out=ruled_out)
    margin, _, name = max(found, key=lambda one: (one[0], -one[1]))
    if margin < 0:
        return Chosen(name=None, nearest=name, ruled_out=ruled_out)
    return Chosen(name=name, ruled_out=ruled_out)


def _setting(point: Point) -> Point:
    """All but the batch."""
    return replace(point, conditions=replace(point.conditions, batch_size=1))


def _peak_ratio(size: int, alike: Sequence[Known]) -> float | None:
    """Measured over predicted peak of the nearest batches, the larger of the two."""
    ratios = [
        (one.point.conditions.batch_size, one.memory_bytes / one.told_bytes)
        for one in alike
        if one.memory_bytes is not None and one.told_bytes
    ]
    below, above = _nearest(size, ratios)
    return max((one[1] for one in (below, above) if one is not None), default=None)


def _peak_between(size: int, alike: Sequence[Known]) -> float | None:
    """An upper bound of a peak from those of other batches; None where none was measured."""
    below, above = _nearest(
        size,
        [
            (one.point.conditions.batch_size, one.memory_bytes)
            for one in alike
            if one.memory_bytes is not None
        ],
    )
    if above is None:
        return None if below is None else below[1] * size / below[0]
    if below is None or above[0] == below[0]:
        return above[1]
    share = (size - below[0]) / (above[0] - below[0])
    return below[1] + share * (above[1] - below[1])


def _nearest(size: int, pairs: Sequence[_Pair]) -> tuple[_Pair | None, _Pair | None]:
    """The nearest batches, each with its figure: one of at most this size, one of at least it."""
    below = max((one for one in pairs if one[0] <= size), default=None)
    above = min((one for one in pairs if one[0] >= size), default=None)
    return below, above


def _nearest_accuracy(size: int, alike: Sequence[Known]) -> float | None:
    found = [
        (abs(math.log(one.point.conditions.batch_size / size)), one.accuracy)
        for one in alike
        if one.accuracy is not None
    ]
    return min(found)[1] if found else None


def _margin(one: Candidate, needs: Needs) -> float:
    """How far the nearest limit of time is, 1 being what 19 of 20 cells stay below."""
    limits = [] if needs.batch_seconds is None else [needs.batch_seconds]
    limits += [] if needs.items_per_second is None else [one.batch_size / needs.items_per_second]
    if not limits:
        return math.inf
    if one.seconds is None:
        raise AssertionError("a cell of unknown time has no margin")
    room = math.log(min(limits) / one.seconds)
    if one.at_most is None:
        return 0.0 if room >= 0 else -math.inf
    spread = math.log(one.at_most / one.seconds)
    return room / spread if spread > 0 else math.copysign(math.inf, room)


def _why_not(candidate: Candidate, needs: Needs) -> str | None:
    """What beside time speaks against a cell; what is not known speaks against it, too."""
    if candidate.seconds is None:
        return candidate.why or "nothing is told of its time"
    if needs.memory_bytes is not None:
        if candidate.memory_bytes is None:
            return "its memory is not known"
        if candidate.memory_bytes > needs.memory_bytes:
            return "it may take more memory"
    if needs.accuracy is not None:
        if candidate.accuracy is None:
            return "its accuracy is not known"
        if candidate.accuracy < needs.accuracy:
            return "it may be less accurate"
    return None
