"""What each contestant costs in all, from the user's effort and prices and the measured times.

cost = hours to build x price of an hour + hours of training x price of the machine
     + answers x seconds of one answer at the best batch size x price of the machine
     + answers x what a server asks for one

A server's price is in US dollars: the other prices must be too.

Not covered: what wrong answers cost, upkeep, and machines that stand idle.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from spoonbench.harness.evidence import CostCrossing, Costs
from spoonbench.harness.records import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.duel_records import Effort
    from spoonbench.harness.evidence import Measurement

    _ByLabel = Mapping[str, Measurement]

SECONDS_PER_HOUR = 3_600


class _NoFigure(Exception):
    """A part of the cost is not known; the message says which and why."""


def total_costs(effort: Effort, measurements: Sequence[Measurement]) -> list[Costs]:
    """Total cost of each contestant, in the order of the measurements.

    Hours to build are looked up by label, then by name of the level. What has a price of 0 needs
    no figure. Training of a hybrid is that of the parts that answered at least one item.
    """
    by_label = {measurement.entry.label: measurement for measurement in measurements}
    return [_costs(effort, measurement, by_label) for measurement in measurements]


def crossings(costs: Sequence[Costs]) -> list[CostCrossing]:
    """Volumes at which the order of two contestants changes, smallest first.

    Args:
        costs: of `total_costs`; those without figures are left out.
    """
    found = []
    for one, other in combinations(costs, 2):
        crossing = _crossing(one, other)
        if crossing:
            found.append(crossing)
    return sorted(found, key=lambda crossing: (crossing.n_answers, crossing.below, crossing.beyond))


def unknown_names(effort: Effort, labels: Sequence[str]) -> tuple[str, ...]:
    """Names of the hours to build that are neither a contestant's label nor a level's name.

    Hours under such a name would count for nobody: the caller refuses them.

    Args:
        effort: what the user says.
        labels: of the duel's contestants.
    """
    known = {*labels, *(name for name, _ in LEVELS.values())}
    return tuple(name for name in effort.build_hours if name not in known)


def _costs(effort: Effort, measurement: Measurement, others: _ByLabel) -> Costs:
    label = measurement.entry.label
    fixed = per_answer = total = None
    reasons = []
    try:
        fixed = _building(effort, measurement) + _training(effort, measurement, others)
    except _NoFigure as exc:
        reasons.append(str(exc))
    try:
        per_answer = _answering(effort, measurement)
    except _NoFigure as exc:
        reasons.append(str(exc))
    if fixed is not None and per_answer is not None:
        total = fixed + per_answer * effort.answers_per_year * effort.years
    return Costs(
        label=label,
        fixed=fixed,
        per_answer=per_answer,
        total=total,
        reason="; ".join(reasons) or None,
    )


def _building(effort: Effort, measurement: Measurement) -> float:
    if effort.hour_price == 0:
        return 0.0
    label, level = measurement.entry.label, LEVELS[measurement.entry.level][0]
    for name in (label, level):
        if name in effort.build_hours:
            return effort.build_hours[name] * effort.hour_price
    if label == level:
        raise _NoFigure(f"no hours to build are given for {label!r}")
    raise _NoFigure(f"hours to build are given neither for {label!r} nor for {level!r}")


def _training(effort: Effort, measurement: Measurement, others: _ByLabel) -> float:
    if effort.machine_hour_price == 0:
        return 0.0
    trained = [one for one in _parts(measurement, others) if _was_trained(one)]
    seconds = 0.0
    for one in trained:
        if one.training_s is None:
            because = one.missing.get("training time", "it was not timed")
            raise _NoFigure(f"no time of training of {one.entry.label!r}: {because}")
        seconds += one.training_s
    return seconds / SECONDS_PER_HOUR * effort.machine_hour_price


def _parts(measurement: Measurement, others: _ByLabel) -> list[Measurement]:
    """A contestant itself; for a hybrid also the parts that answered, as far as they took part."""
    names = {name for score in measurement.splits for name in score.by_stage}
    return [measurement, *(others[name] for name in sorted(names) if name in others)]


def _was_trained(measurement: Measurement) -> bool:
    entry = measurement.entry
    return (
        entry.train_cell is not None
        or measurement.n_training is not None
        or measurement.training_s is not None
    )


def _answering(effort: Effort, measurement: Measurement) -> float:
    price = _price(measurement)
    if effort.machine_hour_price == 0:
        return price
    best = measurement.best_batch
    if best is None:
        raise _NoFigure("no throughput was measured")
    seconds = 1 / measurement.throughput[best].value
    return price + seconds / SECONDS_PER_HOUR * effort.machine_hour_price


def _price(measurement: Measurement) -> float:
    if measurement.entry.answered_by == "process":
        return 0.0
    if measurement.entry.answered_by == "file":
        raise _NoFigure("what the answers of a file cost is not known")
    if measurement.price_per_answer is None:
        raise _NoFigure("no price of its tokens is known (--price-in and --price-out)")
    return measurement.price_per_answer


def _crossing(one: Costs, other: Costs) -> CostCrossing | None:
    if one.fixed is None or other.fixed is None:
        return None
    if one.per_answer is None or other.per_answer is None:
        return None
    saved_at_first = other.fixed - one.fixed
    lost_per_answer = one.per_answer - other.per_answer
    # Both of the same sign: the one that is cheaper at first is dearer for each answer.
    if saved_at_first * lost_per_answer <= 0:
        return None
    below, beyond = (one, other) if saved_at_first > 0 else (other, one)
    return CostCrossing(
        below=below.label, beyond=beyond.label, n_answers=saved_at_first / lost_per_answer
    )
