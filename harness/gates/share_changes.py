"""Changes of the shares of one split: the same items in pairs, or two samples if asked for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spoonbench.harness.gates.changes import Change
from spoonbench.harness.gates.figures import FIGURES, SHARES
from spoonbench.harness.gates.share_grounds import PairedShares, TwoShares
from spoonbench.harness.gates.sides import BadComparison
from spoonbench.harness.stats import proportion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.harness.estimates import Proportion
    from spoonbench.harness.gates.sides import Outcome, Scores, Subject

_SHOWN_HASH = 12


def share_changes(
    a: Scores, b: Scores, split: str, who: tuple[Subject, Subject], *, is_unpaired: bool
) -> tuple[list[Change], dict[str, str]]:
    """Changes of the shares of one split, and why some are not there.

    Args:
        a: answers of the first.
        b: answers of the second.
        split: name.
        who: the two, in this order.
        is_unpaired: different items may be compared.

    Raises:
        BadComparison: the items differ, and may not.
    """
    if a.outcomes is None or b.outcomes is None:
        reason = "one side keeps counts and no answers"
        if not is_unpaired:
            return [], dict.fromkeys(SHARES, f"{reason} (--unpaired compares them all the same)")
        return _unpaired(a, b, split, reason)
    if a.items_hash is None or a.items_hash != b.items_hash:
        if not is_unpaired:
            raise BadComparison(
                f"The items of {split!r} differ ({_hash(a)} and {_hash(b)}), so that answers "
                "cannot be paired. --unpaired compares the shares as those of different items."
            )
        return _unpaired(a, b, split, "the items differ")
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


def _unpaired(a: Scores, b: Scores, split: str, reason: str) -> tuple[list[Change], dict[str, str]]:
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
    there = {change.figure.name for change in changes}
    return changes, {name: reason for name in SHARES if name not in there}


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
