"""Matrices of the user's own store, measured on this machine."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.lookups.figures import ANSWERS, Figures, machine_words
from spoonbench.harness.canonical import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.matrix_records import Matrix
    from spoonbench.harness.predict.observations import Observation
    from spoonbench.harness.predict.performance import PerformanceModel
    from spoonbench.harness.store.reader import PlanForm
    from spoonbench.harness.summaries.folder import Summaries


def stored_figures(summaries: Summaries) -> tuple[Figures, ...]:
    """Matrices of a machine, newest first, each in parts by what its cells do.

    Args:
        summaries: of a store and a machine.

    Raises:
        StoreError: the store is damaged.
    """
    return tuple(part for form in _forms(summaries) for part in _stored(summaries, form))


def fit_kept(
    summaries: Summaries, figures: Figures, observations: Sequence[Observation]
) -> PerformanceModel:
    """The performance model of a stored matrix, as it was kept, or fitted now.

    Args:
        summaries: of a store and a machine.
        figures: the matrix, or a part of it.
        observations: its cells.

    Raises:
        StoreError: the store is damaged.
    """
    performance = import_module("spoonbench.harness.predict.performance")
    form = next(one for one in _forms(summaries) if one.key.startswith(figures.name))
    model: PerformanceModel = summaries.get(
        form,
        part="fit" if figures.work == ANSWERS else f"fit {figures.work}",
        plan=lambda: summaries.reader.matrix_form(form),
        cells=_keys,
        add_up=lambda _: performance.fit(observations),
        to_json=performance.keep,
        from_json=lambda kept: performance.restore(observations, kept),
    )
    return model


def _forms(summaries: Summaries) -> list[PlanForm]:
    return summaries.reader.newest_forms("matrices", summaries.machine.environment_id)


def _stored(summaries: Summaries, form: PlanForm) -> tuple[Figures, ...]:
    reader = summaries.reader

    def add_up(matrix: Matrix) -> tuple[Figures, ...]:
        runs = reader.runs(_keys(matrix), environment_id=matrix.environment_id)
        # What it takes to add up is imported only where that is done.
        rows = import_module("spoonbench.harness.advise.lookups.matrix_rows")
        words = machine_words(to_json(summaries.machine))
        found: tuple[Figures, ...] = rows.add_up(matrix, runs, reader.answers, words)
        return found

    def rebuilt(kept: Any) -> tuple[Figures, ...]:
        if not isinstance(kept, list) or not kept:
            raise TypeError("a matrix has one part at least")
        return tuple(from_json(Figures, part) for part in kept)

    figures: tuple[Figures, ...] = summaries.get(
        form,
        plan=lambda: reader.matrix_form(form),
        cells=_keys,
        add_up=add_up,
        to_json=to_json,
        from_json=rebuilt,
    )
    return figures


def _keys(matrix: Matrix) -> list[str]:
    return [cell.key for cell in matrix.cells]
