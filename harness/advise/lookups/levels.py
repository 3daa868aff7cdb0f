"""Which tool, by the duel of a task: the lowest level that certainly meets what is required.

Or the quickest that does, where that is preferred.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.choices import MeasuredChoice
from spoonbench.harness.advise.lookups.duels import find_accuracy, find_cost
from spoonbench.harness.advise.sources import RESULTS
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
    chosen = decide(needs, found.measurements, found.duel.task, costs, prefer=prefer)
    wanted = {*(one.split(" (")[0] for one in chosen.runners_up), chosen.choice, chosen.nearest}
    return MeasuredChoice(
        choice=chosen.choice,
        sentence=chosen.reason,
        agreeing=SAME_AS.get(_level(found, chosen), frozenset()),
        evidence=tuple(
            one
            for one in (*find_accuracy(case), *find_cost(case))
            if one.what.split(" (level")[0] in wanted
        ),
        runners_up=tuple(f"{label} meets it too" for label in chosen.runners_up),
        flips=chosen.flips,
        firm_up=_command(case, found),
    )


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


def _level(found: StoredDuel, chosen: Recommendation) -> int:
    levels = {one.entry.label: one.entry.level for one in found.measurements}
    return levels.get(chosen.choice or "", 0)


def _command(case: Case, found: StoredDuel) -> str | None:
    """The duel again with the preset of more items and longer training, where it was the quick."""
    if found.duel.preset != "quick":
        return None
    words = _without(_without(list(found.duel.command), "--preset"), "--out")
    words = [word for word in words if word != "--fresh"]
    results = case.sources.results
    words += [] if results in {None, RESULTS} else ["--out", str(results)]
    return shlex.join([*words, "--preset", "standard"])


def _without(words: list[str], option: str) -> list[str]:
    """An option and its value left out."""
    if option not in words:
        return words
    at = words.index(option)
    return words[:at] + words[at + 2 :]
