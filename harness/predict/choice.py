"""Which cell to run, of several, some of them never measured: the quickest an item that does.

A cell does where what 19 of 20 cells so predicted stay below is within what is asked; of a measured
one, where its interval is. Where none certainly does, the one that is likeliest to is named, and
said to be no more than that; one that more likely does not is never chosen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spoonbench.harness.predict.neighbours import Neighbours
    from spoonbench.harness.predict.observations import Point
    from spoonbench.harness.predict.performance import Prediction


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
        memory_bytes: of its peak; None where nothing tells.
        memory_at_most: bytes that 19 of 20 such cells stay below; None likewise, or where nothing
            tells how far its peak varies.
        accuracy: that it has at least; None likewise.
        why: nothing tells its seconds.
    """

    name: str
    batch_size: int
    seconds: float | None = None
    at_most: float | None = None
    memory_bytes: float | None = None
    memory_at_most: float | None = None
    accuracy: float | None = None
    why: str | None = None

    @property
    def item_seconds(self) -> float:
        """Of one item, the batch shared out."""
        return math.inf if self.seconds is None else self.seconds / self.batch_size


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
    neighbours: Neighbours,
    *,
    told_bytes: float | None = None,
) -> Candidate:
    """A cell that was not measured: its time by prediction, the rest by cells of its setting.

    Args:
        name: of the cell.
        point: where and how it would run.
        told: of its time.
        neighbours: cells that were measured.
        told_bytes: its predicted peak; None where nothing tells it.
    """
    peak = neighbours.peak(point, told_bytes)
    return Candidate(
        name=name,
        batch_size=point.conditions.batch_size,
        seconds=told.seconds,
        at_most=told.at_most,
        memory_bytes=None if peak is None else peak.told,
        memory_at_most=None if peak is None else peak.at_most,
        accuracy=neighbours.accuracy(point),
        why=told.why,
    )


def choose(candidates: Iterable[Candidate], needs: Needs) -> Chosen:
    """The quickest cell, by seconds an item, that certainly does what is asked.

    Args:
        candidates: to choose from.
        needs: what is asked.
    """
    ruled_out: dict[str, str] = {}
    found: list[tuple[float, float, str, float]] = []
    for one in candidates:
        why = _why_not(one, needs)
        if why is not None:
            ruled_out[one.name] = why
            continue
        margin, reach = _margin(one, needs)
        found.append((margin, one.item_seconds, one.name, reach))
    if not found:
        return Chosen(name=None, ruled_out=ruled_out)
    certain = [(seconds, name) for margin, seconds, name, _ in found if margin >= 1]
    if certain:
        return Chosen(name=min(certain)[1], is_certain=True, ruled_out=ruled_out)
    margin, _, name, _ = max(found, key=lambda one: (one[0], -one[1]))
    if margin < 0:
        nearest = max(found, key=lambda one: (one[3], -one[1]))
        return Chosen(name=None, nearest=nearest[2], ruled_out=ruled_out)
    return Chosen(name=name, ruled_out=ruled_out)


def _margin(one: Candidate, needs: Needs) -> tuple[float, float]:
    """How far the nearest limit is: 1 being what 19 of 20 cells stay below, and as a logarithm."""
    times = [] if needs.batch_seconds is None else [needs.batch_seconds]
    times += [] if needs.items_per_second is None else [one.batch_size / needs.items_per_second]
    found = [_room(limit, one.seconds, one.at_most) for limit in times]
    if needs.memory_bytes is not None:
        found.append(_room(needs.memory_bytes, one.memory_bytes, one.memory_at_most))
    margins, rooms = zip(*found, strict=True) if found else ((math.inf,), (math.inf,))
    return min(margins), min(rooms)


def _room(limit: float, told: float | None, at_most: float | None) -> tuple[float, float]:
    if told is None:
        raise AssertionError("a cell of which nothing is known has no margin")
    room = math.log(limit / told) if told else math.inf
    if at_most is None:
        return 0.0 if room >= 0 else -math.inf, room
    spread = math.log(at_most / told) if told else 0.0
    if spread > 0:
        return room / spread, room
    return math.inf if room >= 0 else -math.inf, room


def _why_not(candidate: Candidate, needs: Needs) -> str | None:
    """What beside time speaks against a cell; what is not known speaks against it, too."""
    if candidate.seconds is None:
        return candidate.why or "nothing is told of its time"
    if needs.memory_bytes is not None:
        if candidate.memory_bytes is None:
            return "its memory is not known"
        if candidate.memory_bytes > needs.memory_bytes:
            return "it takes more memory"
    if needs.accuracy is not None:
        if candidate.accuracy is None:
            return "its accuracy is not known"
        if candidate.accuracy < needs.accuracy:
            return "it may be less accurate"
    return None
