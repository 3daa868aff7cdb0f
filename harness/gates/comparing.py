"""Two sides to pairs, and pairs to changes.

Contestants are paired by label, cells by name, benchmarks by their full name; two that were named
one by one are a pair whatever they are called. Items are paired by their id within the same items.
What has a test is corrected for all pairs in the same figure (Holm).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.gates.changes import Change, OneEach, PairedShares, Rounds, TwoShares
from spoonbench.harness.gates.figures import FIGURES, SHARES
from spoonbench.harness.gates.sides import BadComparison
from spoonbench.harness.stats import holm, proportion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from spoonbench.harness.evidence import Proportion
    from spoonbench.harness.gates.figures import Figure
    from spoonbench.harness.gates.sides import Outcome, Scores, Series, Side, Subject

SIGNIFICANCE = 0.05
NOT_MEASURED = "not measured"
ALL_SPLITS = "all"
_SHOWN_HASH = 12
_MOST_FACTS = 4
_BESIDE = frozenset({"interpreter"})
"""Facts of a machine that say where its programs lie, not what it is."""


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
    couples = _couples(first, second)
    if not couples:
        raise BadComparison(
            f"Nothing pairs: {first.title} has {_named(first)}, and {second.title} has "
            f"{_named(second)}. Name one of each to compare them whatever they are called."
        )
    differs = differences(first, second)
    splits = _splits(first, second, choices)
    _refuse_other_tasks(first, second, choices)
    pairs = [_pair(first, second, a, b, (splits, choices, differs)) for a, b in couples]
    firsts, seconds = {a.name for a, _ in couples}, {b.name for _, b in couples}
    return Comparison(
        first=first,
        second=second,
        pairs=_corrected(pairs),
        only_first=tuple(one for one in first.subjects if one.name not in firsts),
        only_second=tuple(one for one in second.subjects if one.name not in seconds),
        machine_differs=differs,
        notes=tuple(_notes(first, second, differs, choices)),
    )


def _couples(first: Side, second: Side) -> list[tuple[Subject, Subject]]:
    if first.is_selected and second.is_selected:
        return [(first.subjects[0], second.subjects[0])]
    if first.kind != second.kind:
        return []
    partners = {one.name: one for one in second.subjects}
    return [(one, partners[one.name]) for one in first.subjects if one.name in partners]


def _named(side: Side) -> str:
    n = len(side.subjects)
    return f"the {side.kind} {side.subjects[0].name!r}" if n == 1 else f"{n} {side.kind}s"


# -- what may not be compared --------------------------------------------------------------------


def differences(first: Side, second: Side) -> tuple[str, ...]:
    """Facts in which two machines differ, in words; empty for the same machine."""
    names = sorted((first.machine.keys() | second.machine.keys()) - _BESIDE)
    told = []
    for name in names:
        one, other = first.machine.get(name), second.machine.get(name)
        if one != other:
            told.append(f"{name.replace('_', ' ')}: {_in_short(one, other)}")
    return tuple(told)


def _in_short(one: object, other: object) -> str:
    """Of tables only the entries that differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [key for key in sorted(one.keys() | other.keys()) if one.get(key) != other.get(key)]
        parts = [f"{key} {one.get(key)} and {other.get(key)}" for key in keys[:_MOST_FACTS]]
        return ", ".join(parts) + (", ..." if len(keys) > _MOST_FACTS else "")
    return f"{one} and {other}"


def _splits(first: Side, second: Side, choices: Choices) -> tuple[str, ...]:
    """Names of the splits that are compared.

    Raises:
        BadComparison: a split is asked for that a side does not have.
    """
    common = tuple(split for split in first.splits if split in second.splits)
    if ALL_SPLITS in choices.splits:
        return common
    for split in choices.splits:
        if split not in common:
            known = ", ".join(common) or "none"
            raise BadComparison(f"Both sides have no split {split!r}; they have: {known}.")
    if choices.splits:
        return tuple(dict.fromkeys(choices.splits))
    chosen = [split for split in (first.deciding, second.deciding) if split in common]
    return tuple(chosen[:1]) or common[:1]


def _refuse_other_tasks(first: Side, second: Side, choices: Choices) -> None:
    if choices.is_unpaired or None in (first.task, second.task) or first.task == second.task:
        return
    raise BadComparison(
        f"The tasks differ: {first.title} has {first.task}, {second.title} has {second.task}. "
        "--unpaired compares them as different items."
    )


# -- pairs ---------------------------------------------------------------------------------------


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
        found, why = _share_changes(a, b, split, choices, (one, other))
        changes += found
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
        change, why_not = _figure_change(figure, one, other, is_interleaved=is_interleaved)
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


def _share_changes(
    a: Scores, b: Scores, split: str, choices: Choices, who: tuple[Subject, Subject]
) -> tuple[list[Change], dict[str, str]]:
    """Changes of the shares of one split, and why some are not there."""
    if a.outcomes is None or b.outcomes is None:
        return _unpaired(a, b, split, choices, "one side keeps counts and no answers")
    if a.items_hash is None or a.items_hash != b.items_hash:
        if not choices.is_unpaired:
            raise BadComparison(
                f"The items of {split!r} differ ({_hash(a)} and {_hash(b)}), so that answers "
                "cannot be paired. --unpaired compares the shares as those of different items."
            )
        return _unpaired(a, b, split, choices, "the items differ")
    common = [key for key in a.outcomes if key in b.outcomes]
    if not common:
        return [], dict.fromkeys(SHARES, f"no item of {split} was answered on both sides")
    pairs = [(a.outcomes[key], b.outcomes[key]) for key in common]
    note = _left_out(a, b, len(common), who)
    grounds = {
        "accuracy": _paired(pairs, lambda one: one.is_right),
        "coverage": _paired(pairs, lambda one: one.is_covered),
        "precision": _precision(pairs),
    }
    changes = [
        Change(figure=FIGURES[name], grounds=one, detail=split, note=note)
        for name, one in grounds.items()
        if one is not None
    ]
    why = {} if grounds["precision"] else {"precision": f"one side answered nothing of {split}"}
    return changes, why


def _hash(scores: Scores) -> str:
    return "unknown" if scores.items_hash is None else scores.items_hash[:_SHOWN_HASH]


def _left_out(a: Scores, b: Scores, n_common: int, who: tuple[Subject, Subject]) -> str:
    """What must be said where not every item was answered on both sides."""
    counts = [len(one.outcomes or ()) for one in (a, b)]
    n_items = max([*counts, *(one.n_items or 0 for one in (a, b))])
    if n_common == n_items:
        return ""
    told = ", ".join(f"{one.name} {n:,}" for one, n in zip(who, counts, strict=True))
    return f"{n_common:,} of {n_items:,} items were answered on both sides ({told})"


def _paired(
    pairs: Sequence[tuple[Outcome, Outcome]], has: Callable[[Outcome], bool]
) -> PairedShares:
    found = [(has(one), has(other)) for one, other in pairs]
    return PairedShares(
        n=len(found),
        n_both=found.count((True, True)),
        n_first_only=found.count((True, False)),
        n_second_only=found.count((False, True)),
    )


def _precision(pairs: Sequence[tuple[Outcome, Outcome]]) -> TwoShares | None:
    """Right among the answers given; each side chooses its own items, so the shares correlate."""
    first = [one.is_right for one, _ in pairs if one.is_answered]
    second = [other.is_right for _, other in pairs if other.is_answered]
    if not first or not second:
        return None
    p1, p2 = sum(first) / len(first), sum(second) / len(second)
    together = math.fsum(
        (one.is_right - p1) * (other.is_right - p2)
        for one, other in pairs
        if one.is_answered and other.is_answered
    )
    spread = math.sqrt(len(first) * p1 * (1 - p1) * len(second) * p2 * (1 - p2))
    return TwoShares(
        one=proportion(sum(first), len(first)),
        other=proportion(sum(second), len(second)),
        r=max(-1.0, min(1.0, together / spread)) if spread else 0.0,
    )


def _unpaired(
    a: Scores, b: Scores, split: str, choices: Choices, reason: str
) -> tuple[list[Change], dict[str, str]]:
    if not choices.is_unpaired:
        return [], dict.fromkeys(SHARES, f"{reason} (--unpaired compares them all the same)")
    first, second = _counts(a), _counts(b)
    changes = [
        Change(
            figure=FIGURES[name],
            grounds=TwoShares(one=first[name], other=second[name]),
            detail=split,
            note=f"not paired: {reason}",
        )
        for name in SHARES
        if name in first and name in second and first[name].n and second[name].n
    ]
    missing = {name: reason for name in SHARES if name not in _names(changes)}
    return changes, missing


def _counts(scores: Scores) -> dict[str, Proportion]:
    if scores.outcomes is None:
        return dict(scores.shares)
    outcomes = list(scores.outcomes.values())
    given = [one.is_right for one in outcomes if one.is_answered]
    return {
        "accuracy": proportion(sum(one.is_right for one in outcomes), len(outcomes)),
        "precision": proportion(sum(given), len(given)),
        "coverage": proportion(sum(one.is_covered for one in outcomes), len(outcomes)),
    }


# -- figures that are no shares ------------------------------------------------------------------


def _figure_change(
    figure: Figure, one: Subject, other: Subject, *, is_interleaved: bool
) -> tuple[Change | None, str]:
    """The change of a figure, or why there is none."""
    series = _same_detail(figure, one, other)
    if series is None:
        return None, _why_missing(figure.name, one, other)
    first, second = series
    if min(first.value, second.value) < 0 or (figure.kind != "size" and not first.value):
        return None, "a figure that is not above 0 has no ratio"
    if figure.kind == "size" or not (_is_by_round(first) and _is_by_round(second)):
        grounds = OneEach(first=first.value, second=second.value, is_exact=figure.kind == "size")
        return Change(figure=figure, grounds=grounds, detail=first.detail), ""
    rounds = Rounds(one=first, other=second, is_paired=is_interleaved)
    if is_interleaved and not rounds.common[0]:
        return None, "no round was measured on both sides"
    return Change(figure=figure, grounds=rounds, detail=first.detail), ""


def _why_missing(name: str, one: Subject, other: Subject) -> str:
    """Both sides' reason where they share it, else that of the side without the figure."""
    sides = [("A", one), ("B", other)]
    without = [(side, subject) for side, subject in sides if not has_figure(subject, name)]
    if not without:
        return "the two sides were measured under different conditions"
    reasons = {side: _reason(name, subject) for side, subject in without}
    if len(reasons) == len(sides) and len(set(reasons.values())) == 1:
        return reasons["A"]
    return "; ".join(f"{side} has none: {reason}" for side, reason in reasons.items())


def _reason(name: str, subject: Subject) -> str:
    meter = name.rpartition("_")[0]
    return (
        subject.missing.get(name) or subject.missing.get(meter) or subject.problem or NOT_MEASURED
    )


def has_figure(subject: Subject, name: str) -> bool:
    """One side has the figure, whatever the other has."""
    if FIGURES[name].kind == "share":
        return bool(subject.scores)
    return name in subject.series or name in subject.others


def _is_by_round(series: Series) -> bool:
    return bool(series.rounds) or series.estimate is not None


def _same_detail(figure: Figure, one: Subject, other: Subject) -> tuple[Series, Series] | None:
    """Both sides' values under the same condition: where there are several, the first's best."""
    choices, partners = one.others.get(figure.name), other.others.get(figure.name)
    if choices and partners:
        common = [detail for detail in choices if detail in partners]
        if not common:
            return None
        best = max(common, key=lambda detail: choices[detail].value)
        return replace(choices[best], detail=best), replace(partners[best], detail=best)
    first, second = one.series.get(figure.name), other.series.get(figure.name)
    if first is None or second is None or first.detail != second.detail:
        return None
    return first, second


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
    is_interleaved = first.session is not None and first.session == second.session
    if not is_interleaved and not differs:
        yield (
            "The two sides were not measured in interleaved rounds: their intervals know nothing "
            "of how the machine changed in between."
        )
