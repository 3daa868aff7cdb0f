"""What parent and child say to each other: a job goes in, events come back.

One message is a 4-byte big-endian length and that many bytes of JSON, on a pipe of its own;
standard output and error belong to the contestant. The first message of each side names the
version, so that a child may run under another interpreter with other package versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from spoonbench.harness.instruction_sets import Arithmetic
from spoonbench.harness.records import Environment, Mode, RunStatus
from spoonbench.solvers.api import Answer, Example, FitReport, Part, Problem, Size
from spoonbench.solvers.engines import EngineReport
from spoonbench.solvers.quantizations import Quantized

PROTOCOL_VERSION = 2

MORE_WARMUP = 8
"""Untimed calls at most, after the first ones, until they have settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a child may take.

    Attributes:
        memory_bytes: above its baseline; None for no limit.
        seconds: wall clock, the whole job; None for no limit.
    """

    memory_bytes: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Train before anything is measured.

    Attributes:
        training: examples to learn from.
        validation: examples to choose by.
        checkpoints: existing folder in which interrupted training goes on; None: not resumed.
        save_to: existing empty folder for what was learned; None: kept in memory only.
    """

    training: tuple[Example, ...]
    validation: tuple[Example, ...] = ()
    checkpoints: str | None = None
    save_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellWork:
    """One cell to run: a pass over the problems in batches, or so many calls of another mode.

    In the modes "score" and "train" the examples are taken in turn, and from the first on again
    after the last, so that every call has its full number of texts.

    Attributes:
        cell_key: of the cell.
        problems: in order; none in other modes than "answer".
        batch_size: texts of one timed call, the last of a pass over problems may hold fewer; in
            the mode "train", examples of one forward pass.
        n_warmup: untimed calls first, on the first batch.
        keep_answers: send the answers back.
        seconds: stop the pass once this much time is used and `least_items` are done; None: never.
            A pass cut short says so; its answers are those of the items done.
        least_items: see above.
        mode: what is timed.
        prompt_tokens: of every text, in the modes "prefill" and "decode".
        new_tokens: of every text, in the mode "decode".
        examples: to be scored or learned from, in the modes "score" and "train".
        accumulation: forward and backward passes of one training step.
        n_calls: timed calls, in other modes than "answer".
        more_warmup: untimed calls at most after the first `n_warmup`, until they have settled;
            None: none in the mode "answer", `MORE_WARMUP` in the others.
        held_out: a text that is read after the pass, outside the clock and the peak of memory: how
            well the contestant foresees it goes into the metrics; None: none.
        breakdown: take the time of each part of an answering call too, in the mode "answer". The
            samples then hold what the stopwatches cost.
        lean_peak: after all that one more call is made, untimed, of the batch with most text, while
            freed memory is given back at once; the process goes on so, and measures no other cell.
    """

    cell_key: str
    problems: tuple[Problem, ...]
    batch_size: int
    n_warmup: int = 1
    keep_answers: bool = True
    seconds: float | None = None
    least_items: int = 20
    mode: Mode = "answer"
    prompt_tokens: int | None = None
    new_tokens: int | None = None
    examples: tuple[Example, ...] = ()
    accumulation: int = 1
    n_calls: int = 10
    more_warmup: int | None = None
    breakdown: bool = False
    held_out: str | None = None
    lean_peak: bool = False

    @property
    def texts_per_call(self) -> int:
        """Problems, examples or rows of tokens of one timed call."""
        return self.batch_size * self.accumulation

    @property
    def n_items(self) -> int:
        """Texts of all timed calls, where none is cut short."""
        if self.mode == "answer":
            return len(self.problems)
        return self.n_calls * self.texts_per_call


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one child does: prepare a contestant, train or load it, run cells one after another.

    Attributes:
        job_id: for messages and logs.
        part: the contestant.
        training: train it; None: not.
        artifact: folder to load what was learned from; None: nothing to load.
        cells: run in this order; each is reported as soon as it is done.
        limits: what the child may take.
        overhead_dtype: tell only what libraries take beside tensors in this number format
            (`harness.predict.overhead`); None: do all the rest instead.
        affinity: cores of its threads (`harness.affinity`).
        calibration: texts for a quantization that calibrates.
    """

    job_id: str
    part: Part
    training: Training | None = None
    artifact: str | None = None
    cells: tuple[CellWork, ...] = ()
    limits: Limits = field(default_factory=Limits)
    overhead_dtype: str | None = None
    affinity: str = "any"
    calibration: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResult:
    """How one cell went.

    Attributes:
        cell_key: of the cell.
        status: "ok", or what ended it.
        reason: for a person, where it is not ok.
        warmup_ns: of each warm-up call.
        samples_ns: of each timed call.
        items_per_sample: items of each timed call; texts in other modes than "answer".
        answers: in the order of the problems; None where they were not asked for.
        peak_bytes: highest resident memory during this cell, above the baseline.
        device_peak_bytes: highest memory on an accelerator.
        energy_j: joules over the timed calls.
        missing: meter to the reason why it gave nothing.
        metrics: raw figures beside these, JSON values; see `spoonbench.harness.cells`.
    """

    cell_key: str
    status: RunStatus
    reason: str | None = None
    warmup_ns: tuple[int, ...] = ()
    samples_ns: tuple[int, ...] = ()
    items_per_sample: tuple[int, ...] = ()
    answers: tuple[Answer, ...] | None = None
    peak_bytes: int | None = None
    device_peak_bytes: int | None = None
    energy_j: float | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The machine that a job ran on.

    Attributes:
        environment: what identifies it.
        observed: what was seen of it when the job was done, and its name as "node".
    """

    environment: Environment
    observed: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a child found out about where it is, before it prepared anything.

    Attributes:
        arithmetic: what its processor has for the formats that the contestant computes in.
        packages: distribution that the contestant needs to its version.
        threads: of torch, by "intra_op" (one operation) and "inter_op" (operations at once);
            none where torch is not loaded.
    """

    arithmetic: tuple[Arithmetic, ...] = ()
    packages: Mapping[str, str] = field(default_factory=dict)
    threads: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """How a job went. Cells that were not reached have the status and reason of the job.

    Attributes:
        job_id: of the job.
        status: "ok", or what ended it.
        reason: for a person, where it is not ok.
        probe: what the child found out before it prepared anything; None: it did not come so far.
        baseline_bytes: resident memory after imports, before `prepare`.
        resident_bytes: after `prepare`, training or loading, above the baseline.
        load_s: to import, prepare and load.
        fit_s: to train.
        fit_peak_bytes: highest resident memory up to the end of training, above the baseline.
        fit_report: of the training.
        size: of the contestant, counted over the first problems.
        quantized: what its quantization did; None where none was asked for.
        engine: what runs it, and what building that took; None where it runs as it is.
        overhead_bytes: what libraries take beside tensors, where the job asked for it.
        kernel_bytes: what they keep for each product of another shape, likewise.
        layer_bytes: what an engine keeps for each layer besides tensors, likewise.
        cells: one for each cell of the job, in order.
        output_tail: last part of what the contestant printed.
        host: where it ran; None: on the machine that asked.
    """

    job_id: str
    status: RunStatus
    reason: str | None = None
    probe: Probe | None = None
    baseline_bytes: int | None = None
    resident_bytes: int | None = None
    load_s: float | None = None
    fit_s: float | None = None
    fit_peak_bytes: int | None = None
    fit_report: FitReport | None = None
    size: Size | None = None
    quantized: Quantized | None = None
    engine: EngineReport | None = None
    overhead_bytes: int | None = None
    kernel_bytes: int | None = None
    layer_bytes: int | None = None
    cells: tuple[CellResult, ...] = ()
    output_tail: str = ""
    host: Host | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One message of the child.

    Attributes:
        kind: "hello" (data: protocol version, baseline_bytes, a Probe), "ready" (prepared or
            loaded), "progress" (data: fraction, message), "fitted", "sized", "quantized" (data: a
            Quantized), "built" (data: an EngineReport), "overhead" (data: bytes,
            kernel_bytes, layer_bytes), "cell" (data: a CellResult), "done", "failed" (data: status,
            reason).
        data: JSON values.
    """

    kind: Literal[
        "hello",
        "ready",
        "progress",
        "fitted",
        "sized",
        "quantized",
        "built",
        "overhead",
        "cell",
        "done",
        "failed",
    ]
    data: Mapping[str, Any] = field(default_factory=dict)
