"""Whether the texts of language models ended by themselves, by the newest duel of the task.

Not covered: hybrids, whose texts are those of their parts; which decoding would end more of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.duels import share_evidence
from spoonbench.harness.stats import proportion

if TYPE_CHECKING:
    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.lookups.stored_duels import StoredDuel
    from spoonbench.harness.evidence import Measurement

_BY_ITSELF = {
    "end_token": "by the end token",
    "stop_string": "by a stop string",
    "stopped": "by the server's word",
}
_LIMIT = "limit"


def find_stops(case: Case) -> tuple[Evidence, ...]:
    """Share of texts that ended before the limit, model by model."""
    found = case.sources.duel(case.task)
    if found is None:
        return ()
    each = (_stops(found, one) for one in found.measurements if not one.entry.is_hybrid)
    return tuple(one for one in each if one is not None)


def _stops(found: StoredDuel, one: Measurement) -> Evidence | None:
    score = one.score(None)
    if score is None or not score.stopped_by:
        return None
    ended = {name: score.stopped_by[name] for name in _BY_ITSELF if name in score.stopped_by}
    share = proportion(sum(ended.values()), sum(score.stopped_by.values()))
    told = [f"{n:,} {_BY_ITSELF[name]}" for name, n in ended.items()]
    n_cut = score.stopped_by.get(_LIMIT, 0)
    told += [f"{n_cut:,} by the limit of tokens"] if n_cut else []
    what = (
        f"{one.entry.label}: {share.n_successes:,} of {share.n:,} texts ended by themselves "
        f"on {found.duel.task.name}, split {score.split} ({', '.join(told)})."
    )
    return share_evidence(found, what, share, score.run_id)
