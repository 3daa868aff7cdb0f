"""What was measured, as checks read it: duels and matrices, added up when they are asked for.

Matrices of the store come first, then those that were measured elsewhere: they stand in where
nothing was measured here, and findings name their machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.summary import summarize_matrix
from spoonbench.harness.measurements import cells_of, summarize
from spoonbench.harness.records import USUAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from spoonbench.harness.duel_records import Duel, Entry
    from spoonbench.harness.evidence import Measurement, SplitScore
    from spoonbench.harness.matrix.evidence import CellEvidence, MatrixEvidence
    from spoonbench.harness.matrix_records import Matrix
    from spoonbench.harness.records import Environment, Mode, ScoredAnswer
    from spoonbench.harness.reference.records import Reference
    from spoonbench.harness.store.reader import StoreReader

LANGUAGE_MODEL_LEVEL = 5
MOST = 20
"""Duels of a task, and matrices, that are looked at: the newest. A store may hold thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredDuel:
    """A duel with what it came to.

    Attributes:
        duel: as it was planned.
        measurements: one for each contestant, in its order.
        machine: in words.
        reader: of its store.
    """

    duel: Duel
    measurements: tuple[Measurement, ...]
    machine: str
    reader: StoreReader

    @property
    def split(self) -> str:
        """The split that decides."""
        return self.duel.requirements.split or self.duel.task.splits[0].name

    def measured(self, name: str) -> Measurement | None:
        """The contestant of a registered name or label that has answers to the deciding split."""
        for one in self.measurements:
            if name in (one.entry.label, one.entry.solver) and one.score(self.split):
                return one
        return None

    def models(self) -> list[Measurement]:
        """Language models that answered by themselves and have a size, the largest first."""
        found = [
            one
            for one in self.measurements
            if one.entry.level == LANGUAGE_MODEL_LEVEL
            and not one.entry.is_hybrid
            and one.n_parameters
            and one.score(self.split)
        ]
        return sorted(found, key=lambda one: one.n_parameters or 0, reverse=True)

    def params(self, entry: Entry) -> Mapping[str, Any]:
        """Parameters that a contestant was given."""
        key = entry.answer_cells[self.split]
        return self.reader.cell(key).contestant.params

    def answers(self, score: SplitScore) -> Sequence[ScoredAnswer]:
        """What was said on a split."""
        return self.reader.answers(score.run_id) or ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredMatrix:
    """A matrix with what it came to.

    Attributes:
        evidence: what its runs add up to.
        machine: in words.
        is_elsewhere: it was measured on another machine.
    """

    evidence: MatrixEvidence
    machine: str
    is_elsewhere: bool = False

    def cells(self) -> list[CellEvidence]:
        """Those that ended well."""
        return [one for one in self.evidence.cells if one.status == "ok"]

    @property
    def model(self) -> str:
        """Its name."""
        return self.evidence.matrix.model.label


class Runs:
    """Duels of a store, and matrices of a store and of elsewhere; each is added up once."""

    def __init__(self, reader: StoreReader | None, references: Sequence[Reference] = ()) -> None:
        self._reader = reader
        self._references = references
        self._duels: dict[str, MeasuredDuel] = {}
        self._matrices: dict[str, MeasuredMatrix] = {}

    def duels(self, task: str | None = None) -> Iterator[MeasuredDuel]:
        """The newest duels on a task, newest first; None for any task.

        Raises:
            StoreError: the store is damaged.
        """
        if self._reader is None:
            return
        wanted = (one for one in self._reader.duels() if task in (None, one.task.name))
        for duel in islice(wanted, MOST):
            if duel.duel_id not in self._duels:
                self._duels[duel.duel_id] = self._summed(self._reader, duel)
            yield self._duels[duel.duel_id]

    def matrices(self) -> Iterator[MeasuredMatrix]:
        """Matrices, newest first, those of elsewhere last.

        Raises:
            StoreError: the store is damaged.
        """
        if self._reader is not None:
            for matrix in self._reader.matrices()[:MOST]:
                if matrix.matrix_id not in self._matrices:
                    self._matrices[matrix.matrix_id] = self._added_up(self._reader, matrix)
                yield self._matrices[matrix.matrix_id]
        for one in self._references:
            machine = machine_text(one.environment)
            yield MeasuredMatrix(evidence=one.evidence, machine=machine, is_elsewhere=True)

    def _summed(self, reader: StoreReader, duel: Duel) -> MeasuredDuel:
        keys = [key for entry in duel.entries for _, key in cells_of(entry)]
        return MeasuredDuel(
            duel=duel,
            measurements=tuple(summarize(duel, reader.runs(keys), reader.answers, reader.items)),
            machine=machine_text(reader.environment(duel.environment_id)),
            reader=reader,
        )

    def _added_up(self, reader: StoreReader, matrix: Matrix) -> MeasuredMatrix:
        keys = [cell.key for cell in matrix.cells]
        evidence = summarize_matrix(matrix, reader.runs(keys), reader.answers)
        machine = machine_text(reader.environment(matrix.environment_id))
        return MeasuredMatrix(evidence=evidence, machine=machine)


def plain_cells(matrix: MeasuredMatrix) -> dict[int, CellEvidence]:
    """As `answering_cells`, of the processor."""
    return answering_cells(matrix, USUAL.device)


def answering_cells(matrix: MeasuredMatrix, device: str) -> dict[int, CellEvidence]:
    """Batch size to the answering cell in float32, not quantized, on the native engine."""
    return _plain(matrix, device, "answer")


def training_cells(matrix: MeasuredMatrix, device: str) -> dict[int, CellEvidence]:
    """Batch size to the training cell in float32 whose step is one pass."""
    return _plain(matrix, device, "train")


def _plain(matrix: MeasuredMatrix, device: str, mode: Mode) -> dict[int, CellEvidence]:
    usual = (USUAL.dtype, USUAL.quantization, USUAL.engine, USUAL.padding, mode, 1)
    found: dict[int, CellEvidence] = {}
    for one in matrix.cells():
        at = one.cell.placement
        here = (at.dtype, at.quantization, at.engine, at.padding, at.mode, at.accumulation)
        is_there = at.device.partition(":")[0] == device
        if is_there and here == usual and one.call_s is not None:
            found.setdefault(at.batch_size, one)
    return found


def machine_text(environment: Environment) -> str:
    """A machine in a few words."""
    devices = "".join(f", {device}" for device in environment.devices)
    cores = f"{environment.n_cores} core{'s' if environment.n_cores != 1 else ''}"
    return f"{environment.processor}, {cores}{devices}"
