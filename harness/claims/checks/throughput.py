"""Generation: rates, hours and batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import find, not_run
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


@checks("B3")
def continuous_batching(claim: Claim, grounds: Grounds) -> Finding:
    """The speed-up by the rates of the document's table, and by its hours."""
    del grounds
    rates, hours = claim.ends("rate"), claim.ends("hours")
    batched = claim.ends("batched_rate")
    by_rate = tuple(rate / claim.number("rate_alone") for rate in rates)
    by_hours = tuple(claim.number("hours_alone") / end for end in reversed(hours))
    against = (rates[0] / batched[1], rates[1] / batched[0])
    figure, other = claim.figures["against_one"], claim.figures["against_batches"]
    text = (
        f"{show_range(*by_rate, 'times')} by rates, {show_range(*by_hours, 'times')} by hours; "
        f"{show_range(*against, 'times')} against fixed batches"
    )
    fits = [
        one[0] <= figure.bounds[1] and one[1] >= figure.bounds[0] for one in (by_rate, by_hours)
    ]
    is_within = against[0] <= other.bounds[1] and against[1] >= other.bounds[0]
    if all(fits) and is_within:
        return not_run(claim, f"Its figures add up. {claim.how}.", found=text)
    return find(
        claim,
        "contradicts another claim",
        found=text,
        low=by_rate[0],
        high=by_rate[1],
        unit="times",
        why=(
            f"The document's own table gives {show_range(*by_rate, 'times')} by its rates and "
            f"{show_range(*by_hours, 'times')} by its hours, where {show_figure(figure)} is "
            "claimed; rates and hours cannot both be right (B4). The engines are not yet run."
        ),
    )
