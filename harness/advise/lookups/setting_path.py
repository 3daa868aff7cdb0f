"""The path of a choice among the cells of a matrix: what is asked, what there is, what does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.advice import AdviceStep
from spoonbench.harness.advise.facts import SETTING_INPUTS
from spoonbench.harness.frameworks.showing import show_value
from spoonbench.harness.predict.choice import choose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.lookups.figures import Figures
    from spoonbench.harness.advise.lookups.setting_cells import Cell
    from spoonbench.harness.predict.choice import Chosen, Needs

KEPT = ("device", "batch", "dtype")
"""Parts of a setting that may have been said, and are kept to then."""


def path_of(
    figures: Figures, cells: Mapping[str, Cell], case: Case, needs: Needs, chosen: Chosen
) -> tuple[AdviceStep, ...]:
    """Steps to a choice.

    Args:
        figures: the matrix.
        cells: of it that keep to what was said of device, batch and number format.
        case: that was asked about.
        needs: what a cell has to do.
        chosen: what follows.
    """
    return (
        *_said(case),
        _done(figures, case),
        _there(figures, cells),
        *_does(cells, needs),
        _first(cells, chosen),
    )


def _said(case: Case) -> Iterator[AdviceStep]:
    for name in (*SETTING_INPUTS, *KEPT):
        fact = case.given.get(name)
        if fact is not None:
            question = case.questions[name]
            yield AdviceStep(
                question=question.text,
                name=name,
                answer=fact.value,
                shown=show_value(question, fact.value),
                origin=fact.origin,
                why=fact.why,
            )


def _done(figures: Figures, case: Case) -> AdviceStep:
    """What the cells do: it may have been said, and is taken from the newest matrix where not."""
    question, is_given = case.questions["mode"], "mode" in case.given
    kind = next(one.text for one in question.choices if one.name == figures.work.mode)
    return AdviceStep(
        question=question.text,
        name="mode",
        answer=figures.work.mode,
        shown=kind,
        origin="given" if is_given else "assumed",
        why="" if is_given else "as in the newest matrix, answers before all others",
    )


def _there(figures: Figures, cells: Mapping[str, Cell]) -> AdviceStep:
    n_measured = sum(cell.is_measured for cell in cells.values())
    n_told = len(cells) - n_measured
    return AdviceStep(
        question="How many cells are there to choose from?",
        name="cells",
        answer=float(len(cells)),
        shown=f"{len(cells)}",
        origin="measured",
        why=f"of the matrix {figures.name}, {figures.model} {figures.done}: {n_measured} measured"
        f"{f', {n_told} predicted' if n_told else ''}",
    )


def _does(cells: Mapping[str, Cell], needs: Needs) -> Iterator[AdviceStep]:
    """How many keep each limit for certain, and all of them."""
    limits = {
        name: value for name in needs.__slots__ if (value := getattr(needs, name)) is not None
    }
    alone = replace(needs, **dict.fromkeys(limits))
    for name, value in limits.items():
        yield _count(cells, replace(alone, **{name: value}), f"keep the limit of {_WORDS[name]}")
    if len(limits) > 1:
        yield _count(cells, needs, "keep all of them")


_WORDS = {
    "batch_seconds": "the time of a batch",
    "items_per_second": "the rate",
    "memory_bytes": "memory",
    "accuracy": "right answers",
}


def _count(cells: Mapping[str, Cell], needs: Needs, words: str) -> AdviceStep:
    certain = sum(choose([one.candidate], needs).is_certain for one in cells.values())
    return AdviceStep(
        question=f"How many of these certainly {words}?",
        name=words,
        answer=float(certain),
        shown=f"{certain}",
        origin="measured",
    )


def _first(cells: Mapping[str, Cell], chosen: Chosen) -> AdviceStep:
    cell = cells.get(chosen.name or chosen.nearest or "")
    question = "Which of these answers the most a second?"
    if chosen.name is None:
        question = "Which one misses by least?"
    elif not chosen.is_certain:
        question = "Which one is the likeliest to do it all?"
    name = "none" if cell is None else cell.row.name
    return AdviceStep(
        question=question,
        name="cell",
        answer=name,
        shown=name,
        origin="measured" if cell is None or cell.is_measured else "inferred",
        why="" if cell is None or cell.is_measured else "predicted from the other cells",
    )
