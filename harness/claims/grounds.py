"""What checks may look at: the other claims, their findings, and what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.claims.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from spoonbench.harness.claims.claim import Claim, Finding

CPU = "cpu"
GPUS = ("cuda", "mps")


class Grounds:
    """What a check may look at.

    Attributes:
        claims: all claims by id.
        runs: what was measured.
        devices: kinds of devices of this machine, "cpu" among them.
    """

    def __init__(
        self,
        claims: Mapping[str, Claim],
        look_up: Callable[[str], Finding],
        runs: Runs | None = None,
        devices: Collection[str] = (CPU,),
    ) -> None:
        self.claims = claims
        self.runs = runs or Runs(None)
        self.devices = frozenset(devices)
        self._look_up = look_up

    def finding(self, claim_id: str) -> Finding:
        """What was found about another claim."""
        return self._look_up(claim_id)

    def lacks(self, claim: Claim) -> str:
        """The device that a claim needs and this machine has not, in words; "" if it has."""
        if claim.device == "any":
            return ""
        wanted = GPUS if claim.device == "gpu" else (claim.device,)
        return "" if self.devices & set(wanted) else " or ".join(wanted)
