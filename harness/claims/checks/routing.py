"""Drafting and routing: what theory allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import find
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.speculation import expected_tokens, overall, speed_up
from spoonbench.harness.claims.wording import show, show_range

if TYPE_CHECKING:
    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds


@checks("R3")
def speed_up_of_drafting(claim: Claim, grounds: Grounds) -> Finding:
    """The speed-up that these shares can give, whichever way acceptance is counted.

    "Three quarters accepted" may be the probability of each token, or the share of all that are
    drafted, of which those behind a rejected one are lost too.
    """
    del grounds
    drafted, accepted = claim.figures["drafted"].value, claim.figures["accepted"].value
    cost = claim.number("draft_parameters") / claim.number("parameters")
    n_tokens = round(claim.number("tokens"))
    low, high = sorted(
        overall(speed_up(tokens, n_tokens, cost), drafted)
        for tokens in (expected_tokens(accepted, n_tokens), accepted * n_tokens + 1)
    )
    best = overall(speed_up(n_tokens + 1, n_tokens, cost), drafted)
    figure = claim.figures["speed_up"]
    is_right = low <= figure.bounds[1] and high >= figure.bounds[0]
    limit = (
        f"Even if every token were accepted it would be {show(best)} times, for what is not "
        "drafted takes as long as before."
        if best < figure.bounds[0]
        else f"If every token were accepted it would be {show(best)} times."
    )
    return find(
        claim,
        "holds" if is_right else "does not hold",
        found=f"{show_range(low, high, 'times')} faster",
        value=low,
        low=low,
        high=high,
        unit="times",
        why=(
            f"With {show(drafted, 'share')} drafted, {n_tokens} tokens at a time, "
            f"{show(accepted, 'share')} of them accepted, and a draft that costs "
            f"{show(cost, 'share')} of the large model, theory gives "
            f"{show_range(low, high, 'times')}. {limit}"
        ),
    )
