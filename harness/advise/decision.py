"""From a case to a choice: the walk through a framework, with measured figures in its thresholds.

Pure but for what the look-ups read. Asked again with one answer changed it tells what would flip.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.choices import measured_choice
from spoonbench.harness.advise.lookups.register import look_up
from spoonbench.harness.frameworks.walking import Walk, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.facts import Fact
    from spoonbench.harness.advise.lookups.choices import MeasuredChoice
    from spoonbench.harness.frameworks.graph import Framework, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where a case leads in a framework.

    Attributes:
        walk: the path.
        facts: that answered its questions.
        figures: threshold to the evidence whose figure took its place.
        beside: further evidence of thresholds, which decided nothing.
        measured: choice by measurement alone, which goes before the framework's.
    """

    walk: Walk
    facts: Mapping[str, Fact]
    figures: Mapping[str, Evidence] = field(default_factory=dict)
    beside: tuple[Evidence, ...] = ()
    measured: MeasuredChoice | None = None

    def whole(self) -> Decision:
        """With all that is told beside a measured choice."""
        return replace(self, measured=self.measured.whole()) if self.measured else self

    @property
    def asks(self) -> Question | None:
        """The question whose answer is missing; what was measured may need none, or another."""
        return self.measured.asks if self.measured else self.walk.asks

    @property
    def ruled(self) -> str | None:
        """The framework's own choice in a word; None where there is none."""
        verdict = self.walk.verdict
        return (verdict.choice or None) if verdict else None

    @property
    def choice(self) -> str | None:
        """What is recommended, in a word; None where nothing is."""
        return self.measured.choice if self.measured else self.ruled

    @property
    def outcome(self) -> str:
        """What tells two decisions apart: the choice, else where the path ends."""
        if self.measured is not None:
            if self.measured.asks is not None:
                return f"asks {self.measured.asks.name}"
            return self.measured.choice or "nothing that was measured"
        if self.walk.verdict is not None:
            return self.walk.verdict.choice or f"verdict {self.walk.verdict.name}"
        return f"asks {self.walk.asks.name}" if self.walk.asks else "gap"


def decide(framework: Framework, case: Case, *, by_thumb: bool = False) -> Decision:
    """Walk a framework as far as a case leads.

    Args:
        framework: to walk.
        case: whose facts answer.
        by_thumb: by the rules alone, whatever was measured.

    Raises:
        BadAnswer: a question does not allow its answer.
        StoreError: the store is damaged.
    """
    if by_thumb:
        return _walked(framework, case, {}, ())
    decision = _walked(framework, case, *measured_figures(framework, case))
    measured = measured_choice(case, decision)
    if measured is not None and measured.is_apart:
        return Decision(walk=Walk(steps=()), facts={}, measured=measured)
    return replace(decision, measured=measured)


def _walked(
    framework: Framework, case: Case, figures: dict[str, Evidence], beside: tuple[Evidence, ...]
) -> Decision:
    """As far as the case's facts lead."""
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
