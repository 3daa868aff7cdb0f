"""The newest duel of a task in the user's own store, as far as advice needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.figures import machine_words
from spoonbench.harness.canonical import to_json
from spoonbench.harness.summaries.duels import read_deciding

if TYPE_CHECKING:
    from spoonbench.harness.duel_records import Duel
    from spoonbench.harness.evidence import Measurement
    from spoonbench.harness.summaries.folder import Summaries


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
    machine = summaries.machine
    forms = summaries.reader.newest_forms("duels", machine.environment_id, task, most=1)
    if not forms:
        return None
    summary = read_deciding(summaries, forms[0])
    return StoredDuel(
        duel=summary.duel,
        measurements=summary.measurements,
        machine=machine_words(to_json(machine)),
    )
