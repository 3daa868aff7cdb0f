"""The newest duel of a task in the user's own store, as far as advice needs it.

Only the split that decides is read: answers are what takes long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.figures import machine_words
from spoonbench.harness.canonical import to_json
from spoonbench.harness.measurements import summarize

if TYPE_CHECKING:
    from spoonbench.harness.duel_records import Duel, Entry
    from spoonbench.harness.evidence import Measurement
    from spoonbench.harness.records import Environment
    from spoonbench.harness.store.reader import StoreReader


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDuel:
    """A duel and what its runs add up to.

    Attributes:
        duel: with the deciding split as its only one.
        measurements: of its contestants.
        machine: in words.
    """

    duel: Duel
    measurements: tuple[Measurement, ...]
    machine: str


def read_duel(reader: StoreReader, machine: Environment, task: str) -> StoredDuel | None:
    """The newest duel of a task on a machine.

    Raises:
        StoreError: the store is damaged.
    """
    duel = reader.newest_duel(task, machine.environment_id)
    if duel is None:
        return None
    short = _deciding(duel)
    keys = [key for entry in short.entries for key in _keys(entry)]
    runs = reader.runs(keys, environment_id=machine.environment_id)
    measurements = summarize(short, runs, reader.answers)
    words = machine_words(to_json(machine))
    return StoredDuel(duel=short, measurements=tuple(measurements), machine=words)


def _deciding(duel: Duel) -> Duel:
    """The same with one split."""
    name = duel.requirements.split or duel.task.splits[0].name
    splits = tuple(split for split in duel.task.splits if split.name == name)
    entries = tuple(_of_split(entry, name) for entry in duel.entries)
    return replace(duel, task=replace(duel.task, splits=splits), entries=entries)


def _of_split(entry: Entry, split: str) -> Entry:
    cells = {name: key for name, key in entry.answer_cells.items() if name == split}
    return replace(entry, answer_cells=cells)


def _keys(entry: Entry) -> list[str]:
    named = (entry.train_cell, entry.latency_cell)
    keys = [key for key in named if key]
    return [*keys, *entry.answer_cells.values(), *entry.throughput_cells.values()]
