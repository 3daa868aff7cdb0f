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
_ITEMS = "n_items="
_JOINED = {
    "requirements. The nearest": "requirements; the nearest",
    "Not enough evidence. ": "Not enough evidence: ",
}


def choose(case: Case, decision: Decision) -> MeasuredChoice | None:
    """By the newest duel of the case's task on this machine."""
    found = case.sources.duel(case.task)
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
        sentence=_in_one(chosen.reason),
        agreeing=SAME_AS.get(_level(chosen), frozenset()),
        evidence=tuple(
            one
            for one in (*find_accuracy(case), *find_cost(case))
            if one.what.split(" (level")[0] in wanted
        ),
        steps=path_of(case, needs, chosen, prefer),
        runners_up=_runners_up(chosen),
        flips=(*map(_capital, chosen.flips), *limits),
        firm_up=_command(case, found, chosen),
    )


def _in_one(reason: str) -> str:
    """As one sentence: what the reports of a duel say in two."""
    for before, after in _JOINED.items():
        reason = reason.replace(before, after)
    return reason


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


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


def _command(case: Case, found: StoredDuel, chosen: Recommendation) -> str:
    """The duel again, with what is required now, and with more of what leaves it open."""
    options = {
        option: f"{(case.number(name) or 0.0) * scale:.10g}"
        for name, (option, scale) in _OPTIONS.items()
        if name in case.given
    }
    return repeated(found.duel.command, {**options, **_more(found, chosen)}, case.sources.results)


def _more(found: StoredDuel, chosen: Recommendation) -> dict[str, str]:
    """More items, more rounds, or the preset of more items and longer training."""
    open_ = [one for each in chosen.candidates for one in each.checks if one.verdict == "undecided"]
    counts = [one.n_more for one in open_ if one.n_more]
    words = [word for word in found.duel.command if word.startswith(_ITEMS)]
    if chosen.choice is None and counts and words:
        return {"--option": f"{_ITEMS}{int(words[0].removeprefix(_ITEMS)) + min(counts)}"}
    is_slow = chosen.choice is None and any(one.requirement == "latency" for one in open_)
    if found.duel.preset == "quick" and not is_slow:
        return {"--preset": "standard"}
    return {"--rounds": f"{2 * found.duel.n_rounds}"}
