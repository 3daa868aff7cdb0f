"""From a case to a choice: the walk through a framework, with measured figures in its thresholds.

Pure but for what the look-ups read. Asked again with one answer changed it tells what would flip.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.register import look_up
from spoonbench.harness.frameworks.walking import walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.facts import Fact
    from spoonbench.harness.frameworks.graph import Framework, Question
    from spoonbench.harness.frameworks.walking import Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where a case leads in a framework.

    Attributes:
        walk: the path.
        facts: that answered its questions.
        figures: threshold to the evidence whose figure took its place.
        beside: further evidence of thresholds, which decided nothing.
    """

    walk: Walk
    facts: Mapping[str, Fact]
    figures: Mapping[str, Evidence] = field(default_factory=dict)
    beside: tuple[Evidence, ...] = ()

    @property
    def asks(self) -> Question | None:
        """The question whose answer is missing."""
        return self.walk.asks

    @property
    def choice(self) -> str | None:
        """In a word; None where there is none."""
        verdict = self.walk.verdict
        return (verdict.choice or None) if verdict else None

    @property
    def outcome(self) -> str:
        """What tells two decisions apart: the choice, else where the path ends."""
        if self.walk.verdict is not None:
            return self.walk.verdict.choice or f"verdict {self.walk.verdict.name}"
        return f"asks {self.walk.asks.name}" if self.walk.asks else "gap"


def decide(framework: Framework, case: Case, *, by_thumb: bool = False) -> Decision:
    """Walk a framework as far as a case leads.

    Args:
        framework: to walk.
        case: whose facts answer.
        by_thumb: leave the rules' own thresholds in place, whatever was measured.

    Raises:
        BadAnswer: a question does not allow its answer.
        StoreError: the store is damaged.
    """
    figures, beside = ({}, ()) if by_thumb else measured_figures(framework, case)
    values = {name: one.value for name, one in figures.items() if one.value is not None}
    facts: dict[str, Fact] = {}
    while True:
        answers = {name: fact.value for name, fact in facts.items()}
        step = walk(framework, answers, values)
        fact = case.fact(step.asks.name) if step.asks else None
        if fact is None:
            return Decision(walk=step, facts=facts, figures=figures, beside=beside)
        facts[fact.name] = fact


def measured_figures(
    framework: Framework, case: Case
) -> tuple[dict[str, Evidence], tuple[Evidence, ...]]:
    """Threshold to the first evidence that has a figure for it, and what else was found."""
    figures: dict[str, Evidence] = {}
    beside: list[Evidence] = []
    for threshold in framework.thresholds.values():
        if threshold.evidence is None:
            continue
        for evidence in look_up(threshold.evidence, case):
            if evidence.value is not None and threshold.name not in figures:
                figures[threshold.name] = evidence
            else:
                beside.append(evidence)
    return figures, tuple(beside)
