"""What checks may look at: the other claims, their findings, and what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.harness.claims.claim import Claim, Finding


class Grounds:
    """What a check may look at.

    Attributes:
        claims: all claims by id.
        devices: kinds of devices of this machine, "cpu" always among them.
    """

    def __init__(
        self,
        claims: Mapping[str, Claim],
        look_up: Callable[[str], Finding],
        devices: Sequence[str] = ("cpu",),
    ) -> None:
        self.claims = claims
        self.devices = frozenset(devices)
        self._look_up = look_up

    def finding(self, claim_id: str) -> Finding:
        """What was found about another claim."""
        return self._look_up(claim_id)
