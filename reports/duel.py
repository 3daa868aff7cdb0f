"""Everything that one report of a duel shows, as plain data, and how it is read from the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spoonbench.harness.comparisons import paired_tests, resource_ratios
from spoonbench.harness.costs import crossings, total_costs
from spoonbench.harness.decision import decide
from spoonbench.harness.measurements import cells_of, summarize
from spoonbench.harness.scoring import text_faults
from spoonbench.harness.store.errors import StoreError
from spoonbench.reports.gallery import VALUE_RIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spoonbench.harness.duel_records import Duel, Entry, SplitFacts
    from spoonbench.harness.evidence import (
        CostCrossing,
        Costs,
        Measurement,
        PairedTest,
        Recommendation,
        ResourceRatio,
        SplitScore,
    )
    from spoonbench.harness.records import Environment, RunRecord, ScoredAnswer, StoredItem
    from spoonbench.harness.store.reader import StoreReader

CASE_STUDY_KINDS = frozenset(
    {
        "wrong value",
        "conflicting answers",
        "endless",
        "repetition",
        "malformed",
        "off by a carry",
    }
)
"""What the case study saw go wrong; these get more examples."""

_EXAMPLES = 3
_CASE_STUDY_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureExample:
    """One wrong answer of the gallery.

    Attributes:
        label: of the contestant.
        split: where it happened.
        failure: its kind.
        text: the question.
        target: the right answer; None where abstaining was right.
        value: what was answered; None where nothing was.
        raw_text: what a model wrote.
        reason: why there is no value; None where there is one.
    """

    label: str
    split: str
    failure: str
    text: str
    target: str | None
    value: str | None
    raw_text: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DuelReport:
    """What a report shows.

    Attributes:
        duel: task, contestants and what was asked.
        environment: the machine; None where the store does not know it.
        measurements: one for each contestant, lowest level first, hybrids last.
        recommendation: the decision.
        tests: between neighbours, on the same items.
        ratios: rules against language model.
        costs: with the user's effort and prices; empty where none were given.
        crossings: volumes at which the order of costs changes.
        failures: the gallery.
        rules: label to the rules that it learned, where they can be read.
        notes: what a reader should know about these measurements, one sentence each.
    """

    duel: Duel
    environment: Environment | None
    measurements: tuple[Measurement, ...]
    recommendation: Recommendation
    tests: tuple[PairedTest, ...] = ()
    ratios: tuple[ResourceRatio, ...] = ()
    costs: tuple[Costs, ...] = ()
    crossings: tuple[CostCrossing, ...] = ()
    failures: tuple[FailureExample, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def split(self) -> str:
        """Name of the split that decides."""
        return self.duel.requirements.split or self.duel.task.splits[0].name

    @property
    def split_facts(self) -> SplitFacts | None:
        """The split that decides; None where the task has none of that name."""
        return next((facts for facts in self.duel.task.splits if facts.name == self.split), None)

    def score(self, measurement: Measurement) -> SplitScore | None:
        """How a contestant did on the split that decides."""
        return measurement.score(self.split)

    def entry(self, label: str | None) -> Entry | None:
        """The contestant of that label."""
        return next((entry for entry in self.duel.entries if entry.label == label), None)

    def verdict(self, label: str) -> str | None:
        """Whether a contestant meets the requirements; None where that was not checked."""
        candidates = self.recommendation.candidates
        return next((one.verdict for one in candidates if one.label == label), None)


def gather(reader: StoreReader, duel_id: str) -> DuelReport:
    """Everything that the report of a duel shows.

    Args:
        reader: of the store.
        duel_id: or its beginning.

    Raises:
        StoreError: there is no such duel, or its answers or items are damaged.
    """
    duel = reader.duel(duel_id)
    keys = [key for entry in duel.entries for _, key in cells_of(entry)]
    runs = reader.runs(keys)
    measurements = summarize(duel, runs, reader.answers)
    costs = total_costs(duel.effort, measurements) if duel.effort else []
    return DuelReport(
        duel=duel,
        environment=_environment(reader, duel.environment_id),
        measurements=tuple(measurements),
        recommendation=decide(duel.requirements, measurements, duel.task, costs),
        tests=tuple(paired_tests(duel, measurements, reader.answers)),
        ratios=tuple(resource_ratios(measurements, duel.requirements.split)),
        costs=tuple(costs),
        crossings=tuple(crossings(costs)),
        failures=tuple(_failures(reader, duel, measurements)),
        rules=_rules(duel, runs),
    )


def _environment(reader: StoreReader, environment_id: str) -> Environment | None:
    try:
        return reader.environment(environment_id)
    except StoreError:
        # Measured, but the machine was never described: the report says so.
        return None


def _failures(
    reader: StoreReader, duel: Duel, measurements: Sequence[Measurement]
) -> Iterator[FailureExample]:
    """Examples of each contestant and kind, those of the split that decides first."""
    decides = duel.requirements.split or duel.task.splits[0].name
    splits = sorted(duel.task.splits, key=lambda facts: facts.name != decides)
    items = {
        facts.name: {item.problem_id: item for item in _items(reader, facts.items_hash)}
        for facts in splits
    }
    for measurement in measurements:
        shown: dict[str, int] = {}
        for facts in splits:
            score = measurement.score(facts.name)
            said = reader.answers(score.run_id) if score and score.run_id else None
            for answer in said or ():
                item = items[facts.name].get(answer.problem_id)
                kind = _kind(answer)
                if item is None or kind is None or shown.get(kind, 0) >= _most(kind):
                    continue
                shown[kind] = shown.get(kind, 0) + 1
                yield _example(measurement.entry, facts.name, kind, (item, answer))


def _items(reader: StoreReader, items_hash: str) -> Sequence[StoredItem]:
    try:
        return reader.items(items_hash)
    except StoreError:
        # A split of which nothing was measured has no items in the store.
        return ()


def _kind(answer: ScoredAnswer) -> str | None:
    """What went wrong; for a right answer the first fault of its text, where there is one."""
    if not answer.is_correct:
        return answer.failure or "failed"
    faults = text_faults(answer.raw_text, answer.stopped_by)
    return f"{faults[0]}{VALUE_RIGHT}" if faults else None


def _most(kind: str) -> int:
    fault = kind.removesuffix(VALUE_RIGHT)
    return _CASE_STUDY_EXAMPLES if fault in CASE_STUDY_KINDS else _EXAMPLES


def _example(
    entry: Entry, split: str, kind: str, pair: tuple[StoredItem, ScoredAnswer]
) -> FailureExample:
    item, answer = pair
    return FailureExample(
        label=entry.label,
        split=split,
        failure=kind,
        text=item.text,
        target=item.target,
        value=answer.value,
        raw_text=answer.raw_text,
        reason=answer.reason,
    )


def _rules(duel: Duel, runs: Sequence[RunRecord]) -> dict[str, str]:
    """Rules that a contestant learned and noted, by label."""
    found = {}
    for entry in duel.entries:
        keys = {key for _, key in cells_of(entry)}
        notes = (run.metrics.get("notes") for run in runs if run.cell_key in keys)
        text = next((_rules_text(one) for one in notes if one and "first_rules" in one), None)
        if text is not None:
            found[entry.label] = text
    return found


def _rules_text(notes: dict[str, Any]) -> str:
    rules = [str(rule) for rule in notes["first_rules"]]
    n_rules = int(notes.get("n_rules", len(rules)))
    more = f"\n... the first {len(rules):,} of {n_rules:,} rules" if n_rules > len(rules) else ""
    return "\n".join(rules) + more
