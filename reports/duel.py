"""Everything that one report of a duel shows, as plain data, and how it is read from the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spoonbench.harness.comparisons import paired_tests, resource_ratios
from spoonbench.harness.costs import crossings, total_costs
from spoonbench.harness.decision import decide
from spoonbench.harness.measurements import cells_of, summarize
from spoonbench.reports.failures import failures_of
from spoonbench.reports.machine import known_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.duel_records import Duel, Entry, SplitFacts
    from spoonbench.harness.estimates import PairedTest
    from spoonbench.harness.evidence import (
        CostCrossing,
        Costs,
        Measurement,
        Recommendation,
        ResourceRatio,
        SplitScore,
    )
    from spoonbench.harness.records import Environment, RunRecord
    from spoonbench.harness.store.reader import StoreReader
    from spoonbench.reports.failures import FailureCount, FailureExample


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
        failure_counts: how often each kind of failure happened, over all splits, most first.
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
    failure_counts: tuple[FailureCount, ...] = ()
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
    measurements = summarize(duel, runs, reader.answers, reader.items)
    costs = total_costs(duel.effort, measurements) if duel.effort else []
    examples, counts = failures_of(reader, duel, measurements)
    return DuelReport(
        duel=duel,
        environment=known_environment(reader, duel.environment_id),
        measurements=tuple(measurements),
        recommendation=decide(duel.requirements, measurements, duel.task, costs),
        tests=tuple(paired_tests(duel, measurements, reader.answers)),
        ratios=tuple(resource_ratios(measurements, duel.requirements.split)),
        costs=tuple(costs),
        crossings=tuple(crossings(costs)),
        failures=examples,
        failure_counts=counts,
        rules=_rules(duel, runs),
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
