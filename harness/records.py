"""The central types: what is run, and what came out. A leaf: imports only `canonical`.

Units stand in the names of the fields. Nothing here is derived from something else that is kept:
shares, quantiles and ratios are computed when read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from spoonbench.harness.canonical import digest, without_defaults

Mode = Literal["answer", "prefill", "decode", "score", "train"]
RunStatus = Literal["ok", "skipped", "timeout", "oom", "killed", "error"]

LEVELS: dict[int, tuple[str, str]] = {
    1: ("rules", "spoon"),
    2: ("algorithms", "fork"),
    3: ("traditional ML", "knife"),
    4: ("neural networks", "chainsaw"),
    5: ("language models", "bulldozer"),
}
"""Level: its name and its image."""

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What is asked.

    Attributes:
        task: registered name, or the stem of the user's file.
        task_version: changed whenever the same seed may give other items.
        split: for example "test".
        items_hash: SHA-256 of the items in order, targets included.
        mode: what is timed.
        prompt_tokens: fixed prompt length, where the mode has one.
        new_tokens: limit on new tokens, where the mode has one.
        decoding: name of the decoding preset, where the mode has one.
        tolerance: relative tolerance at which answers are scored.
        accumulation: forward and backward passes of one step, in the mode "train".
        order: "length" where items are asked longest text first; None: as they stand.
    """

    task: str
    task_version: str
    split: str
    items_hash: str
    mode: Mode = "answer"
    prompt_tokens: int | None = None
    new_tokens: int | None = None
    decoding: str | None = None
    tolerance: float = 0.0
    accumulation: int = 1
    order: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """Who is asked.

    Attributes:
        solver: registered name.
        solver_version: the contestant's own version.
        params: parameters that were passed, JSON values.
        artifact_id: of what was learned, kept or not, where something was; several joined by "+".
    """

    solver: str
    solver_version: str
    params: Mapping[str, Any] = field(default_factory=dict)
    artifact_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where and how it runs.

    Attributes:
        device: "cpu", "cuda", "cuda:1" or "mps".
        dtype: number format.
        quantization: "none" or a method.
        engine: what runs a model.
        attention: how attention is computed; None: the engine's own way.
        batch_size: items of one call.
        padding: side of the padding; None: where it belongs.
        threads: of numeric work.
        affinity: cores of these threads (`harness.affinity`); "any": nothing is pinned.
    """

    device: str = "cpu"
    dtype: str = "float32"
    quantization: str = "none"
    engine: str = "native"
    attention: str | None = None
    batch_size: int = 1
    padding: str | None = None
    threads: int = 1
    affinity: str = "any"


USUAL = Placement()
"""The processor, in float32: where nothing else is asked for, or can be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Everything that decides what is run, nothing measured."""

    workload: Workload
    contestant: Contestant
    placement: Placement
    seed: int = 0

    @property
    def key(self) -> str:
        """SHA-256 of the canonical JSON, defaults left out: a new axis keeps old keys."""
        return digest(without_defaults(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredAnswer:
    """One answer as it is kept: what was said, and whether it was right.

    Attributes:
        problem_id: of the problem.
        status: status of the answer.
        value: what was answered.
        is_correct: right answer, or rightly abstained from an unanswerable problem.
        failure: kind of failure (`harness.scoring.FAILURES`), None for a correct answer.
        level: the level that answered, where a hybrid did.
        stage: the name of the part that answered, where a hybrid did.
    """

    problem_id: str
    status: str
    is_correct: bool
    value: str | None = None
    confidence: float | None = None
    reason: str | None = None
    raw_text: str | None = None
    log_probability: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    first_token_s: float | None = None
    stopped_by: str | None = None
    cost: float | None = None
    failure: str | None = None
    level: int | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run of one cell in one round. Append-only; a failure is a row.

    Attributes:
        run_id: unique, sortable by time.
        cell_key: of the cell.
        round_index: 0 for the first; accuracy is taken there.
        environment_id: of the machine.
        observed: what was seen of the machine at the time (load, clock, commit, dirty).
        status: how it ended.
        reason: why it did not end ok, for a person.
        started_at: UTC, ISO 8601.
        load_s: seconds to import, prepare and load; None where it was not reached.
        fit_s: seconds of training in this process.
        warmup_ns: nanoseconds of each warm-up call, apart from the samples.
        samples_ns: nanoseconds of each timed call, raw.
        items_per_sample: items of each timed call; the last of a pass may hold fewer.
        baseline_bytes: resident memory after imports, before `prepare`.
        resident_bytes: resident memory after `prepare` (and training), above the baseline.
        peak_bytes: highest resident memory during the cell, above the baseline.
        device_peak_bytes: highest memory on an accelerator.
        energy_j: joules over the timed calls.
        missing: name of a meter: why it gave nothing.
        kernel: kernel that ran, where known.
        layers_quantized: layers that a quantization changed.
        layers_skipped: layers that it left as they were.
        metrics: other raw figures, JSON values.
        artifact_sha256: content hash of the trained weights that were used.
        output_tail: last part of what the contestant printed.
        answers: scored answers, in the order of the items; None where none were kept.
    """

    run_id: str
    cell_key: str
    environment_id: str
    status: RunStatus
    started_at: str
    round_index: int = 0
    reason: str | None = None
    observed: Mapping[str, Any] = field(default_factory=dict)
    load_s: float | None = None
    fit_s: float | None = None
    warmup_ns: tuple[int, ...] = ()
    samples_ns: tuple[int, ...] = ()
    items_per_sample: tuple[int, ...] = ()
    baseline_bytes: int | None = None
    resident_bytes: int | None = None
    peak_bytes: int | None = None
    device_peak_bytes: int | None = None
    energy_j: float | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    kernel: str | None = None
    layers_quantized: int | None = None
    layers_skipped: int | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    artifact_sha256: str | None = None
    output_tail: str = ""
    answers: tuple[ScoredAnswer, ...] | None = None
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What identifies a machine; its hash is its id.

    Attributes:
        processor: model name.
        architecture: for example "x86_64".
        n_cores: logical processors that this process may use.
        instruction_sets: those that matter for number formats, sorted.
        memory_bytes: physical memory.
        devices: accelerators, one line each.
        system: operating system and kernel release.
        python: version.
        libraries: name to version of what computes.
        allocator: settings of allocator and threads given to children.
        interpreter: path of the children's interpreter; None: that of the command.
    """

    processor: str
    architecture: str
    n_cores: int
    instruction_sets: tuple[str, ...]
    memory_bytes: int
    devices: tuple[str, ...]
    system: str
    python: str
    libraries: Mapping[str, str]
    allocator: Mapping[str, str] = field(default_factory=dict)
    interpreter: str | None = None

    @property
    def environment_id(self) -> str:
        """First 16 hex digits of the SHA-256 of the canonical JSON."""
        return digest(without_defaults(self))[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """One item of a workload, as the report needs it."""

    problem_id: str
    text: str
    target: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Something made from a recipe: a tokenizer, trained weights.

    Attributes:
        artifact_id: hash of the recipe, known before it is made.
        kind: for example "weights".
        recipe: JSON values; names its parents.
        parents: artifact ids.
        data_hash: SHA-256 of the training items.
        seed: of the making.
        sha256: hash of the content, known after it is made.
        bytes: size of the content.
        path: folder that holds it.
    """

    artifact_id: str
    kind: str
    recipe: Mapping[str, Any]
    parents: tuple[str, ...]
    data_hash: str | None
    seed: int
    sha256: str
    bytes: int
    path: str
