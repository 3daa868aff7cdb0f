"""Tool selection: what can be counted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import compare, find, recomputed
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.wording import show

if TYPE_CHECKING:
    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds


@checks("T6")
def coverage_of_problems(claim: Claim, grounds: Grounds) -> Finding:
    """Examples over ordered pairs of operands, and the range at which the figure would be right."""
    del grounds
    n_examples, n_operations = claim.number("examples"), claim.number("operations")
    largest = claim.number("largest_operand")
    n_problems = n_operations * (largest + 1) ** 2
    compared = compare(claim, "coverage", n_examples / n_problems)
    beside = (
        f"Operands of 0 to {show(largest)}, the largest of the document's examples, make "
        f"{show(n_problems)} ordered pairs for {show(n_operations)} operations, of which "
        f"{show(n_examples)} examples are {show(compared.found, 'share')}."
    )
    needed = n_examples / compared.figure.value / n_operations
    if compared.agrees or needed < 1:
        return recomputed(claim, [compared], beside)
    range_end = math.sqrt(needed) - 1
    return find(
        claim,
        "holds only if",
        found=compared.text,
        value=compared.found,
        unit="share",
        condition=f"operands range from 0 to about {show(range_end, '', 3)}",
        why=(
            f"{beside} {show(compared.figure.value, 'share')} of all problems are "
            f"{show(n_examples)} where there are {show(n_examples / compared.figure.value)}."
        ),
    )
