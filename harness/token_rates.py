"""Figures about tokens that follow from a run's raw series: computed when read, never stored.

Not covered: medians and intervals over calls and rounds (`spoonbench.harness.stats`); energy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.records import RunRecord


def tokens_per_second(run: RunRecord) -> tuple[float, ...]:
    """Tokens of each timed call over its seconds; empty where no tokens were counted.

    New tokens in the mode "decode", the reading of the prompts included in the time; tokens read
    in the modes "prefill", "score" and "train". Over all texts of a call together.

    Raises:
        ValueError: another number of counts than of timed calls, or a call that took no time.
    """
    counts = _series(run, "tokens_per_call")
    if counts and min(run.samples_ns) <= 0:
        raise ValueError(f"run {run.run_id} has a timed call of no time at all")
    return tuple(n / (ns / 1e9) for n, ns in zip(counts, run.samples_ns, strict=False))


def first_token_s(run: RunRecord) -> tuple[float, ...]:
    """Seconds to the first new token of each call; empty where it was not timed.

    Raises:
        ValueError: another number of times than of timed calls.
    """
    return tuple(ns / 1e9 for ns in _series(run, "first_token_ns"))


def later_token_s(run: RunRecord) -> tuple[float, ...]:
    """Mean seconds of a token after the first, for each call; empty where there is none.

    Raises:
        ValueError: another number of times than of timed calls.
    """
    calls = _series(run, "later_token_ns")
    return tuple(sum(times) / len(times) / 1e9 for times in calls if times)


def _series(run: RunRecord, name: str) -> Sequence[Any]:
    series: Sequence[Any] = run.metrics.get(name, ())
    if series and len(series) != len(run.samples_ns):
        raise ValueError(
            f"run {run.run_id} has {len(series)} figures {name} for {len(run.samples_ns)} calls"
        )
    return series
