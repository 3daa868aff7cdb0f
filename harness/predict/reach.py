"""How far measured cells reach: of which others they say something, and of which nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from spoonbench.harness.predict.time_terms import home_of, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.predict.observations import Observation, Point
    from spoonbench.harness.predict.time_terms import Key, Terms

FEWEST_SIZES = 3
"""Overhead, scale and growth are not told apart by fewer sizes of batches."""
FEWEST_OF_SETTING = 2
"""Overhead and scale of a setting are not told apart by fewer cells."""


class Reach:
    """What was measured, counted."""

    def __init__(self, observations: Sequence[Observation], terms: Terms) -> None:
        self._terms = terms
        self._sizes: dict[Key, set[int]] = {}
        self._settings: dict[Key, Counter[tuple[str, str]]] = {}
        for one in observations:
            point = one.point
            self._sizes.setdefault(home_of(point), set()).add(point.conditions.batch_size)
            settings = self._settings.setdefault(place_of(point), Counter())
            settings.update(terms.settings(point))

    def sizes(self, point: Point) -> list[int]:
        """Batch sizes that the same work was measured at on the same device, sorted."""
        return sorted(self._sizes.get(home_of(point), ()))

    def why_not(self, point: Point) -> str | None:
        """What is missing to predict a cell; None where nothing is."""
        at = point.conditions
        if place_of(point) not in self._settings:
            return f"nothing was measured on {at.device} of this machine"
        sizes = self.sizes(point)
        if not sizes:
            return f"nothing was measured of {point.work} on {at.device}"
        if len(sizes) < FEWEST_SIZES and at.batch_size not in sizes:
            return f"only batches of {' and '.join(map(str, sizes))} were measured on {at.device}"
        if not sizes[0] <= at.batch_size <= sizes[-1]:
            return f"batches of {sizes[0]} to {sizes[-1]} were measured, none of {at.batch_size}"
        measured = self._settings[place_of(point)]
        for setting in self._terms.settings(point):
            if measured[setting] < FEWEST_OF_SETTING:
                count = "one cell only" if measured[setting] else "no cell"
                return f"{count} was measured on {at.device} with {' '.join(setting)}"
        return None
