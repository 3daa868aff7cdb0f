"""Measured times of matrix cells, as a model of performance is fitted to them.

Not covered: duels, whose cells differ in contestant and not in where and how they run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.pace import even_devices
from spoonbench.harness.matrix_records import is_of_pytest
from spoonbench.harness.stats import median

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spoonbench.harness.matrix.evidence import MatrixEvidence
    from spoonbench.harness.matrix_records import Conditions, Matrix
    from spoonbench.harness.records import RunRecord
    from spoonbench.harness.store.reader import StoreReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A cell, measured or not.

    Attributes:
        machine: id of the environment.
        work: what is computed, whatever the machine and the settings: model, task, mode, sizes.
        conditions: where and how, the batch size among them.
    """

    machine: str
    work: str
    conditions: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A cell that was measured.

    Attributes:
        point: which.
        name: of the cell in its matrix.
        seconds: of one batch on average, at the machine's usual pace where that is known
            (`matrix.pace`); else the batch size over the median rate of all rounds.
        run_ids: of the records.
    """

    point: Point
    name: str
    seconds: float
    run_ids: tuple[str, ...] = ()


def work_of(matrix: Matrix, conditions: Conditions) -> str:
    """What a cell of a matrix computes, in words that are the same for the same work."""
    parts = [f"{matrix.model.label} on {matrix.task.name}", conditions.mode]
    if conditions.mode == "answer":
        parts += [split.items_hash[:8] for split in matrix.task.splits]
    return ", ".join([*parts, *words_of(conditions)])


def words_of(conditions: Conditions) -> list[str]:
    """What of a cell's conditions makes its work another, beside the mode."""
    parts = []
    if conditions.prompt_tokens is not None:
        parts.append(f"{conditions.prompt_tokens} tokens read")
    if conditions.new_tokens is not None:
        parts.append(f"{conditions.new_tokens} written")
    if conditions.accumulation != 1:
        parts.append(f"{conditions.accumulation} accumulated")
    if conditions.order != "given":
        parts.append(f"by {conditions.order}")
    return parts


def point_of(matrix: Matrix, conditions: Conditions) -> Point:
    """Where a cell of a matrix stands."""
    return Point(
        machine=matrix.environment_id, work=work_of(matrix, conditions), conditions=conditions
    )


def observations_of(evidence: MatrixEvidence, *, is_even: bool = True) -> tuple[Observation, ...]:
    """The cells of a summarized matrix that ended well; of a reference that ships, for example.

    Args:
        evidence: the matrix.
        is_even: at the machine's usual pace, where that is known; else as measured.
    """
    return tuple(
        Observation(
            point=point_of(evidence.matrix, one.cell.placement),
            name=one.cell.name,
            seconds=one.cell.placement.batch_size
            / ((one.even_answers_per_s if is_even else None) or one.answers_per_s.value),
            run_ids=one.run_ids,
        )
        for one in evidence.cells
        if one.status == "ok" and one.answers_per_s is not None and one.answers_per_s.value > 0
    )


def observations_of_store(reader: StoreReader) -> tuple[Observation, ...]:
    """The cells of all matrices of a store that ended well; no answers are read.

    A cell that several matrices share is taken from the newest.
    """
    found: dict[tuple[str, str], Observation] = {}
    for matrix in reversed(reader.matrices()):
        runs = reader.runs([cell.key for cell in matrix.cells], matrix.environment_id, "ok")
        for key, one in _of_matrix(matrix, runs):
            found[matrix.environment_id, key] = one
    return tuple(found.values())


def _of_matrix(matrix: Matrix, runs: Iterable[RunRecord]) -> Iterator[tuple[str, Observation]]:
    newest: dict[tuple[str, int], RunRecord] = {}
    # The newest of each round, in a process of its own before one inside pytest, as in summaries.
    for run in sorted(runs, key=lambda run: (not is_of_pytest(run), run.run_id)):
        if sum(run.samples_ns) > 0:
            newest[run.cell_key, run.round_index] = run
    evened = even_devices(matrix, newest.values())
    for cell in matrix.cells:
        found = (newest.get((cell.key, index)) for index in range(matrix.n_rounds))
        rounds = [run for run in found if run is not None]
        if not rounds:
            continue
        of_device = evened.get(cell.placement.device)
        seconds = None if of_device is None else of_device.seconds.get(cell.key)
        rate = 1.0 / seconds if seconds else median([_rate(run) for run in rounds])
        if rate > 0:
            yield (
                cell.key,
                Observation(
                    point=point_of(matrix, cell.placement),
                    name=cell.name,
                    seconds=cell.placement.batch_size / rate,
                    run_ids=tuple(run.run_id for run in rounds),
                ),
            )


def _rate(run: RunRecord) -> float:
    return sum(run.items_per_sample) / (sum(run.samples_ns) / 1e9)
