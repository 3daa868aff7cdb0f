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
        self._places: Counter[Key] = Counter()
        self._sizes: dict[Key, Counter[int]] = {}
        self._settings: dict[Key, Counter[tuple[str, str]]] = {}
        for one in observations:
            point = one.point
            self._places[place_of(point)] += 1
            sizes = self._sizes.setdefault(home_of(point), Counter())
            sizes[point.conditions.batch_size] += 1
            settings = self._settings.setdefault(place_of(point), Counter())
            settings.update(terms.settings(point))

    def sizes(self, point: Point, *, without: bool = False) -> list[int]:
        """Batch sizes that the same work was measured at on the same device, sorted.

        Args:
            point: of the work.
            without: as if the point itself, one of those measured, had not been.
        """
        counts = self._sizes.get(home_of(point), Counter())
        left_out = {point.conditions.batch_size: 1} if without else {}
        return sorted(size for size, n in counts.items() if n > left_out.get(size, 0))

    def why_not(self, point: Point, *, without: bool = False) -> str | None:
        """What is missing to predict a cell; None where nothing is.

        Args:
            point: the cell.
            without: as if it had not been measured, which it was.
        """
        at, n_left_out = point.conditions, 1 if without else 0
        if self._places[place_of(point)] <= n_left_out:
            return f"nothing was measured on {at.device} of this machine"
        sizes = self.sizes(point, without=without)
        if not sizes:
            return f"nothing was measured of {point.work} on {at.device}"
        if len(sizes) < FEWEST_SIZES and at.batch_size not in sizes:
            return f"only batches of {' and '.join(map(str, sizes))} were measured on {at.device}"
        if not sizes[0] <= at.batch_size <= sizes[-1]:
            return f"batches of {sizes[0]} to {sizes[-1]} were measured, none of {at.batch_size}"
        measured = self._settings[place_of(point)]
        for setting in self._terms.settings(point):
            n_cells = measured[setting] - n_left_out
            if n_cells < FEWEST_OF_SETTING:
                count = "no cell" if n_cells < 1 else "one cell only"
                return f"{count} was measured on {at.device} with {' '.join(setting)}"
        return None
