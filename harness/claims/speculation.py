"""How much faster speculative decoding can be: a small model drafts, a large one verifies.

Leviathan, Kalman and Matias 2023, "Fast Inference from Transformers via Speculative Decoding",
equation 1 and theorem 3.8. A run of the large model costs 1, one of the draft `cost`; where memory
is the limit, as for one text at a time, that is the ratio of their weights.

Not covered: the time of deciding what to draft, and large batches, where verifying is not free.
"""

from __future__ import annotations

import math


def expected_tokens(acceptance: float, n_drafted: int) -> float:
    """Tokens that one verifying run gives, if each drafted one is accepted independently.

    >>> expected_tokens(0.0, 5), expected_tokens(1.0, 5), round(expected_tokens(0.75, 5), 3)
    (1.0, 6.0, 3.288)

    Args:
        acceptance: probability that a drafted token is accepted, in [0, 1].
        n_drafted: tokens drafted at once, at least 0.
    """
    if acceptance in {0.0, 1.0}:
        return 1.0 if acceptance == 0 else n_drafted + 1.0
    # The sum of acceptance**0 to acceptance**n_drafted, near 1 without loss of digits.
    return math.expm1((n_drafted + 1) * math.log(acceptance)) / (acceptance - 1)


def speed_up(tokens: float, n_drafted: int, cost: float) -> float:
    """How many times faster the drafted texts are.

    Args:
        tokens: that one verifying run gives.
        n_drafted: tokens drafted at once.
        cost: of one run of the draft over one of the large model.
    """
    return tokens / (n_drafted * cost + 1)


def overall(speed: float, share: float) -> float:
    """How many times faster everything is, if a share of it is `speed` times faster.

    Amdahl 1967.

    >>> round(overall(2.5, 0.75), 2), overall(1e9, 0.75) < 4
    (1.82, True)

    Args:
        speed: above 0.
        share: of the work, by its time before, in [0, 1].
    """
    return 1 / (1 - share + share / speed)
