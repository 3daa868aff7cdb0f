"""Frameworks as graphs: what the linter says of them as they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import find
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.wording import join
from spoonbench.harness.frameworks.linting import lint
from spoonbench.harness.frameworks.reading import shipped

if TYPE_CHECKING:
    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds


@checks("T15")
def tool_graph(claim: Claim, grounds: Grounds) -> Finding:
    """Framework 1."""
    return _linted(claim, grounds, "tool-as-written")


@checks("G10")
def device_graph(claim: Claim, grounds: Grounds) -> Finding:
    """Framework 2."""
    return _linted(claim, grounds, "device-as-written")


@checks("Q11")
def quantization_graph(claim: Claim, grounds: Grounds) -> Finding:
    """Framework 3."""
    return _linted(claim, grounds, "quantize-as-written")


def _linted(claim: Claim, grounds: Grounds, framework_id: str) -> Finding:
    framework = shipped(framework_id)
    faults = lint(framework, claims=grounds.claims)
    n = len(faults)
    return find(
        claim,
        "does not hold" if faults else "holds",
        found=join(f"{fault.kind} at {fault.place}" for fault in faults) if n else "no fault",
        value=n,
        unit="faults",
        why=" ".join(fault.sentence for fault in faults)
        or "Every combination of answers leads to one verdict, and the examples agree.",
    )
