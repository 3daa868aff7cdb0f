"""Which device, where measurement tells: of the very cells, by a crossing, or by a prediction.

A crossing is the framework's to use where it asks for the batch. Where it does not, as for large
models, of which the case study says that a GPU always pays, the crossing decides here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.choices import MeasuredChoice
from spoonbench.harness.advise.lookups.crossovers import (
    is_of_that_size,
    is_that_model,
    plain_pairs,
)
from spoonbench.harness.advise.lookups.rate_evidence import rate_evidence
from spoonbench.harness.advise.lookups.register import look_up
from spoonbench.harness.advise.sureness import sureness_of_evidence
from spoonbench.harness.frameworks.showing import show_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.advise.advice import Evidence, Source, Sureness
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.lookups.figures import Figures, Row
    from spoonbench.harness.advise.lookups.forecasts import Forecast

SURE: dict[str, Sureness] = {"store": "measured here", "reference": "reference"}
SOURCES: tuple[Source, ...] = ("store", "reference")
ALL = {"cuda": "the NVIDIA GPU", "mps": "the Apple GPU", "cpu": "the CPU"}


def choose(case: Case, decision: Decision) -> MeasuredChoice | None:
    """The faster device at a batch; None where intervals overlap, or nothing tells.

    What does not fit is the framework's to say.
    """
    device = case.value("device")
    if device in {None, "cpu"} or decision.ruled not in {"cpu", device}:
        return None
    return next(_found(case, decision, str(device)), None)


def _found(case: Case, decision: Decision, device: str) -> Iterator[MeasuredChoice]:
    """The user's store before references; the very cells, then a measured crossing, before all."""
    asks_batch = any(step.question.name == "batch" for step in decision.walk.steps)
    for source in SOURCES:
        own = [figures for figures in case.sources.matrices if figures.source == source]
        yield from filter(None, (_measured(case, figures, device) for figures in own))
        crossings = [
            one
            for one in look_up(f"crossover.batch.{device}", case)
            if one.value is not None and one.source == source
        ]
        if crossings and crossings[0].n_cells is None and asks_batch:
            return  # the framework goes by it
        if not crossings or crossings[0].n_cells is not None:
            yield from filter(None, (_predicted(case, figures, device) for figures in own))
        if crossings and not asks_batch and "batch" in case.questions:
            yield _by_crossing(case, crossings[0], device)


def _measured(case: Case, figures: Figures, device: str) -> MeasuredChoice | None:
    """At a batch that was measured on both."""
    batch = case.number("batch")
    if batch is None or not is_of_that_size(figures, case):
        return None
    one, other = (_row(figures, name, batch) for name in ("cpu", device))
    if one is None or other is None or one.rate is None or other.rate is None:
        return None
    return _compared(figures, one, other)


def _predicted(case: Case, figures: Figures, device: str) -> MeasuredChoice | None:
    """At a batch that was not, as far as the performance model reaches."""
    batch = case.number("batch")
    if batch is None or not is_that_model(figures, case):
        return None
    for lines in plain_pairs(figures, device)[:1]:
        forecast = case.sources.forecast(figures)
        same = [next((row for row in line if row.batch == batch), None) for line in lines]
        cells = [
            row or forecast.row(line[0], int(batch)) for row, line in zip(same, lines, strict=True)
        ]
        if all(same) or cells[0] is None or cells[1] is None:
            return None
        told = forecast.ratio(cells[0], cells[1])
        if told is None or told.low is None or told.high is None or told.low <= 1 <= told.high:
            return None
        return _choice(figures, cells[0], cells[1], forecast)
    return None


def _compared(figures: Figures, one: Row, other: Row) -> MeasuredChoice | None:
    first, second = sorted((one, other), key=lambda row: -_rate(row))
    apart = _bound(first, "low") > _bound(second, "high")
    return _choice(figures, one, other) if apart else None


def _choice(
    figures: Figures, one: Row, other: Row, forecast: Forecast | None = None
) -> MeasuredChoice:
    first, second = sorted((one, other), key=lambda row: -_rate(row))
    ratio = _rate(first) / _rate(second)
    size = "" if figures.parameters is None else show_number(figures.parameters, "parameters")
    sureness: Sureness = SURE[figures.source]
    return MeasuredChoice(
        choice=first.device.partition(":")[0],
        sentence=(
            f"Use {first.device}: at batch {first.batch:,.0f} it answers {ratio:.1f} times as fast "
            f"as {second.device}, with {figures.model} ({size} parameters)"
            f"{f', {forecast.words}' if forecast else ''}."
        ),
        agreeing=frozenset({first.device.partition(":")[0]}),
        evidence=tuple(_evidence(figures, row, forecast) for row in (first, second)),
        sureness="predicted" if forecast and figures.source == "store" else sureness,
        runners_up=(f"{second.device}, {ratio:.1f} times as slow at this batch",),
        cells=_cells(one, other) if forecast else {},
        figures=figures,
    )


def _cells(one: Row, other: Row) -> dict[str, str]:
    """Axes of a matrix of just these two."""
    return {"device": f"{one.device},{other.device}", "batch": str(one.batch)}


def _by_crossing(case: Case, crossing: Evidence, device: str) -> MeasuredChoice:
    """Where the framework decides without the batch, although it was found to matter."""
    if case.number("batch") is not None:
        return _before_or_after(case, crossing, device)
    return MeasuredChoice(
        choice=None,
        sentence=crossing.what,
        agreeing=frozenset(),
        evidence=(crossing,),
        asks=case.questions["batch"],
    )


def _before_or_after(case: Case, crossing: Evidence, device: str) -> MeasuredChoice:
    """By the crossing itself; within its interval the middle decides, as a framework's would."""
    batch, place = case.number("batch") or 1.0, crossing.value or 0.0
    is_before = batch < place
    choice, other = ("cpu", device) if is_before else (device, "cpu")
    edge = math.ceil(place)
    bound = f"batch {edge} or more" if is_before else f"batch {edge - 1} or less"
    return MeasuredChoice(
        choice=choice,
        sentence=(
            f"Use {ALL[choice]}: at batch {_place(crossing)} {ALL[device]} overtakes the CPU, and "
            f"the batch is {batch:,.0f}. {crossing.what}"
        ),
        agreeing=frozenset({choice}),
        evidence=(crossing,),
        sureness=sureness_of_evidence(crossing),
        flips=(f"With {bound}: Use {ALL[other]}.",) if is_before or edge > 1 else (),
        runners_up=(f"{other}, with {bound}",) if is_before or edge > 1 else (),
        cells={"device": f"cpu,{device}", "batch": f"{batch:.0f}"} if crossing.n_cells else {},
    )


def _place(crossing: Evidence) -> str:
    shown = f"{crossing.value:.3g}"
    if crossing.low is None or crossing.high is None:
        return shown
    return f"{shown} ({crossing.low:.3g} to {crossing.high:.3g})"


def _row(figures: Figures, device: str, batch: float) -> Row | None:
    """The fastest plain cell of a device at this very batch."""
    rows = [
        row
        for row in figures.rows
        if row.device.partition(":")[0] == device
        and row.batch == batch
        and row.quantization == "none"
        and row.dtype == "float32"
    ]
    return max(rows, key=_rate, default=None)


def _rate(row: Row) -> float:
    return 0.0 if row.rate is None else row.rate.value


def _bound(row: Row, end: str) -> float:
    """Of the interval; the figure itself where there were too few rounds for one."""
    bound = getattr(row.rate, end)
    return _rate(row) if bound is None else float(bound)


def _evidence(figures: Figures, row: Row, forecast: Forecast | None) -> Evidence:
    """Of a cell that was measured, or of one that was predicted: those have no setting beside."""
    own = forecast if forecast is not None and row.run_ids == forecast.run_ids else None
    words = f"{row.name} on {row.device}: {_rate(row):,.4g} answers a second"
    return rate_evidence(figures, row, words, own)
