"""Warm-up: untimed calls until their times have settled, which is looked at and not assumed.

The first calls pay for what later ones find done: kernels that are compiled or chosen, memory that
is asked for, caches. Times have settled where the last two differ by no more than a tenth; a first
call that took longer than the rest is then behind.

Not covered: drift over minutes, such as a processor that grows hot; stalls of the machine, which
look like a warm-up that goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SETTLED_RATIO = 1.1
"""The slower of two calls may take so many times as long as the faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmup:
    """What the warm-up showed.

    Attributes:
        samples_ns: nanoseconds of each call.
        settled: the last two were about as fast as each other; None: there were fewer than two.
    """

    samples_ns: tuple[int, ...]
    settled: bool | None


def has_settled(samples_ns: Sequence[int], ratio: float = SETTLED_RATIO) -> bool | None:
    """Whether the last two calls took about the same time; None for fewer than two calls.

    Args:
        samples_ns: shape (n,), nanoseconds.
        ratio: the slower over the faster, at most; at least 1.

    Raises:
        ValueError: a ratio below 1, which no two calls can keep.

    >>> has_settled([900, 104, 100])
    True
    >>> has_settled([900, 100])
    False
    """
    if not ratio >= 1:
        raise ValueError(f"calls have settled within a ratio of at least 1, not {ratio}")
    if len(samples_ns) < 2:  # noqa: PLR2004  # a ratio needs two
        return None
    faster, slower = sorted(samples_ns[-2:])
    return slower <= ratio * faster


def warm_up(
    call: Callable[[], int], n_calls: int, n_more: int, ratio: float = SETTLED_RATIO
) -> Warmup:
    """Call some times, and then until the calls have settled.

    Args:
        call: one call; returns its nanoseconds.
        n_calls: in any case.
        n_more: at most, after those.
        ratio: see `has_settled`.
    """
    samples_ns = [call() for _ in range(n_calls)]
    while len(samples_ns) < n_calls + n_more and not has_settled(samples_ns, ratio):
        samples_ns.append(call())
    return Warmup(samples_ns=tuple(samples_ns), settled=has_settled(samples_ns, ratio))
