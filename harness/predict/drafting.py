"""How much faster a draft makes decoding, by theory.

Y. Leviathan, M. Kalman, Y. Matias, "Fast inference from transformers via speculative decoding",
ICML 2023, theorem 3.8: tokens are accepted independently of each other, and the large model checks
all drafted tokens in the time of one of its own.

Not covered: batches, where the checks are no longer free.
"""

from __future__ import annotations


def expected_tokens(acceptance: float, n_drafted: int) -> float:
    """Tokens that one round gives: those accepted, and one of the large model's own.

    Args:
        acceptance: probability that a drafted token is accepted, 0 to 1.
        n_drafted: tokens that the draft writes in a round.

    Raises:
        ValueError: an argument is out of its range.
    """
    _check(acceptance, n_drafted)
    # The sum 1 + a + ... + a^n; its closed form divides by zero where all are accepted.
    return sum(acceptance**power for power in range(n_drafted + 1))


def expected_speedup(acceptance: float, n_drafted: int, cost: float) -> float:
    """How many times faster drafting is than decoding without.

    Args:
        acceptance: probability that a drafted token is accepted, 0 to 1.
        n_drafted: tokens that the draft writes in a round.
        cost: time of one step of the draft over that of one step of the large model.

    Raises:
        ValueError: an argument is out of its range.

    >>> round(expected_speedup(0.75, 5, 0.0625), 2)
    2.51
    """
    if not 0 <= cost < float("inf"):
        raise ValueError("the cost of a draft is a number of 0 or more")
    return expected_tokens(acceptance, n_drafted) / (n_drafted * cost + 1)


def routed_speedup(share: float, speedup: float) -> float:
    """How many times faster all queries are, of which a share is.

    Args:
        share: of the time that they take without, 0 to 1.
        speedup: of those.

    Raises:
        ValueError: an argument is out of its range.
    """
    if not 0 <= share <= 1 or not 0 < speedup < float("inf"):
        raise ValueError("a share is from 0 to 1, and a speed-up more than 0")
    return 1 / (1 - share + share / speedup)


def _check(acceptance: float, n_drafted: int) -> None:
    if not 0 <= acceptance <= 1:
        raise ValueError("an acceptance is from 0 to 1")
    if n_drafted < 0:
        raise ValueError("a draft writes 0 tokens or more")
