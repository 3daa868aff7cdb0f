"""What the runs of a duel add up to, and what follows: types only.

`measurements` makes them from the store, `decision` draws the conclusion, the reports show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from spoonbench.harness.duel_records import Entry
from spoonbench.harness.estimates import Estimate, Proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPoint:
    """Everything that was answered at or above one confidence.

    Attributes:
        confidence: the lowest among these answers; None where answers without one are among them.
        n_answered: answers at or above it, at least 1.
        n_wrong: of these.
    """

    confidence: float | None
    n_answered: int
    n_wrong: int

    @property
    def risk(self) -> float:
        """Share of wrong ones among these answers."""
        return self.n_wrong / self.n_answered


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCurve:
    """Wrong answers among those given, as less and less sure ones are let in.

    Attributes:
        n_items: all items, those left open included.
        points: by falling confidence, one for each confidence that was given: equally sure answers
            come in together. Answers without a confidence come last, together. Items left open
            are never let in, so the curve ends with the last answer.
    """

    n_items: int
    points: tuple[RiskPoint, ...]

    @property
    def end(self) -> RiskPoint | None:
        """All answers that were given; None where there are none."""
        return self.points[-1] if self.points else None

    @property
    def is_selective(self) -> bool:
        """There is something to choose by: some confidence was given, or items were left open."""
        has_confidence = any(point.confidence is not None for point in self.points)
        return has_confidence or self.end is None or self.end.n_answered < self.n_items


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsetScore:
    """How one contestant did on the items of a split that carry one mark.

    Attributes:
        subset: name of the mark.
        accuracy: as in `SplitScore`.
        coverage: as in `SplitScore`.
        precision: as in `SplitScore`.
        curve: as in `SplitScore`.
    """

    subset: str
    accuracy: Proportion
    coverage: Proportion
    precision: Proportion
    curve: RiskCurve | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberErrors:
    """How far the numbers that were answered are from their targets.

    Attributes:
        n: answers that are numbers, with targets that are not whole.
        mean_absolute: in the unit of the answers.
        largest_absolute: likewise.
        mean_relative: over the target.
        largest_relative: likewise.
    """

    n: int
    mean_absolute: float
    largest_absolute: float
    mean_relative: float
    largest_relative: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitScore:
    """How one contestant did on one split.

    Attributes:
        split: name.
        batch_size: at which these answers were given.
        accuracy: right answers (rightly abstaining included) among all items.
        coverage: answered, or rightly abstained from, among all items.
        precision: right answers among the answers given.
        failures: kind of failure to count.
        by_stage: for a hybrid: name of the part to how many items it answered.
        stopped_by: for models: what ended the text, to count.
        run_id: of the record.
        curve: risk against coverage; None where it was not computed.
        subsets: the same answers, counted apart for items of one mark; in the order of names.
        errors: how far numbers were off, where the task has a tolerance and targets not whole.
    """

    split: str
    batch_size: int
    accuracy: Proportion
    coverage: Proportion
    precision: Proportion
    failures: Mapping[str, int] = field(default_factory=dict)
    by_stage: Mapping[str, int] = field(default_factory=dict)
    stopped_by: Mapping[str, int] = field(default_factory=dict)
    run_id: str = ""
    curve: RiskCurve | None = None
    subsets: tuple[SubsetScore, ...] = ()
    errors: NumberErrors | None = None

    def subset(self, name: str) -> SubsetScore | None:
        """The score on the items of one mark."""
        return next((score for score in self.subsets if score.subset == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Everything measured about one contestant of a duel.

    Attributes:
        entry: the contestant.
        status: "ok", or the status of the first run that was not.
        reason: why it is not ok.
        splits: scores, in the task's order.
        latency_p50_s: one item at a time, as p95 and p99.
        latency_p95_s: see above.
        latency_p99_s: see above.
        n_latency: samples of one round.
        throughput: batch size to items per second.
        training_s: time of training, in its own process or in the measuring one.
        n_training: examples.
        load_s: import, prepare and load.
        n_parameters: numbers that training sets.
        weight_bytes: in memory.
        disk_bytes: of what it learned, and of the weights that it was given and needs to answer.
        resident_bytes: after loading, above the baseline.
        peak_bytes: highest, above the baseline.
        operations_per_problem: arithmetic operations.
        operations_formula: how they are counted.
        energy_j_per_item: joules.
        price_per_answer: US dollars that a server asked for one answer of the deciding split, on
            average; for a hybrid over all items, those included for which the server was not
            asked; None where no price is known.
        missing: meter to the reason why it gave nothing.
        is_deterministic: the same answers in every round; None with one round.
        n_batch_changes: items whose answer changed with the batch size; None if not compared.
        n_stalls: timed calls beyond 3 times the median of their round and 10 ms.
        curve: training curve, JSON objects of `CurvePoint`.
        run_ids: every record used.
    """

    entry: Entry
    status: str
    reason: str | None = None
    splits: tuple[SplitScore, ...] = ()
    latency_p50_s: Estimate | None = None
    latency_p95_s: Estimate | None = None
    latency_p99_s: Estimate | None = None
    n_latency: int = 0
    throughput: Mapping[int, Estimate] = field(default_factory=dict)
    training_s: float | None = None
    n_training: int | None = None
    load_s: float | None = None
    n_parameters: int | None = None
    weight_bytes: int | None = None
    disk_bytes: int | None = None
    resident_bytes: int | None = None
    peak_bytes: int | None = None
    operations_per_problem: float | None = None
    operations_formula: str | None = None
    energy_j_per_item: float | None = None
    price_per_answer: float | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    is_deterministic: bool | None = None
    n_batch_changes: int | None = None
    n_stalls: int = 0
    curve: tuple[Mapping[str, Any], ...] = ()
    run_ids: tuple[str, ...] = ()

    @property
    def best_batch(self) -> int | None:
        """Batch size with the highest median throughput."""
        if not self.throughput:
            return None
        return max(self.throughput, key=lambda size: self.throughput[size].value)

    def score(self, split: str | None) -> SplitScore | None:
        """The score on a split; None names the first."""
        if split is None:
            return self.splits[0] if self.splits else None
        return next((score for score in self.splits if score.split == split), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRatio:
    """How much more of a resource the second contestant takes than the first.

    Attributes:
        resource: for example "time per problem, best batch each".
        first: label.
        second: label.
        first_value: None where there is no figure.
        second_value: see above.
        unit: of both.
        ratio: second over first.
        reason: why there is no ratio.
    """

    resource: str
    first: str
    second: str
    first_value: float | None
    second_value: float | None
    unit: str
    ratio: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Total cost of one contestant at the user's volume.

    Attributes:
        label: of the contestant.
        fixed: building and training.
        per_answer: machine time of one answer at its best batch.
        total: at the volume and years given.
        reason: why there is no figure.
    """

    label: str
    fixed: float | None
    per_answer: float | None
    total: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCrossing:
    """The volume beyond which `beyond` is cheaper than `below`."""

    below: str
    beyond: str
    n_answers: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One requirement against one contestant.

    Attributes:
        requirement: for example "accuracy".
        verdict: "met", "not met" or "undecided" (the interval straddles the requirement).
        text: one clause for a person, with the figures.
        shortfall: relative distance to the requirement, 0 where it is met.
        n_more: about so many more items would settle it, where undecided.
    """

    requirement: str
    verdict: str
    text: str
    shortfall: float = 0.0
    n_more: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A contestant with the checks of all requirements."""

    label: str
    level: int
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> str:
        """Met if all are, not met if one is not, else undecided."""
        verdicts = {check.verdict for check in self.checks}
        if "not met" in verdicts:
            return "not met"
        return "undecided" if "undecided" in verdicts else "met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What follows from the measurements.

    Attributes:
        choice: label of the contestant of the lowest level that meets everything; None otherwise.
        reason: the decision in one or two sentences.
        runners_up: labels that meet everything too, in order.
        path: one line for each contestant below the choice: why not.
        evidence: ids of the run records it rests on.
        confidence: "guaranteed and measured", "measured" or "not enough evidence".
        flips: what would change the answer, one sentence each.
        nearest: without a choice: label of the nearest contestant.
        candidates: every contestant with its checks.
    """

    choice: str | None
    reason: str
    runners_up: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    confidence: str = "measured"
    flips: tuple[str, ...] = ()
    nearest: str | None = None
    candidates: tuple[Candidate, ...] = ()
