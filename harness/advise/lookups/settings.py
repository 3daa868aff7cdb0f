"""Which setting of a model to run, by a matrix of it: batch, number format, quantization, engine.

The quickest an item that certainly does what is asked. Cells that the matrix has not, of a setting
and at a batch that it has each, are told by the performance model (`predict.choice`).
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from typing import TYPE_CHECKING

from spoonbench.harness.advise.facts import SETTING_INPUTS
from spoonbench.harness.advise.lookups.choices import MeasuredChoice
from spoonbench.harness.advise.lookups.crossovers import is_that_model
from spoonbench.harness.advise.lookups.figures import ANSWERS, Work
from spoonbench.harness.advise.lookups.rate_evidence import rate_evidence
from spoonbench.harness.advise.lookups.setting_cells import rate_of
from spoonbench.harness.advise.lookups.setting_path import KEPT, path_of
from spoonbench.harness.frameworks.showing import show_number
from spoonbench.harness.predict.choice import Candidate, Needs, choose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.lookups.figures import Figures, Row
    from spoonbench.harness.advise.lookups.setting_cells import Cell
    from spoonbench.harness.advise.sources import Sources

MOST_RUNNERS_UP = 2
_LIMITS = {
    "latency": ("batch_seconds", "seconds", "batches of {} or more", "batches of less than {}"),
    "rate": ("items_per_second", "answers/s", "{} or less", "more than {}"),
    "memory": ("memory_bytes", "bytes", "{} of memory or more", "less than {} of memory"),
    "accuracy_need": ("accuracy", "share", "{} right or less", "more than {} right"),
}
"""Fact to the field of `Needs` that it gives, its unit, a looser limit in words, a tighter one."""
_LEAST = frozenset({"rate", "accuracy_need"})
"""Facts that say what must be reached, and not what may be spent."""


def choose_setting(case: Case, _: Decision) -> MeasuredChoice | None:
    """By the newest matrix of the model and the task on this machine; None where there is none."""
    figures = _figures(case)
    if figures is None:
        return None
    asked = [int(batch)] if "batch" in case.given and (batch := case.number("batch")) else []
    every = case.sources.setting_cells(figures).every(asked)
    cells = {one.row.name: one for one in every if _is_allowed(one.row, case)}
    needs = _needs(case)
    chosen = choose([one.candidate for one in cells.values()], needs)
    path = partial(path_of, figures, cells, case, needs, chosen)
    if chosen.name is None:
        none = _none(figures, cells, needs, cells.get(chosen.nearest or ""), case)
        return replace(none, more=lambda: replace(none, steps=path()))
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
        return replace(
            found,
            evidence=tuple(_evidence(figures, one, case) for one in (cell, *beside)),
            steps=path(),
            runners_up=tuple(words_of(one) for one in beside),
            flips=(*_looser(cells, needs, cell), *_tighter(cells, needs, cell)),
        )

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
        flips=tuple(_looser(cells, needs, None)),
    )


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


def _is_allowed(row: Row, case: Case) -> bool:
    """It keeps to what was said of device, batch and number format."""
    said = {name: case.given[name].value for name in KEPT if name in case.given}
    kinds = {"device": row.device.partition(":")[0], "batch": row.batch, "dtype": row.dtype}
    return all(kinds[name] == value for name, value in said.items())


def _needs(case: Case) -> Needs:
    given = {name: case.given.get(name) for name in SETTING_INPUTS}
    values = {
        field: float(fact.value)
        for name, (field, *_) in _LIMITS.items()
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


FRAMES = ("certain", "likeliest", "nearest", "none", "untold")
"""What is found: a cell that certainly does, the likeliest to, the nearest to doing, nothing, or
that nothing was measured, or can be predicted, of the kind."""


def frame(figures: Figures, found: str) -> tuple[str, str]:
    """What stands before and after a cell in the sentence about it, the full stop left out.

    Args:
        figures: the matrix.
        found: of `FRAMES`; after a cell that is chosen comes how it is known.
    """
    on = f"{figures.done} with {figures.model}"
    return {
        "certain": ("Use ", f", {on}, "),
        "likeliest": (
            "Nothing certainly does what is asked; the likeliest to is ",
            f", {on}, ",
        ),
        "nearest": (f"No setting that was measured {on} does it. The nearest is ", ""),
        "none": (f"No setting that was measured {on} does what is asked", ""),
        "untold": (
            f"Of that batch, number format and device nothing was measured {on}",
            ", and nothing can be predicted",
        ),
    }[found]


def how_told(figures: Figures, cell: Cell, sources: Sources) -> str:
    """How the figures of a cell came to be known."""
    return "measured here" if cell.is_measured else sources.forecast(figures).words


def _use(figures: Figures, cell: Cell, case: Case, *, is_certain: bool) -> str:
    before, after = frame(figures, "certain" if is_certain else "likeliest")
    return f"{before}{words_of(cell)}{after}{how_told(figures, cell, case.sources)}."


def words_of(cell: Cell) -> str:
    """A cell with its figures."""
    row, candidate = cell.row, cell.candidate
    parts = [f"{rate_of(row).value:,.4g} {_items(row)} a second", _batch_seconds(candidate)]
    if cell.is_measured and candidate.memory_bytes is not None:
        parts.append(show_number(candidate.memory_bytes, "bytes"))
    elif candidate.memory_at_most is not None:
        parts.append(f"at most {show_number(candidate.memory_at_most, 'bytes')}")
    elif candidate.memory_bytes is not None:
        parts.append(f"some {show_number(candidate.memory_bytes, 'bytes')}")
    if row.accuracy is not None:
        parts.append(f"{show_number(round(row.accuracy.value, 3), 'share')} right")
    return f"{row.name} ({', '.join(parts)})"


def _items(row: Row) -> str:
    return Work(mode=str(row.settings.get("mode", ANSWERS.mode))).items


def _batch_seconds(candidate: Candidate) -> str:
    """The middle, and the bound that a limit of time is held against."""
    told = show_number(float(f"{candidate.seconds or 0.0:.3g}"), "seconds")
    if candidate.at_most is None:
        return f"{told} a batch"
    bound = show_number(_rounded(candidate.at_most, upwards=True), "seconds")
    return f"{told} a batch, at most {bound}"


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


def _looser(cells: dict[str, Cell], needs: Needs, chosen: Cell | None) -> Iterator[str]:
    """For each limit the least change of it that lets a quicker cell, or any, in."""
    at = chosen.candidate.item_seconds if chosen else math.inf
    for name, (field, unit, words, _) in _LIMITS.items():
        if getattr(needs, field) is None:
            continue
        free = replace(needs, **{field: None})
        others = [
            (bound, one)
            for one in cells.values()
            if one.candidate.item_seconds < at
            and choose([one.candidate], free).is_certain
            and (bound := _bound(one, name)) is not None
        ]
        if others:
            pick = max if name in _LEAST else min
            bound, one = pick(others, key=lambda pair: pair[0])
            shown = show_number(_rounded(bound, upwards=name not in _LEAST), unit)
            yield f"With {words.format(shown)}: {words_of(one)}."


def _tighter(cells: dict[str, Cell], needs: Needs, chosen: Cell) -> Iterator[str]:
    """For each limit how far the choice keeps it, and what comes beyond; for any if none is set."""
    is_free = needs == Needs()
    for name, (field, unit, _, words) in _LIMITS.items():
        bound = _bound(chosen, name)
        if bound is None or not (is_free or getattr(needs, field) is not None):
            continue
        others = [one.candidate for one in cells.values() if one is not chosen]
        other = choose(others, replace(needs, **{field: bound}))
        shown = show_number(_rounded(bound, upwards=name not in _LEAST), unit)
        follows = "nothing that was measured certainly does"
        if other.name is not None and other.is_certain:
            follows = words_of(cells[other.name])
        yield f"With {words.format(shown)}: {follows}."


def _rounded(bound: float, *, upwards: bool) -> float:
    """To three digits, to the side on which it still holds.

    >>> _rounded(45.251, upwards=True), _rounded(45.251, upwards=False)
    (45.3, 45.2)
    """
    if bound <= 0:
        return bound
    step = Decimal(1).scaleb(math.floor(math.log10(bound)) - 2)
    way = ROUND_CEILING if upwards else ROUND_FLOOR
    return float((Decimal(bound) / step).to_integral_value(way) * step)


def _bound(cell: Cell, name: str) -> float | None:
    """What a cell certainly has of a need."""
    one = cell.candidate
    if name == "latency":
        return one.at_most
    if name == "rate":
        return None if one.at_most is None else one.batch_size / one.at_most
    return one.memory_at_most if name == "memory" else one.accuracy


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
