"""Which cell to run, of several that were not: the quickest an item that certainly does.

A cell does where what 19 of 20 cells so predicted stay below is within what is asked. Where none
certainly does, the one that is likeliest to is named, and said to be no more than that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spoonbench.harness.predict.observations import Point
    from spoonbench.harness.predict.performance import PerformanceModel, Prediction


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
        point: where and how it runs.
        memory_bytes: that it may take at most; None where nothing tells.
        accuracy: that it has at least; None likewise.
    """

    name: str
    point: Point
    memory_bytes: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A choice.

    Attributes:
        name: of the cell; None where all are ruled out.
        item_seconds: predicted, of one item.
        is_certain: it meets what is asked by the bounds of its predictions, not only by their
            middle.
        ruled_out: name of a cell to why it is not to be had.
    """

    name: str | None
    item_seconds: float | None = None
    is_certain: bool = False
    ruled_out: Mapping[str, str] = field(default_factory=dict)


def choose(model: PerformanceModel, candidates: Iterable[Candidate], needs: Needs) -> Chosen:
    """The quickest cell, by seconds an item, that certainly does what is asked.

    Args:
        model: tells times.
        candidates: to choose from.
        needs: what is asked.
    """
    ruled_out: dict[str, str] = {}
    found: list[tuple[float, float, str]] = []
    for one in candidates:
        told = model.predict(one.point)
        why = told.why or _why_not(one, needs)
        if why is not None or told.seconds is None:
            ruled_out[one.name] = why or "nothing is told of it"
            continue
        size = one.point.conditions.batch_size
        found.append((_margin(told, size, needs), told.seconds / size, one.name))
    if not found:
        return Chosen(name=None, ruled_out=ruled_out)
    certain = [(seconds, name) for margin, seconds, name in found if margin >= 1]
    if certain:
        seconds, name = min(certain)
        return Chosen(name=name, item_seconds=seconds, is_certain=True, ruled_out=ruled_out)
    _, seconds, name = max(found, key=lambda one: (one[0], -one[1]))
    return Chosen(name=name, item_seconds=seconds, ruled_out=ruled_out)


def _margin(told: Prediction, size: int, needs: Needs) -> float:
    """How far the nearest limit of time is, 1 being what 19 of 20 cells stay below."""
    limits = [] if needs.batch_seconds is None else [needs.batch_seconds]
    limits += [] if needs.items_per_second is None else [size / needs.items_per_second]
    if not limits:
        return math.inf
    if told.seconds is None or told.at_most is None:
        raise AssertionError("a prediction without a figure has no margin")
    return math.log(min(limits) / told.seconds) / math.log(told.at_most / told.seconds)


def _why_not(candidate: Candidate, needs: Needs) -> str | None:
    """What beside time speaks against a cell; what is not known speaks against it, too."""
    if needs.memory_bytes is not None:
        if candidate.memory_bytes is None:
            return "its memory is not told"
        if candidate.memory_bytes > needs.memory_bytes:
            return "it may take more memory"
    if needs.accuracy is not None:
        if candidate.accuracy is None:
            return "its accuracy is not known"
        if candidate.accuracy < needs.accuracy:
            return "it may be less accurate"
    return None
