"""The contract between a contestant and whoever runs it.

A contestant is a class that takes no arguments and offers some of the small protocols below.
Importing the module of a contestant must be cheap: heavy libraries (torch, transformers,
scikit-learn, sympy) are imported in `prepare` or `fit`, so that listing contestants costs nothing.

What can be asked of language models beside answers stands in `spoonbench.solvers.texts`; what they
say of their weights and of what runs them, in `quantizations` and `engines` beside it.

Not covered: scoring. A contestant never sees the target of a problem that it is asked to solve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from spoonbench.solvers.guarantees import Guarantee as Guarantee  # noqa: PLC0414  # of the contract
from spoonbench.solvers.guarantees import GuaranteeKind as GuaranteeKind  # noqa: PLC0414  # likewise

if TYPE_CHECKING:
    from pathlib import Path

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

AnswerKind = Literal["number", "label", "text"]
AnswerStatus = Literal["answered", "abstained", "needs_input", "failed"]
StopReason = Literal["end_token", "stop_string", "stopped", "limit"]
"""`stopped`: a server says that its model stopped by itself, not whether by end token or string."""
PayloadKind = Literal["text", "image", "row"]

Progress = Callable[[float, str], None]
"""Called with the share done, in [0, 1], and a short message."""


class BadInput(ValueError):
    """What a user gave makes no sense; the message says so in a sentence."""


class Unsupported(Exception):
    """The settings cannot be met here; the message says why, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A grey image.

    Attributes:
        pixels: shape (height, width), row by row from the top, each in [0, maximum].
        maximum: the brightest value that a pixel can have.
    """

    pixels: tuple[tuple[float, ...], ...]
    maximum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: an option contract, a trade.

    Attributes:
        values: numbers and words by name, in the table's order; no name stands twice.
    """

    values: tuple[tuple[str, float | str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One question. The expected answer is kept by the harness, out of reach.

    Attributes:
        problem_id: unique within its task.
        text: the question; for an image, one line of text that stands for it.
        kind: the kind of answer asked for.
        group: problems of one group never stand on both sides of a split.
        payload: the input where it is no text.
    """

    problem_id: str
    text: str
    kind: AnswerKind = "text"
    group: str | None = None
    payload: Image | Row | None = None

    @property
    def image(self) -> Image | None:
        """The payload, where it is an image."""
        return self.payload if isinstance(self.payload, Image) else None

    @property
    def row(self) -> Row | None:
        """The payload, where it is a row of a table."""
        return self.payload if isinstance(self.payload, Row) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A problem of the training part with its answer; None means: to be abstained from."""

    problem: Problem
    target: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """What one stage of a hybrid received and returned."""

    stage: str
    level: int
    received: str
    returned: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a contestant said.

    Attributes:
        status: `answered` comes with a value; every other status with a reason.
        value: a string, an integer, a decimal or a fraction "a/b", written as text.
        confidence: in [0, 1]; None where the contestant has no estimate.
        reason: why there is no value.
        raw_text: what a model wrote, before the value was read from it.
        log_probability: natural logarithm of the probability of `raw_text`.
        tokens_in: prompt tokens of a model.
        tokens_out: new tokens of a model.
        first_token_s: seconds until the first new token.
        stopped_by: what ended the text of a model.
        cost: price of this answer in US dollars, where one is known.
        trace: what each stage of a hybrid received and returned.
    """

    status: AnswerStatus
    value: str | None = None
    confidence: float | None = None
    reason: str | None = None
    raw_text: str | None = None
    log_probability: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    first_token_s: float | None = None
    stopped_by: StopReason | None = None
    cost: float | None = None
    trace: tuple[TraceStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverInfo:
    """Facts about a contestant that hold before it is prepared.

    Attributes:
        name: the registered name.
        version: changed whenever the same input may get another answer.
        level: 1 rules, 2 algorithms, 3 traditional ML, 4 neural networks, 5 language models.
        summary: one sentence.
        kinds: kinds of answer it can give.
        payload: what it reads.
        devices: devices it can run on, for example ("cpu", "cuda", "mps").
        dtypes: number formats, for example ("float32", "bfloat16").
        quantizations: quantization methods.
        engines: engines that can run it (`spoonbench.solvers.engines`).
        attentions: ways of computing attention that can be asked for.
        paddings: sides on which a batch can be asked to be padded.
        deterministic: the same answers for the same input, settings and seed.
        needs_training: `fit` must be called, or trained weights loaded, before `solve`.
        keeps_weights: has `save` and `load`; otherwise it is fitted again in each process.
        distributed: processes that were joined (torch.distributed is initialized) share `fit`.
        guarantee: what it promises about its answers.
        requires: distributions it needs, as pip names.
        source: paper, book or document the method comes from.
        modules: import names of the modules that hold its logic, counted as its lines of code.
        data_files: files that hold its word lists, as "package:file.toml", counted apart.
    """

    name: str
    version: str
    level: int
    summary: str
    kinds: tuple[AnswerKind, ...]
    payload: PayloadKind = "text"
    devices: tuple[str, ...] = ("cpu",)
    dtypes: tuple[str, ...] = ("float32",)
    quantizations: tuple[str, ...] = ("none",)
    engines: tuple[str, ...] = ("native",)
    attentions: tuple[str, ...] = ()
    paddings: tuple[str, ...] = ()
    deterministic: bool = True
    needs_training: bool = False
    keeps_weights: bool = False
    distributed: bool = False
    guarantee: Guarantee = field(default_factory=Guarantee)
    requires: tuple[str, ...] = ()
    source: str = ""
    modules: tuple[str, ...] = ()
    data_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One stage of a hybrid: the contestant to import, and how to prepare it.

    Attributes:
        name: its registered name.
        target: "module:Class".
        settings: given to its `prepare`.
    """

    name: str
    target: str
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a contestant is to run.

    Attributes:
        device: "cpu", "cuda", "cuda:1" or "mps".
        dtype: a torch name, for example "float32".
        quantization: "none" or a method.
        engine: what runs a model; "native" is the contestant's own way.
        attention: how attention is computed; None: as the engine does it by itself.
        padding: "left" or "right"; None: where it belongs.
        threads: threads for numeric work.
        seed: for everything random in the contestant.
        params: the contestant's own parameters, JSON values only; unknown names are refused.
        parts: the stages of a hybrid, in the order in which they are asked.
    """

    device: str = "cpu"
    dtype: str = "float32"
    quantization: str = "none"
    engine: str = "native"
    attention: str | None = None
    padding: str | None = None
    threads: int = 1
    seed: int = 0
    params: Mapping[str, Json] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One validation during training."""

    step: int
    seconds: float
    train_loss: float | None
    validation_loss: float | None
    validation_accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FitReport:
    """What training did.

    Attributes:
        n_examples: examples seen at least once.
        n_steps: optimizer steps; 0 for methods that have none.
        n_tokens: tokens seen, padding left out; None where there are none.
        best_step: the step whose weights were kept.
        stopped_by: "done", "early stopping" or "time limit".
        curve: validations in order.
        notes: figures of the method, JSON values.
    """

    n_examples: int
    n_steps: int = 0
    n_tokens: int | None = None
    best_step: int | None = None
    stopped_by: str = "done"
    curve: tuple[CurvePoint, ...] = ()
    notes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a contestant is, and what one answer costs in arithmetic.

    Attributes:
        n_parameters: numbers that training sets; None where the notion is empty.
        weight_bytes: bytes of them in memory.
        operations_per_problem: additions and multiplications for an average problem.
        formula: how `operations_per_problem` is counted.
    """

    n_parameters: int | None = None
    weight_bytes: int | None = None
    operations_per_problem: float | None = None
    formula: str | None = None


@runtime_checkable
class Solves(Protocol):
    """Answers problems in batches: what every contestant does."""

    info: SolverInfo

    def prepare(self, settings: Settings, /) -> None:
        """Get ready; never timed as inference.

        Raises:
            Unsupported: the settings cannot be met; the message says why.
        """
        ...

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every problem, in order: the only call timed as inference.

        Args:
            problems: shape (n,); n is at most the cell's batch size.

        Returns:
            n answers, `answers[i]` for `problems[i]`. A problem that cannot be solved gets an
            answer with a status and a reason, never an exception.

        Raises:
            MemoryError: the batch does not fit the device.
        """
        ...

    def close(self) -> None:
        """Free what `prepare` took; may be called twice."""
        ...


@runtime_checkable
class Trains(Protocol):
    """Learns from examples."""

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],
        progress: Progress,
        checkpoints: Path | None,
        /,
    ) -> FitReport:
        """Learn.

        Args:
            training: shape (n,).
            validation: shape (m,), to choose the best weights and to stop early; may be empty.
            progress: called now and then.
            checkpoints: an existing folder of its own, in which interrupted training goes on;
                None for training that is not to be resumed.

        Raises:
            ValueError: the examples cannot be learned from; the message says why.
        """
        ...


@runtime_checkable
class Steps(Protocol):
    """Can run one training step by itself, so that a step can be timed."""

    def step(self, examples: Sequence[Example], /, *, accumulation: int = 1) -> float:
        """Forward and backward in so many equal parts, one update; returns the mean loss."""
        ...


@runtime_checkable
class Keeps(Protocol):
    """Keeps what it learned in a folder."""

    def save(self, folder: Path, /) -> None:
        """Write weights (safetensors) and configuration (JSON) into an existing empty folder."""
        ...

    def load(self, folder: Path, /) -> None:
        """Read what `save` wrote.

        Raises:
            Unsupported: the folder holds no such thing.
        """
        ...


@runtime_checkable
class Measures(Protocol):
    """Knows its size."""

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Size, with the arithmetic counted over these problems."""
        ...
