"""Which setting of a model to run, by a matrix of it: batch, number format, quantization, engine.

The quickest an item that certainly does what is asked. Cells that the matrix has not, of a setting
and at a batch that it has each, are told by the performance model (`predict.choice`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from spoonbench.harness.advise.facts import MODES, SETTING_INPUTS
from spoonbench.harness.advise.lookups.choices import MeasuredChoice
from spoonbench.harness.advise.lookups.crossovers import is_that_model
from spoonbench.harness.advise.lookups.figures import ANSWERS
from spoonbench.harness.advise.lookups.rate_evidence import rate_evidence
from spoonbench.harness.advise.lookups.setting_limits import FIELDS, limit_flips
from spoonbench.harness.advise.lookups.setting_path import KEPT, path_of, work_step
from spoonbench.harness.advise.lookups.setting_words import frame, how_told, words_of
from spoonbench.harness.predict.choice import Needs, choose

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.lookups.figures import Figures, Row
    from spoonbench.harness.advise.lookups.setting_cells import Cell

MOST_RUNNERS_UP = 2
MORE_ITEMS = 4
"""Times as many halve an interval."""


def choose_setting(case: Case, _: Decision) -> MeasuredChoice | None:
    """By the newest matrix of the model and the task on this machine; None where there is none."""
    figures = _figures(case)
    if figures is None:
        return _unmeasured(case)
    asked = [int(batch)] if "batch" in case.given and (batch := case.number("batch")) else []
    every = tuple(case.sources.setting_cells(figures).every(asked))
    cells = {one.row.name: one for one in every if _is_allowed(one.row, case)}
    needs = _needs(case)
    chosen = choose([one.candidate for one in cells.values()], needs)
    path = partial(path_of, figures, cells, case, needs, chosen)
    flips = partial(limit_flips, cells, needs, chosen, figures.work)
    if chosen.name is None:
        none = _none(figures, cells, needs, cells.get(chosen.nearest or ""), case)
        whole = partial(_with_others, figures=figures, every=every, case=case)
        return replace(none, more=lambda: whole(replace(none, steps=path(), flips=tuple(flips()))))
    cell = cells[chosen.name]
    found = MeasuredChoice(
        choice=chosen.name,
        sentence=_use(figures, cell, case, is_certain=chosen.is_certain),
        agreeing=frozenset(_ruled_alike(cell.row)),
        evidence=(),
        sureness="measured here" if cell.is_measured else "predicted",
        cells={} if cell.is_measured else _axes(cell.row),
        figures=figures,
    )

    def more() -> MeasuredChoice:
        beside = _beside(cells, needs, cell.row.name)
        whole = replace(
            found,
            evidence=tuple(_evidence(figures, one, case) for one in (cell, *beside)),
            steps=path(),
            runners_up=tuple(words_of(one) for one in beside),
            flips=tuple(flips()),
        )
        return whole if chosen.is_certain else _with_others(whole, figures, every, case)

    return replace(found, more=more)


def _none(
    figures: Figures, cells: dict[str, Cell], needs: Needs, nearest: Cell | None, case: Case
) -> MeasuredChoice:
    beside = {"misses by least": nearest} if nearest else _closest(cells, needs)
    return MeasuredChoice(
        choice=None,
        sentence=_nothing(figures, nearest, is_there=bool(cells)),
        agreeing=frozenset(),
        figures=figures,
        evidence=tuple(_evidence(figures, one, case) for one in beside.values()),
        runners_up=tuple(f"{words_of(one)}, which {what}" for what, one in beside.items()),
        sureness="measured here" if cells else "rule of thumb",
        cells={} if cells else _said(case),
        again=_more_items(cells, needs),
    )


def _more_items(cells: dict[str, Cell], needs: Needs) -> dict[str, str]:
    """Of the matrix again, where the items leave it open whether enough is right."""
    need = needs.accuracy
    shares = [(one.row.accuracy, one.row.n_items) for one in cells.values()]
    open_ = [
        n_items
        for share, n_items in shares
        if need is not None and share and n_items and (share.low or 0) < need <= (share.high or 1)
    ]
    return {"items": f"{MORE_ITEMS * max(open_)}"} if open_ else {}


def _with_others(
    found: MeasuredChoice, figures: Figures, every: Sequence[Cell], case: Case
) -> MeasuredChoice:
    """Where nothing certainly does: what another batch, format or device would give."""
    other = tuple(_elsewhere(every, case))
    named = tuple(f"{words_of(cell)}, with {what}" for what, cell in other)
    return replace(
        found,
        evidence=found.evidence or tuple(_evidence(figures, cell, case) for _, cell in other),
        flips=(*found.flips, *(f"With {what}: {words_of(cell)}." for what, cell in other)),
        runners_up=found.runners_up or named,
    )


def _elsewhere(every: Sequence[Cell], case: Case) -> Iterator[tuple[str, Cell]]:
    """For each part of the setting that was said: the best cell of another one, if any does."""
    needs = _needs(case)
    for name in KEPT:
        if name in case.given:
            others = {
                one.row.name: one
                for one in every
                if _kinds(one.row)[name] != case.value(name) and _is_allowed(one.row, case, {name})
            }
            chosen = choose([one.candidate for one in others.values()], needs)
            if chosen.name is not None and chosen.is_certain:
                cell = others[chosen.name]
                yield f"{name} {_kinds(cell.row)[name]}", cell


def _said(case: Case) -> dict[str, str]:
    """Axes of a matrix that has what was asked about, and this one has not."""
    given = {name: case.given[name].value for name in KEPT if name in case.given}
    numbers = {"batch": f"{given.get('batch', 0):.0f}"} if "batch" in given else {}
    return {name: str(value) for name, value in given.items()} | numbers


def _closest(cells: dict[str, Cell], needs: Needs) -> dict[str, Cell]:
    """Where none keeps the limits that time has no part in: what comes closest to each of them."""
    found = {}
    right = [one for one in cells.values() if one.candidate.accuracy is not None]
    sized = [one for one in cells.values() if one.candidate.memory_bytes is not None]
    if needs.accuracy is not None and right:
        best = max(right, key=lambda one: (one.candidate.accuracy, -one.candidate.item_seconds))
        found["is the most often right"] = best
    if needs.memory_bytes is not None and sized:
        least = min(sized, key=lambda one: (one.candidate.memory_bytes, one.candidate.item_seconds))
        found["takes the least memory"] = least
    return found


def _unmeasured(case: Case) -> MeasuredChoice | None:
    """Rules of thumb speak of answering alone: what else is done they do not choose for."""
    mode = case.given.get("mode")
    if mode is None or mode.value == ANSWERS.mode:
        return None
    return MeasuredChoice(
        choice=None,
        sentence=f"Nothing was measured here of {MODES[str(mode.value)]}, and no rule of thumb "
        "chooses its setting.",
        agreeing=frozenset(),
        evidence=(),
        sureness="rule of thumb",
        steps=(work_step(case, str(mode.value)),),
        is_apart=True,
        cells={"mode": str(mode.value), **_said(case)},
    )


def _figures(case: Case) -> Figures | None:
    """The newest of what is to be done, if that was said; else of answers before all others."""
    found = [one for one in case.sources.works if _is_kept(one, case)]
    if case.value("mode") is None:
        found.sort(key=lambda one: one.work != ANSWERS)
    return next(iter(found), None)


def _is_kept(figures: Figures, case: Case) -> bool:
    """A matrix of the model, the task and the work that were said; of any where none was."""
    mode, context = case.value("mode"), case.number("context")
    tokens = figures.work.tokens
    if case.task is not None and figures.task != case.task:
        return False
    if mode is not None and figures.work.mode != mode:
        return False
    if "context" in case.given and tokens is not None and tokens != context:
        return False
    if case.number("parameters") is not None and not is_that_model(figures, case):
        return False
    return any(row.rate for row in figures.rows)


def _is_allowed(row: Row, case: Case, free: Collection[str] = ()) -> bool:
    """It keeps to what was said of device, batch and number format, but for some of them."""
    said = {name: case.given[name].value for name in KEPT if name in case.given}
    kinds = _kinds(row)
    return all(kinds[name] == value for name, value in said.items() if name not in free)


def _kinds(row: Row) -> dict[str, str | int]:
    return {"device": row.device.partition(":")[0], "batch": row.batch, "dtype": row.dtype}


def _needs(case: Case) -> Needs:
    given = {name: case.given.get(name) for name in SETTING_INPUTS}
    values = {
        field: float(fact.value)
        for name, field in FIELDS.items()
        if (fact := given.get(name)) is not None
    }
    return Needs(**values)


def _beside(cells: dict[str, Cell], needs: Needs, first: str) -> tuple[Cell, ...]:
    """The next best that certainly do."""
    found: list[Cell] = []
    names = {first}
    while len(found) < MOST_RUNNERS_UP:
        left = [one.candidate for name, one in cells.items() if name not in names]
        other = choose(left, needs)
        if other.name is None or not other.is_certain:
            break
        found.append(cells[other.name])
        names.add(other.name)
    return tuple(found)


def _use(figures: Figures, cell: Cell, case: Case, *, is_certain: bool) -> str:
    before, after = frame(figures, "certain" if is_certain else "likeliest")
    return f"{before}{words_of(cell)}{after}{how_told(figures, cell, case.sources)}."


def _nothing(figures: Figures, nearest: Cell | None, *, is_there: bool) -> str:
    if nearest is None:
        before, after = frame(figures, "none" if is_there else "untold")
        return f"{before}{after}."
    before, after = frame(figures, "nearest")
    return f"{before}{words_of(nearest)}{after}."


def _ruled_alike(row: Row) -> Iterator[str]:
    """Choices of the framework that mean the same."""
    if row.quantization != "none":
        yield "quantize-first"
    else:
        yield "one-at-a-time" if row.batch == 1 else "large-batch"


def _axes(row: Row) -> dict[str, str]:
    """Of a matrix of just this cell."""
    axes = {
        "device": row.device,
        "batch": str(row.batch),
        "dtype": row.dtype,
        "quantization": row.quantization,
    }
    return axes if row.engine == "native" else {**axes, "engine": row.engine}


def _evidence(figures: Figures, cell: Cell, case: Case) -> Evidence:
    told = None if cell.is_measured else case.sources.forecast(figures)
    return rate_evidence(figures, cell.row, words_of(cell), told)
