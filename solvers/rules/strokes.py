"""Handwritten digits by rules on their strokes: holes, widths, and where the ink lies.

Every rule reads an image scaled to its ink on an 8 by 8 grid and was written by hand, looking at
training images only. The first rule that fires decides; where none does, the answer is abstained.

Not covered: images of other shapes than 8 by 8, several digits in one image.
"""

# ruff: noqa: PLR2004  # the numbers are the rules: a name for each would say it twice
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer, SolverInfo
from spoonbench.solvers.rules.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spoonbench.solvers.api import Image, Problem, Settings

SIDE = 8
_DARK = (0.3, 0.45, 0.6)
"""Shares of the brightest value above which a pixel is ink; thin gaps close at the lower ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Background that ink encloses.

    Attributes:
        top: first row.
        bottom: last row.
        area: pixels.
    """

    top: int
    bottom: int
    area: int

    @property
    def middle(self) -> float:
        """Row halfway between top and bottom."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> int:
        """Rows that it spans."""
        return self.bottom - self.top + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """What the rules look at; ink is in [0, 1].

    Attributes:
        ink: shape (8, 8), by rows from the top.
        holes: at the darkness that shows most of them.
    """

    ink: tuple[tuple[float, ...], ...]
    holes: tuple[Hole, ...]

    def mass(self, rows: range, columns: range) -> float:
        """Mean ink of a block."""
        total = sum(self.ink[row][column] for row in rows for column in columns)
        return total / (len(rows) * len(columns))

    def left(self, row: int) -> int:
        """First dark column of a row; 8 where there is none."""
        return next((c for c in range(SIDE) if self.ink[row][c] > _DARK[1]), SIDE)

    def right(self, row: int) -> int:
        """Last dark column of a row; -1 where there is none."""
        return next((c for c in range(SIDE - 1, -1, -1) if self.ink[row][c] > _DARK[1]), -1)

    def width(self, row: int) -> int:
        """Columns from the first dark one to the last."""
        return max(0, self.right(row) - self.left(row) + 1)


class StrokeRuleSolver:
    """Names a digit by the first rule on its strokes that fires."""

    info = SolverInfo(
        name="stroke-rules",
        version="1",
        level=1,
        summary="Hand-written rules on holes, widths and the place of the ink.",
        kinds=("label",),
        payload="image",
        modules=("spoonbench.solvers.rules.strokes",),
    )

    def prepare(self, settings: Settings, /) -> None:
        """Nothing to get ready but to check the settings."""
        check_settings(self.info, settings)

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Apply the rules to every image."""
        return [_answer(problem) for problem in problems]

    def close(self) -> None:
        """Nothing to free."""


def _answer(problem: Problem) -> Answer:
    image = problem.image
    if problem.kind != "label" or image is None:
        return Answer(status="failed", reason="stroke-rules reads images and gives labels")
    if len(image.pixels) != SIDE or any(len(row) != SIDE for row in image.pixels):
        return Answer(status="failed", reason="stroke-rules reads images of 8 by 8 pixels")
    if not image.maximum > 0:
        return Answer(status="failed", reason="the image says that its brightest value is 0")
    strokes = read_strokes(image)
    for digit, confidence, rule in RULES:
        if rule(strokes):
            return Answer(status="answered", value=digit, confidence=confidence)
    return Answer(status="abstained", reason="no rule on the strokes fires")


def read_strokes(image: Image) -> Strokes:
    """Scale the ink to [0, 1] and find the holes."""
    ink = tuple(tuple(value / image.maximum for value in row) for row in image.pixels)
    holes = max((_holes(ink, dark) for dark in _DARK), key=len)
    return Strokes(ink=ink, holes=holes)


def _holes(ink: Sequence[Sequence[float]], dark: float) -> tuple[Hole, ...]:
    """Connected background that does not reach the border, from the top."""
    light = {
        (row, column) for row in range(SIDE) for column in range(SIDE) if ink[row][column] <= dark
    }
    holes: list[Hole] = []
    while light:
        region = _region(light)
        rows = [row for row, _ in region]
        is_open = any(row in {0, SIDE - 1} or column in {0, SIDE - 1} for row, column in region)
        if not is_open:
            holes.append(Hole(top=min(rows), bottom=max(rows), area=len(region)))
    return tuple(sorted(holes, key=lambda hole: hole.top))


def _region(light: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Take one connected region out of the light pixels."""
    start = min(light)
    light.remove(start)
    region, waiting = {start}, [start]
    while waiting:
        for pixel in _neighbours(*waiting.pop()):
            if pixel in light:
                light.remove(pixel)
                region.add(pixel)
                waiting.append(pixel)
    return region


def _neighbours(row: int, column: int) -> Iterator[tuple[int, int]]:
    yield from ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))


_LEFT, _RIGHT = range(3), range(5, 8)


def _has_hole(s: Strokes, top: float, bottom: float) -> bool:
    """One hole whose middle lies between two rows."""
    return len(s.holes) == 1 and top <= s.holes[0].middle <= bottom


def _is_zero(s: Strokes) -> bool:
    """One tall hole."""
    return len(s.holes) == 1 and s.holes[0].height >= 4 and s.holes[0].area >= 5


def _is_eight(s: Strokes) -> bool:
    """Two holes, one over the other, or one and a waist; a top and a foot that are no points."""
    is_pinched = s.width(4) <= s.width(6) and s.width(4) <= s.width(1)
    has_two = len(s.holes) == 2 and s.holes[0].bottom < s.holes[1].top
    return has_two or (bool(s.holes) and is_pinched and s.mass(range(5, 7), range(1, 3)) > 0.3)


def _is_six(s: Strokes) -> bool:
    """A hole in the lower half, and an upper right side that is empty."""
    return _has_hole(s, 4, 6) and s.mass(range(1, 3), _RIGHT) < 0.2 and s.width(1) <= 4


def _is_nine(s: Strokes) -> bool:
    """A hole in the upper half, a right side below it, and nothing at the left of that."""
    has_sides = s.mass(range(1, 4), range(1, 3)) > 0.4 and s.right(5) >= 4
    return _has_hole(s, 0, 3) and has_sides and s.mass(range(4, 6), _LEFT) < 0.2


def _is_four(s: Strokes) -> bool:
    """A narrow top, a wide bar below the middle, a narrow foot."""
    bar = max(s.width(3), s.width(4), s.width(5))
    has_point = s.width(0) <= 3 and s.width(7) <= 3
    return has_point and bar >= 5 and s.mass(range(3, 5), _LEFT) > 0.35 and s.left(6) >= 2


def _is_seven(s: Strokes) -> bool:
    """A bar or a full right side above the middle, and a foot that lies to the left."""
    is_slanted = s.right(7) <= 4 and s.right(6) <= 4 and s.left(6) >= 1
    return is_slanted and s.right(2) >= 4 and s.mass(range(2, 4), range(2)) < 0.3


def _is_two(s: Strokes) -> bool:
    """A wide foot that begins on the left, and no right side above it."""
    has_foot = s.width(7) >= 4 or s.width(6) >= 5
    return has_foot and s.mass(range(4, 6), _RIGHT) < 0.2 and s.left(6) <= 2 and s.right(2) >= 4


def _is_five(s: Strokes) -> bool:
    """Ink at the upper left, none at the lower left nor at the right between."""
    is_open = s.mass(range(2, 4), _RIGHT) < 0.2 and s.mass(range(4, 6), range(2)) < 0.3
    return is_open and s.mass(range(1, 4), range(1, 4)) > 0.45 and s.right(0) >= 4


def _is_three(s: Strokes) -> bool:
    """A right side below the middle and none on the left of it, under a wide top."""
    is_open = s.mass(range(2, 6), range(2)) < 0.25
    return is_open and s.right(5) >= 4 and s.width(0) >= 3 and s.mass(range(5, 8), _RIGHT) > 0.05


def _is_one(s: Strokes) -> bool:
    """A full middle from top to foot, and an empty upper left side."""
    return s.mass(range(SIDE), range(3, 5)) > 0.7 and s.mass(range(1, 4), range(2)) < 0.15


RULES: tuple[tuple[str, float, Callable[[Strokes], bool]], ...] = (
    ("0", 0.99, _is_zero),
    ("6", 0.84, _is_six),
    ("4", 0.81, _is_four),
    ("2", 0.90, _is_two),
    ("9", 0.73, _is_nine),
    ("8", 0.66, _is_eight),
    ("1", 0.56, _is_one),
    ("5", 0.82, _is_five),
    ("7", 0.81, _is_seven),
    ("3", 0.76, _is_three),
)
"""Digit, precision on the training part, and rule, in the order in which they are asked."""
