"""Generation: rates, hours and batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.claims.findings import (
    compare,
    find,
    left_to_run,
    not_run,
    part,
    recomputed,
    weigh,
)
from spoonbench.harness.claims.intervals import Span, agreement, of_estimate, ratio
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.runs import plain_cells
from spoonbench.harness.claims.wording import show, show_figure, show_range

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
    alone, alone_h = claim.number("rate_alone"), claim.number("hours_alone")
    by_rate = (rates[0] / alone, rates[1] / alone)
    by_hours = (alone_h / hours[1], alone_h / hours[0])
    against = (rates[0] / batched[1], rates[1] / batched[0])
    figure, other = claim.figures["against_one"], claim.figures["against_batches"]
    text = (
        f"{show_range(*by_rate, 'times')} by rates, {show_range(*by_hours, 'times')} by hours; "
        f"{show_range(*against, 'times')} against fixed batches, claimed {show_figure(other)}"
    )
    fits = [
        one[0] <= figure.bounds[1] and one[1] >= figure.bounds[0] for one in (by_rate, by_hours)
    ]
    is_within = against[0] <= other.bounds[1] and against[1] >= other.bounds[0]
    if all(fits) and is_within:
        return left_to_run(claim, "Its figures add up.", found=text)
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


@checks("B1")
def batch_of_eight(claim: Claim, grounds: Grounds) -> Finding:
    """Measured where batches were; the document's two ratios beside it."""
    by_hours = claim.number("hours_alone") / claim.number("hours_in_batch")
    by_rate = claim.number("rate_in_batch") / claim.number("rate_alone")
    compared = [
        compare(claim, "ratio_by_hours", by_hours),
        compare(claim, "ratio_in_table", by_rate),
    ]
    if not all(one.agrees for one in compared):
        return recomputed(claim, compared)
    beside = (
        f"Its own two ratios, {show(by_hours)} by hours and {show(by_rate)} by rates, are of one "
        "thing and differ."
    )
    found = _speed_up(grounds, round(claim.number("batch")))
    if found is None:
        return not_run(
            claim, f"No matrix holds batches of 1 and {claim.number('batch'):.0f}. {beside}"
        )
    span, fields = found
    is_slower = span.high < 1
    agreed = any(agreement(one.figure, span) == "agrees" for one in compared)
    if span.low <= 1 <= span.high:
        return not_run(claim, f"Undecided: no difference is shown. {beside}", **fields)
    return find(
        claim,
        "holds" if agreed else "does not hold",
        why=beside,
        is_borne_out=is_slower,
        **fields,
    )


@checks("B2")
def batch_of_a_hundred(claim: Claim, grounds: Grounds) -> Finding:
    """Examples a second in a batch against one at a time."""
    batch = round(claim.number("batch"))
    found = _speed_up(grounds, batch)
    if found is None:
        return not_run(claim, f"No matrix holds batches of 1 and {batch}.")
    span, fields = found
    return weigh(claim, [part(claim, "ratio", span)], is_borne_out=span.low > 1, **fields)


def _speed_up(grounds: Grounds, batch: int) -> tuple[Span, dict[str, Any]] | None:
    """Answers a second in a batch over one at a time, of plain cells of one matrix."""
    for matrix in grounds.runs.matrices():
        plain = plain_cells(matrix)
        if 1 in plain and batch in plain:
            alone, many = plain[1], plain[batch]
            if alone.answers_per_s is None or many.answers_per_s is None:
                continue
            span = ratio(of_estimate(many.answers_per_s), of_estimate(alone.answers_per_s))
            return span, {
                "found": f"{matrix.model}: {show(span.value, 'times')} as many answers a second at "
                f"{batch} as at 1 ({show_range(span.low, span.high)})",
                "value": span.value,
                "low": span.low,
                "high": span.high,
                "unit": "times",
                **matrix.fields([alone, many]),
            }
    return None
