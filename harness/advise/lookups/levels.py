"""Which tool, by the duel of a task: the lowest level that certainly meets what is required.

Or the quickest that does, where that is preferred.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.choices import MeasuredChoice
from spoonbench.harness.advise.lookups.duel_limits import tighter
from spoonbench.harness.advise.lookups.duel_path import path_of
from spoonbench.harness.advise.lookups.duels import find_accuracy, find_cost
from spoonbench.harness.advise.repeating import repeated
from spoonbench.harness.costs import total_costs
from spoonbench.harness.decision import Preference, decide

if TYPE_CHECKING:
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.lookups.stored_duels import StoredDuel
    from spoonbench.harness.duel_records import Requirements
    from spoonbench.harness.evidence import Recommendation

SAME_AS: dict[int, frozenset[str]] = {
    1: frozenset({"rules", "find-deterministic"}),
    2: frozenset({"rules", "formula", "find-deterministic"}),
    3: frozenset({"traditional-ml"}),
    4: frozenset({"neural-network"}),
    5: frozenset({"language-model"}),
}
"""Level to the choices of the framework that mean it; "rules" are rules or an algorithm there."""


_OPTIONS = {
    "accuracy_need": ("--accuracy", 1.0),
    "coverage_need": ("--coverage", 1.0),
    "latency": ("--latency-ms", 1e3),
    "memory": ("--memory-mb", 1e-6),
}
"""Fact to the option of a duel, and to how many of the option's units one of the fact's is."""


def choose(case: Case, decision: Decision) -> MeasuredChoice | None:
    """By the newest duel of the case's task on this machine."""
    found = None if case.task is None else case.sources.duel(case.task)
    if found is None:
        return None
    needs = requirements(case, found.duel.requirements)
    costs = total_costs(found.duel.effort, found.measurements) if found.duel.effort else ()
    preferred = case.given.get("prefer")
    prefer: Preference = "simplest"
    if preferred is not None and preferred.value == "quickest":
        prefer = "quickest"

    def decided(asked: Requirements) -> Recommendation:
        return decide(asked, found.measurements, found.duel.task, costs, prefer=prefer)

    chosen = decided(needs)
    measured = {one.entry.label: one for one in found.measurements}
    first = measured.get(chosen.choice or "")
    limits = () if first is None else tighter(needs, first, decided)
    wanted = {*(one.split(" (")[0] for one in chosen.runners_up), chosen.choice, chosen.nearest}
    return MeasuredChoice(
        choice=chosen.choice,
        sentence=chosen.reason,
        agreeing=SAME_AS.get(_level(chosen), frozenset()),
        evidence=tuple(
            one
            for one in (*find_accuracy(case), *find_cost(case))
            if one.what.split(" (level")[0] in wanted
        ),
        steps=path_of(case, needs, chosen, prefer),
        runners_up=_runners_up(chosen),
        flips=(*chosen.flips, *limits),
        firm_up=_command(case, found),
    )


def _runners_up(chosen: Recommendation) -> tuple[str, ...]:
    if chosen.choice is None and chosen.nearest is not None:
        return (f"{chosen.nearest}, which is the nearest to it",)
    return tuple(f"{label} meets it too" for label in chosen.runners_up)


def requirements(case: Case, asked: Requirements) -> Requirements:
    """What is required: what was said, else what the duel was asked."""
    accuracy, coverage = case.given.get("accuracy_need"), case.given.get("coverage_need")
    latency, memory = case.given.get("latency"), case.given.get("memory")
    return replace(
        asked,
        accuracy=float(accuracy.value) if accuracy else asked.accuracy,
        coverage=float(coverage.value) if coverage else asked.coverage,
        latency_s=float(latency.value) if latency else asked.latency_s,
        memory_bytes=int(float(memory.value)) if memory else asked.memory_bytes,
    )


def _level(chosen: Recommendation) -> int:
    levels = {one.label: one.level for one in chosen.candidates}
    return levels.get(chosen.choice or "", 0)


def _command(case: Case, found: StoredDuel) -> str:
    """The duel again, with what is required now: more items and longer training, or more rounds."""
    options = {
        option: f"{(case.number(name) or 0.0) * scale:.10g}"
        for name, (option, scale) in _OPTIONS.items()
        if name in case.given
    }
    is_quick = found.duel.preset == "quick"
    more = ("--preset", "standard") if is_quick else ("--rounds", f"{2 * found.duel.n_rounds}")
    return repeated(found.duel.command, {**options, more[0]: more[1]}, case.sources.results)
