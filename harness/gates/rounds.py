"""What the runs of one cell say, figure by figure and round by round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.gates.sides import Outcome, Scores, Series
from spoonbench.harness.stats import median, quantile
from spoonbench.harness.token_rates import first_token_s, tokens_per_second

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from spoonbench.harness.records import RunRecord, ScoredAnswer

MS, MB = 1e3, 1e-6
P95 = 0.95


def round_series(runs: Sequence[RunRecord]) -> dict[str, Series]:
    """Times and rates of one cell.

    Args:
        runs: that ended well, one a round.

    Returns:
        figure to values; a figure that no round has is left out.
    """
    found = {
        "p50_ms": _series(runs, lambda run: _call_ms(run, 0.5)),
        "p95_ms": _series(runs, lambda run: _call_ms(run, P95)),
        "throughput": _series(runs, _rate),
        "load_s": _series(runs, lambda run: run.load_s),
        "tokens_per_s": _series(runs, lambda run: _middle(tokens_per_second(run))),
        "first_token_ms": _series(runs, lambda run: _middle(first_token_s(run), MS)),
    }
    return {name: series for name, series in found.items() if series.values}


def single(value: float | None, factor: float = 1.0) -> Series | None:
    """A figure that is one a side; None where it is not there."""
    return None if value is None else Series(values=(value * factor,))


def scores_of(
    answers: Iterable[ScoredAnswer], items_hash: str | None, n_items: int | None = None
) -> Scores:
    """The answers of one run.

    Raises:
        ValueError: two answers have the same problem id.
    """
    said = list(answers)
    outcomes = {
        one.problem_id: Outcome(is_right=one.is_correct, is_answered=one.status == "answered")
        for one in said
    }
    if len(outcomes) < len(said):
        raise ValueError("two answers carry the same problem id")
    return Scores(items_hash=items_hash, outcomes=outcomes, n_items=n_items)


def _series(runs: Sequence[RunRecord], figure: Callable[[RunRecord], float | None]) -> Series:
    """Rounds whose figure is there and above 0: a clock that showed nothing measured nothing."""
    pairs = [(run.round_index, value) for run in runs if (value := figure(run))]
    return Series(
        values=tuple(value for _, value in pairs), rounds=tuple(index for index, _ in pairs)
    )


def _call_ms(run: RunRecord, share: float) -> float | None:
    """Of the calls that held a whole batch."""
    size = max(run.items_per_sample, default=0)
    pairs = zip(run.samples_ns, run.items_per_sample, strict=True)
    calls = [ns for ns, n_items in pairs if n_items == size]
    return quantile(calls, share) / 1e9 * MS if calls else None


def _rate(run: RunRecord) -> float | None:
    seconds = sum(run.samples_ns) / 1e9
    return sum(run.items_per_sample) / seconds if seconds else None


def _middle(values: Sequence[float], factor: float = 1.0) -> float | None:
    return median(values) * factor if values else None
