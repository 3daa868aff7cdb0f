"""How sure a reading is, and whether that is enough to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.numerals import write_number
from spoonbench.solvers.rules.word_problems.costs import MARGIN, MOST_COST
from spoonbench.solvers.rules.word_problems.derivation import MOST_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Story
    from spoonbench.solvers.rules.word_problems.terms import Reading


class Grade(NamedTuple):
    """The verdict on the cheapest reading.

    Attributes:
        confidence: in (0, 1]; a grade that falls with what is taken for granted, no probability.
        reason: why it is not answered with; empty where it is.
    """

    confidence: float
    reason: str


def grade(story: Story, readings: Sequence[Reading]) -> Grade:
    """Judge the cheapest reading by its cost and by the readings that come near it."""
    if not readings:
        return Grade(0.0, _why_unread(story))
    best = readings[0]
    rival = _rival_of(best, readings)
    margin = MARGIN if rival is None else min(rival.cost - best.cost, MARGIN)
    # Costs are sums of tenths, and such sums are not exact.
    doubt = round(best.cost + MARGIN - margin, 6)
    reason = "" if doubt <= MOST_COST else _reason(best, rival if margin < MARGIN else None)
    return Grade(round(1 / (1 + doubt), 4), reason)


def _rival_of(best: Reading, readings: Sequence[Reading]) -> Reading | None:
    """The cheapest reading of another value; readings stand cheapest first."""
    for reading in readings:
        if reading is not best and reading.value != best.value:
            return reading
    return None


def _why_unread(story: Story) -> str:
    if story.asked is None:
        return "no question: what is asked was not found"
    n_told = sum(amount.value is not None for amount in story.amounts)
    if n_told > MOST_NUMBERS:
        return f"too many numbers: {n_told}, {MOST_NUMBERS} are read"
    return "no reading: nothing is told of what is asked for"


def _reason(best: Reading, rival: Reading | None) -> str:
    """Why a reading is not answered with; `rival` is another one that comes near."""
    if rival is not None and best.cost <= MOST_COST:
        return f"two readings: {write_number(best.value)} or {write_number(rival.value)}"
    if best.assumptions:
        return f"taken for granted: {best.assumptions[0]}"
    return f"no plain reading: the nearest one comes to {write_number(best.value)}"
