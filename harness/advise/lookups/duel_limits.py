"""What tighter limits than those that were asked for would make of a choice among contestants.

Of the time and the memory that the choice takes, asked for or not: just below, it no longer does.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

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
        shown = show_number(_floor(bound), "seconds")
        other = decide(replace(needs, latency_s=math.nextafter(bound, 0.0)))
        yield f"With less than {shown} for 95% of answers: {_follows(other)}."
    if peak:
        shown = show_number(_floor(peak), "bytes")
        other = decide(replace(needs, memory_bytes=peak - 1))
        yield f"With less than {shown} of memory: {_follows(other)}."


def _follows(other: Recommendation) -> str:
    if other.choice is None:
        return "nothing that was measured certainly does"
    levels = {one.label: one.level for one in other.candidates}
    return f"{other.choice} (level {levels[other.choice]})"


def _floor(value: float) -> float:
    """To three digits, downwards."""
    if value <= 0:
        return value
    step = 10.0 ** (math.floor(math.log10(value)) - 2)
    return math.floor(value / step) * step
