"""Matrices of the user's own store, measured on this machine."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.lookups.figures import Figures
from spoonbench.harness.canonical import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.advise.summaries import Summaries
    from spoonbench.harness.predict.observations import Observation
    from spoonbench.harness.predict.performance import PerformanceModel
    from spoonbench.harness.store.reader import PlanForm, StoreReader


def stored_figures(
    reader: StoreReader, summaries: Summaries, environment_id: str, machine: str
) -> tuple[Figures, ...]:
    """Matrices of a machine, newest first.

    Args:
        reader: of the store.
        summaries: kept beside it.
        environment_id: of the machine.
        machine: in words.

    Raises:
        StoreError: the store is damaged.
    """
    forms = reader.newest_forms("matrices", environment_id)
    return tuple(_stored(reader, summaries, form, machine) for form in forms)


def _stored(reader: StoreReader, summaries: Summaries, form: PlanForm, machine: str) -> Figures:
    def keys() -> list[str]:
        return [cell.key for cell in reader.matrix_form(form).cells]

    def add_up() -> Figures:
        matrix = reader.matrix_form(form)
        runs = reader.runs(keys(), environment_id=matrix.environment_id)
        # What it takes to add up is imported only where that is done.
        rows = import_module("spoonbench.harness.advise.lookups.matrix_rows")
        found: Figures = rows.add_up(matrix, runs, reader.answers, machine)
        return found

    def rebuilt(kept: Mapping[str, Any]) -> Figures:
        found: Figures = from_json(Figures, kept)
        return found

    figures: Figures = summaries.get(
        form, cells=keys, add_up=add_up, to_json=to_json, from_json=rebuilt
    )
    return figures


def fit_kept(
    reader: StoreReader,
    summaries: Summaries,
    environment_id: str,
    name: str,
    observations: Sequence[Observation],
) -> PerformanceModel:
    """The performance model of a stored matrix, as it was kept, or fitted now.

    Args:
        reader: of the store.
        summaries: kept beside it.
        environment_id: of the machine.
        name: of the matrix, as `Figures` have it.
        observations: its cells.

    Raises:
        StoreError: the store is damaged.
    """
    performance = import_module("spoonbench.harness.predict.performance")
    forms = reader.newest_forms("matrices", environment_id)
    form = next(one for one in forms if one.key.startswith(name))
    model: PerformanceModel = summaries.get(
        form,
        part="fit",
        cells=lambda: [cell.key for cell in reader.matrix_form(form).cells],
        add_up=lambda: performance.fit(observations),
        to_json=performance.keep,
        from_json=lambda kept: performance.restore(observations, kept),
    )
    return model
