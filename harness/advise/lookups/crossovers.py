"""The batch at which an accelerator overtakes the processor, where somebody measured it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.advice import Evidence
from spoonbench.harness.advise.quantities import show_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.lookups.figures import Crossing, Figures

SAME_SIZE = 4.0
"""A model of up to so many times, or so many parts of, the parameters counts as of that size."""


def find_cuda(case: Case) -> tuple[Evidence, ...]:
    """For a CUDA device."""
    return _find(case, "cuda")


def find_mps(case: Case) -> tuple[Evidence, ...]:
    """For an Apple GPU."""
    return _find(case, "mps")


def is_of_that_size(figures: Figures, case: Case) -> bool:
    """The model that was measured is about as large as the one that is asked about."""
    asked, measured = case.number("parameters"), figures.parameters
    if asked is None or measured is None:
        return False
    return measured / SAME_SIZE <= asked <= measured * SAME_SIZE


def _find(case: Case, device: str) -> tuple[Evidence, ...]:
    """Crossings of models of that size decide; those of others are shown without a figure."""
    found = [
        _evidence(figures, one, is_close=is_of_that_size(figures, case))
        for figures in case.sources.matrices
        for one in _crossings(figures, device)
    ]
    return tuple(sorted(found, key=lambda one: one.value is None))


def _crossings(figures: Figures, device: str) -> Iterator[Crossing]:
    """Of the processor and the device, the processor being faster at small batches."""
    for one in figures.crossings:
        if one.axis == "device" and {one.first, one.second} == {"cpu", device}:
            yield one


def _evidence(figures: Figures, one: Crossing, *, is_close: bool) -> Evidence:
    decides = is_close and one.batch is not None and one.first == "cpu"
    pair = ("cpu", one.second if one.first == "cpu" else one.first)
    runs = [run_id for row in figures.rows if row.device in pair for run_id in row.run_ids]
    size = "" if figures.parameters is None else show_number(figures.parameters, "parameters")
    return Evidence(
        what=f"{one.text} Model {figures.model} ({size} parameters), task {figures.task}.",
        source=figures.source,
        machine=figures.machine,
        value=one.batch if decides else None,
        low=one.low if decides else None,
        high=one.high if decides else None,
        unit="items" if decides else "",
        run_ids=tuple(runs),
    )
