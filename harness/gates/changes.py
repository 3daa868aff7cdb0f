"""A figure of two subjects side by side: the change, what it stands on, and the verdict.

What a change stands on decides how its interval comes about: `share_grounds` and `round_grounds`
have a class for each way, all with the methods of `Grounds`. A change of a share is second minus
first; that of all other figures is second over first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from spoonbench.harness.gates.figures import Figure
    from spoonbench.harness.gates.share_grounds import Interval


class Grounds(Protocol):
    """What a change stands on."""

    @property
    def first(self) -> float:
        """The figure of the first."""

    @property
    def second(self) -> float:
        """The figure of the second."""

    @property
    def change(self) -> float:
        """Second minus first, or second over first."""

    @property
    def p_value(self) -> float | None:
        """Two-sided, of no change; None where there is no test."""

    @property
    def smallest(self) -> float | None:
        """Smallest change that would have been shown with 80% power at 5%: points, or a ratio."""

    @property
    def method(self) -> str:
        """How the interval comes about, in words; why there is none, where there is none."""

    @property
    def n(self) -> int:
        """Items, or rounds of the side that has fewer."""

    def interval(self, confidence: float) -> Interval | None:
        """Of the change."""

    def level_interval(self, confidence: float) -> Interval | None:
        """Of the second's own figure."""

    def n_more(self, limit: float, confidence: float, *, is_level: bool) -> int | None:
        """About so many more items or rounds until the interval ends at a limit.

        At the figures and the spread seen so far; at most `MOST_MORE`. None where no number would
        do, or nothing tells.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure of a pair.

    Attributes:
        figure: which.
        detail: the split, or the batch size, where it matters; else "".
        grounds: what it stands on.
        verdict: "better", "worse", "faster", "slower", "more", "less", "not shown" or
            "no interval".
        p_holm: corrected for all pairs in this figure; None where there is no test.
        note: what else must be said; "" for nothing.
    """

    figure: Figure
    grounds: Grounds
    detail: str = ""
    verdict: str = "not shown"
    p_holm: float | None = None
    note: str = ""
