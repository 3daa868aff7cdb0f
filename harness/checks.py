"""One requirement against one contestant: met, not met or undecided, and why in words.

A requirement of a share is met where the lower bound of the 95% interval reaches it, and not met
where even the upper bound does not; between the two the sample is too small to tell. Exactness and
full coverage are questions of their own, since no sample shows either: exactness takes a guarantee,
full coverage that every item of the sample was answered.

Not covered: choosing among contestants, see `decision`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.evidence import Candidate, Check
from spoonbench.harness.measurements import NOT_RUN
from spoonbench.harness.stats import items_to_settle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.duel_records import Requirements, TaskFacts
    from spoonbench.harness.estimates import Estimate, Proportion
    from spoonbench.harness.evidence import Costs, Measurement, SplitScore

DEFINITIONS = (
    "Accuracy: right among the answers given. Coverage: answered, or rightly abstained "
    "from, among all items. The decision holds these two against what is asked, by the lower bound "
    "of their 95% Wilson interval. Right of all: right among all items, where rightly abstaining "
    "counts as right."
)
"""What the words of a decision mean, for readers of a report."""

NOT_REFUTED = frozenset({"ok", NOT_RUN})
"""Statuses of a measurement that do not rule a contestant out."""

EXACT = 1.0
_SHARES = frozenset({"accuracy", "coverage"})
_MEGABYTE = 1e6
_RELAXED_STEP = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One contestant before the requirements.

    Attributes:
        measurement: of the contestant.
        score: on the split that decides; None where it has none.
        workload: "task@version/split", as guarantees name it.
        costs: None where none were computed.
    """

    measurement: Measurement
    score: SplitScore | None
    workload: str
    costs: Costs | None = None

    @property
    def n_wrong(self) -> int:
        """Wrong answers among those given."""
        return self.score.precision.n - self.score.precision.n_successes if self.score else 0

    @property
    def has_guarantee(self) -> bool:
        """A guarantee covers the workload."""
        guarantee = self.measurement.entry.guarantee
        return guarantee.kind != "none" and self.workload in guarantee.covers

    @property
    def is_guaranteed(self) -> bool:
        """A guarantee covers the workload, and measuring did not refute it."""
        has_answers = self.score is not None and self.score.precision.n > 0
        return self.has_guarantee and has_answers and self.n_wrong == 0


def make_case(
    requirements: Requirements,
    measurement: Measurement,
    task: TaskFacts,
    costs: Mapping[str, Costs],
) -> Case:
    """Gather what the requirements are held against."""
    split = requirements.split or task.splits[0].name
    return Case(
        measurement=measurement,
        score=measurement.score(split),
        workload=f"{task.name}@{task.version}/{split}",
        costs=costs.get(measurement.entry.label),
    )


def check(requirements: Requirements, case: Case) -> Candidate:
    """Hold every requirement that was asked for against one contestant."""
    entry = case.measurement.entry
    checks = _checks(requirements, case)
    if all(one.verdict != "not met" for one in checks):
        checks = tuple(_with_outlook(one) for one in checks)
    return Candidate(label=entry.label, level=entry.level, checks=checks)


def relax(requirements: Requirements, case: Case) -> Requirements | None:
    """The requirements lowered just so far, in round figures, that this contestant meets them.

    Returns:
        None where no figures do, for example because nothing was measured.
    """
    if case.score is None:
        return None
    precision, coverage = case.score.precision.low, case.score.coverage.low
    wanted = {one.requirement for one in _checks(requirements, case) if one.verdict != "met"}
    changed = requirements
    if "accuracy" in wanted:
        changed = replace(changed, accuracy=_round_down(precision))
    if "coverage" in wanted:
        changed = replace(changed, coverage=_round_down(coverage))
    if "latency" in wanted and case.measurement.latency_p95_s:
        changed = replace(changed, latency_s=_round_up(_high(case.measurement.latency_p95_s)))
    if "memory" in wanted and case.measurement.peak_bytes:
        changed = replace(changed, memory_bytes=int(_round_up(case.measurement.peak_bytes)))
    if "cost" in wanted and case.costs and case.costs.total is not None:
        changed = replace(changed, cost=_round_up(case.costs.total))
    return changed if check(changed, case).verdict == "met" else None


def describe_change(asked: Requirements, relaxed: Requirements) -> str:
    """What was lowered, as a condition: "if coverage 0.90 were enough"."""
    parts = [
        f"{name} {getattr(relaxed, name):.2f} were enough"
        for name in ("accuracy", "coverage")
        if getattr(relaxed, name) != getattr(asked, name)
    ]
    if relaxed.latency_s is not None and relaxed.latency_s != asked.latency_s:
        parts.append(f"{format_seconds(relaxed.latency_s)} were allowed")
    if relaxed.memory_bytes is not None and relaxed.memory_bytes != asked.memory_bytes:
        parts.append(f"{format_bytes(relaxed.memory_bytes)} were allowed")
    if relaxed.cost is not None and relaxed.cost != asked.cost:
        parts.append(f"a cost of {relaxed.cost:,.2f} were allowed")
    return f"if {' and '.join(parts)}"


def format_share(share: float) -> str:
    """A share in per cent; never rounded up to 100 or down to 0.

    >>> format_share(0.95), format_share(0.99996), format_share(1.0)
    ('95.0%', '99.996%', '100.0%')
    """
    for digits in range(1, 10):
        text = f"{share * 100:.{digits}f}"
        if float(text) not in {0.0, 100.0} or share in {0.0, 1.0}:
            return f"{text}%"
    return f"{share * 100!r}%"


def format_seconds(seconds: float) -> str:
    """A time with three digits and its unit.

    >>> format_seconds(0.0000421), format_seconds(0.0123), format_seconds(12.0)
    ('42.1 µs', '12.3 ms', '12 s')
    """
    for scale, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def format_bytes(n_bytes: float) -> str:
    """Megabytes of a million bytes."""
    return f"{n_bytes / _MEGABYTE:,.1f} MB"


def format_about(n: int) -> str:
    """A whole number rounded up to two digits.

    >>> format_about(3124), format_about(7)
    ('3,200', '7')
    """
    scale = 10 ** max(0, len(str(n)) - 2)
    return f"{-(-n // scale) * scale:,}"


def _checks(requirements: Requirements, case: Case) -> tuple[Check, ...]:
    if case.score is None:
        return (_not_measured(case),)
    found = [] if case.measurement.status in NOT_REFUTED else [_not_whole(case.measurement)]
    found += [
        _accuracy(requirements.accuracy, case, case.score),
        _coverage(requirements.coverage, case.score),
    ]
    if requirements.latency_s is not None:
        found.append(_latency(requirements.latency_s, case.measurement))
    if requirements.memory_bytes is not None:
        found.append(_memory(requirements.memory_bytes, case.measurement))
    if requirements.cost is not None:
        found.append(_cost(requirements.cost, case.costs))
    return tuple(found)


def _not_measured(case: Case) -> Check:
    if case.measurement.status not in NOT_REFUTED:
        return _not_whole(case.measurement)
    reason = case.measurement.reason or "no reason was recorded"
    if case.measurement.status == "ok":
        reason = f"no answers to {case.workload} are there"
    return _unknown("measurement", f"{NOT_RUN}: {reason}")


def _not_whole(measurement: Measurement) -> Check:
    """A run crashed, hung or took too much: what fails in measuring is not recommended."""
    because = measurement.reason or "no reason was recorded"
    text = f"{measurement.status}: {because}"
    return Check(requirement="measurement", verdict="not met", text=text, shortfall=1.0)


def _accuracy(required: float, case: Case, score: SplitScore) -> Check:
    given = score.precision
    if case.is_guaranteed:
        guarantee = case.measurement.entry.guarantee
        text = f"right on {_of(given)} answered, as guaranteed ({guarantee.kind})"
        return Check(requirement="accuracy", verdict="met", text=text)
    broken = f"its guarantee is broken: {case.n_wrong:,} wrong; " if case.has_guarantee else ""
    right = f"{broken}right on {_of(given)} answered"
    if required < EXACT or given.n == 0:
        return _by_interval("accuracy", given, required, right, score.coverage.value or 1.0)
    if case.n_wrong == 0:
        right += f", but no guarantee covers {case.workload}, and no sample can show exactness"
    else:
        right += ", and exactness is asked"
    return Check(
        requirement="accuracy", verdict="not met", text=right, shortfall=required - given.low
    )


def _coverage(required: float, score: SplitScore) -> Check:
    share = score.coverage
    # Where there is nothing to answer, abstaining leaves nothing open.
    left = " or rightly left" if share.n_successes > score.precision.n else ""
    answered = f"answered{left} {_of(share)}"
    if required < EXACT or share.n == 0:
        return _by_interval("coverage", share, required, answered, 1)
    if share.n_successes == share.n:
        bound = f"at least {format_share(_floor(share.low))}"
        text = f"{answered}, which is all, and no sample can show more ({bound})"
        return Check(requirement="coverage", verdict="met", text=text)
    text, shortfall = f"{answered}, and all is asked", required - share.low
    return Check(requirement="coverage", verdict="not met", text=text, shortfall=shortfall)


def _by_interval(
    name: str, share: Proportion, required: float, what: str, items_share: float
) -> Check:
    """Hold an interval against a requirement.

    Args:
        name: of the requirement.
        share: what was measured.
        required: in [0, 1].
        what: what was measured, in words.
        items_share: how much of an item one count stands for.
    """
    if share.low >= required:
        bound = f"at least {format_share(_floor(share.low))}"
        return Check(requirement=name, verdict="met", text=f"{what}, {_value(share)}({bound})")
    asked = f"{required * 100:.6g}% {name} is asked"
    shortfall = (required - share.low) / required
    if share.high < required:
        bound = f"at most {format_share(_ceiling(share.high))}"
        text = f"{what}, {_value(share)}({bound}), where {asked}"
        return Check(requirement=name, verdict="not met", text=text, shortfall=shortfall)
    more = items_to_settle(share.n_successes, share.n, required)
    more = None if more is None or required >= EXACT else math.ceil(more / items_share)
    bounds = f"{format_share(_floor(share.low))} to {format_share(_ceiling(share.high))}"
    text = f"{what}, {_value(share)}({bounds}), where {asked}"
    return Check(requirement=name, verdict="undecided", text=text, shortfall=shortfall, n_more=more)


def _with_outlook(one: Check) -> Check:
    """Adds how many items would settle an undecided share.

    Nothing is added where another requirement refutes the contestant: no number of items helps.
    """
    if one.verdict != "undecided" or one.requirement not in _SHARES:
        return one
    outlook = "no number of items at this rate would settle it"
    if one.n_more is not None:
        outlook = f"about {format_about(one.n_more)} more items would settle it"
    return replace(one, text=f"{one.text}: {outlook}")


def _latency(limit: float, measurement: Measurement) -> Check:
    measured = measurement.latency_p95_s
    if measured is None:
        because = measurement.missing.get("latency_p95_s", _status(measurement))
        return _unknown("latency", f"no latency was measured ({because})")
    low, high = measured.value if measured.low is None else measured.low, _high(measured)
    text = f"95% of answers within {format_seconds(high)}, {_rounds(measured)}"
    if high <= limit:
        return Check(requirement="latency", verdict="met", text=text)
    text += f", where {format_seconds(limit)} is asked"
    shortfall = (high - limit) / limit if limit > 0 else 1.0
    if low > limit:
        return Check(requirement="latency", verdict="not met", text=text, shortfall=shortfall)
    text += f", and the best round took {format_seconds(low)}: more rounds would settle it"
    return Check(requirement="latency", verdict="undecided", text=text, shortfall=shortfall)


def _memory(limit: int, measurement: Measurement) -> Check:
    peak = measurement.peak_bytes
    if peak is None:
        because = measurement.missing.get("peak_bytes", _status(measurement))
        return _unknown("memory", f"peak memory was not measured ({because})")
    return _by_limit("memory", peak, limit, _apart(peak, limit))


def _apart(peak: int, limit: int) -> tuple[str, str]:
    """Both in as many digits as it takes to tell them apart."""
    words = [format_bytes(peak), format_bytes(limit)]
    for digits in range(2, 7):
        if words[0] != words[1] or peak == limit:
            break
        words = [f"{one / _MEGABYTE:,.{digits}f} MB" for one in (peak, limit)]
    return words[0], words[1]


def _cost(limit: float, costs: Costs | None) -> Check:
    if costs is None:
        return _unknown("cost", "no effort and prices were given")
    if costs.total is None:
        return _unknown("cost", f"the cost is not known: {costs.reason}")
    return _by_limit("cost", costs.total, limit, (f"{costs.total:,.2f}", f"{limit:,.2f}"))


def _by_limit(name: str, value: float, limit: float, words: tuple[str, str]) -> Check:
    if value <= limit:
        return Check(requirement=name, verdict="met", text=f"{name} {words[0]}")
    return Check(
        requirement=name,
        verdict="not met",
        text=f"{name} {words[0]}, where {words[1]} is asked",
        shortfall=(value - limit) / limit if limit > 0 else 1.0,
    )


def _unknown(name: str, text: str) -> Check:
    return Check(requirement=name, verdict="undecided", text=text, shortfall=1.0)


def _status(measurement: Measurement) -> str:
    if measurement.status == "ok":
        return "not measured in this duel"
    return measurement.reason or measurement.status


def _high(measured: Estimate) -> float:
    return measured.value if measured.high is None else measured.high


def _rounds(measured: Estimate) -> str:
    if measured.n_rounds == 1:
        return "in a single round"
    return f"upper bound of {measured.n_rounds} rounds"


def _of(share: Proportion) -> str:
    return f"{share.n_successes:,} of {share.n:,}"


def _value(share: Proportion) -> str:
    return "" if share.value is None else f"{format_share(share.value)} "


def _floor(share: float) -> float:
    return math.floor(share * 1_000) / 1_000


def _ceiling(share: float) -> float:
    return math.ceil(share * 1_000) / 1_000


def _round_down(share: float) -> float:
    return math.floor(share / _RELAXED_STEP) / round(1 / _RELAXED_STEP)


def _round_up(value: float) -> float:
    """Up to two digits."""
    if value <= 0:
        return value
    scale = 10.0 ** (math.floor(math.log10(value)) - 1)
    return max(value, math.ceil(value / scale) * scale)
