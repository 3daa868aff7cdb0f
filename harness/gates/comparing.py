"""Two sides to pairs, and pairs to changes.

Contestants are paired by label, cells by name, benchmarks by their full name; two that were named
one by one are a pair whatever they are called. Items are paired by their id within the same items.
What has a test is corrected for all pairs in the same figure (Holm).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.gates.figure_changes import figure_change
from spoonbench.harness.gates.figures import FIGURES, SHARES
from spoonbench.harness.gates.pairing import common_splits, couples, differences, refuse_other_tasks
from spoonbench.harness.gates.round_grounds import OneEach
from spoonbench.harness.gates.share_changes import share_changes
from spoonbench.harness.stats import holm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spoonbench.harness.gates.changes import Change
    from spoonbench.harness.gates.sides import Side, Subject

SIGNIFICANCE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the user allows.

    Attributes:
        splits: names, or "all"; empty for the one that decides.
        is_unpaired: different items may be compared, as two samples.
        is_across_machines: times and memory of different machines may be compared.
    """

    splits: tuple[str, ...] = ()
    is_unpaired: bool = False
    is_across_machines: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two subjects.

    Attributes:
        first: of the first side.
        second: of the second side.
        changes: in the order of figures; only those that both have.
        missing: figure to the reason why it cannot be compared.
    """

    first: Subject
    second: Subject
    changes: tuple[Change, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """One name where both have the same."""
        if self.first.name == self.second.name:
            return self.first.name
        return f"{self.first.name} -> {self.second.name}"

    @property
    def names(self) -> frozenset[str]:
        """By which gates may call it; a benchmark also by what stands behind its file."""
        own = {self.first.name, self.second.name, self.name}
        return frozenset(own | {name.rpartition("::")[2] for name in own})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two sides, compared.

    Attributes:
        first: side A.
        second: side B.
        pairs: in the order of the first side.
        only_first: subjects without a partner.
        only_second: likewise.
        machine_differs: facts of the machine that are not the same, in words.
        notes: what else must be said, one sentence each.
    """

    first: Side
    second: Side
    pairs: tuple[Pair, ...]
    only_first: tuple[Subject, ...] = ()
    only_second: tuple[Subject, ...] = ()
    machine_differs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def compare(first: Side, second: Side, choices: Choices) -> Comparison:
    """Compare two sides.

    Raises:
        BadComparison: they have nothing in common, or their items differ and may not.
    """
    found = couples(first, second)
    differs = differences(first, second)
    splits = common_splits(first, second, choices.splits)
    refuse_other_tasks(first, second, is_unpaired=choices.is_unpaired)
    pairs = [_pair(first, second, a, b, (splits, choices, differs)) for a, b in found]
    firsts, seconds = {a.name for a, _ in found}, {b.name for _, b in found}
    return Comparison(
        first=first,
        second=second,
        pairs=_corrected(pairs),
        only_first=tuple(one for one in first.subjects if one.name not in firsts),
        only_second=tuple(one for one in second.subjects if one.name not in seconds),
        machine_differs=differs,
        notes=tuple(_notes(first, second, differs, choices)),
    )


def _pair(
    first: Side,
    second: Side,
    one: Subject,
    other: Subject,
    context: tuple[Sequence[str], Choices, Sequence[str]],
) -> Pair:
    splits, choices, differs = context
    changes: list[Change] = []
    missing: dict[str, str] = {}
    for split in splits:
        a, b = one.scores.get(split), other.scores.get(split)
        if a is None or b is None:
            missing |= dict.fromkeys(SHARES, _why(one if a is None else other, f"of {split}"))
            continue
        told, why = share_changes(a, b, split, (one, other), is_unpaired=choices.is_unpaired)
        changes += told
        missing |= why
    if not splits:
        missing |= dict.fromkeys(SHARES, "the two sides have no split in common")
    is_interleaved = first.session is not None and first.session == second.session
    for figure in FIGURES.values():
        if figure.kind == "share":
            continue
        if figure.needs_same_machine and differs and not choices.is_across_machines:
            missing[figure.name] = "the machines differ (--across-machines compares them)"
            continue
        change, why_not = figure_change(figure, one, other, is_interleaved=is_interleaved)
        if change is None:
            missing[figure.name] = why_not
        else:
            changes.append(change)
    order = list(FIGURES)
    changes.sort(key=lambda change: order.index(change.figure.name))
    gone = {name: why for name, why in missing.items() if name not in _names(changes)}
    return Pair(first=one, second=other, changes=tuple(changes), missing=tuple(gone.items()))


def _names(changes: Iterable[Change]) -> set[str]:
    return {change.figure.name for change in changes}


def _why(subject: Subject, what: str) -> str:
    if subject.problem:
        return f"{subject.name} has no figure {what} ({subject.problem})"
    return f"{subject.name} has no answers {what}"


# -- verdicts ------------------------------------------------------------------------------------


def _corrected(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """All pairs with verdicts; each figure is corrected for all of its tests."""
    found: dict[str, list[Change]] = {}
    for pair in pairs:
        for change in pair.changes:
            found.setdefault(change.figure.name, []).append(change)
    judged: dict[int, Change] = {}
    for changes in found.values():
        tested = [change for change in changes if change.grounds.p_value is not None]
        p_values = holm([change.grounds.p_value or 0.0 for change in tested])
        corrected = {id(c): p for c, p in zip(tested, p_values, strict=True)}
        for change in changes:
            judged[id(change)] = _judged(change, corrected.get(id(change)), len(changes))
    return tuple(
        replace(pair, changes=tuple(judged[id(change)] for change in pair.changes))
        for pair in pairs
    )


def _judged(change: Change, p_holm: float | None, n_changes: int) -> Change:
    if isinstance(change.grounds, OneEach):
        verdict = "no interval" if not change.grounds.is_exact else _size_verdict(change)
        return replace(change, verdict=verdict)
    nothing = 0.0 if change.figure.kind == "share" else 1.0
    if p_holm is not None:
        is_shown = p_holm < SIGNIFICANCE
    else:
        interval = change.grounds.interval(1 - SIGNIFICANCE / n_changes)
        if interval is None:
            return replace(change, verdict="no interval")
        is_shown = not interval[0] <= nothing <= interval[1]
    less, more = change.figure.words
    verdict = (more if change.grounds.change > nothing else less) if is_shown else "not shown"
    return replace(change, verdict=verdict, p_holm=p_holm)


def _size_verdict(change: Change) -> str:
    less, more = change.figure.words
    first, second = change.grounds.first, change.grounds.second
    if first == second:
        return "the same"
    return more if second > first else less


def _notes(first: Side, second: Side, differs: Sequence[str], choices: Choices) -> Iterable[str]:
    if differs:
        told = "; ".join(differs)
        what = (
            "times and memory are compared all the same (--across-machines)"
            if choices.is_across_machines
            else "times and memory are not compared (--across-machines compares them)"
        )
        yield f"The machines differ, so {what}: {told}."
    if not first.machine or not second.machine:
        yield "The machine of one side is not known: whether both are the same was not checked."
    if choices.is_unpaired and first.task != second.task:
        yield f"The tasks differ ({first.task} and {second.task}): compared unpaired."
    if first.is_one_process or second.is_one_process:
        yield (
            "The rounds of a file are calls of one process: their intervals know nothing of how "
            "one process differs from the next, and what they show may be no more than that. "
            "Compare folders of files instead (FOLDER/), each file of a run of its own."
        )
    is_interleaved = first.session is not None and first.session == second.session
    if not is_interleaved and not differs:
        yield (
            "The two sides were not measured in interleaved rounds: their intervals know nothing "
            "of how the machine changed in between."
        )
