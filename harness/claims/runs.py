"""What was measured, as checks read it: duels and matrices, added up when they are asked for.

Matrices of the store come first, then those that were measured elsewhere: they stand in where
nothing was measured here, and findings name their machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.claims.claim import Subject
from spoonbench.harness.records import USUAL
from spoonbench.harness.summaries.duels import keys_of, read_scored
from spoonbench.harness.summaries.folder import Summaries
from spoonbench.harness.summaries.matrices import read_matrix
from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from spoonbench.harness.duel_records import Duel, Entry
    from spoonbench.harness.evidence import Measurement, SplitScore
    from spoonbench.harness.matrix.evidence import CellEvidence, MatrixEvidence
    from spoonbench.harness.records import Environment, Mode, ScoredAnswer
    from spoonbench.harness.reference.records import Reference
    from spoonbench.harness.store.reader import PlanForm, StoreReader

_T = TypeVar("_T")

LANGUAGE_MODEL_LEVEL = 5
_PLAIN_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
"""Of a number of weights that are not quantized."""
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
        kept: where what is made of its answers is kept, and as what; None: nowhere.
    """

    duel: Duel
    measurements: tuple[Measurement, ...]
    machine: str
    reader: StoreReader
    kept: tuple[Summaries, PlanForm] | None = None

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

    def once(self, name: str, kind: type[_T], make: Callable[[], _T]) -> _T:
        """What single answers add up to: made once, then kept with the summaries of the store.

        Args:
            name: of it among all that is made of a duel; that of the claim.
            kind: record that holds it.
            make: reads the answers.
        """
        if self.kept is None:
            return make()
        summaries, form = self.kept
        found: _T = summaries.get(
            form,
            part=name,
            plan=lambda: self.duel,
            cells=keys_of,
            add_up=lambda _: make(),
            to_json=to_json,
            from_json=partial(from_json, kind),
        )
        return found


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

    @property
    def subject(self) -> Subject:
        """Its model, with the size that weights which are not quantized tell."""
        plain = [one for one in self.cells() if one.cell.placement.quantization == NONE]
        sizes = (
            one.weight_bytes / n_bytes
            for dtype, n_bytes in _PLAIN_BYTES.items()
            for one in plain
            if one.weight_bytes and one.cell.placement.dtype == dtype
        )
        return Subject(label=self.model, parameters=next(sizes, None))

    def fields(self, cells: Iterable[CellEvidence]) -> dict[str, Any]:
        """What a finding says of where it was measured, and with which model.

        Args:
            cells: that it rests on.
        """
        return {
            "subject": self.subject,
            "machine": self.machine,
            "is_elsewhere": self.is_elsewhere,
            "run_ids": tuple(dict.fromkeys(run_id for one in cells for run_id in one.run_ids)),
        }


class Runs:
    """Duels of a store, and matrices of a store and of elsewhere.

    Each is added up once; what it came to is kept beside the store.
    """

    def __init__(self, reader: StoreReader | None, references: Sequence[Reference] = ()) -> None:
        self._reader = reader
        self._references = references
        self._duels: dict[tuple[PlanForm, bool], MeasuredDuel] = {}
        self._matrices: dict[PlanForm, MeasuredMatrix] = {}
        self._summaries: dict[str, Summaries] = {}

    def duels(self, task: str | None = None) -> Iterator[MeasuredDuel]:
        """The newest duels on a task, newest first.

        Args:
            task: name; None for any task: then only the split that decides is sure to be scored,
                for that is quicker read than all.

        Raises:
            StoreError: the store is damaged.
        """
        if self._reader is None:
            return
        for form in self._reader.newest_forms("duels", task=task, most=MOST):
            yield self._duel(self._reader, form, is_whole=task is not None)

    def matrices(self) -> Iterator[MeasuredMatrix]:
        """Matrices, newest first, those of elsewhere last.

        Raises:
            StoreError: the store is damaged.
        """
        if self._reader is not None:
            for form in self._reader.newest_forms("matrices", most=MOST):
                if form not in self._matrices:
                    self._matrices[form] = self._read_matrix(self._reader, form)
                yield self._matrices[form]
        for one in self._references:
            machine = machine_text(one.environment)
            yield MeasuredMatrix(evidence=one.evidence, machine=machine, is_elsewhere=True)

    def _duel(self, reader: StoreReader, form: PlanForm, *, is_whole: bool) -> MeasuredDuel:
        """Read once; what was read whole serves for both."""
        for known in (True, is_whole):
            if (form, known) in self._duels:
                return self._duels[form, known]
        self._duels[form, is_whole] = self._read_duel(reader, form, is_whole=is_whole)
        return self._duels[form, is_whole]

    def _read_duel(self, reader: StoreReader, form: PlanForm, *, is_whole: bool) -> MeasuredDuel:
        summaries = self._of_machine(reader, form)
        summary = read_scored(summaries, form, is_whole=is_whole)
        # Of the few that a check still asks for, each is read again: all would fill the memory.
        reader.forget_answers()
        return MeasuredDuel(
            duel=summary.duel,
            measurements=summary.measurements,
            machine=machine_text(summaries.machine),
            reader=reader,
            kept=(summaries, form),
        )

    def _read_matrix(self, reader: StoreReader, form: PlanForm) -> MeasuredMatrix:
        found = read_matrix(self._of_machine(reader, form), form)
        reader.forget_answers()
        return MeasuredMatrix(evidence=found.evidence, machine=machine_text(found.environment))

    def _of_machine(self, reader: StoreReader, form: PlanForm) -> Summaries:
        """Summaries of the machine that a plan was made for."""
        key = form.environment_id
        if key not in self._summaries:
            self._summaries[key] = Summaries(reader, reader.environment(key))
        return self._summaries[key]


def subject_of(one: Measurement) -> Subject:
    """A language model with its size."""
    return Subject(label=one.entry.label, parameters=one.n_parameters)


def largest_model(measurements: Iterable[Measurement]) -> Subject | None:
    """The largest language model among contestants, alone or in a hybrid; None where none is."""
    found = [
        one
        for one in measurements
        if one.entry.level == LANGUAGE_MODEL_LEVEL and one.n_parameters is not None
    ]
    return subject_of(max(found, key=lambda one: one.n_parameters or 0)) if found else None


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
