"""The batch size at which one setting overtakes another, by a fit with an interval.

Two series of cells that differ on one axis only are compared at the batch sizes that both have. The
logarithm of the ratio of their speeds is fitted by a straight line in the logarithm of the batch
size, over all rounds; where the line is zero, the two are equally fast. The interval is that of a
bootstrap over rounds within each batch size.

The line is only believed where it agrees with what was measured: at every batch size at which all
rounds of one series are faster than all of the other, it has to have the same sign.

Not covered: settings that overtake each other more than once; that is said, and no figure given.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.axes import AXES
from spoonbench.harness.matrix.evidence import Crossover
from spoonbench.harness.matrix.sweep import short
from spoonbench.harness.stats import median, quantile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from spoonbench.harness.matrix.axes import Axis
    from spoonbench.harness.matrix_records import Conditions, Matrix

FEWEST_SIZES = 3
N_RESAMPLES = 1_000
_FARTHEST = math.log(1e9)
"""Logarithm of a batch size beyond which none lies."""

_NO_CROSSING = "no crossing within the range measured"

Ratios = dict[int, list[float]]
"""Batch size to the logarithm of the ratio of speeds, second over first, one for each round."""


def find_crossovers(
    matrix: Matrix,
    rates: Mapping[str, Mapping[int, float]],
    wanted: Collection[str] | None = None,
) -> tuple[Crossover, ...]:
    """Every pair of settings that differ on one axis and were measured at three batch sizes.

    Args:
        matrix: names its cells.
        rates: name of a cell to answers a second, by round.
        wanted: names of axes; None: all. Each crossing takes a thousand resamples.
    """
    series: dict[Conditions, dict[int, Mapping[int, float]]] = {}
    for cell in matrix.cells:
        if rates.get(cell.name):
            line = replace(cell.placement, batch_size=1)
            series.setdefault(line, {})[cell.placement.batch_size] = rates[cell.name]
    found = []
    for first, second in combinations(series, 2):
        axes = [axis for axis in AXES.values() if _differ(first, second, axis)]
        both = sorted(series[first].keys() & series[second].keys())
        ratios = {size: _logarithms(series[first][size], series[second][size]) for size in both}
        sizes = [size for size in both if ratios[size]]
        if len(axes) != 1 or axes[0].is_of_work or len(sizes) < FEWEST_SIZES:
            continue
        if wanted is not None and axes[0].name not in wanted:
            continue
        pair = [short(getattr(one, axes[0].field)) for one in (first, second)]
        if fit_line(ratios).at(sizes[0]) > 0:
            pair, ratios = pair[::-1], {size: [-one for one in ratios[size]] for size in sizes}
        ratios = {size: ratios[size] for size in sizes}
        one = _crossover(axes[0].name, pair, _others(first, series, axes[0]), ratios)
        is_crossing = do_cross(*(_medians(series[line], sizes) for line in (first, second)))
        found.append(_with_medians(one, sizes) if is_crossing else one)
    return tuple(found)


def do_cross(first: Mapping[int, float], second: Mapping[int, float]) -> bool:
    """Whether two lines cross as they are drawn, through one figure for each batch size.

    Args:
        first: batch size to a figure.
        second: likewise; sizes that only one has are left out.
    """
    signs = {first[size] > second[size] for size in first.keys() & second.keys()
             if first[size] != second[size]}  # fmt: skip
    return len(signs) > 1


def _medians(line: Mapping[int, Mapping[int, float]], sizes: Iterable[int]) -> dict[int, float]:
    return {size: median(list(line[size].values())) for size in sizes}


def _with_medians(one: Crossover, sizes: Sequence[int]) -> Crossover:
    """Where a figure crosses and no crossing is told, both are said."""
    if _NO_CROSSING not in one.text:
        return one
    span = _span(sizes)
    wanted = f"{_NO_CROSSING}, {span}"
    given = f"the medians cross within {span}, but the line through all rounds does not"
    return replace(one, text=one.text.replace(wanted, given))


def _span(sizes: Sequence[int]) -> str:
    return f"batches of {sizes[0]} to {sizes[-1]}"


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line in the logarithm of the batch size.

    Attributes:
        slope: of the logarithm of the ratio.
        middle_x: mean logarithm of the batch sizes.
        middle_y: mean logarithm of the ratios.
    """

    slope: float
    middle_x: float
    middle_y: float

    def at(self, size: float) -> float:
        """Logarithm of the ratio at a batch size."""
        return self.middle_y + self.slope * (math.log(size) - self.middle_x)

    @property
    def zero(self) -> float | None:
        """Batch size at which both are equally fast; None where there is none."""
        if self.slope == 0:
            return None
        place = self.middle_x - self.middle_y / self.slope
        return math.exp(place) if abs(place) < _FARTHEST else None


def fit_line(ratios: Ratios) -> Line:
    """Least squares over all rounds of at least two batch sizes."""
    points = [(math.log(size), one) for size, rounds in ratios.items() for one in rounds]
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in points) / spread
    return Line(slope, middle_x, middle_y)


def interval(ratios: Ratios, seed: int = 0) -> tuple[float, float]:
    """95% bootstrap interval of the crossing, cut off at the ends of the range measured."""
    draw = random.Random(seed)  # noqa: S311  # resampling, nothing secret
    low, high = min(ratios), max(ratios)
    found = []
    for _ in range(N_RESAMPLES):
        again = {size: draw.choices(rounds, k=len(rounds)) for size, rounds in ratios.items()}
        zero = fit_line(again).zero
        found.append(high if zero is None else min(max(zero, low), high))
    return quantile(found, 0.025), quantile(found, 0.975)


def _crossover(axis: str, pair: Sequence[str], others: str, ratios: Ratios) -> Crossover:
    """What is found of two settings, the first of which is faster at the smallest batches."""
    first, second = pair
    what = f"{axis} {first} and {second}" + (f" ({others})" if others else "")
    sizes, line = list(ratios), fit_line(ratios)
    span = _span(sizes)
    none = Crossover(
        axis=axis, first=first, second=second, others=others,
        batch_size=None, low=None, high=None, text="",
    )  # fmt: skip
    clear = {size: sign for size, rounds in ratios.items() if (sign := _clear_sign(rounds))}
    if sum(one != other for one, other in pairwise(clear.values())) > 1:
        text = f"{what}: each is faster at some sizes within {span}, in turn."
        return replace(none, text=text)
    if any(sign * line.at(size) < 0 for size, sign in clear.items()):
        if len(set(clear.values())) == 1:
            faster = second if max(clear.values()) > 0 else first
            text = f"{what}: no crossing was shown within {span}; {faster} is faster where any is."
            return replace(none, text=text)
        return replace(none, text=f"{what}: they cross within {span}, but on no straight line.")
    zero = line.zero
    if zero is None or not sizes[0] < zero < sizes[-1]:
        faster = first if line.at(sizes[-1]) < 0 else second
        tail = f"{faster} is faster" if clear else "no difference was shown"
        return replace(none, text=f"{what}: {_NO_CROSSING}, {span}; {tail}.")
    low, high = interval(ratios)
    place = f"{_size(zero)} ({_size(low)} to {_size(high)})"
    if not clear:
        text = (
            f"{what}: by the line through all rounds they cross at a batch of about {place}, but "
            f"no difference was shown within {span}: it may be noise alone."
        )
        return replace(none, text=text)
    text = f"{what}: {second} overtakes at a batch of about {place}."
    return replace(none, batch_size=zero, low=low, high=high, text=text)


def _logarithms(first: Mapping[int, float], second: Mapping[int, float]) -> list[float]:
    """Round by round; a round that only one of them has is left out."""
    rounds = sorted(first.keys() & second.keys())
    return [math.log(second[index] / first[index]) for index in rounds]


def _size(size: float) -> str:
    """Small sizes with a digit behind the point, so that 1.4 is not 1."""
    return f"{size:.1f}" if size < 10 else f"{size:.0f}"  # noqa: PLR2004 - two digits in any case


def _clear_sign(rounds: Sequence[float]) -> int:
    """1 where the second is faster in every round, -1 where the first is, else 0."""
    if all(one > 0 for one in rounds):
        return 1
    return -1 if all(one < 0 for one in rounds) else 0


def _differ(first: Conditions, second: Conditions, axis: Axis) -> bool:
    return bool(getattr(first, axis.field) != getattr(second, axis.field))


def _others(line: Conditions, series: Iterable[Conditions], axis: Axis) -> str:
    """What else varies in the matrix, as it is in both."""
    lines = list(series)
    return ", ".join(
        f"{other.name} {short(value)}"
        for other in AXES.values()
        if other != axis
        and (value := getattr(line, other.field)) is not None
        and len({getattr(one, other.field) for one in lines}) > 1
    )
