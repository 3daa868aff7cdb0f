"""What number formats gained in speed, beside float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.pairs import pairs
from spoonbench.harness.advise.lookups.quantization import evidence_of

if TYPE_CHECKING:
    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.lookups.figures import Row

FORMATS = frozenset({"bfloat16", "float16"})


def is_other_format(row: Row) -> bool:
    """Plain but for its number format."""
    return row.dtype in FORMATS and row.quantization == "none" and row.engine == "native"


def find_speed(case: Case) -> tuple[Evidence, ...]:
    """Speed over that of float32 at the same device and batch."""
    found = (evidence_of(pair, "speed") for pair in pairs(case, is_other_format))
    return tuple(one for one in found if one is not None)
