"""The matrix of the pytest suite: a small sweep, and what one session of pytest needs of it.

Its model learns for a few seconds only, so that a session starts soon: what it answers is mostly
wrong, what it computes is what a better one of the same shape computes, but for the number of
tokens that it writes.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from spoonbench.harness.artifacts import ArtifactStore
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel.run import Bench
from spoonbench.harness.environment import memory_of_child, n_cores, observe, probe
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.matrix.model import enter_model
from spoonbench.harness.matrix.overhead import measure_overheads
from spoonbench.harness.matrix.plan import Wanted, plan_matrix
from spoonbench.harness.matrix.run import store_plan, train_model
from spoonbench.harness.matrix.sweep import PLAIN, Sweep, cell_name, placements
from spoonbench.harness.matrix.sweep_file import MODEL, TASK, SweepFile, read_sweep_file
from spoonbench.harness.matrix_records import LibraryMemory
from spoonbench.harness.progress import SilentWatcher
from spoonbench.harness.protocol import Limits
from spoonbench.harness.registry import make_task
from spoonbench.harness.store.writer import open_writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.matrix.plan import MatrixPlan
    from spoonbench.harness.records import Artifact, RunRecord
    from spoonbench.harness.store.writer import StoreWriter

SUITE_PRESET = "suite"
_SUITE = replace(
    PRESETS["quick"],
    name=SUITE_PRESET,
    task_options={
        name: {"n_training": 1000, "n_validation": 100, "n_items": 64}
        for name in PRESETS["quick"].task_options
    },
    models=((MODEL, MODEL, {"max_seconds": 5}),),
    training_seconds=300.0,
)
_N_ITEMS = 64
_BATCHES = (1, 8, 64)
_FORMATS = {
    "dtype": ("fp32", "bf16", "fp16", "fp32", "fp32", "fp32"),
    "quantization": ("none", "none", "none", "bnb-int8", "bnb-nf4", "torch-int8dyn"),
}


def suite_sweep(path: Path | None) -> SweepFile:
    """The sweep of a file, or the one that comes with the suite.

    Raises:
        BadSweep: the file holds none.
    """
    usual = replace(PLAIN, threads=n_cores())
    if path is not None:
        return read_sweep_file(path, usual)
    sweep = Sweep(axes={"batch": _BATCHES}, coupled=(_FORMATS,), usual=usual)
    return SweepFile(model=MODEL, task=TASK, items=_N_ITEMS, rounds=1, sweep=sweep)


def cell_names(given: SweepFile) -> tuple[str, ...]:
    """Names of the cells of a sweep, in its order; cheap, nothing is planned.

    Raises:
        BadSweep: there is no such axis, value or cell.
    """
    found = placements(given.sweep)
    return tuple(cell_name(one, found) for one in found)


class MatrixSuite:
    """One session: the plan, the store and what the model learned; used in a `with` statement.

    Attributes:
        plan: of the matrix.
        artifact: what the model learned; None before `train`, and for one that keeps nothing.
    """

    def __init__(
        self, given: SweepFile, preset: str, folder: Path, command: Sequence[str] = ()
    ) -> None:
        """Plan the matrix.

        Args:
            given: the sweep with its model and task.
            preset: name of the duel's preset that says how much the model learns, or "suite".
            folder: of the store and the models.
            command: words after "pytest".

        Raises:
            BadSweep: there is no such axis, value or cell.
            BadTask: there is no such task, or the model cannot be asked in a process here.
            UnknownName: there is no such model or task.
        """
        self._folder = folder
        self._preset = _SUITE if preset == SUITE_PRESET else PRESETS[preset]
        self._environment = probe()
        options = self._preset.task_options.get(given.task, {})
        self._task = make_task(given.task, options)
        self._model = enter_model(given.model, self._task, self._preset)
        self._wanted = Wanted(
            placements=placements(given.sweep),
            n_items=given.items,
            n_rounds=given.rounds,
            memory_bytes=memory_of_child(self._environment),
            command=("pytest", *command),
        )
        self._open = ExitStack()
        self._store: StoreWriter | None = None
        self.artifact: Artifact | None = None
        self.plan = self._planned(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def train(self) -> None:
        """Train the model unless that was done before, and store the plan.

        Raises:
            ModelMissing: the training did not end well.
            BusyArtifact: another process is training it.
            DamagedArtifact: what it learned is there, but not as it was written.
            StoreError: the store cannot be used.
        """
        store = self._opened()
        with LocalExecutor() as executor:
            bench = Bench(
                executor=executor,
                store=store,
                artifacts=ArtifactStore(self._folder / "models"),
                watcher=SilentWatcher(),
                observe=observe,
                limits=Limits(memory_bytes=self._wanted.memory_bytes),
            )
            self.artifact = train_model(self.plan, bench)
            libraries = measure_overheads(self.plan, bench)
        if self.artifact is not None:
            # Its vocabulary is known now, and with it what the weights will take.
            self.plan = self._planned(Path(self.artifact.path), libraries)
        store_plan(self.plan, store)

    def add(self, record: RunRecord) -> None:
        """Store the record of a cell."""
        self._opened().add_run(record)

    def _opened(self) -> StoreWriter:
        if self._store is None:
            self._store = self._open.enter_context(open_writer(self._folder / "store.sqlite"))
            self._store.add_environment(self._environment)
        return self._store

    def _planned(self, learned: Path | None, libraries: LibraryMemory | None = None) -> MatrixPlan:
        wanted = replace(self._wanted, learned=learned, libraries=libraries or LibraryMemory())
        return plan_matrix(self._task, self._model, self._preset, self._environment, wanted)
