"""Why a suggestion is what it is: one sentence or more from each stage, written from its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.hybrid.options_desk.outcomes.estimates import Estimate
    from spoonbench.solvers.hybrid.options_desk.proposals import Proposal
    from spoonbench.solvers.hybrid.options_desk.requests import Reader
    from spoonbench.solvers.hybrid.options_desk.rules import Report
    from spoonbench.solvers.hybrid.options_desk.suggestions import Statistics
    from spoonbench.solvers.hybrid.options_desk.valuation import Valuation

_READERS: dict[Reader, str] = {
    "grammar": "Language: read by the grammar, which places every word or says which it cannot.",
    "model": (
        "Language: read by a language model, since the grammar could not; each of its figures "
        "stands in the text."
    ),
}


_LARGE = 10_000


def of_stages(
    proposal: Proposal, valuation: Valuation, statistics: Statistics, report: Report
) -> tuple[str, ...]:
    """What each stage contributes, in order."""
    return (
        _READERS[proposal.request.reader],
        *_of_remarks(proposal.request.remarks),
        _of_formula(valuation),
        (
            f"Statistics: {percent(statistics.win.probability)} chance of a profit"
            f"{interval(statistics.win)}. {statistics.win.sentence}"
        ),
        _of_rules(report),
    )


def dollars(amount: float) -> str:
    """To the cent where that says something."""
    sign = "-" if amount < 0 else ""
    digits = 0 if abs(amount) >= _LARGE else 2
    return f"{sign}${abs(amount):,.{digits}f}"


def percent(share: float) -> str:
    """With one decimal."""
    return f"{100 * share:.1f}%"


def interval(estimate: Estimate) -> str:
    """In brackets, or nothing where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f" ({percent(estimate.low)} to {percent(estimate.high)})"


def most(amount: float | None) -> str:
    """A largest gain or loss."""
    return "without a limit" if amount is None else dollars(amount)


def break_evens(valuation: Valuation) -> str:
    """Prices of the underlying."""
    evens = [f"{each:,.2f}" for each in valuation.break_evens]
    return " and ".join(evens) or "none"


def _of_remarks(remarks: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"Language: {remark}" for remark in remarks)


def _of_formula(valuation: Valuation) -> str:
    if valuation.cost <= 0:
        opened = f"opening brings {dollars(-valuation.cost)}"
    else:
        opened = f"opening costs {dollars(valuation.cost)}"
    return (
        f"Formula: {opened}; the largest gain is {most(valuation.most_gained)}, the largest loss "
        f"{most(valuation.most_lost)}; break-evens: {break_evens(valuation)}."
    )


def _of_rules(report: Report) -> str:
    hard = [each for each in report.findings if each.severity == "hard"]
    held = [each for each in hard if each.status == "holds"]
    told = f"Rules ({report.rules}): {len(held)} of {len(hard)} hard rules hold"
    near = [
        (each.headroom / each.limit, each)
        for each in held
        if each.headroom is not None and each.limit and each.unit == "dollars"
    ]
    if near:
        share, least = min(near, key=lambda pair: pair[0])
        told += f"; {least.rule_id} is the nearest, with {percent(float(share))} of it to spare"
    return f"{told}."
