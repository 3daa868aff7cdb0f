"""The decisions of a report in words: which tool for each task, which setting for each model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.reports import matrix_wording, quantities, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.matrix.verdicts import CellVerdict
    from spoonbench.reports.matrix import MatrixReport
    from spoonbench.reports.overview.content import Overview, ShownDuel, ShownMatrix

_MOST_GROUPS = 3
_KEPT = ("not shown", "better", "baseline")
"""Verdicts on right answers under which a setting may be recommended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows for one task, or for one model on one task.

    Attributes:
        subject: what it is about.
        headline: the decision as one sentence.
        sentences: why, how sure, and what would change it.
        is_found: something is recommended.
        see: the command that shows everything about it.
    """

    subject: str
    headline: str
    sentences: tuple[str, ...]
    is_found: bool
    see: str


def headline(overview: Overview) -> str:
    """All decisions in one sentence or two."""
    if not overview.duels:
        return " ".join(_setting(one.report)[0] for one in overview.matrices[:_MOST_GROUPS])
    groups: dict[str | None, list[str]] = {}
    for one in overview.duels:
        choice = one.report.recommendation.choice
        groups.setdefault(choice, []).append(one.plan.task)
    parts = [f"{choice} for {_some(tasks)}" for choice, tasks in groups.items() if choice]
    parts += [f"nothing yet for {_some(groups[None])}"] if None in groups else []
    if len(parts) > _MOST_GROUPS:
        n_decided = sum(len(tasks) for choice, tasks in groups.items() if choice is not None)
        return f"{n_decided:,} of {len(overview.duels):,} tasks are decided."
    text = "; ".join(parts)
    return f"Use {text}." if any(groups) else f"N{text[1:]}."


def decisions(overview: Overview) -> tuple[Decision, ...]:
    """Every decision: tasks first, then settings of models."""
    return (*map(_of_duel, overview.duels), *map(_of_matrix, overview.matrices))


def _some(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    shown = unique[:_MOST_GROUPS]
    more = len(unique) - len(shown)
    return quantities.listed([*shown, f"{more:,} more tasks"] if more else shown)


def _of_duel(one: ShownDuel) -> Decision:
    report = one.report
    nearest = wording.nearest(report)
    changes = wording.flips(report)
    sentences = [
        wording.reason(report),
        *([nearest] if nearest else []),
        wording.confidence(report),
        wording.asked(report),
        *([f"What would change it: {changes[0].rstrip('.')}."] if changes else []),
    ]
    return Decision(
        subject=f"Which tool for {one.plan.task}",
        headline=wording.headline(report),
        sentences=tuple(sentences),
        is_found=report.recommendation.choice is not None,
        see=f"spoonbench report {one.plan.plan_id}",
    )


def _of_matrix(one: ShownMatrix) -> Decision:
    found, sentences, is_found = _setting(one.report)
    return Decision(
        subject=f"Which setting for {one.plan.title}",
        headline=found,
        sentences=sentences,
        is_found=is_found,
        see=f"spoonbench report {one.plan.plan_id}",
    )


def _setting(report: MatrixReport) -> tuple[str, tuple[str, ...], bool]:
    """Headline, sentences, and whether a setting other than the baseline is recommended."""
    baseline = report.evidence.baseline
    model = report.matrix.model.label
    faster = [one for one in report.verdicts if one.speed.verdict == "faster"]
    safe = [one for one in faster if one.accuracy.verdict in _KEPT and not one.changed_nothing]
    reasons = (matrix_wording.baseline(report), matrix_wording.noise(report))
    if baseline.status != "ok":
        return f"{model}: nothing can be compared.", reasons, False
    if not safe:
        text = f"{model}: keep the baseline, {baseline.cell.name}."
        return text, (*_not_safe(faster), *reasons), False
    best = max(safe, key=_ratio)
    alone = [one for one in safe if _batch(one) == baseline.cell.placement.batch_size]
    sentences = [_told(best)]
    if alone and (first := max(alone, key=_ratio)) is not best:
        sentences.append(f"At the baseline's batch size: {first.name}. {_told(first)}")
    elif not alone and _batch(best) > baseline.cell.placement.batch_size:
        sentences.append("At the baseline's batch size nothing is shown to be faster.")
    beyond = [one for one in faster if one not in safe and _ratio(one) > _ratio(best)]
    text = f"{model}: run it as {best.name} ({matrix_wording.described(best.cell.cell.placement)})."
    return text, (*sentences, *_not_safe(beyond), *reasons), True


def _told(one: CellVerdict) -> str:
    """How much faster, with the interval, and what is known of its right answers."""
    speed, accuracy = one.speed, one.accuracy
    ends = (
        ""
        if speed.low is None or speed.high is None
        else f" ({quantities.significant(speed.low)} to {quantities.significant(speed.high)})"
    )
    text = f"{quantities.times(speed.ratio)}{ends} as fast as the baseline"
    if accuracy.verdict == "better":
        return f"{text}, with {_points(accuracy.difference)} more right answers."
    if accuracy.verdict == "not shown":
        seen = _points(accuracy.smallest_difference)
        return f"{text}; no change of right answers was shown, and one of {seen} would have been."
    return f"{text}."


def _not_safe(cells: Sequence[CellVerdict]) -> list[str]:
    """The fastest of those that are faster but may not be recommended, with why."""
    if not cells:
        return []
    one = max(cells, key=_ratio)
    accuracy = one.accuracy
    if one.changed_nothing:
        why = "its quantization changed nothing"
    elif accuracy.verdict == "worse":
        why = f"it loses {_points(-(accuracy.difference or 0.0))} of right answers"
    else:
        why = "its right answers could not be compared"
    return [f"Faster still: {one.name}, {quantities.times(one.speed.ratio)}; but {why}."]


def _points(share: float | None) -> str:
    return quantities.DASH if share is None else f"{100 * share:.1f} points"


def _ratio(one: CellVerdict) -> float:
    return one.speed.ratio or 0.0


def _batch(one: CellVerdict) -> int:
    return one.cell.cell.placement.batch_size
