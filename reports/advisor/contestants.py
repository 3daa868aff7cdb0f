"""Contestants to choose among inside the page: those of one's own duels, and what each shows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spoonbench.harness.checks import check, make_case
from spoonbench.harness.costs import total_costs
from spoonbench.harness.decision import decide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spoonbench.harness.advise.lookups.stored_duels import StoredDuel
    from spoonbench.harness.checks import Case
    from spoonbench.harness.duel_records import Requirements
    from spoonbench.harness.evidence import Check

_ENDLESS = 2**63
_MET = "met"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestantRow:
    """What a contestant can show. None: it does not meet any requirement of the kind.

    Attributes:
        name: label and level.
        is_exact: it meets an accuracy of 1.
        accuracy: greatest that it meets below 1.
        is_whole: it meets a coverage of 1.
        coverage: greatest that it meets below 1.
        latency: least limit in seconds that it keeps.
        memory: least limit in bytes that it keeps.
        meets_cost: it keeps the limit of the cost that the duel was asked for, or none was.
        words: requirement to how it is met; "whole" for a coverage of 1.
    """

    name: str
    is_exact: bool
    accuracy: float
    is_whole: bool
    coverage: float
    latency: float | None
    memory: float | None
    meets_cost: bool
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestantTable:
    """A duel to choose from.

    Attributes:
        task: name.
        asked: of the duel.
        simplest: contestants that came through their measurement, the simplest first.
        quickest: names of the same, the quickest first.
    """

    task: str
    asked: Requirements
    simplest: tuple[ContestantRow, ...]
    quickest: tuple[str, ...]


def contestant_table(found: StoredDuel) -> ContestantTable:
    """The contestants of a duel.

    Args:
        found: the duel and what its runs add up to.
    """
    duel, measurements = found.duel, found.measurements
    costs = total_costs(duel.effort, measurements) if duel.effort else ()
    by_label = {one.label: one for one in costs}
    loosest = replace(
        duel.requirements, accuracy=0.0, coverage=0.0, latency_s=math.inf, memory_bytes=_ENDLESS
    )
    cases = {
        one.entry.label: make_case(duel.requirements, one, duel.task, by_label)
        for one in measurements
    }
    rows = {label: _row(loosest, case) for label, case in cases.items()}
    simplest, quickest = (
        [
            row
            for one in decide(loosest, measurements, duel.task, costs, prefer=prefer).candidates
            if (row := rows[one.label]) is not None
        ]
        for prefer in ("simplest", "quickest")
    )
    return ContestantTable(
        task=duel.task.name,
        asked=duel.requirements,
        simplest=tuple(simplest),
        quickest=tuple(row.name for row in quickest),
    )


def _row(loosest: Requirements, case: Case) -> ContestantRow | None:
    """None where the contestant did not come through its measurement: it is never chosen."""
    found = check(loosest, case)
    checks = {one.requirement: one for one in found.checks}
    if case.score is None or checks.get("measurement") is not None:
        return None
    whole = _by_name(replace(loosest, coverage=1.0), case)["coverage"]
    words = {name: one.text for name, one in checks.items() if one.verdict == _MET}
    latency, score = case.measurement.latency_p95_s, case.score
    keeps_latency = latency is not None and "latency" in words
    return ContestantRow(
        name=f"{found.label} (level {found.level})",
        is_exact=_by_name(replace(loosest, accuracy=1.0), case)["accuracy"].verdict == _MET,
        # A guarantee meets whatever is asked.
        accuracy=1.0 if case.is_guaranteed else score.precision.low,
        is_whole=whole.verdict == _MET,
        coverage=score.coverage.low,
        latency=(latency.high or latency.value) if latency and keeps_latency else None,
        memory=case.measurement.peak_bytes if "memory" in words else None,
        meets_cost=loosest.cost is None or "cost" in words,
        words={**words, "whole": whole.text} if whole.verdict == _MET else words,
    )


def _by_name(requirements: Requirements, case: Case) -> dict[str, Check]:
    return {one.requirement: one for one in check(requirements, case).checks}


def contestants_json(table: ContestantTable) -> dict[str, Any]:
    """As JSON values."""
    asked = table.asked
    return {
        "title": table.task,
        "asked": {
            "accuracy": asked.accuracy,
            "coverage": asked.coverage,
            "latency": asked.latency_s,
            "memory": asked.memory_bytes,
        },
        "simplest": [dict(_fields(row)) for row in table.simplest],
        "quickest": list(table.quickest),
    }


def _fields(row: ContestantRow) -> Iterator[tuple[str, Any]]:
    yield "name", row.name
    yield "isExact", row.is_exact
    yield "accuracy", row.accuracy
    yield "isWhole", row.is_whole
    yield "coverage", row.coverage
    yield "latency", row.latency
    yield "memory", row.memory
    yield "meetsCost", row.meets_cost
    yield "words", dict(row.words)
