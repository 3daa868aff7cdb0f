"""Examples of what went wrong, by contestant and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.scoring import FAILURES

if TYPE_CHECKING:
    from spoonbench.reports.duel import DuelReport, FailureExample

VALUE_RIGHT = " (value right)"
"""Ends the name of a fault in the text of a right answer."""

Gallery = list[tuple[str, list[tuple[str, list["FailureExample"]]]]]
"""Label, and for each kind of failure its examples."""


def gallery(report: DuelReport) -> Gallery:
    """Examples by contestant, in the order of the ladder, then by kind."""
    grouped: dict[str, dict[str, list[FailureExample]]] = {}
    for example in report.failures:
        kinds = grouped.setdefault(example.label, {})
        kinds.setdefault(example.failure, []).append(example)
    order = {entry.label: index for index, entry in enumerate(report.duel.entries)}
    labels = sorted(grouped, key=lambda label: order.get(label, len(order)))
    return [(label, list(grouped[label].items())) for label in labels]


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
