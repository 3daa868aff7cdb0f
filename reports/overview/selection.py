"""Which duels and matrices of a store a report shows: what was asked for, and what that finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.store.errors import StoreError
from spoonbench.reports import quantities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.store.plans import StoredPlan

MOST = 24
"""Duels and matrices that one report shows in full, unless more are asked for."""

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user asked for; all that is given must hold.

    Attributes:
        ids: beginnings of ids of duels and matrices; empty: whichever.
        tasks: names of tasks.
        machines: beginnings of ids of machines.
        since: not begun before this, UTC, ISO 8601 or the beginning of it, for example
            "2026-11-01"; "" for whenever.
        everything: older ones too, not only the newest of each task, or model and task.
        most: how many are shown in full.
    """

    ids: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    since: str = ""
    everything: bool = False
    most: int = MOST

    @property
    def words(self) -> str:
        """What was asked for, in a sentence."""
        filters = [
            *([f"ids {quantities.listed(self.ids)}"] if self.ids else []),
            *([f"task {quantities.listed(self.tasks)}"] if self.tasks else []),
            *([f"machine {quantities.listed(self.machines)}"] if self.machines else []),
            *([f"since {self.since}"] if self.since else []),
        ]
        whole = self.everything or bool(self.ids)
        kept = (
            "every duel and matrix"
            if whole
            else "the newest duel of each task and the newest matrix of each model and task"
        )
        narrowed = f" ({'; '.join(filters)})" if filters else ""
        return f"Selected: {kept}{narrowed}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was found.

    Attributes:
        wanted: what was asked for.
        shown: in full, newest first.
        listed: selected too, but beyond the number that is shown in full.
        older: fit what was asked for, but a newer one of the same task (and model) is there.
        n_stored: duels and matrices in the store.
    """

    wanted: Wanted
    shown: tuple[StoredPlan, ...]
    listed: tuple[StoredPlan, ...] = ()
    older: tuple[StoredPlan, ...] = ()
    n_stored: int = 0


def select(plans: Sequence[StoredPlan], wanted: Wanted, store: str) -> Selection:
    """Choose what a report shows.

    Args:
        plans: of the store, newest first.
        wanted: what was asked for.
        store: path of the store, for messages.

    Raises:
        StoreError: the store is empty, an id or a task is not in it, an id is that of several, or
            nothing fits.
    """
    if not plans:
        raise StoreError(
            f"{store} holds nothing to report yet: run spoonbench duel or spoonbench matrix."
        )
    _check_tasks(plans, wanted.tasks, store)
    named = [_named(plans, prefix, store) for prefix in wanted.ids]
    fitting = [
        plan
        for plan in plans
        if (plan in named or not wanted.ids)
        and (plan.task in wanted.tasks or not wanted.tasks)
        and plan.environment_id.startswith(wanted.machines or "")
        and plan.created_at >= wanted.since
    ]
    if not fitting:
        raise StoreError(
            f"None of the {len(plans):,} duels and matrices in {store} fits all that was asked "
            "for; spoonbench runs lists them."
        )
    kept = fitting if wanted.everything or wanted.ids else _newest(fitting)
    return Selection(
        wanted=wanted,
        shown=tuple(kept[: wanted.most]),
        listed=tuple(kept[wanted.most :]),
        older=tuple(plan for plan in fitting if plan not in kept) if kept is not fitting else (),
        n_stored=len(plans),
    )


def _newest(plans: Sequence[StoredPlan]) -> list[StoredPlan]:
    """The first of each subject."""
    first: dict[tuple[str, str, str], StoredPlan] = {}
    for plan in plans:
        first.setdefault(plan.subject, plan)
    return list(first.values())


def _named(plans: Sequence[StoredPlan], prefix: str, store: str) -> StoredPlan:
    found = [plan for plan in plans if plan.plan_id.startswith(prefix)]
    whole = [plan for plan in found if plan.plan_id == prefix]
    if not found:
        raise StoreError(f"{store} holds no duel and no matrix whose id begins with {prefix!r}.")
    if len(found) > 1 and not whole:
        raise StoreError(
            f"More than one duel or matrix begins with {prefix!r}; give more of its id."
        )
    return (whole or found)[0]


def _check_tasks(plans: Sequence[StoredPlan], tasks: Sequence[str], store: str) -> None:
    known = sorted({plan.task for plan in plans})
    for task in tasks:
        if task not in known:
            more = ", ..." if len(known) > _MOST_NAMED else ""
            names = ", ".join(known[:_MOST_NAMED])
            raise StoreError(f"{store} holds nothing on task {task!r}; it has {names}{more}.")
