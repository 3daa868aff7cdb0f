"""Right answers against what they take, in time or money, and who is beaten by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import quantities
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.harness.evidence import Measurement
    from spoonbench.reports.duel import DuelReport

Point = tuple["Measurement", float, float]
"""A contestant, what it takes (seconds or money) and its share of all right."""

Row = tuple[str, ...]


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Points that no other point beats: less of the first, more of the second.

    Args:
        points: shape (n,), as (cost, value).

    Returns:
        Indices, cheapest first. Of equal points all are kept.

    >>> pareto_front([(1.0, 0.5), (2.0, 0.9), (3.0, 0.8)])
    [0, 1]
    """
    front = [
        index
        for index, (cost, value) in enumerate(points)
        if not any(
            other != (cost, value) and other[0] <= cost and other[1] >= value for other in points
        )
    ]
    return sorted(front, key=lambda index: (points[index], index))


def speed_points(report: DuelReport) -> list[Point]:
    """Contestants with their time of one answer (median, seconds) and share of all right."""
    points = []
    for measurement in report.measurements:
        accuracy = _right_of_all(report, measurement)
        seconds = quantities.estimate(measurement.latency_p50_s)
        if accuracy is not None and seconds is not None:
            points.append((measurement, seconds, accuracy))
    return points


def cost_points(report: DuelReport) -> list[Point]:
    """Contestants with their total cost and share of all right, where prices were given."""
    totals = {one.label: one.total for one in report.costs}
    points = []
    for measurement in report.measurements:
        accuracy, total = _right_of_all(report, measurement), totals.get(measurement.entry.label)
        if accuracy is not None and total is not None and total > 0:
            points.append((measurement, total, accuracy))
    return points


def speed_sentence(report: DuelReport) -> str:
    """What to see where right answers stand against time."""
    return (
        "Up and to the left is better; the time axis counts in powers of ten. For everyone but "
        f"{_front_names(speed_points(report))} (on the line) somebody else is at least as fast "
        "and as often right."
    )


def cost_sentence(report: DuelReport) -> str:
    """What to see where right answers stand against cost."""
    return (
        "Up and to the left is better; the axis of costs (building, training and answers, as "
        "priced by the user) counts in powers of ten. For everyone but "
        f"{_front_names(cost_points(report))} (on the line) somebody else costs no more and is as "
        "often right."
    )


def _front_names(points: Sequence[Point]) -> str:
    front = pareto_front([(cost, accuracy) for _, cost, accuracy in points])
    return quantities.listed([points[index][0].entry.label for index in front])


def speed_table(report: DuelReport) -> Table:
    """Time of one answer and right answers, contestant by contestant."""
    points = speed_points(report)
    title, headers = "Right of all and time of one answer", ("Time (p50)", "Right of all", "Front")
    return _table(title, headers, _front_rows(points, quantities.duration))


def cost_table(report: DuelReport) -> Table:
    """Total cost and right answers, contestant by contestant."""
    points = cost_points(report)
    title, headers = "Right of all and total cost", ("Total cost", "Right of all", "Front")
    return _table(title, headers, _front_rows(points, quantities.money))


def _front_rows(points: Sequence[Point], show: Callable[[float], str]) -> tuple[Row, ...]:
    """What each contestant takes and reaches, and whether it lies on the Pareto front."""
    front = pareto_front([(cost, accuracy) for _, cost, accuracy in points])
    return tuple(
        (m.entry.label, show(cost), quantities.share(accuracy), "yes" if place in front else "no")
        for place, (m, cost, accuracy) in enumerate(points)
    )


def _table(title: str, headers: Sequence[str], rows: tuple[Row, ...]) -> Table:
    columns = (
        Column(header="Contestant", is_figure=False),
        *(Column(header=header) for header in headers),
    )
    return Table(title=title, columns=columns, rows=rows)


def _right_of_all(report: DuelReport, measurement: Measurement) -> float | None:
    score = report.score(measurement)
    return None if score is None else score.accuracy.value
