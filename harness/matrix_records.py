"""A matrix as it is stored before it runs: the model, the task, and every cell with its name.

A leaf: what its runs add up to stands in `matrix.evidence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from spoonbench.harness.duel_records import Entry, TaskFacts
from spoonbench.harness.records import USUAL, Mode, Placement, RunRecord

PROCESS = "process"
"""The metric that says where a run was measured."""
CHILD, PYTEST = "child", "pytest"
"""In a process of its own, or inside the one of pytest, which all cells share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions(Placement):
    """Under what one cell runs: where and how, and what is timed there.

    Attributes:
        mode: what is timed.
        prompt_tokens: of every text, in the modes "prefill" and "decode".
        new_tokens: of every text, in the mode "decode".
        accumulation: forward and backward passes of one step, in the mode "train".
        order: "length": items are asked longest text first; "given": as they stand.
    """

    mode: Mode = "answer"
    prompt_tokens: int | None = None
    new_tokens: int | None = None
    accumulation: int = 1
    order: str = "given"

    @property
    def work(self) -> tuple[Mode, int | None, int | None, int]:
        """What is timed, where and how left out: cells that do the same can be compared."""
        return (self.mode, self.prompt_tokens, self.new_tokens, self.accumulation)

    @property
    def only_placement(self) -> Placement:
        """Where and how, without what is timed."""
        return Placement(**{one.name: getattr(self, one.name) for one in fields(Placement)})


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheGroup:
    """Layers whose cache grows alike.

    Attributes:
        token_bytes: that all of them together keep of one token.
        window: tokens of which they keep it, the latest; None for all.
    """

    token_bytes: int
    window: int | None = None


OWN_TENSORS = ("native", "lean", "static-cache")
"""Engines that run the model's own code on tensors of torch; others hold it in their own way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """One cell of a matrix.

    Attributes:
        name: unique in the matrix, for example "bf16-bnb-int8-batch8".
        key: of the cell.
        placement: under what it runs.
        why_skipped: why it is not run, known beforehand; None for one that is run.
        weight_bytes: predicted for the weights; None where the model has no shape to tell it from.
        peak_parts: bytes predicted at the worst moment, by component
            (`predict.prediction.MemoryPrediction`), what libraries take left out; empty where they
            cannot be told.
        peak_moment: that moment.
        n_kernels: products of matrices of other shapes that its texts make, for each of which a
            library may keep a kernel.
        n_layers: of the model, for each of which an engine may keep something besides tensors.
        cache: predicted for each text of a batch; empty where the model tells none.
        why_no_peak: why they cannot be told.
    """

    name: str
    key: str
    placement: Conditions
    why_skipped: str | None = None
    weight_bytes: int | None = None
    peak_parts: Mapping[str, int] = field(default_factory=dict)
    peak_moment: str | None = None
    n_kernels: int = 0
    n_layers: int = 0
    cache: tuple[CacheGroup, ...] = ()
    why_no_peak: str | None = None

    def predicted_cache_bytes(self, n_texts: int, n_tokens: int) -> int | None:
        """Keys and values of a batch of so many texts of so many tokens; None where untold."""
        if not self.cache:
            return None
        kept = (
            group.token_bytes * min(n_tokens, n_tokens if group.window is None else group.window)
            for group in self.cache
        )
        return n_texts * sum(kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryMemory:
    """What libraries take beside tensors, by device and number format, as in "cpu float32".

    Engines that hold a model in their own way have entries of their own ("cpu float32 openvino").

    Attributes:
        overhead_bytes: once.
        kernel_bytes: for each product of matrices of another shape.
        layer_bytes: for each layer of a model, where an engine keeps something for it.
    """

    overhead_bytes: Mapping[str, int] = field(default_factory=dict)
    kernel_bytes: Mapping[str, int] = field(default_factory=dict)
    layer_bytes: Mapping[str, int] = field(default_factory=dict)

    def added_to(self, cell: MatrixCell) -> dict[str, int]:
        """The parts of a cell's peak with these among them; empty where they cannot be told."""
        if not cell.peak_parts:
            return {}
        key = overhead_key(cell.placement)
        added = {
            "overhead": self.overhead_bytes.get(key, 0)
            + cell.n_layers * self.layer_bytes.get(key, 0),
            "kernels": cell.n_kernels * self.kernel_bytes.get(key, 0),
        }
        return {**cell.peak_parts, **{name: size for name, size in added.items() if size}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """One matrix: a model, its items, and the cells in which it answers them.

    Attributes:
        matrix_id: hash of model, items, cells and environment: the same command finds it again.
        created_at: UTC, ISO 8601.
        command: words of the command that made it.
        environment_id: of the machine.
        n_rounds: rounds of timing; all items are answered in the first.
        task: the task, with the items of the matrix as its only split.
        model: who is asked.
        cells: in the order of the sweep, those that are skipped included.
        baseline: name of the cell that all others are compared with, in answers and in speed; it
            is measured twice in every round, as an A/A pair.
        overhead_bytes: device and number format, as in "cpu float32", to what libraries take
            beside tensors (`predict.overhead`); measured once, before the cells.
        kernel_bytes: likewise, to what they keep for each product of another shape.
        layer_bytes: likewise, to what an engine keeps for each layer of a model.
    """

    matrix_id: str
    created_at: str
    command: tuple[str, ...]
    environment_id: str
    n_rounds: int
    task: TaskFacts
    model: Entry
    cells: tuple[MatrixCell, ...]
    baseline: str
    overhead_bytes: Mapping[str, int] = field(default_factory=dict)
    kernel_bytes: Mapping[str, int] = field(default_factory=dict)
    layer_bytes: Mapping[str, int] = field(default_factory=dict)

    @property
    def libraries(self) -> LibraryMemory:
        """What libraries take."""
        return LibraryMemory(
            overhead_bytes=self.overhead_bytes,
            kernel_bytes=self.kernel_bytes,
            layer_bytes=self.layer_bytes,
        )

    def predicted_peak_parts(self, cell: MatrixCell) -> dict[str, int]:
        """Bytes at the worst moment by component, what libraries take among them; empty: untold."""
        return self.libraries.added_to(cell)

    def predicted_peak_bytes(self, cell: MatrixCell) -> int | None:
        """Memory predicted for a cell at its worst moment; None where it cannot be told."""
        return sum(self.predicted_peak_parts(cell).values()) or None

    def cell(self, name: str) -> MatrixCell:
        """The cell of a name.

        Raises:
            KeyError: there is none.
        """
        for cell in self.cells:
            if cell.name == name:
                return cell
        raise KeyError(name)

    def twin_round(self, round_index: int) -> int:
        """The round under which the second run of the baseline is kept."""
        return self.n_rounds + round_index


def overhead_key(at: Placement) -> str:
    """Under which the overhead of libraries is kept."""
    key = f"{at.device} {at.dtype}"
    return key if at.engine in OWN_TENSORS else f"{key} {at.engine}"


def is_of_pytest(run: RunRecord) -> bool:
    """The run was measured inside the pytest process; one that does not say was not."""
    return run.metrics.get(PROCESS) == PYTEST


def plainest(cells: Iterable[MatrixCell]) -> MatrixCell:
    """The cell that others are compared with: the plainest of those that run, the first of equals.

    Whole answers in float32, not quantized, one at a time, on the processor, are as plain as it
    gets.
    """

    def distance(cell: MatrixCell) -> tuple[bool | int, ...]:
        at = cell.placement
        return (
            cell.why_skipped is not None,
            at.mode != "answer",
            at.quantization != USUAL.quantization,
            at.dtype != USUAL.dtype,
            at.engine != USUAL.engine,
            at.batch_size,
            at.device != USUAL.device,
        )

    return min(cells, key=distance)
