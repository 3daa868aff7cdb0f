"""Generation: rates, hours and batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import find
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.wording import show_figure, show_range

if TYPE_CHECKING:
    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds


SECONDS_A_MINUTE = 60


@checks("B4")
def minutes_of_a_rate(claim: Claim, grounds: Grounds) -> Finding:
    """Examples over rate."""
    del grounds
    n_examples, rates = claim.number("examples"), claim.ends("rate")
    low, high = (n_examples / rate / SECONDS_A_MINUTE for rate in reversed(rates))
    figure = claim.figures["minutes"]
    found = show_range(low, high, "minutes")
    is_right = figure.agrees(low) and figure.agrees(high)
    slow, fast = (n_examples / end / SECONDS_A_MINUTE for end in (figure.high, figure.low))
    would = f"{show_range(slow, fast, 'examples/s')} would take {show_figure(figure)}"
    return find(
        claim,
        "holds" if is_right else "does not hold",
        found=found,
        value=(low + high) / 2,
        low=low,
        high=high,
        unit="minutes",
        why="The figures come out as written." if is_right else f"So many take {found}; {would}.",
    )
