"""Whether a comparison passes its gates.

A gate fails where the figure is beyond its limit by its whole interval, passes where the whole
interval keeps it, and is undecided in between. The intervals are widened for the number of
comparisons that all gates make together (Bonferroni): where nothing changed, at most one pipeline
in twenty fails by chance, however many contestants and gates it has. With `is_strict` the figure
itself decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from spoonbench.harness.gates.expressions import MISSING
from spoonbench.harness.gates.figure_changes import has_figure
from spoonbench.harness.gates.round_grounds import OneEach, Rounds
from spoonbench.harness.time_ratios import fewest_rounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.gates.changes import Change
    from spoonbench.harness.gates.comparing import Comparison, Pair
    from spoonbench.harness.gates.expressions import Gate

Status = Literal["passed", "failed", "undecided", "not compared", "missing"]

ERROR = 0.05
_CLOSE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What one gate says of one pair.

    Attributes:
        gate: as it was read.
        status: "not compared": neither side has the figure, and the gate names nobody. "missing":
            the figure should be there and is not, so that the gate cannot be judged.
        pair: name of the pair; "" for none.
        detail: split or batch size; "" for none.
        text: one sentence with the figures.
        value: what the limit is held against: points as a share, a ratio, or a level.
        limit: in the same unit.
        low: lower end of the interval.
        high: upper end.
        confidence: of the interval, widened for all comparisons.
        n_more: about so many more items or rounds would decide it, where undecided.
        unit_more: "items" or "rounds".
    """

    gate: Gate
    status: Status
    pair: str = ""
    detail: str = ""
    text: str = ""
    value: float | None = None
    limit: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    n_more: int | None = None
    unit_more: str = "items"


def judge_gates(
    gates: Sequence[Gate], comparison: Comparison, *, is_strict: bool = False
) -> tuple[GateResult, ...]:
    """What each gate says of each pair that it speaks of, in order."""
    matched = [(gate, pair) for gate in gates for pair in _pairs(gate, comparison)]
    counted = [
        change
        for gate, pair in matched
        for change in _changes(gate, pair)
        if not isinstance(change.grounds, OneEach)
    ]
    confidence = 1 - ERROR / max(1, len(counted))
    results: list[GateResult] = []
    for gate in gates:
        if gate.figure == MISSING:
            results += _judge_missing(gate, comparison)
            continue
        found = [
            result
            for pair in _pairs(gate, comparison)
            for result in _judge_pair(gate, pair, confidence, is_strict=is_strict)
        ]
        results += _told(gate, found, comparison)
    return tuple(results)


def exit_code(results: Sequence[GateResult], *, fails_undecided: bool) -> int:
    """3 where a gate cannot be judged, 1 where one failed, else 0."""
    statuses = {result.status for result in results}
    if "missing" in statuses:
        return 3
    return int("failed" in statuses or (fails_undecided and "undecided" in statuses))


def _pairs(gate: Gate, comparison: Comparison) -> list[Pair]:
    return [pair for pair in comparison.pairs if gate.name is None or gate.name in pair.names]


def _changes(gate: Gate, pair: Pair) -> list[Change]:
    return [change for change in pair.changes if change.figure.name == gate.figure]


def _judge_missing(gate: Gate, comparison: Comparison) -> list[GateResult]:
    """Something that A has is not in B."""
    gone = [
        GateResult(gate=gate, status="failed", pair=one.name, text=f"B has no {one.name}")
        for one in comparison.only_first
    ]
    return gone or [GateResult(gate=gate, status="passed", text="B has all that A has")]


def _told(gate: Gate, found: Sequence[GateResult], comparison: Comparison) -> list[GateResult]:
    """The results of a gate; an error where it spoke of nothing at all."""
    if any(result.status != "not compared" for result in found):
        return list(found)
    if gate.name is None:
        why = "; ".join(dict.fromkeys(result.text for result in found)) or "there are no pairs"
        return [_missing(gate, f"no pair has the figure {gate.figure} ({why})")]
    lost = {one.name: "A" for one in comparison.only_first}
    lost |= {one.name: "B" for one in comparison.only_second}
    if gate.name in lost:
        return [_missing(gate, f"{gate.name} is in {lost[gate.name]} alone")]
    return [_missing(gate, f"there is no pair called {gate.name!r}")]


def _missing(gate: Gate, text: str, pair: str = "") -> GateResult:
    return GateResult(gate=gate, status="missing", pair=pair, text=text)


def _judge_pair(gate: Gate, pair: Pair, confidence: float, *, is_strict: bool) -> list[GateResult]:
    changes = _changes(gate, pair)
    if changes:
        return [
            replace(_judge(gate, change, confidence, is_strict=is_strict), pair=pair.name)
            for change in changes
        ]
    why = dict(pair.missing).get(gate.figure, "not measured")
    has = [has_figure(one, gate.figure) for one in (pair.first, pair.second)]
    if gate.name is None and not any(has):
        return [GateResult(gate=gate, status="not compared", pair=pair.name, text=why)]
    return [_missing(gate, why, pair.name)]


def _judge(gate: Gate, change: Change, confidence: float, *, is_strict: bool) -> GateResult:
    value, limit = _value(gate, change), _limit(gate, change)
    result = GateResult(
        gate=gate, status="undecided", detail=change.detail, value=value, limit=limit
    )
    if is_strict:
        return replace(result, status="failed" if _is_beyond(gate, value, limit) else "passed")
    grounds = change.grounds
    is_level = gate.basis == "level"
    interval = grounds.level_interval(confidence) if is_level else grounds.interval(confidence)
    if interval is None:
        return replace(result, n_more=_rounds_for_any(change), unit_more="rounds")
    is_exact = isinstance(grounds, OneEach)
    result = replace(
        result, low=interval[0], high=interval[1], confidence=None if is_exact else confidence
    )
    if all(_is_beyond(gate, end, limit) for end in interval):
        return replace(result, status="failed")
    if not any(_is_beyond(gate, end, limit) for end in interval):
        return replace(result, status="passed")
    return replace(
        result,
        n_more=grounds.n_more(limit, confidence, is_level=is_level),
        unit_more="rounds" if isinstance(grounds, Rounds) else "items",
    )


def _is_beyond(gate: Gate, value: float, limit: float) -> bool:
    return value < limit - _CLOSE if gate.is_below else value > limit + _CLOSE


def _value(gate: Gate, change: Change) -> float:
    return change.grounds.second if gate.basis == "level" else change.grounds.change


def _limit(gate: Gate, change: Change) -> float:
    """In the unit of the value."""
    if gate.basis == "relative":
        return 1 + gate.limit
    if gate.basis == "unit":
        return 1 + gate.limit / change.grounds.first if change.grounds.first else math.inf
    return gate.limit


def _rounds_for_any(change: Change) -> int | None:
    """Rounds until there is an interval at all; None where rounds give none."""
    grounds = change.grounds
    if not isinstance(grounds, Rounds) or grounds.one.estimate or grounds.other.estimate:
        return None
    return max(1, fewest_rounds(grounds.one.share) - grounds.n)
