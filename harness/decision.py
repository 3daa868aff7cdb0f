"""From requirements and measurements to one recommendation. Pure: reads nothing, keeps nothing.

The rule: of the contestants that certainly meet every requirement, the one of the lowest level.
A hybrid stands at the level of its highest part, after the pure contestants of that level. Within
one place on the ladder the one with the lower median latency comes first, then the label. Who
prefers the quickest goes by the latency alone.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from spoonbench.harness.checks import (
    Case,
    check,
    describe_change,
    format_about,
    format_share,
    make_case,
    relax,
)
from spoonbench.harness.evidence import Candidate, Recommendation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.harness.duel_records import Requirements, TaskFacts
    from spoonbench.harness.evidence import Check, Costs, Measurement

    _Place = Callable[[Case], tuple[Any, Any, str]]
    """What contestants are sorted by; whoever does not come later by its first part was passed."""

FAR = 0.5
"""Contestants that fall short by more than this in all are not named as within reach."""

LEAST_SHARE = 0.5
"""Nobody who asks for more is served by being right, or answering, less often than this."""

Preference = Literal["simplest", "quickest"]
_Row = tuple[Case, Candidate]


def decide(
    requirements: Requirements,
    measurements: Sequence[Measurement],
    task: TaskFacts,
    costs: Sequence[Costs] = (),
    *,
    prefer: Preference = "simplest",
) -> Recommendation:
    """The contestant of the lowest level that meets the requirements, and why.

    Args:
        requirements: what the user needs.
        measurements: of the duel's contestants, in any order.
        task: names the splits.
        costs: of `total_costs`, where the requirements limit the cost.
        prefer: "quickest" takes the lowest median latency, whatever the level.
    """
    by_label = {cost.label: cost for cost in costs}
    cases = [make_case(requirements, one, task, by_label) for one in measurements]
    place: _Place = _by_level if prefer == "simplest" else _by_latency
    rows = [(case, check(requirements, case)) for case in sorted(cases, key=place)]
    meeting = [row for row in rows if row[1].verdict == "met"]
    if not meeting:
        return _without_choice(requirements, rows)
    return _with_choice(requirements, rows, meeting, place)


def _with_choice(
    requirements: Requirements,
    rows: Sequence[_Row],
    meeting: Sequence[_Row],
    place: _Place,
) -> Recommendation:
    case, chosen = meeting[0]
    # Same place on the ladder included: they were passed over too.
    passed = [row for row in rows if row[1].verdict != "met" and place(row[0])[0] <= place(case)[0]]
    facts = ", ".join(one.text for one in chosen.checks)
    return Recommendation(
        choice=chosen.label,
        reason=f"Use {_name(chosen)}: {facts}.",
        runners_up=tuple(candidate.label for _, candidate in meeting[1:]),
        path=tuple(_why_not(candidate) for _, candidate in passed),
        evidence=_evidence([*passed, meeting[0]], case),
        confidence="guaranteed and measured" if case.is_guaranteed else "measured",
        flips=(*_flips(requirements, passed), *_limits(requirements, case)),
        candidates=tuple(candidate for _, candidate in rows),
    )


def _without_choice(requirements: Requirements, rows: Sequence[_Row]) -> Recommendation:
    undecided = [candidate for _, candidate in rows if candidate.verdict == "undecided"]
    measured = [row for row in rows if row[0].score is not None]
    nearest = min(measured, key=_distance, default=None)
    if undecided:
        reason = f"Not enough evidence. {_may_meet(undecided[0])}."
    elif nearest:
        reason = f"None meets the requirements. The nearest is {_why_not(nearest[1])}."
    elif rows:
        reason = "None meets the requirements: no contestant came through its measurement."
    else:
        reason = "There are no contestants to choose from."
    return Recommendation(
        choice=None,
        reason=reason,
        path=tuple(_why_not(candidate) for _, candidate in rows),
        evidence=_evidence(rows, None),
        confidence="not enough evidence" if undecided or not rows else "measured",
        # The reason names the first undecided one already.
        flips=_flips(requirements, rows, named=undecided[:1]) or _far_flips(requirements, measured),
        nearest=nearest[1].label if nearest else None,
        candidates=tuple(candidate for _, candidate in rows),
    )


def _rung(case: Case) -> tuple[int, bool]:
    return case.measurement.entry.level, case.measurement.entry.is_hybrid


def _latency(case: Case) -> float:
    latency = case.measurement.latency_p50_s
    return latency.value if latency else math.inf


def _by_level(case: Case) -> tuple[tuple[int, bool], float, str]:
    return _rung(case), _latency(case), case.measurement.entry.label


def _by_latency(case: Case) -> tuple[float, tuple[int, bool], str]:
    return _latency(case), _rung(case), case.measurement.entry.label


def _distance(row: _Row) -> float:
    """How far a contestant falls short in all."""
    return sum(one.shortfall for one in row[1].checks)


def _name(candidate: Candidate) -> str:
    return f"{candidate.label} (level {candidate.level})"


def _open(candidate: Candidate) -> list[Check]:
    return [one for one in candidate.checks if one.verdict != "met"]


def _why_not(candidate: Candidate) -> str:
    """Contestant and what stands against it; what is refuted before what is undecided."""
    failed = sorted(_open(candidate), key=lambda one: one.verdict != "not met")
    return f"{_name(candidate)}: {'; '.join(one.text for one in failed)}"


def _may_meet(candidate: Candidate) -> str:
    """What would settle whether an undecided contestant meets the requirements."""
    counts = [one.n_more for one in _open(candidate)]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return f"{_why_not(candidate)}"
    return f"{_name(candidate)} may do: about {format_about(max(known))} more items would settle it"


def _flips(
    requirements: Requirements, passed: Sequence[_Row], *, named: Sequence[Candidate] = ()
) -> tuple[str, ...]:
    """More items, or lower requirements, that would change the answer.

    Args:
        requirements: what the user needs.
        passed: contestants that do not meet them.
        named: those of which it was said already what would settle them.
    """
    flips = [
        _may_meet(candidate)
        for _, candidate in passed
        if candidate.verdict == "undecided" and candidate not in named
    ]
    for case, candidate in passed:
        if sum(one.shortfall for one in candidate.checks) > FAR:
            continue
        relaxed = relax(requirements, case)
        if relaxed and _is_sensible(requirements, relaxed):
            change = describe_change(requirements, relaxed)
            flips.append(f"{change}, {_name(candidate)} would do")
    return tuple(flips)


def _far_flips(requirements: Requirements, measured: Sequence[_Row]) -> tuple[str, ...]:
    """Where nothing is within reach: what it would take, however far, by the nearest first."""
    for case, candidate in sorted(measured, key=_distance):
        relaxed = relax(requirements, case)
        if relaxed and _is_sensible(requirements, relaxed):
            change = describe_change(requirements, relaxed)
            return (f"{change}, {_name(candidate)} would do",)
    return ()


def _is_sensible(asked: Requirements, relaxed: Requirements) -> bool:
    """No share was lowered below `LEAST_SHARE`."""
    shares = ((asked.accuracy, relaxed.accuracy), (asked.coverage, relaxed.coverage))
    return all(lower == share or lower >= LEAST_SHARE for share, lower in shares)


def _limits(requirements: Requirements, case: Case) -> tuple[str, ...]:
    """Up to where a choice that rests on the sample alone holds."""
    if case.is_guaranteed or case.score is None:
        return ()
    low = case.score.precision.low
    shown = format_share(math.floor(low * 1_000) / 1_000)
    label = case.measurement.entry.label
    if low <= requirements.accuracy:
        return ()
    return (f"beyond {shown} accuracy this sample no longer shows that {label} does",)


def _evidence(rows: Sequence[_Row], chosen: Case | None) -> tuple[str, ...]:
    """Every run of the choice, and of the others the one with the answers that decide."""
    ids = [case.score.run_id for case, _ in rows if case.score and case.score.run_id]
    return tuple(sorted({*ids, *(chosen.measurement.run_ids if chosen else ())}))
