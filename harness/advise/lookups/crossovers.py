"""The batch at which an accelerator overtakes the processor, measured or predicted.

Predicted is only what a matrix of that very model has cells for on both, but not enough at the same
batches to have a crossing of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.advice import Evidence
from spoonbench.harness.advise.sureness import RANKS, sureness_of_evidence
from spoonbench.harness.frameworks.showing import show_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.lookups.figures import Crossing, Figures, Row

SAME_SIZE = 4.0
"""A model of up to so many times, or so many parts of, the parameters counts as of that size."""
SAME_MODEL = 1.1
"""Within this ratio two numbers are of one model, rounded as people do: 7B for 7.6B."""


def find_cuda(case: Case) -> tuple[Evidence, ...]:
    """For a CUDA device."""
    return _find(case, "cuda")


def find_mps(case: Case) -> tuple[Evidence, ...]:
    """For an Apple GPU."""
    return _find(case, "mps")


def is_of_that_size(figures: Figures, case: Case) -> bool:
    """The model that was measured is about as large as the one that is asked about."""
    return _is_within(SAME_SIZE, figures, case)


def is_that_model(figures: Figures, case: Case) -> bool:
    """The model that was measured has as many parameters: nothing is predicted of any other."""
    return _is_within(SAME_MODEL, figures, case)


def _is_within(ratio: float, figures: Figures, case: Case) -> bool:
    asked, measured = case.number("parameters"), figures.parameters
    if asked is None or measured is None:
        return False
    return measured / ratio <= asked <= measured * ratio


def _find(case: Case, device: str) -> tuple[Evidence, ...]:
    """Crossings of models of that size decide; those of others are shown without a figure."""
    found = []
    for figures in case.sources.matrices:
        measured = list(_crossings(figures, device))
        is_close = is_of_that_size(figures, case)
        found += [_evidence(figures, one, is_close=is_close) for one in measured]
        if not measured and is_that_model(figures, case):
            found += _predicted(figures, case, device)
    return tuple(
        sorted(found, key=lambda one: (one.value is None, RANKS.index(sureness_of_evidence(one))))
    )


def plain_pairs(figures: Figures, device: str) -> list[tuple[list[Row], list[Row]]]:
    """Plain cells of the processor, and those of a device that differ in device and batch alone."""
    lines: dict[str, tuple[list[Row], list[Row]]] = {}
    for row in figures.rows:
        kind = row.device.partition(":")[0]
        is_plain = row.dtype == "float32" and row.quantization == "none" and row.rate is not None
        if kind not in {"cpu", device} or not is_plain:
            continue
        rest = [(k, v) for k, v in row.settings.items() if k not in {"device", "batch_size"}]
        line = lines.setdefault(str(sorted(rest)), ([], []))
        line[kind != "cpu"].append(row)
    return [line for line in lines.values() if all(line)]


def _predicted(figures: Figures, case: Case, device: str) -> Iterator[Evidence]:
    """Where the model fitted to the matrix has the processor overtaken."""
    for first, second in plain_pairs(figures, device)[:1]:
        forecast = case.sources.forecast(figures)
        one = forecast.crossing(first[0], second[0])
        if one is None:
            continue
        decides = one.batch is not None and one.faster_below == "first"
        yield Evidence(
            what=f"{one.text.rstrip('.')}: {forecast.words}. {_of_model(figures)}",
            source=figures.source,
            machine=figures.machine,
            value=one.batch if decides else None,
            low=one.low if decides else None,
            high=one.high if decides else None,
            unit="items" if decides else "",
            run_ids=forecast.run_ids,
            error=forecast.error,
            n_cells=forecast.n_cells,
        )


def _of_model(figures: Figures) -> str:
    size = "" if figures.parameters is None else show_number(figures.parameters, "parameters")
    return f"Model {figures.model} ({size} parameters), task {figures.task}."


def _crossings(figures: Figures, device: str) -> Iterator[Crossing]:
    """Of the processor and the device, the processor being faster at small batches."""
    for one in figures.crossings:
        if one.axis == "device" and {one.first, one.second} == {"cpu", device}:
            yield one


def _evidence(figures: Figures, one: Crossing, *, is_close: bool) -> Evidence:
    decides = is_close and one.batch is not None and one.first == "cpu"
    pair = ("cpu", one.second if one.first == "cpu" else one.first)
    runs = [run_id for row in figures.rows if row.device in pair for run_id in row.run_ids]
    return Evidence(
        what=f"{one.text} {_of_model(figures)}",
        source=figures.source,
        machine=figures.machine,
        value=one.batch if decides else None,
        low=one.low if decides else None,
        high=one.high if decides else None,
        unit="items" if decides else "",
        run_ids=tuple(runs),
    )
