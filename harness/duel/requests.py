"""How many requests a duel sends to servers: said before the first one, since they may cost money.

Not covered: further attempts after a failure, and what a server is asked before it answers (its
list of models).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.duel.plan import WARM_UP_CALLS

if TYPE_CHECKING:
    from collections.abc import Collection

    from spoonbench.harness.duel.plan import Plan, PlannedCell, PlannedEntry


def announced(plan: Plan, done: Collection[tuple[str, int]]) -> tuple[str, ...]:
    """One sentence for each contestant that will ask a server.

    Args:
        plan: of the duel.
        done: (cell key, round) of what is there already and is not asked again.
    """
    counts = [(entry, _requests(entry, plan.duel.n_rounds, done)) for entry in plan.entries]
    return tuple(_sentence(entry, n) for entry, n in counts if n)


def _requests(entry: PlannedEntry, n_rounds: int, done: Collection[tuple[str, int]]) -> int:
    """At most: a timed pass ends early where it takes long, and a hybrid asks others too."""
    if entry.lineup.answered_by != "server":
        return 0
    rounds = (entry.cells_of_round(index, done) for index in range(n_rounds))
    return sum(_of_cell(planned) for cells in rounds for planned in cells)


def _of_cell(planned: PlannedCell) -> int:
    n_items = len(planned.split.items)
    if planned.role == "answers":
        return n_items
    return n_items + WARM_UP_CALLS * min(n_items, planned.cell.placement.batch_size)


def _sentence(entry: PlannedEntry, n: int) -> str:
    lineup = entry.lineup
    urls = [str(one.params["url"]) for one in lineup.leaves if one.answered_by == "server"]
    what = "request" if n == 1 else "requests"
    left = ", for what its other parts leave open" if lineup.parts else ""
    return f"{lineup.label}: up to {n:,} {what} to {', '.join(dict.fromkeys(urls))}{left}"
