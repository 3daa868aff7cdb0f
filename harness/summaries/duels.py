"""What a duel of a store adds up to: as far as the ledger, or its decision alone, needs it.

Curves are left out: hundreds of points that neither advice nor the ledger asks for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.duel_records import Duel
from spoonbench.harness.estimates import Estimate
from spoonbench.harness.evidence import Measurement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.harness.duel_records import Entry
    from spoonbench.harness.measurements import Answers, Items
    from spoonbench.harness.records import RunRecord, ScoredAnswer
    from spoonbench.harness.store.reader import PlanForm
    from spoonbench.harness.summaries.folder import Summaries


@dataclass(frozen=True, slots=True, kw_only=True)
class DuelSummary:
    """A duel and what its runs add up to.

    Attributes:
        duel: as it was planned.
        measurements: of its contestants, in its order, without curves.
    """

    duel: Duel
    measurements: tuple[Measurement, ...]


def read_scored(summaries: Summaries, form: PlanForm, *, is_whole: bool) -> DuelSummary:
    """A duel with the scores of its splits, training on other machines included.

    Answers are what takes long to read: where a cell was run for its times alone they are left
    where they are, so that whether answers repeat is not told.

    Args:
        summaries: of a store and the duel's machine.
        form: of the duel.
        is_whole: all splits are scored, not only the one that decides.

    Raises:
        StoreError: the store is damaged.
    """
    reader = summaries.reader

    def add_up(duel: Duel) -> DuelSummary:
        runs = reader.runs(keys_of(duel))
        scored = _answer_keys(duel if is_whole else _deciding(duel))
        wanted = {run.run_id for run in runs if run.cell_key in scored}

        def answers(run_id: str) -> tuple[ScoredAnswer, ...] | None:
            return reader.answers(run_id) if run_id in wanted else None

        return _summed(duel, runs, answers, reader.items)

    return _read(
        summaries,
        form,
        part="every split" if is_whole else "deciding split",
        plan=lambda: reader.duel_form(form),
        add_up=add_up,
    )


def read_deciding(summaries: Summaries, form: PlanForm) -> DuelSummary:
    """A duel with the split that decides as its only one, from runs on its machine alone.

    Args:
        summaries: of a store and the duel's machine.
        form: of the duel.

    Raises:
        StoreError: the store is damaged.
    """
    reader = summaries.reader

    def add_up(duel: Duel) -> DuelSummary:
        runs = reader.runs(keys_of(duel), environment_id=summaries.machine.environment_id)
        return _summed(duel, runs, reader.answers)

    return _read(
        summaries, form, part="", plan=lambda: _deciding(reader.duel_form(form)), add_up=add_up
    )


def _summed(
    duel: Duel, runs: Sequence[RunRecord], answers: Answers, items: Items | None = None
) -> DuelSummary:
    # What it takes to add up is imported only where that is done.
    summarize = import_module("spoonbench.harness.measurements").summarize
    found = summarize(duel, runs, answers, items)
    return DuelSummary(duel=duel, measurements=tuple(map(_without_curves, found)))


def _read(
    summaries: Summaries,
    form: PlanForm,
    *,
    part: str,
    plan: Callable[[], Duel],
    add_up: Callable[[Duel], DuelSummary],
) -> DuelSummary:
    found: DuelSummary = summaries.get(
        form,
        part=part,
        plan=plan,
        cells=keys_of,
        add_up=add_up,
        to_json=to_json,
        from_json=_from_json,
    )
    return found


def keys_of(duel: Duel) -> list[str]:
    """Keys of all its cells."""
    return [key for entry in duel.entries for key in _keys_of(entry)]


def _answer_keys(duel: Duel) -> set[str]:
    return {key for entry in duel.entries for key in entry.answer_cells.values()}


def _keys_of(entry: Entry) -> list[str]:
    named = (entry.train_cell, entry.latency_cell)
    keys = [key for key in named if key]
    return [*keys, *entry.answer_cells.values(), *entry.throughput_cells.values()]


def _from_json(kept: Mapping[str, Any]) -> DuelSummary:
    return DuelSummary(
        duel=from_json(Duel, kept["duel"]),
        measurements=tuple(map(_measurement, kept["measurements"])),
    )


def _measurement(kept: Mapping[str, Any]) -> Measurement:
    found: Measurement = from_json(Measurement, kept)
    # JSON has no numbers as names.
    rates = {int(size): from_json(Estimate, one) for size, one in kept["throughput"].items()}
    return replace(found, throughput=rates)


def _without_curves(one: Measurement) -> Measurement:
    splits = tuple(
        replace(
            score,
            curve=None,
            subsets=tuple(replace(subset, curve=None) for subset in score.subsets),
        )
        for score in one.splits
    )
    return replace(one, splits=splits, curve=())


def _deciding(duel: Duel) -> Duel:
    """The same with one split."""
    name = duel.requirements.split or duel.task.splits[0].name
    splits = tuple(split for split in duel.task.splits if split.name == name)
    entries = tuple(_of_split(entry, name) for entry in duel.entries)
    return replace(duel, task=replace(duel.task, splits=splits), entries=entries)


def _of_split(entry: Entry, split: str) -> Entry:
    cells = {name: key for name, key in entry.answer_cells.items() if name == split}
    return replace(entry, answer_cells=cells)
