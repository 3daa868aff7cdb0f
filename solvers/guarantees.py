"""What a contestant may promise about its answers; `spoonbench.solvers.api` has it, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GuaranteeKind = Literal["proven", "tested", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """What a contestant promises about its answers.

    Attributes:
        kind: `proven` by argument, `tested` exhaustively or by property tests, or `none`.
        domain: the domain in words.
        covers: the workloads inside the domain, as "task@version/split".
        source: where the proof or the test is.
    """

    kind: GuaranteeKind = "none"
    domain: str = ""
    covers: tuple[str, ...] = ()
    source: str = ""
