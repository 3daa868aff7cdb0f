"""The newest duel of a task in the user's own store, as far as advice needs it.

Only the split that decides is read: answers are what takes long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.lookups.figures import machine_words
from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.duel_records import Duel
from spoonbench.harness.estimates import Estimate
from spoonbench.harness.evidence import Measurement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.advise.summaries import Summaries
    from spoonbench.harness.duel_records import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDuel:
    """A duel and what its runs add up to.

    Attributes:
        duel: with the deciding split as its only one.
        measurements: of its contestants, without curves.
        machine: in words.
    """

    duel: Duel
    measurements: tuple[Measurement, ...]
    machine: str


def read_duel(summaries: Summaries, task: str) -> StoredDuel | None:
    """The newest duel of a task on a machine.

    Args:
        summaries: of a store and a machine.
        task: name.

    Raises:
        StoreError: the store is damaged.
    """
    reader, machine = summaries.reader, summaries.machine
    forms = reader.newest_forms("duels", machine.environment_id, task, most=1)
    if not forms:
        return None
    (form,) = forms

    def add_up(duel: Duel) -> StoredDuel:
        runs = reader.runs(_keys(duel), environment_id=machine.environment_id)
        summarize = import_module("spoonbench.harness.measurements").summarize
        measurements = tuple(map(_without_curves, summarize(duel, runs, reader.answers)))
        words = machine_words(to_json(machine))
        return StoredDuel(duel=duel, measurements=measurements, machine=words)

    found: StoredDuel = summaries.get(
        form,
        plan=lambda: _deciding(reader.duel_form(form)),
        cells=_keys,
        add_up=add_up,
        to_json=to_json,
        from_json=_from_json,
    )
    return found


def _from_json(kept: Mapping[str, Any]) -> StoredDuel:
    return StoredDuel(
        duel=from_json(Duel, kept["duel"]),
        measurements=tuple(map(_measurement, kept["measurements"])),
        machine=kept["machine"],
    )


def _measurement(kept: Mapping[str, Any]) -> Measurement:
    found: Measurement = from_json(Measurement, kept)
    # JSON has no numbers as names.
    rates = {int(size): from_json(Estimate, one) for size, one in kept["throughput"].items()}
    return replace(found, throughput=rates)


def _without_curves(one: Measurement) -> Measurement:
    """Hundreds of points that no advice asks for."""
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


def _keys(duel: Duel) -> list[str]:
    return [key for entry in duel.entries for key in _keys_of(entry)]


def _keys_of(entry: Entry) -> list[str]:
    named = (entry.train_cell, entry.latency_cell)
    keys = [key for key in named if key]
    return [*keys, *entry.answer_cells.values(), *entry.throughput_cells.values()]
