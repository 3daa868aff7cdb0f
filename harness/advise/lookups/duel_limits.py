"""What tighter limits than those that were asked for would make of a choice among contestants.

Of the time and the memory that the choice takes, asked for or not: just below, it no longer does.
Each is told as a limit that can be asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.rounding import rounded
from spoonbench.harness.frameworks.showing import show_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spoonbench.harness.duel_records import Requirements
    from spoonbench.harness.evidence import Measurement, Recommendation


def tighter(
    needs: Requirements,
    chosen: Measurement,
    decide: Callable[[Requirements], Recommendation],
) -> Iterator[str]:
    """A sentence for each limit.

    Args:
        needs: what was asked for.
        chosen: what was measured of the choice.
        decide: makes another choice.
    """
    latency, peak = chosen.latency_p95_s, chosen.peak_bytes
    if latency is not None:
        bound = latency.value if latency.high is None else latency.high
        figure = _below(bound)
        other = decide(replace(needs, latency_s=figure))
        shown = show_number(figure, "seconds")
        yield f"With {shown} or less for 95% of answers: {_follows(other)}."
    if peak:
        figure = _below(peak)
        other = decide(replace(needs, memory_bytes=int(figure)))
        yield f"With {show_number(figure, 'bytes')} of memory or less: {_follows(other)}."


def _follows(other: Recommendation) -> str:
    if other.choice is None:
        return "nothing that was measured certainly does"
    levels = {one.label: one.level for one in other.candidates}
    return f"{other.choice} (level {levels[other.choice]})"


def _below(bound: float) -> float:
    """The nearest figure of three digits below a bound, which asked for again gives the same."""
    figure = rounded(bound, upwards=False)
    return figure if figure < bound else rounded(0.999 * bound, upwards=False)
