"""Device and batch: what times of a step allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import compare, find
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.wording import join, show

if TYPE_CHECKING:
    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds

_MS = 1000


@checks("G8")
def steps_of_larger_batches(claim: Claim, grounds: Grounds) -> Finding:
    """A step of a larger batch does all the work of a smaller one: it cannot be shorter."""
    del grounds
    small, large = claim.number("small_batch"), claim.number("large_batch")
    slow, fast = (claim.figures[name].value for name in ("steps_at_small", "steps_at_large"))
    times = [_MS / rate for rate in (slow, fast)]
    measured = claim.number("measured_steps_at_small")
    found = f"{show(times[0])} ms a step at {show(small)}, {show(times[1])} ms at {show(large)}"
    if fast <= slow:
        why = "A step of the larger batch takes at least as long as one of the smaller."
        return find(claim, "holds", found=found, value=fast / slow, unit="times", why=why)
    return find(
        claim,
        "does not hold",
        found=found,
        value=fast / slow,
        unit="times",
        condition=f"the column counts examples: {show(slow)} and {show(fast)} of them a second",
        why=(
            f"By these figures {show(large / small)} times the work takes {show(slow / fast)} "
            "times as long. As examples a second the column could be right, but then the "
            f"{show(measured)} steps a second that were measured at {show(small)} were "
            f"{show(measured * small)} examples, not {show(slow)}."
        ),
    )


@checks("G9")
def parts_of_a_step(claim: Claim, grounds: Grounds) -> Finding:
    """The parts against the step, and three shares of one thing against each other."""
    parts = {name: claim.number(name) for name in claim.inputs}
    total, compute = sum(parts.values()), parts["compute_ms"]
    step = _MS / claim.figures["steps"].value
    compared = compare(claim, "parts", total)
    copies = compute + parts["copy_in_ms"] + parts["copy_out_ms"]
    reading = compute + parts["load_ms"] + parts["tokenize_ms"]
    shares = [compute / one for one in (step, total, copies, reading)]
    found = (
        f"{show(step)} ms a step, {show(total)} ms of parts; busy for "
        f"{join(show(one, 'share') for one in shares)} of the step, the parts, the copies and "
        "the reading"
    )
    rates = claim.figures["steps"]
    if not compared.agrees:
        return find(claim, "does not hold", found=found, value=total, unit="ms", why=compared.text)
    if rates.agrees(_MS / total):
        why = "The parts make up the step."
        return find(claim, "holds", found=found, value=step, unit="ms", why=why)
    busy = grounds.claims["G4"].figures["busy"]
    return find(
        claim,
        "contradicts another claim",
        found=found,
        value=step,
        unit="ms",
        why=(
            f"{show(rates.value)} steps a second are {show(step)} ms a step, of which the named "
            f"parts are {show(total)} ms: {show(1 - total / step, 'share')} of the step is told of "
            f"nowhere. {show(compute)} ms of computing is {show(shares[0], 'share')} of it, and "
            f"neither {show(busy.value, 'share')} (G4) nor {show(shares[3], 'share')} (G5)."
        ),
    )
