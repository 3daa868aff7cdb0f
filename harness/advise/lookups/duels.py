"""What the contestants of a task's duel did: right answers, and what one answer takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.advice import Evidence
from spoonbench.harness.frameworks.showing import show_number
from spoonbench.harness.records import LEVELS

if TYPE_CHECKING:
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.lookups.stored_duels import StoredDuel
    from spoonbench.harness.estimates import Proportion
    from spoonbench.harness.evidence import Measurement


def find_accuracy(case: Case) -> tuple[Evidence, ...]:
    """Right answers among those given, contestant by contestant, lowest level first."""
    found = case.sources.duel(case.task)
    if found is None:
        return ()
    each = (_accuracy(found, one) for one in found.measurements)
    return tuple(one for one in each if one is not None)


def find_cost(case: Case) -> tuple[Evidence, ...]:
    """Seconds of one answer, contestant by contestant."""
    found = case.sources.duel(case.task)
    if found is None:
        return ()
    each = (_latency(found, one) for one in found.measurements)
    return tuple(one for one in each if one is not None)


def _who(one: Measurement) -> str:
    return f"{one.entry.label} (level {one.entry.level}, {LEVELS[one.entry.level][0]})"


def _accuracy(found: StoredDuel, one: Measurement) -> Evidence | None:
    score = one.score(None)
    if score is None or score.precision.value is None:
        return None
    share = score.precision
    what = (
        f"{_who(one)}: {share.n_successes:,} of {share.n:,} answers right on "
        f"{found.duel.task.name}, split {score.split}; {score.coverage.n_successes:,} of "
        f"{score.coverage.n:,} items covered."
    )
    return share_evidence(found, what, share, score.run_id)


def share_evidence(found: StoredDuel, what: str, share: Proportion, run_id: str) -> Evidence:
    """A share that was counted in a duel; one of nothing has no figure.

    Args:
        found: the duel.
        what: was counted, in words.
        share: with its interval.
        run_id: of the record.
    """
    is_known = share.value is not None
    return Evidence(
        what=what,
        source="store",
        machine=found.machine,
        value=share.value,
        low=share.low if is_known else None,
        high=share.high if is_known else None,
        unit="share",
        run_ids=(run_id,),
    )


def _latency(found: StoredDuel, one: Measurement) -> Evidence | None:
    seconds = one.latency_p50_s
    if seconds is None:
        return None
    return Evidence(
        what=f"{_who(one)}: {show_number(seconds.value, 'seconds')} for one answer, median.",
        source="store",
        machine=found.machine,
        value=seconds.value,
        low=seconds.low,
        high=seconds.high,
        unit="seconds",
        run_ids=one.run_ids,
    )
