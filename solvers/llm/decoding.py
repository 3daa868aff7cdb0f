"""Which settings of decoding make sense: checked before anything is generated.

This module imports nothing heavy: contestants that reach their model through a server use it too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spoonbench.solvers.texts import Decoding


def check_decoding(decoding: Decoding) -> None:
    """Refuse settings that mean nothing.

    Raises:
        ValueError: the first such setting, what it must be, and what it is.
    """
    found = decoding
    rules = (
        ("max_new_tokens", found.max_new_tokens >= 1, "at least 1"),
        ("temperature", 0 <= found.temperature < math.inf, "a finite number of at least 0"),
        ("top_p", 0 < found.top_p <= 1, "above 0 and at most 1"),
        ("top_k", found.top_k >= 0, "at least 0"),
        (
            "repetition_penalty",
            0 < found.repetition_penalty < math.inf,
            "a finite number above 0",
        ),
        ("seed", found.seed >= 0, "at least 0"),
        ("stop_strings", all(found.stop_strings), "strings that are not empty"),
    )
    for name, holds, wanted in rules:
        if not holds:
            raise ValueError(f"{name} must be {wanted}, not {getattr(found, name)!r}")
