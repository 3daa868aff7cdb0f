"""Which contestant: advice from one half of the items and the first round, truth from the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from outcomes import (  # type: ignore[import-not-found]
    ADVISOR,
    UNASKED,
    Outcome,
    is_held_back,
    judged,
)

from spoonbench.harness import advise
from spoonbench.harness.advise.lookups.stored_duels import StoredDuel
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.checks import make_case
from spoonbench.harness.duel_records import Requirements
from spoonbench.harness.frameworks.reading import shipped
from spoonbench.harness.frameworks.walking import walk
from spoonbench.harness.measurements import cells_of, summarize
from spoonbench.harness.stats import quantile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spoonbench.harness.duel_records import Duel
    from spoonbench.harness.evidence import Measurement
    from spoonbench.harness.records import RunRecord, ScoredAnswer
    from spoonbench.harness.store.reader import StoreReader

TASKS: Mapping[str, Mapping[str, bool]] = {
    "word-problems": {"has_rules": True, "has_formula": True, "involves_language": True},
    "formats": {"has_rules": True, "has_formula": False, "involves_language": True},
    "expressions": {"has_rules": True, "has_formula": True, "involves_language": True},
    "equations": {"has_rules": False, "has_formula": True, "involves_language": True},
    "digits": {"has_rules": False, "has_formula": False, "involves_language": False},
    "option-pricing": {"has_rules": False, "has_formula": True, "involves_language": False},
}
"""What somebody who has the task would answer, to the advisor and to the documents' rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A requirement.

    Attributes:
        accuracy: least share of right answers among those given.
        coverage: least share of items answered.
        latency_quantile: greatest 95th percentile of the time of an answer: this quantile of what
            the contestants took in the first round; None: any.
    """

    accuracy: float
    coverage: float
    latency_quantile: float | None = None

    @property
    def text(self) -> str:
        """In words."""
        limit = self.latency_quantile
        tail = "" if limit is None else f", latency within quantile {limit} of the contestants"
        return f"accuracy {self.accuracy}, coverage {self.coverage}{tail}"


NEEDS = (
    Need(accuracy=0.50, coverage=0.50),
    Need(accuracy=0.80, coverage=0.80),
    Need(accuracy=0.90, coverage=0.90),
    Need(accuracy=0.80, coverage=0.50, latency_quantile=0.5),
    Need(accuracy=0.95, coverage=0.50, latency_quantile=0.75),
    Need(accuracy=1.00, coverage=0.50),
)
"""The same for every task, written down before anything was measured."""


class HalfOfADuel(Sources):
    """A user's sources with nothing in them but one duel."""

    def __init__(self, found: StoredDuel, reader: StoreReader) -> None:
        machine = reader.environment(found.duel.environment_id)
        super().__init__(None, has_references=False, has_claims=False, machine=machine)
        self._found = found

    def duel(self, task: str) -> StoredDuel | None:
        """The half, whatever the task is called."""
        return self._found


def outcomes_of(reader: StoreReader, task: str) -> Iterator[Outcome]:
    """Every requirement of one task."""
    duel = next(one for one in reader.duels() if one.task.name == task)
    first = _of_first_split(duel)
    keys = [key for entry in first.entries for _, key in cells_of(entry)]
    runs = reader.runs(keys, duel.environment_id)
    seen = _half(first, reader, runs, is_truth=False)
    truth = _half(first, reader, runs, is_truth=True)
    for need in NEEDS:
        limit = _limit(need, seen)
        choices = {
            ADVISOR: _advised(first, reader, seen, need, limit, prefer="quickest"),
            UNASKED: _advised(first, reader, seen, need, limit),
        }
        choices |= _baselines(task, seen, need)
        told = {
            one.entry.label: (_meets(first, one, need, limit), one.latency_p50_s.value)
            for one in truth
            if one.latency_p50_s is not None and one.splits
        }
        known = {who: choice if choice in told else None for who, choice in choices.items()}
        yield from judged(task, need.text, known, told)


def _of_first_split(duel: Duel) -> Duel:
    """The same with the split that decides alone."""
    name = duel.task.splits[0].name
    entries = tuple(
        replace(
            one,
            answer_cells={split: key for split, key in one.answer_cells.items() if split == name},
        )
        for one in duel.entries
    )
    return replace(duel, entries=entries, task=replace(duel.task, splits=duel.task.splits[:1]))


def _half(
    duel: Duel, reader: StoreReader, runs: Sequence[RunRecord], *, is_truth: bool
) -> list[Measurement]:
    """Measurements of one half of the items and of some of the rounds."""

    def answers(run_id: str) -> tuple[ScoredAnswer, ...] | None:
        found = reader.answers(run_id)
        if found is None:
            return None
        return tuple(
            one for one in found if is_held_back(duel.task.name, one.problem_id) == is_truth
        )

    trained = {entry.train_cell for entry in duel.entries}
    timed = [run for run in runs if run.cell_key in trained or (run.round_index > 0) == is_truth]
    scores = summarize(duel, runs, answers)
    times = summarize(duel, timed, answers)
    return [
        replace(score, latency_p50_s=time.latency_p50_s, latency_p95_s=time.latency_p95_s)
        for score, time in zip(scores, times, strict=True)
    ]


def _limit(need: Need, seen: Sequence[Measurement]) -> float | None:
    if need.latency_quantile is None:
        return None
    latencies = [one.latency_p95_s.value for one in seen if one.latency_p95_s is not None]
    return quantile(latencies, need.latency_quantile)


def _advised(
    duel: Duel,
    reader: StoreReader,
    seen: Sequence[Measurement],
    need: Need,
    limit: float | None,
    *,
    prefer: str = "simplest",
) -> str | None:
    found = StoredDuel(duel=duel, measurements=tuple(seen), machine="this machine")
    facts = {
        **facts_of(duel.task.name, need),
        "accuracy_need": need.accuracy,
        "coverage_need": need.coverage,
        "prefer": prefer,
        **({} if limit is None else {"latency": limit}),
    }
    sources = HalfOfADuel(found, reader)
    return advise.ask("tool", facts, sources, task=duel.task.name).choice


def facts_of(task: str, need: Need) -> dict[str, bool]:
    """Answers to the framework's questions; there are 2,000 examples of every task."""
    return {**TASKS[task], "approximate_ok": need.accuracy < 1, "has_much_data": True}


def _baselines(task: str, seen: Sequence[Measurement], need: Need) -> dict[str, str | None]:
    pure = [one for one in seen if not one.entry.is_hybrid]
    latencies = {
        one.entry.label: one.latency_p50_s.value for one in seen if one.latency_p50_s is not None
    }
    found = walk(shipped("tool-as-written"), facts_of(task, need)).verdict
    level = int(found.settings["level"]) if found and "level" in found.settings else None
    return {
        "the documents' rules as written": _of_level(pure, level),
        "always rules (or the lowest level)": _of_level(pure, 1),
        "always the language model (or the highest level)": _of_level(pure, 5),
        "the fastest regardless": min(latencies, key=lambda name: latencies[name], default=None),
    }


def _of_level(contestants: Sequence[Measurement], level: int | None) -> str | None:
    """The most accurate one of a level; of the nearest level where a task has none of it."""
    measured = [one for one in contestants if one.splits]
    if level is None or not measured:
        return None
    nearest = min(abs(one.entry.level - level) for one in measured)
    of_level = [one for one in measured if abs(one.entry.level - level) == nearest]
    best = max(of_level, key=lambda one: one.splits[0].accuracy.value or 0.0)
    return best.entry.label


def _meets(duel: Duel, one: Measurement, need: Need, limit: float | None) -> bool:
    """By the figures of the other half as they are; exactness is a guarantee that they bear out."""
    score, latency = one.splits[0], one.latency_p95_s
    is_exact = make_case(Requirements(), one, duel.task, {}).is_guaranteed
    return (
        one.status == "ok"
        and (score.precision.value or 0.0) >= need.accuracy
        and (need.accuracy < 1 or is_exact)
        and (score.coverage.value or 0.0) >= need.coverage
        and (limit is None or (latency is not None and latency.value <= limit))
    )
