"""A matrix of the store as the rows that advice reads.

Summarized as the reports do it, but without the crossovers that no advice asks for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.figures import (
    ANSWERS,
    Crossing,
    Figures,
    Measured,
    Row,
    Work,
    parameters_of,
)
from spoonbench.harness.canonical import without_defaults
from spoonbench.harness.matrix.summary import NOT_RUN, summarize_matrix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.harness.estimates import Estimate, Proportion
    from spoonbench.harness.matrix.evidence import CellEvidence, Crossover, MatrixEvidence
    from spoonbench.harness.matrix.summary import Answers
    from spoonbench.harness.matrix_records import Conditions, Matrix
    from spoonbench.harness.records import RunRecord


def add_up(
    matrix: Matrix, runs: Iterable[RunRecord], answers: Answers, machine: str
) -> tuple[Figures, ...]:
    """A matrix from its runs, in parts: cells that do the same stand together.

    Args:
        matrix: names its cells.
        runs: of them.
        answers: run id to its answers.
        machine: in words.
    """
    # Advice asks for crossovers of devices alone.
    return figures_of(summarize_matrix(matrix, runs, answers, crossing={"device"}), machine)


def figures_of(evidence: MatrixEvidence, machine: str) -> tuple[Figures, ...]:
    """A matrix as advice reads it, a part for each work, in the order of its cells.

    Args:
        evidence: what its runs add up to.
        machine: in words.
    """
    works = dict.fromkeys(work_of(cell.cell.placement) for cell in evidence.cells)
    return tuple(_part(evidence, machine, work) for work in works)


def work_of(at: Conditions) -> Work:
    """What a cell does."""
    mode, prompt_tokens, new_tokens, accumulation = at.work
    return Work(
        mode=mode,
        prompt_tokens=prompt_tokens,
        new_tokens=new_tokens,
        accumulation=accumulation,
    )


def _part(evidence: MatrixEvidence, machine: str, work: Work) -> Figures:
    matrix = evidence.matrix
    cells = [cell for cell in evidence.cells if work_of(cell.cell.placement) == work]
    rows = tuple(_row(cell) for cell in cells if cell.status == "ok")
    crossings = evidence.crossovers if work == ANSWERS else ()
    return Figures(
        source="store",
        name=matrix.matrix_id[:12],
        machine=machine,
        model=matrix.model.label,
        task=matrix.task.name,
        parameters=parameters_of(rows),
        rows=rows,
        crossings=tuple(_crossing(one) for one in crossings),
        planned=tuple(
            replace(_row(cell), predicted_peak_bytes=matrix.predicted_peak_bytes(cell.cell))
            for cell in cells
            if cell.status == NOT_RUN
        ),
        work=work,
        command=matrix.command,
        n_rounds=matrix.n_rounds,
    )


def _row(cell: CellEvidence) -> Row:
    at, accuracy, test = cell.cell.placement, cell.accuracy, cell.test
    return Row(
        name=cell.cell.name,
        device=at.device,
        dtype=at.dtype,
        quantization=at.quantization,
        engine=at.engine,
        batch=at.batch_size,
        rate=_measured(cell.answers_per_s),
        even_rate=cell.even_answers_per_s,
        accuracy=_share(accuracy),
        n_right=accuracy.n_successes if accuracy else None,
        n_items=accuracy.n if accuracy else None,
        n_lost=test.n_first_only if test else None,
        n_won=test.n_second_only if test else None,
        p_value=test.p_holm if test else None,
        weight_bytes=cell.weight_bytes,
        peak_bytes=cell.device_peak_bytes or cell.peak_bytes,
        predicted_peak_bytes=cell.predicted_peak_bytes,
        run_ids=cell.run_ids,
        settings=without_defaults(at),
    )


def _measured(estimate: Estimate | None) -> Measured | None:
    if estimate is None:
        return None
    return Measured(value=estimate.value, low=estimate.low, high=estimate.high)


def _share(share: Proportion | None) -> Measured | None:
    if share is None or share.value is None:
        return None
    return Measured(value=share.value, low=share.low, high=share.high)


def _crossing(one: Crossover) -> Crossing:
    return Crossing(
        axis=one.axis,
        first=one.first,
        second=one.second,
        others=one.others,
        batch=one.batch_size,
        low=one.low,
        high=one.high,
        text=one.text,
    )
