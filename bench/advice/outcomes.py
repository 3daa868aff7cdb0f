"""What an adviser's choice turned out to be, and what many of them add up to."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from spoonbench.harness.stats import median, proportion, quantile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TARGET_SHARE, TARGET_COST = 0.95, 1.2
ADVISOR = "the advisor"
UNASKED = "the advisor, unless told that time counts: the simplest that does"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One adviser's choice for one pair of task and requirement.

    Attributes:
        where: task or configuration.
        requirement: in words.
        adviser: who chose.
        choice: contestant or cell; None where nothing was recommended.
        meets: whether it does what was asked, on what the advice had not seen.
        seconds: that one answer took there; None where nothing was chosen.
        best: what does what was asked and takes least; None where nothing does.
        best_seconds: that it took.
    """

    where: str
    requirement: str
    adviser: str
    choice: str | None
    meets: bool
    seconds: float | None
    best: str | None
    best_seconds: float | None

    @property
    def cost(self) -> float | None:
        """Times the measured best; None where nothing was chosen, or nothing would have done."""
        if self.seconds is None or self.best_seconds is None:
            return None
        return self.seconds / self.best_seconds


def judged(
    where: str,
    requirement: str,
    choices: Mapping[str, str | None],
    truth: Mapping[str, tuple[bool, float]],
) -> list[Outcome]:
    """Hold choices against what was measured.

    Args:
        where: task or configuration.
        requirement: in words.
        choices: adviser to choice.
        truth: of each that could be chosen: whether it does what is asked, and seconds an answer.
    """
    meeting = {name: seconds for name, (meets, seconds) in truth.items() if meets}
    best = min(meeting, key=lambda name: meeting[name], default=None)
    return [
        Outcome(
            where=where,
            requirement=requirement,
            adviser=adviser,
            choice=choice,
            meets=choice is not None and truth[choice][0],
            seconds=None if choice is None else truth[choice][1],
            best=best,
            best_seconds=None if best is None else meeting[best],
        )
        for adviser, choice in choices.items()
    ]


def is_held_back(*words: str) -> bool:
    """Half of all things, by what they are called: nobody picks."""
    return hashlib.sha256("\n".join(words).encode()).digest()[0] % 2 == 1


def rows(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """One for each adviser, over the pairs that something does what is asked in."""
    found = []
    for adviser in dict.fromkeys(one.adviser for one in outcomes):
        mine = [one for one in outcomes if one.adviser == adviser]
        possible = [one for one in mine if one.best is not None]
        meeting = [one for one in possible if one.meets]
        costs = [one.cost for one in meeting if one.cost is not None]
        cheap = [cost for cost in costs if cost <= TARGET_COST]
        found.append(
            {
                "adviser": adviser,
                "pairs": len(possible),
                **_shares("meets", len(meeting), len(possible)),
                **_shares("meets_at_little_cost", len(cheap), len(possible)),
                "nothing_recommended": sum(one.choice is None for one in possible),
                "cost_median": median(costs) if costs else None,
                "cost_geometric_mean": _geometric_mean(costs) if costs else None,
                "cost_ninth_decile": quantile(costs, 0.9) if costs else None,
                "impossible_pairs": len(mine) - len(possible),
                "impossible_said": sum(one.choice is None for one in mine if one.best is None),
            }
        )
    return found


def _shares(name: str, n: int, of: int) -> dict[str, Any]:
    """A count, its share and the ends of the share's interval."""
    share = proportion(n, of)
    return {
        name: n,
        f"{name}_share": n / of if of else None,
        f"{name}_low": share.low,
        f"{name}_high": share.high,
    }


def _geometric_mean(values: Sequence[float]) -> float:
    return math.exp(fmean(map(math.log, values)))


def _interval(outcomes: Sequence[Outcome]) -> str:
    """95% of the geometric mean, over pairs as if others might have been drawn, in words."""
    logarithms = [math.log(one.cost) for one in outcomes if one.meets and one.cost is not None]
    if len(logarithms) < 2:
        return ""
    middle, reach = fmean(logarithms), 1.96 * stdev(logarithms) / math.sqrt(len(logarithms))
    low, high = math.exp(middle - reach), math.exp(middle + reach)
    return f", 95% interval {low:.2f} to {high:.2f} over pairs"


def shown_rows(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The same as a person reads them."""
    return [
        {
            "who advises": row["adviser"],
            "meets the requirement": _share(row, "meets"),
            "cost over the best: median": row["cost_median"],
            "geometric mean": row["cost_geometric_mean"],
            "nine of ten within": row["cost_ninth_decile"],
            f"meets, at {TARGET_COST} times the best or less": _share(row, "meets_at_little_cost"),
            "nothing recommended": row["nothing_recommended"],
        }
        for row in rows(outcomes)
    ]


def table(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """Lines of Markdown."""
    found = shown_rows(outcomes)
    names = list(found[0])
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in found:
        yield f"| {' | '.join(map(_shown, row.values()))} |"


def _shown(value: float | str | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def _share(row: Mapping[str, Any], name: str) -> str:
    n, share = row["pairs"], row[f"{name}_share"]
    if share is None:
        return "-"
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{row[name]} of {n} ({share:.0%}; {low:.0%} to {high:.0%})"


def verdict(outcomes: Sequence[Outcome]) -> str:
    """Whether the bar is reached, in a sentence."""
    row = next(row for row in rows(outcomes) if row["adviser"] == ADVISOR)
    share = row["meets_share"] or 0.0
    cost = row["cost_geometric_mean"]
    does_meet = share >= TARGET_SHARE
    is_cheap = cost is not None and cost <= TARGET_COST
    shown = "unknown"
    if cost is not None:
        mine = [one for one in outcomes if one.adviser == ADVISOR]
        shown = f"{cost:.3f} times the best{_interval(mine)}"
    return (
        f"Bar: {TARGET_SHARE:.0%} meet it ({'reached' if does_meet else 'MISSED'}: {share:.1%}); "
        f"cost of at most {TARGET_COST} times the measured best on average "
        f"({'reached' if is_cheap else 'MISSED'}: {shown}). "
        f"In {row['impossible_pairs']} further pairs nothing measured does what is asked; the "
        f"advisor recommended nothing in {row['impossible_said']} of them."
    )
