"""What the routes of a task's duel kept and passed on, and how much of it was wrong.

A route asks its first part, and the next where that one abstains or is less sure than the route's
threshold: the share that the first part keeps is the coverage that the threshold chooses.

Not covered: what other thresholds would do, which the reports' curves of risk against coverage
show.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.lookups.duels import share_evidence
from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.frameworks.showing import show_number
from spoonbench.harness.stats import proportion
from spoonbench.harness.summaries.folder import Summaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.lookups.stored_duels import StoredDuel
    from spoonbench.harness.evidence import Measurement
    from spoonbench.harness.store.reader import StoreReader

_PART = "routes"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAnswers:
    """What one part of a route answered: items, and how many of them wrong."""

    name: str
    n_answered: int
    n_wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAnswers:
    """What a route did on the split that decides.

    Attributes:
        label: of the route.
        threshold: least confidence at which a part keeps its answer.
        n_items: asked.
        parts: in the order in which they are asked.
        run_id: of the record.
    """

    label: str
    threshold: float
    n_items: int
    parts: tuple[PartAnswers, ...]
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """All routes of a duel."""

    routes: tuple[RouteAnswers, ...]


def find_risk(case: Case) -> tuple[Evidence, ...]:
    """Wrong answers among those that the first part of a route keeps, route by route.

    Raises:
        StoreError: the store is damaged.
    """
    found = case.sources.duel(case.task)
    if found is None or not _measured(found):
        return ()
    return tuple(_risk(found, one) for one in _routes(case, found).routes if one.parts)


def _measured(found: StoredDuel) -> list[Measurement]:
    """Routes with answers."""
    return [one for one in found.measurements if one.entry.is_hybrid and one.score(None)]


def _routes(case: Case, found: StoredDuel) -> Routes:
    """As kept beside the store, for the answers have to be read."""
    sources = case.sources
    reader = sources.reader
    if reader is None:
        raise AssertionError("the duel was read from a store")
    (form,) = reader.newest_forms(
        "duels", sources.machine.environment_id, found.duel.task.name, most=1
    )
    routes: Routes = Summaries(reader, sources.machine).get(
        form,
        part=_PART,
        plan=lambda: found,
        cells=lambda one: [_key(route) for route in _measured(one)],
        add_up=lambda one: Routes(routes=tuple(_add_up(reader, route) for route in _measured(one))),
        to_json=to_json,
        from_json=_from_json,
    )
    return routes


def _from_json(kept: Mapping[str, Any]) -> Routes:
    routes: Routes = from_json(Routes, kept)
    return routes


def _key(route: Measurement) -> str:
    """Of the cell with its answers."""
    (key,) = route.entry.answer_cells.values()
    return key


def _add_up(reader: StoreReader, route: Measurement) -> RouteAnswers:
    score = route.score(None)
    if score is None:
        raise AssertionError("routes without answers are left out")
    answers = reader.answers(score.run_id) or ()
    given = [one for one in answers if one.status == "answered" and one.stage is not None]
    answered = Counter(str(one.stage) for one in given)
    wrong = Counter(str(one.stage) for one in given if not one.is_correct)
    params = reader.cell(_key(route)).contestant.params
    names = _names(route.entry.label, len(params.get("parts", ())), answered)
    return RouteAnswers(
        label=route.entry.label,
        threshold=float(params.get("threshold", 0.0)),
        n_items=len(answers),
        parts=tuple(
            PartAnswers(name=name, n_answered=answered[name], n_wrong=wrong[name]) for name in names
        ),
        run_id=score.run_id,
    )


def _names(label: str, n_parts: int, answered: Iterable[str]) -> list[str]:
    """Of the parts, in their order: a route is called by all of them."""
    names = label.split("+")
    if len(names) == n_parts:
        return names
    return sorted(answered, key=label.find)  # a model's name may hold the mark between names


def _risk(found: StoredDuel, route: RouteAnswers) -> Evidence:
    first, *others = route.parts
    kept = proportion(first.n_wrong, first.n_answered)
    coverage = show_number(first.n_answered / route.n_items, "share")
    parts = [f"{first.name} keeps {first.n_answered:,} of {route.n_items:,} items ({coverage})"]
    parts += [
        f"{one.name} answers {one.n_answered:,}, {one.n_wrong:,} of them wrong" for one in others
    ]
    risk = "" if kept.value is None else f" ({show_number(kept.value, 'share')})"
    what = (
        f"Route {route.label} on {found.duel.task.name}, at a threshold of "
        f"{route.threshold:g}: {'; '.join(parts)}. Wrong of what {first.name} keeps: "
        f"{first.n_wrong:,} of {first.n_answered:,}{risk}."
    )
    return share_evidence(found, what, kept, route.run_id)
