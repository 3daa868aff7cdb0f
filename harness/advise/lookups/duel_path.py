"""The path of a choice among the contestants of a duel: what is required, and who was passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.advice import AdviceStep
from spoonbench.harness.advise.facts import INPUTS
from spoonbench.harness.frameworks.showing import show_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.decision import Preference
    from spoonbench.harness.duel_records import Requirements
    from spoonbench.harness.evidence import Candidate, Recommendation

NEEDS = {
    "accuracy_need": "accuracy",
    "coverage_need": "coverage",
    "latency": "latency_s",
    "memory": "memory_bytes",
}
"""Fact to the requirement of a duel that it gives."""


def path_of(
    case: Case, needs: Requirements, chosen: Recommendation, prefer: Preference
) -> tuple[AdviceStep, ...]:
    """Steps to a choice.

    Args:
        case: that was asked about.
        needs: what is required.
        chosen: what follows from it.
        prefer: of several that do.
    """
    return (*_required(case, needs), *_passed(chosen), _last(case, chosen, prefer))


def _required(case: Case, needs: Requirements) -> Iterator[AdviceStep]:
    for name, field in NEEDS.items():
        value, is_given = getattr(needs, field), name in case.given
        if value is not None:
            yield AdviceStep(
                question=INPUTS[name].text,
                name=name,
                answer=float(value),
                shown=show_value(INPUTS[name], float(value)),
                origin="given" if is_given else "assumed",
                why="" if is_given else "as the duel was asked",
            )


def _passed(chosen: Recommendation) -> Iterator[AdviceStep]:
    """Whoever comes before the choice in the order that was asked for, and does not do."""
    for one in chosen.candidates:
        if one.label == chosen.choice:
            return
        if one.verdict != "met":
            yield AdviceStep(
                question=f"Does {one.label} (level {one.level}) do?",
                name=f"does {one.label}",
                answer=False,
                shown="no" if one.verdict == "not met" else "not certainly",
                origin="measured",
                why=_against(one),
            )


def _against(one: Candidate) -> str:
    return "; ".join(check.text for check in one.checks if check.verdict != "met")


def _last(case: Case, chosen: Recommendation, prefer: Preference) -> AdviceStep:
    n_meeting = sum(one.verdict == "met" for one in chosen.candidates)
    return AdviceStep(
        question=f"Which contestant is the {prefer} that certainly does?",
        name="contestant",
        answer=chosen.choice or "none",
        shown=chosen.choice or "none",
        origin="measured",
        why=f"{n_meeting} of {len(chosen.candidates)} contestants of the duel of {case.task} do",
    )
