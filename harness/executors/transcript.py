"""What a child said, checked and put together into a result."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from spoonbench.harness.canonical import from_json
from spoonbench.harness.framing import BadMessage
from spoonbench.harness.protocol import PROTOCOL_VERSION, CellResult, Job, JobResult, Probe
from spoonbench.harness.records import RunStatus
from spoonbench.solvers.api import FitReport, Size
from spoonbench.solvers.engines import EngineReport
from spoonbench.solvers.quantizations import Quantized

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.protocol import CellWork

STATUSES = get_args(RunStatus)
N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended."""

    status: RunStatus
    reason: str | None = None


@dataclass(slots=True)
class Transcript:
    """The events of one child so far.

    Attributes:
        job: what was asked for.
        on_cell: called with each cell as soon as it is done, and with the job so far.
        on_training: called with the share and the message of a contestant that trains.
        baseline_bytes: of the child, once it has said hello.
        ending: what the child said last, once it has.
    """

    job: Job
    on_cell: Callable[[CellResult, JobResult], None] | None = None
    on_training: Callable[[float, str], None] | None = None
    baseline_bytes: int | None = None
    ending: Ending | None = None
    _cells: list[CellResult] = field(default_factory=list)
    _facts: dict[str, Any] = field(default_factory=dict)

    @property
    def n_cells(self) -> int:
        """Cells that are done."""
        return len(self._cells)

    def take(self, message: Mapping[str, Any]) -> None:
        """Take the next event.

        Raises:
            BadMessage: it is none, or not one that can come now.
        """
        kind, data = message.get("kind"), message.get("data")
        if not isinstance(kind, str) or not isinstance(data, dict) or self.ending is not None:
            raise BadMessage(f"an event {kind!r} where none can be")
        try:
            note = getattr(self, f"_note_{kind}")
            tell = note(data)
        except (AttributeError, KeyError, TypeError, ValueError) as exc:
            raise BadMessage(f"a malformed event {kind!r}: {exc}") from exc
        # Outside the try: an error of the caller's own function is no bad message.
        if tell is not None:
            tell()

    def result(self, ending: Ending, output_tail: str) -> JobResult:
        """The whole job; cells that were not reached end as the job did."""
        missing = [
            CellResult(cell_key=work.cell_key, status=ending.status, reason=ending.reason)
            for work in self.job.cells[len(self._cells) :]
        ]
        return JobResult(
            job_id=self.job.job_id,
            status=ending.status,
            reason=ending.reason,
            baseline_bytes=self.baseline_bytes,
            cells=(*self._cells, *missing),
            output_tail=output_tail,
            **self._facts,
        )

    def _note_hello(self, data: Mapping[str, Any]) -> None:
        if data["version"] != PROTOCOL_VERSION:
            raise ValueError(f"protocol {data['version']}, expected {PROTOCOL_VERSION}")
        self.baseline_bytes = _number(data["baseline_bytes"], int)
        # A child with an older version of this package does not probe.
        if "probe" in data:
            self._facts["probe"] = from_json(Probe, data["probe"])

    def _note_progress(self, data: Mapping[str, Any]) -> Callable[[], None] | None:
        share, message = _number(data["fraction"], float), str(data["message"])
        if self.on_training is None:
            return None
        return partial(self.on_training, share, message)

    def _note_fitted(self, data: Mapping[str, Any]) -> None:
        self._facts["fit_report"] = from_json(FitReport, data["report"])
        self._facts["fit_s"] = _number(data["fit_s"], float)
        if data["fit_peak_bytes"] is not None:
            self._facts["fit_peak_bytes"] = _number(data["fit_peak_bytes"], int)

    def _note_ready(self, data: Mapping[str, Any]) -> None:
        self._facts["load_s"] = _number(data["load_s"], float)
        self._facts["resident_bytes"] = _number(data["resident_bytes"], int)

    def _note_sized(self, data: Mapping[str, Any]) -> None:
        self._facts["size"] = from_json(Size, data["size"])

    def _note_quantized(self, data: Mapping[str, Any]) -> None:
        self._facts["quantized"] = from_json(Quantized, data)

    def _note_built(self, data: Mapping[str, Any]) -> None:
        self._facts["engine"] = from_json(EngineReport, data)

    def _note_overhead(self, data: Mapping[str, Any]) -> None:
        self._facts["overhead_bytes"] = _number(data["bytes"], int)
        self._facts["kernel_bytes"] = _number(data["kernel_bytes"], int)
        # Under another interpreter an earlier version may answer, which does not tell it.
        self._facts["layer_bytes"] = _number(data.get("layer_bytes", 0), int)

    def _note_cell(self, data: Mapping[str, Any]) -> Callable[[], None] | None:
        cell: CellResult = from_json(CellResult, data)
        if self.n_cells == len(self.job.cells):
            raise ValueError("more cells than there are")
        work = self.job.cells[self.n_cells]
        if cell.cell_key != work.cell_key or cell.status not in STATUSES:
            raise ValueError(f"the cell {cell.cell_key!r} with the status {cell.status!r}")
        if cell.status == "ok" and not _is_whole(cell, work):
            raise ValueError(f"the number of answers in cell {cell.cell_key!r}")
        self._cells.append(cell)
        if self.on_cell is None:
            return None
        return partial(self.on_cell, cell, self.result(Ending("ok"), ""))

    def _note_done(self, data: Mapping[str, Any]) -> None:
        if self.n_cells < len(self.job.cells) or data:
            raise ValueError(f"after {self.n_cells} of {len(self.job.cells)} cells")
        self.ending = Ending("ok")

    def _note_failed(self, data: Mapping[str, Any]) -> None:
        if data["status"] not in STATUSES or data["status"] == "ok":
            raise ValueError(f"the status {data['status']!r}")
        self.ending = Ending(data["status"], str(data["reason"]))


def _number(value: Any, kind: type[N]) -> N:
    """The value, if it is a number of that kind."""
    if isinstance(value, bool) or not isinstance(value, (int, kind)):
        raise TypeError(f"{value!r} where a number is expected")
    return kind(value)


def _is_whole(cell: CellResult, work: CellWork) -> bool:
    """As many answers as items, and as many items as asked for, unless it was cut short."""
    n_items = sum(cell.items_per_sample)
    n_answers = n_items if cell.answers is None else len(cell.answers)
    n_expected = work.n_items
    is_cut = work.seconds is not None and n_items < n_expected
    return n_answers == n_items and (n_items == n_expected or is_cut)
