"""Examples of what went wrong, by contestant and kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.scoring import FAILURES

if TYPE_CHECKING:
    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.failures import FailureCount, FailureExample

VALUE_RIGHT = " (value right)"
"""Ends the name of a fault in the text of a right answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Failures of one contestant and one kind.

    Attributes:
        title: what went wrong, and more closely where that is known.
        n: how often, over all splits; None where it was not counted.
        examples: some of them.
    """

    title: str
    n: int | None
    examples: tuple[FailureExample, ...]

    @property
    def counted(self) -> str:
        """How often, in words."""
        if self.n is None:
            return f"{len(self.examples)} example{'' if len(self.examples) == 1 else 's'}"
        shown = "" if self.n == len(self.examples) else f", {len(self.examples)} of them below"
        return f"{self.n:,} time{'' if self.n == 1 else 's'}{shown}"


def gallery(report: DuelReport) -> list[tuple[str, list[Group]]]:
    """Groups of each contestant, in the order of the ladder; groups as they were counted."""
    counted = {(one.label, one.failure, one.kind): one.n for one in report.failure_counts}
    grouped: dict[tuple[str, str, str | None], list[FailureExample]] = {}
    for example in report.failures:
        key = (example.label, example.failure, example.kind)
        grouped.setdefault(key, []).append(example)
    by_label: dict[str, list[Group]] = {}
    for key, examples in grouped.items():
        label, failure, kind = key
        group = Group(title=titled(failure, kind), n=counted.get(key), examples=tuple(examples))
        by_label.setdefault(label, []).append(group)
    order = {entry.label: index for index, entry in enumerate(report.duel.entries)}
    labels = sorted(by_label, key=lambda label: order.get(label, len(order)))
    return [(label, by_label[label]) for label in labels]


def titled(failure: str, kind: str | None) -> str:
    """What went wrong, and more closely where that is known."""
    return failure if kind is None else f"{failure}: {kind}"


def kinds_in_short(report: DuelReport, n_kinds: int = 3) -> tuple[str, ...]:
    """For each contestant that fails in kinds that are told apart, one sentence with the counts.

    Args:
        report: what to show.
        n_kinds: how many kinds of a failure are named.
    """
    by_label: dict[str, dict[str, list[FailureCount]]] = {}
    for one in report.failure_counts:
        by_label.setdefault(one.label, {}).setdefault(one.failure, []).append(one)
    return tuple(
        f"{label}: {'; '.join(_in_short(name, counts, n_kinds) for name, counts in kinds.items())}."
        for label, kinds in by_label.items()
        if any(one.kind is not None for counts in kinds.values() for one in counts)
    )


def _in_short(failure: str, counts: list[FailureCount], n_kinds: int) -> str:
    total = sum(one.n for one in counts)
    named = [f"{one.kind} {one.n:,}" for one in counts if one.kind is not None]
    if not named:
        return f"{failure} {total:,}"
    more = f", {len(named) - n_kinds} more kinds" if len(named) > n_kinds else ""
    return f"{failure} {total:,} ({', '.join(named[:n_kinds])}{more})"


def kinds_seen(report: DuelReport) -> list[tuple[str, str]]:
    """Kinds of failure that happened, with what they mean."""
    seen = {kind for m in report.measurements for score in m.splits for kind in score.failures}
    seen |= {example.failure for example in report.failures}
    known = [(kind, meaning) for kind, meaning in FAILURES.items() if kind in seen]
    others = sorted(seen - set(FAILURES))
    return known + [(kind, _meaning(kind)) for kind in others]


def _meaning(kind: str) -> str:
    """Of a kind that is a fault of the text alone, or of one that this version does not know."""
    fault = kind.removesuffix(VALUE_RIGHT)
    if fault in FAILURES:
        return f"{FAILURES[fault]}; its first value is right"
    return "a kind that this version does not know"
