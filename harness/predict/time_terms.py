"""Which figures a time is made of: one term for each cause, shared by all cells that it acts on.

The time of a batch is an overhead and a work that grows with the batch:

    seconds(batch) = overhead + scale x batch ** growth

For each piece of work on each device there is a base of all three. A number format, a quantization,
an engine multiplies overhead and scale by factors of its own, which all work on that device shares
as far as it can. What one piece of work has for itself, two settings together, or one batch size
(its texts are as long as they are) are small terms besides. All terms are logarithms with a mean
and a spread that they are expected to have; the spreads were set beforehand, not fitted.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.harness.matrix_records import Conditions
    from spoonbench.harness.predict.observations import Observation, Point

FACTORS = ("dtype", "quantization", "engine", "attention", "padding", "threads", "affinity")
"""Fields of a placement whose values multiply overhead and scale."""
Key = tuple[str, ...]
BASE_SPREAD = 3.0
EFFECT_SPREAD = 1.0
"""A setting may well make a cell three times as slow as another, or as fast."""
OWN_SPREAD = 0.15
"""What one piece of work has for itself, and what two settings have together."""
BATCH_SPREAD = 0.10
GROWTH, GROWTH_SPREAD = 1.0, 0.3
"""Twice the batch is twice the work, unless larger batches are done more quickly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One figure.

    Attributes:
        of: "overhead", "scale", "growth", or "both" of the first two.
        mean: expected before anything was measured.
        spread: standard deviation of that.
    """

    of: str
    mean: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A cell as a list of terms.

    Attributes:
        overhead: numbers of the terms whose sum is the logarithm of the overhead.
        scale: likewise of the scale.
        growth: number of the term.
        size: logarithm of the batch size.
        home: number of the piece of work on its device.
        unknown_overhead: variance of terms of the overhead that no measured cell has.
        unknown_scale: likewise of the scale.
        unknown_both: likewise of terms of both.
    """

    overhead: tuple[int, ...]
    scale: tuple[int, ...]
    growth: int
    size: float
    home: int = 0
    unknown_overhead: float = 0.0
    unknown_scale: float = 0.0
    unknown_both: float = 0.0


def place_of(point: Point) -> Key:
    """A device of a machine."""
    return (point.machine, point.conditions.device)


def home_of(point: Point) -> Key:
    """A piece of work on a device."""
    return (*place_of(point), point.work)


class Terms:
    """All terms of a set of measured cells, by what they stand for."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        self.terms: list[Term] = []
        self._numbers: dict[Key, int] = {}
        self._usual = _most_frequent(one.point for one in observations)
        self._homes = {home_of(one.point): place_of(one.point) for one in observations}
        self._n_homes = Counter(self._homes.values())
        self._home_numbers = {home: number for number, home in enumerate(self._homes)}
        for home in self._homes:
            self._add_base(home, [one for one in observations if home_of(one.point) == home])
        for one in observations:
            self._add_effects(one.point)

    def row(self, point: Point, *, with_batch: bool = True) -> Row:
        """A cell as terms.

        Args:
            point: work on a device, and settings, that were measured.
            with_batch: what its batch size has for itself is among them.

        Raises:
            KeyError: a term that no measured cell has, and that nothing else can stand for.
        """
        home, size = home_of(point), point.conditions.batch_size
        overhead = [self._numbers["base overhead", *home]]
        scale = [self._numbers["base scale", *home]]
        unknown = {"overhead": 0.0, "scale": 0.0}
        settings = self.settings(point)
        for setting in settings:
            for name, numbers in (("overhead", overhead), ("scale", scale)):
                numbers.append(self._numbers[name, *place_of(point), *setting])
                own = self._numbers.get((f"own {name}", *home, *setting))
                if own is not None:
                    numbers.append(own)
                elif self._n_homes[place_of(point)] > 1:
                    unknown[name] += OWN_SPREAD**2
        both, unknown_both = self._of_both(home, settings, size, with_batch=with_batch)
        return Row(
            overhead=(*overhead, *both),
            scale=(*scale, *both),
            growth=self._numbers["growth", *home],
            size=math.log(size),
            home=self._home_numbers[home],
            unknown_overhead=unknown["overhead"],
            unknown_scale=unknown["scale"],
            unknown_both=unknown_both,
        )

    def settings(self, point: Point) -> list[tuple[str, str]]:
        """What is not as it usually is on a device."""
        usual = self._usual[place_of(point)]
        values = {name: _value(point.conditions, name) for name in FACTORS}
        return [(name, value) for name, value in values.items() if value != usual[name]]

    def _of_both(
        self, home: Key, settings: Sequence[tuple[str, str]], size: int, *, with_batch: bool
    ) -> tuple[list[int], float]:
        """Numbers of the terms of overhead and scale alike, and the variance of those missing."""
        keys = []
        if len(settings) > 1:
            keys.append((("together", *home, *_flat(settings)), OWN_SPREAD))
        if with_batch:
            keys.append((("batch", *home, str(size)), BATCH_SPREAD))
        numbers = [self._numbers[key] for key, _ in keys if key in self._numbers]
        return numbers, sum(spread**2 for key, spread in keys if key not in self._numbers)

    def _add_base(self, home: Key, measured: Sequence[Observation]) -> None:
        quickest = math.log(min(one.seconds for one in measured))
        per_item = min(one.seconds / one.point.conditions.batch_size for one in measured)
        self._add(("base overhead", *home), "overhead", BASE_SPREAD, quickest)
        self._add(("base scale", *home), "scale", BASE_SPREAD, math.log(per_item))
        self._add(("growth", *home), "growth", GROWTH_SPREAD, GROWTH)
        for size in sorted({one.point.conditions.batch_size for one in measured}):
            self._add(("batch", *home, str(size)), "both", BATCH_SPREAD)

    def _add_effects(self, point: Point) -> None:
        place, home, settings = place_of(point), home_of(point), self.settings(point)
        for setting in settings:
            for name in ("overhead", "scale"):
                self._add((name, *place, *setting), name, EFFECT_SPREAD)
                if self._n_homes[place] > 1:
                    self._add((f"own {name}", *home, *setting), name, OWN_SPREAD)
        if len(settings) > 1:
            self._add(("together", *home, *_flat(settings)), "both", OWN_SPREAD)

    def _add(self, key: Key, of: str, spread: float, mean: float = 0.0) -> None:
        if key not in self._numbers:
            self._numbers[key] = len(self.terms)
            self.terms.append(Term(of=of, mean=mean, spread=spread))


def _most_frequent(points: Iterable[Point]) -> Mapping[Key, Mapping[str, str]]:
    """By device: the commonest value of each setting, the first of equally common ones."""
    counts: dict[Key, dict[str, Counter[str]]] = {}
    for point in points:
        of_place = counts.setdefault(place_of(point), {name: Counter() for name in FACTORS})
        for name in FACTORS:
            of_place[name][_value(point.conditions, name)] += 1
    return {
        place: {name: one.most_common(1)[0][0] for name, one in of_place.items()}
        for place, of_place in counts.items()
    }


def _value(conditions: Conditions, name: str) -> str:
    return str(getattr(conditions, name))


def _flat(settings: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{name}={value}" for name, value in settings]
