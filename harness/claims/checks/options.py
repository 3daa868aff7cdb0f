"""Options: the formula against exact arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import find, not_run
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.wording import show

if TYPE_CHECKING:
    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds

_EXACT = 1e-9
"""A relative error as small as this is rounding."""


@checks("O1")
def prices_of_the_formula(claim: Claim, grounds: Grounds) -> Finding:
    """Largest error of the formula's prices against targets of 50 digits, over all splits."""
    for duel in grounds.runs.duels("option-pricing"):
        formula = duel.measured("black-scholes")
        if formula is None:
            continue
        errors = [score.errors for score in formula.splits if score.errors is not None]
        if not errors:
            continue
        worst, n = max(one.largest_relative for one in errors), sum(one.n for one in errors)
        is_exact = worst <= _EXACT
        return find(
            claim,
            "holds only if" if is_exact else "does not hold",
            found=f"largest relative error {show(worst)} over {n:,} prices",
            value=worst,
            unit="",
            condition="prices alone are meant: Greeks are no part of a duel" if is_exact else "",
            why=f"Against arithmetic of 50 digits, on {len(formula.splits)} splits.",
            is_borne_out=is_exact,
            machine=duel.machine,
            run_ids=tuple(score.run_id for score in formula.splits),
        )
    return not_run(claim, "No duel on option prices holds the formula.")
