"""Where evidence comes from: the user's store, references that ship, the documents' claims.

Everything is read when it is first asked for, and once.

Not covered: what evidence means for an answer (`answering`).
"""

from __future__ import annotations

from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.harness.advise.lookups.figures import ANSWERS, Figures, reference_figures

if TYPE_CHECKING:
    from spoonbench.harness.advise.lookups.figures import Work
    from spoonbench.harness.advise.lookups.forecasts import Fits, Forecast
    from spoonbench.harness.advise.lookups.setting_cells import SettingCells
    from spoonbench.harness.advise.lookups.stored_duels import StoredDuel
    from spoonbench.harness.records import Environment
    from spoonbench.harness.store.reader import StoreReader
    from spoonbench.harness.summaries.folder import Summaries

STORE = "store.sqlite"
RESULTS = Path("spoonbench-results")
"""Where results are unless said otherwise."""


class Sources:
    """What an answer may rest on, in the order in which it is asked.

    Args:
        results: folder of the user's results; None: nobody's.
        has_references: references that ship with the package are looked at.
        has_claims: the documents' claims are.
        checks_claims: those of an answer are checked on the store now, which may take seconds.
        machine: that the user's runs must come from; None: this one, probed when it is needed.
    """

    def __init__(
        self,
        results: Path | None = RESULTS,
        *,
        has_references: bool = True,
        has_claims: bool = True,
        checks_claims: bool = False,
        machine: Environment | None = None,
    ) -> None:
        self.results = results
        self.has_references = has_references
        self.has_claims = has_claims
        self.checks_claims = checks_claims
        self._machine = machine
        self._duels: dict[str, StoredDuel | None] = {}
        self._forecasts: dict[tuple[str, str, Work], Forecast] = {}
        self._setting_cells: dict[tuple[str, str, Work], SettingCells] = {}

    @cached_property
    def machine(self) -> Environment:
        """This machine."""
        if self._machine is not None:
            return self._machine
        machine: Environment = import_module("spoonbench.harness.environment").probe()
        return machine

    @cached_property
    def devices(self) -> tuple[str, ...]:
        """Accelerators of this machine: seen without all that identifies it, which takes longer."""
        if self._machine is not None:
            return self._machine.devices
        found: tuple[str, ...] = import_module("spoonbench.harness.environment").devices()
        return found

    @cached_property
    def memory_bytes(self) -> int:
        """Memory of this machine that may be used."""
        if self._machine is not None:
            return self._machine.memory_bytes
        return int(import_module("spoonbench.harness.environment").memory_bytes())

    @cached_property
    def cuda_memory_bytes(self) -> int | None:
        """Memory of this machine's first NVIDIA device; None where it cannot be seen."""
        if self._machine is not None:
            return None
        found = import_module("spoonbench.harness.environment").cuda_memory_bytes()
        return None if found is None else int(found)

    @cached_property
    def reader(self) -> StoreReader | None:
        """The user's store; None where there is none yet.

        Its pages are not checked beforehand: for a question that takes longer than the answer.

        Raises:
            StoreError: it is damaged, or cannot be read.
        """
        if self.results is None or not (self.results / STORE).exists():
            return None
        opened: StoreReader = import_module("spoonbench.harness.store.reader").open_reader(
            self.results / STORE, checks_pages=False
        )
        return opened

    @cached_property
    def references(self) -> tuple[Figures, ...]:
        """Matrices that ship with the package."""
        return reference_figures() if self.has_references else ()

    @cached_property
    def works(self) -> tuple[Figures, ...]:
        """Matrices of the store that were measured on this machine, newest first, in parts.

        Cells that answer, read, write, score and train are parts of their own.

        Raises:
            StoreError: the store is damaged.
        """
        if self.reader is None:
            return ()
        stored = import_module("spoonbench.harness.advise.lookups.stored")
        found: tuple[Figures, ...] = stored.stored_figures(self._summaries)
        return found

    @cached_property
    def measured(self) -> tuple[Figures, ...]:
        """Those of them that hold whole answers.

        Raises:
            StoreError: the store is damaged.
        """
        return tuple(one for one in self.works if one.work == ANSWERS)

    @cached_property
    def _summaries(self) -> Summaries:
        """What the store adds up to for this machine, kept beside it."""
        if self.reader is None:
            raise AssertionError("there is no store")
        summaries: Summaries = import_module("spoonbench.harness.summaries.folder").Summaries(
            self.reader, self.machine
        )
        return summaries

    def has_matrix(self, task: str) -> bool:
        """Whether a matrix of a task is planned in the store for this machine, run or not.

        Raises:
            StoreError: the store is damaged.
        """
        if self.reader is None:
            return False
        key = self.machine.environment_id
        return bool(self.reader.newest_forms("matrices", key, task, most=1))

    @cached_property
    def matrices(self) -> tuple[Figures, ...]:
        """The store's first, then the references."""
        return (*self.measured, *self.references)

    def forecast(self, figures: Figures) -> Forecast:
        """What the performance model tells of cells that a matrix has not; fitted when asked."""
        name = (figures.source, figures.name, figures.work)
        if name not in self._forecasts:
            forecasts = import_module("spoonbench.harness.advise.lookups.forecasts")
            self._forecasts[name] = forecasts.Forecast(figures, self._fit_of(figures))
        return self._forecasts[name]

    def _fit_of(self, figures: Figures) -> Fits:
        """What fits the cells of a matrix, unless that was done before."""
        if figures.source == "reference":
            shipped = import_module("spoonbench.harness.advise.lookups.shipped_fits")
            return partial(shipped.fit_shipped, figures.name)
        if self.reader is None:  # Figures that were given, of no store that is open.
            fit: Fits = import_module("spoonbench.harness.predict.performance").fit
            return fit
        fit_kept = import_module("spoonbench.harness.advise.lookups.stored").fit_kept
        return partial(fit_kept, self._summaries, figures)

    def setting_cells(self, figures: Figures) -> SettingCells:
        """Cells of a matrix that a setting can be chosen among; each is told once."""
        name = (figures.source, figures.name, figures.work)
        if name not in self._setting_cells:
            module = import_module("spoonbench.harness.advise.lookups.setting_cells")
            self._setting_cells[name] = module.SettingCells(figures, self.forecast(figures))
        return self._setting_cells[name]

    def duel(self, task: str | None) -> StoredDuel | None:
        """The newest duel of a task that was measured on this machine; None where there is none.

        Args:
            task: name; None: no task is asked about, and there is none.

        Raises:
            StoreError: the store is damaged.
        """
        if task is None or self.reader is None:
            return None
        if task not in self._duels:
            stored = import_module("spoonbench.harness.advise.lookups.stored_duels")
            self._duels[task] = stored.read_duel(self._summaries, task)
        return self._duels[task]

    @cached_property
    def duels(self) -> tuple[StoredDuel, ...]:
        """The newest duel of each task that was measured on this machine, newest first.

        Raises:
            StoreError: the store is damaged.
        """
        if self.reader is None:
            return ()
        forms = self.reader.newest_forms("duels", self.machine.environment_id)
        tasks = dict.fromkeys(self.reader.duel_form(form).task.name for form in forms)
        return tuple(duel for task in tasks if (duel := self.duel(task)) is not None)

    def close(self) -> None:
        """Let go of the store."""
        reader = self.__dict__.get("reader")
        if reader is not None:
            reader.close()


def keep_summaries(results: Path, task: str | None = None) -> None:
    """Add up what the next question would have to, after it was measured.

    Args:
        results: folder of the user's results.
        task: of which the newest duel is added up; None: all matrices, which are fitted, too.

    Raises:
        StoreError: the store is damaged.
    """
    sources = Sources(results)
    try:
        if task is None:
            for figures in sources.works:
                sources.forecast(figures).prepare()
        else:
            sources.duel(task)
    finally:
        sources.close()
