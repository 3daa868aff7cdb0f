"""What measured cells tell of the peak and the right answers of one that was not measured.

A peak that was predicted is mended: it takes as much more or less than that as the nearest batches
of its setting did, between two of them in proportion to the logarithm of the batch. How far that is
off is told by the measured cells themselves: each is left out, and told by the others. Where
nothing was predicted, other peaks bound it: memory grows with the batch, and less than in
proportion to it, so that what a larger batch takes is enough, and so is a smaller one's peak as
often as its batch goes into this one; between two a straight line tells. Right answers are those of
the nearest batch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from spoonbench.harness.stats import quantile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.harness.predict.observations import Point

_COVERED = 0.95
_FEWEST = 5
"""Cells left out, below which those between others and those beyond them are taken together."""
_Pair = tuple[int, float]
"""A batch size and a figure of it."""


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
class Peak:
    """Of a cell that was not measured.

    Attributes:
        told: bytes.
        at_most: what 19 of 20 cells so told stay below; None where too few were measured to tell.
    """

    told: float
    at_most: float | None


class Neighbours:
    """Measured cells of one matrix, of any setting.

    Args:
        known: the cells.
    """

    def __init__(self, known: Iterable[Known]) -> None:
        self._settings: dict[Point, list[Known]] = {}
        for one in known:
            self._settings.setdefault(_setting(one.point), []).append(one)

    def peak(self, point: Point, told_bytes: float | None = None) -> Peak | None:
        """Of a cell; None where nothing tells it.

        Args:
            point: where and how it would run.
            told_bytes: its predicted peak; None where nothing tells it.
        """
        size, alike = point.conditions.batch_size, self._settings.get(_setting(point), [])
        ratios = _ratios(alike)
        if told_bytes is None or not ratios:
            bound = _bound(size, alike)
            return None if bound is None else Peak(told=bound, at_most=bound)
        told = told_bytes * math.exp(_between(size, ratios))
        margin = self._margins[_is_between(size, ratios)]
        return Peak(told=told, at_most=None if margin is None else told * math.exp(margin))

    def accuracy(self, point: Point) -> float | None:
        """Share of right answers at the nearest batch; None where nothing tells it."""
        size = point.conditions.batch_size
        found = [
            (abs(math.log(one.point.conditions.batch_size / size)), one.accuracy)
            for one in self._settings.get(_setting(point), [])
            if one.accuracy is not None
        ]
        return min(found)[1] if found else None

    @cached_property
    def _margins(self) -> Mapping[bool, float | None]:
        """Whether a cell lies between others to how far above what is told its peak may lie."""
        errors: dict[bool, list[float]] = {True: [], False: []}
        for alike in self._settings.values():
            ratios = _ratios(alike)
            for left_out in ratios:
                others = [one for one in ratios if one != left_out]
                if others:
                    size, ratio = left_out
                    errors[_is_between(size, others)].append(ratio - _between(size, others))
        every = [*errors[True], *errors[False]]
        return {
            is_between: _margin(mine if len(mine) >= _FEWEST else every)
            for is_between, mine in errors.items()
        }


def _margin(errors: Sequence[float]) -> float | None:
    """What 19 of 20 errors stay below, and never less than nothing; None where there are none."""
    if not errors:
        return None
    share = min(1.0, _COVERED * (len(errors) + 1) / len(errors))
    return max(0.0, quantile(errors, share))


def _setting(point: Point) -> Point:
    """All but the batch."""
    return replace(point, conditions=replace(point.conditions, batch_size=1))


def _ratios(alike: Iterable[Known]) -> list[_Pair]:
    """Batch sizes and logarithms of measured over predicted peak."""
    return [
        (one.point.conditions.batch_size, math.log(one.memory_bytes / one.told_bytes))
        for one in alike
        if one.memory_bytes and one.told_bytes
    ]


def _is_between(size: int, pairs: Sequence[_Pair]) -> bool:
    return all(one is not None for one in _nearest(size, pairs))


def _between(size: int, pairs: Sequence[_Pair]) -> float:
    """On a line through the nearest two, over logarithms of batches; beyond all, the nearest's."""
    below, above = _nearest(size, pairs)
    if below is None or above is None or below[0] == above[0]:
        nearest = below or above
        if nearest is None:
            raise AssertionError("nothing is between no cells")
        return nearest[1]
    share = math.log(size / below[0]) / math.log(above[0] / below[0])
    return below[1] + share * (above[1] - below[1])


def _bound(size: int, alike: Sequence[Known]) -> float | None:
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
