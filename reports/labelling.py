"""Labels beside points, where they cover neither each other nor the points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

Place = tuple[float, float, str, str]
"""Offset from the point in points, and how the label is anchored there."""

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in pixels."""

_BEFORE = {"left": 0.0, "bottom": 0.0, "center": 0.5, "right": 1.0, "top": 1.0}
"""Share of a label that stands before its anchor."""

_FONT = 9.0
_POINT = 5.0  # half the side of the square that a marker takes, in pixels
_LEADER_FROM = 14.0  # labels this far off (points) get a line to their point

_BAR, _BAR_ROOM = "\N{LEFT ONE QUARTER BLOCK}", 4.0  # points to the left of the label

_NEAR: list[Place] = [
    (7, 0, "left", "center"),
    (-7, 0, "right", "center"),
    (0, 7, "center", "bottom"),
    (0, -7, "center", "top"),
    (6, 6, "left", "bottom"),
    (-6, 6, "right", "bottom"),
    (6, -6, "left", "top"),
    (-6, -6, "right", "top"),
]
_FAR: list[Place] = [
    (dx * reach, dy * reach, ha, va)
    for reach in (16, 26, 38, 52, 68, 86)
    for dx, dy, ha, va in (
        (1, 0.5, "left", "center"),
        (1, -0.5, "left", "center"),
        (-1, 0.5, "right", "center"),
        (-1, -0.5, "right", "center"),
        (0.3, 1, "center", "bottom"),
        (0.3, -1, "center", "top"),
        (-0.3, 1, "center", "bottom"),
        (-0.3, -1, "center", "top"),
    )
]
AROUND: tuple[Place, ...] = (*_NEAR, *_FAR)
"""Everywhere around the point, near places first."""

RIGHT: tuple[Place, ...] = tuple(
    (9, sign * rise, "left", "center") for rise in range(0, 130, 6) for sign in (1, -1)
)
"""To the right of the point, at its height or moved up or down: for the ends of lines."""


def place_labels(
    figure: Figure,
    axes: Any,
    points: Sequence[tuple[float, float]],
    labels: Sequence[str],
    *,
    ground: str,
    places: Sequence[Sequence[Place]] | None = None,
    colours: Sequence[str | None] | None = None,
) -> None:
    """Write a label beside every point: greedy, the least covered place wins.

    Args:
        figure: with all else that it will hold: it is laid out here, and labels do not move it.
        axes: of the figure.
        points: shape (n,), in data coordinates.
        labels: shape (n,), may hold several lines.
        ground: colour of the field behind the letters, so that lines below do not disturb.
        places: where each label may stand, preferred ones first; None: `AROUND` for all.
        colours: of the lines that labels belong to: each gets a bar in it, and a leader. The
            letters stay in ink, for light colours make them hard to read. None: no bar.
    """
    allowed = [AROUND] * len(labels) if places is None else places
    bars = colours or [None] * len(labels)
    lay_out(figure)
    pixels = figure.dpi / 72  # of one point
    frame: Box = axes.get_window_extent().extents
    where = [tuple(axes.transData.transform(point)) for point in points]
    taken: list[Box] = [(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y in where]
    each = zip(points, where, labels, allowed, bars, strict=True)
    from_the_top = sorted(each, key=lambda one: -one[1][1])
    for point, (x, y), label, mine, colour in from_the_top:
        text = _write(axes, point, label, ground)
        extent = text.get_window_extent()
        boxes = [_box((x, y), place, (extent.width, extent.height), pixels) for place in mine]
        best = _least_covered(boxes, taken, frame)
        taken.append(boxes[best])
        dx, dy, ha, va = mine[best]
        text.set(position=(dx, dy), ha=ha, va=va)
        if colour is not None:
            corner = (boxes[best][0] - x) / pixels, (boxes[best][1] - y) / pixels
            _write_bar(axes, point, corner, label.count("\n") + 1, colour)
        if max(abs(dx), abs(dy)) >= _LEADER_FROM:
            _lead(axes, point, (dx, dy), colour)


def lay_out(figure: Figure) -> None:
    """Lay a figure out, once: whatever is added or drawn later stands where it would have stood.

    Laying out takes as long as drawing, and would be done again by everything that draws.
    """
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
        figure.set_layout_engine(None)


def _write(axes: Any, point: tuple[float, float], label: str, ground: str) -> Any:
    text = axes.annotate(label, point, (0, 0), textcoords="offset points", fontsize=_FONT, zorder=5)
    text.set_in_layout(False)
    text.set_bbox({"facecolor": ground, "edgecolor": "none", "alpha": 0.8, "pad": 0.4})
    return text


def _write_bar(
    axes: Any, point: tuple[float, float], corner: tuple[float, float], n_lines: int, colour: str
) -> None:
    """A bar along the left side of a label, as high as its lines: letters, so that it scales."""
    place = corner[0] - _BAR_ROOM, corner[1]
    bar = axes.annotate(
        "\n".join([_BAR] * n_lines),
        point,
        place,
        textcoords="offset points",
        fontsize=_FONT,
        color=colour,
        ha="left",
        va="bottom",
        zorder=6,
    )
    bar.set_in_layout(False)


def _box(point: tuple[float, float], place: Place, size: tuple[float, float], pixels: float) -> Box:
    """Where a label of this size would stand, in pixels."""
    dx, dy, ha, va = place
    left = point[0] + dx * pixels - size[0] * _BEFORE[ha]
    bottom = point[1] + dy * pixels - size[1] * _BEFORE[va]
    return left, bottom, left + size[0], bottom + size[1]


def _least_covered(boxes: Sequence[Box], taken: Sequence[Box], frame: Box) -> int:
    """The first place that is free, else the one where least would be covered or stick out."""
    costs = []
    for index, box in enumerate(boxes):
        outside = _area(box) - _overlap(box, frame)
        cost = round(sum(_overlap(box, other) for other in taken) + 2 * outside, 1)
        if cost == 0:
            return index
        costs.append(cost)
    return costs.index(min(costs))


def _lead(
    axes: Any, point: tuple[float, float], offset: tuple[float, float], colour: str | None
) -> None:
    line = axes.annotate(
        "",
        point,
        xytext=offset,
        textcoords="offset points",
        arrowprops={
            "arrowstyle": "-",
            "linewidth": 0.6,
            "color": colour or axes.xaxis.label.get_color(),
        },
        zorder=2,
    )
    line.set_in_layout(False)


def _overlap(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return float(width * height) if width > 0 and height > 0 else 0.0


def _area(box: Box) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))
