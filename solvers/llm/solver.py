r"""Level 5: a causal transformer that is trained here, from nothing or from given weights.

It learns to continue "QUESTION\n" with " The answer is TARGET." and is asked in the same words.
Given weights are those of any causal model of transformers (`init`); all of them are trained
further (`tune` "full"), or an adapter beside them is (`tune` "lora").
It reads text only: of an image, the line of text that stands for it.

An engine runs answers and `generate`; likelihoods are always computed by the model itself.

Not covered: asking weights as they come; sampled answers (`generate` samples).
"""

from __future__ import annotations

import time
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import Settings, Size, SolverInfo, Unsupported
from spoonbench.solvers.engines import ATTENTIONS, ENGINES
from spoonbench.solvers.learning import NOT_FITTED, failed
from spoonbench.solvers.llm.recipe import NAME, Recipe, read_recipe
from spoonbench.solvers.llm.timed_passes import TimedPasses
from spoonbench.solvers.number_formats import AUTOCAST, weight_format
from spoonbench.solvers.placement import check_placement
from spoonbench.solvers.quantizations import METHODS, NONE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spoonbench.solvers.api import (
        Answer,
        Example,
        FitReport,
        Json,
        Problem,
        Progress,
    )
    from spoonbench.solvers.engines import EngineReport
    from spoonbench.solvers.llm.arithmetic import WeightCounts
    from spoonbench.solvers.llm.artifact import TrainedModel
    from spoonbench.solvers.llm.engines.interface import Execution
    from spoonbench.solvers.model_shapes import ModelShape
    from spoonbench.solvers.quantizations import Quantized
    from spoonbench.solvers.text_sizes import TextSizes
    from spoonbench.solvers.texts import Decoding, Generation, TextLikelihood

_MODULES = (
    "adapters",
    "answering",
    "architecture",
    "arithmetic",
    "artifact",
    "base_model",
    "batches",
    "checkpoints",
    "confidence",
    "decoding",
    "engines.build",
    "engines.compiled",
    "engines.export",
    "engines.interface",
    "engines.lean",
    "engines.onnx_runtime",
    "engines.openvino_runtime",
    "engines.static_cache",
    "fitting",
    "fixed_lengths",
    "generation",
    "likelihood",
    "machine",
    "optimization",
    "presets",
    "prompt",
    "quantization.census",
    "quantization.layers",
    "quantization.methods",
    "quantization.quantize",
    "ranks",
    "recipe",
    "refusals",
    "solver",
    "stepping",
    "stopwatch",
    "timed_passes",
    "token_choice",
    "tokenizer",
    "training",
    "windows",
)


class LanguageModelSolver(TimedPasses):
    """A language model trained here; its parameters are those of `Recipe`."""

    info = SolverInfo(
        name=NAME,
        version="2",
        level=5,
        summary="A causal transformer trained here, which writes out its answer.",
        kinds=("number", "label", "text"),
        devices=("cpu", "cuda", "mps"),
        dtypes=("float32", "bfloat16", "float16", AUTOCAST),
        quantizations=(NONE, *METHODS),
        engines=tuple(ENGINES),
        attentions=tuple(ATTENTIONS),
        paddings=("left", "right"),
        needs_training=True,
        keeps_weights=True,
        distributed=True,
        requires=("torch", "transformers", "tokenizers", "safetensors", "numpy", "peft"),
        source="The recipe of the case study; Radford et al. 2019 (GPT-2), Sanh et al. 2019 "
        "(DistilGPT2), Arcee AI 2025 (Arcee), Hu et al. 2021 (LoRA)",
        modules=tuple(f"spoonbench.solvers.llm.{name}" for name in _MODULES),
    )

    def __init__(self) -> None:
        self._settings = Settings()
        self._recipe: Recipe | None = None
        self._trained: TrainedModel | None = None
        self._optimizer: Any = None
        self._counts: WeightCounts | None = None
        self._quantized: Quantized | None = None
        self._calibration: tuple[Example, ...] = ()
        self._execution: Execution | None = None
        self._engine_report: EngineReport | None = None

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings and import what is needed.

        Raises:
            Unsupported: a device that is not there, or settings that this contestant has not.
        """
        recipe = read_recipe(settings.params)
        check_placement(self.info, settings)
        from spoonbench.solvers.llm.machine import set_up

        set_up(settings)
        if settings.quantization != NONE:
            from spoonbench.solvers.llm.quantization.quantize import check_method

            check_method(settings.quantization, settings.device, settings.dtype)
        from spoonbench.solvers.llm.engines.build import check_engine

        check_engine(settings)
        # Imported before the first answer, not while it is timed.
        import_module("spoonbench.solvers.llm.answering")
        self.close()
        self._settings, self._recipe = settings, recipe

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],
        progress: Progress,
        checkpoints: Path | None,
        /,
    ) -> FitReport:
        """Train from nothing or from given weights; see `spoonbench.solvers.llm.training`.

        Raises:
            ValueError: the examples or the given weights cannot be learned from, or the checkpoint
                is of another training; the message says why.
            Unsupported: the settings are those of answers alone.
        """
        from spoonbench.solvers.llm.fitting import fit_model

        recipe = self._prepared()
        self._check_trainable()
        self._optimizer = self._counts = self._quantized = self._execution = None
        self._trained, report = fit_model(
            (training, validation), recipe, self._settings, progress, checkpoints
        )
        return report

    def step(self, examples: Sequence[Example], /, *, accumulation: int = 1) -> float:
        """One training step; the first call builds what is not there yet.

        Args:
            examples: of the whole step.
            accumulation: forward and backward passes, each over as many of the examples.

        Raises:
            ValueError: no examples, some that are too long, or a number of them that cannot be
                parted so.
            Unsupported: the weights are quantized, or the settings are those of answers alone.
        """
        from spoonbench.solvers.llm import adapters, batches, fitting, machine, optimization

        self._check_trainable()
        if self._quantized is not None:
            raise Unsupported(f"{NAME}: quantized weights cannot be trained further")
        if self._trained is None:
            self._trained, _ = fitting.build_untrained(
                examples, self._prepared(), self._settings, None
            )
        self._execution = None
        trained, recipe = self._trained, self._trained.recipe
        parts = batches.equal_parts(fitting.encode_checked(trained, examples), accumulation)
        # Answers may be given in another format; the weights learn in this one.
        machine.convert(trained.model, "float32")
        if recipe.tune == "lora":
            adapters.unmerge(trained.model)
        if self._optimizer is None:
            self._optimizer = optimization.make_optimizer(trained.model, recipe)
        precision = optimization.training_precision(recipe, trained.model, self._settings.device)
        trained.model.train()
        learner = (trained.model, self._optimizer)
        loss = optimization.train_step(learner, parts, recipe, precision)
        trained.model.eval()
        return loss

    def step_dtype(self) -> str:
        """What training steps multiply in: the recipe says it, not the settings."""
        from spoonbench.solvers.llm.optimization import training_precision

        trained = self._fitted()
        precision = training_precision(trained.recipe, trained.model, self._settings.device)
        return str(precision).removeprefix("torch.")

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every problem, in order, in one batch.

        Raises:
            MemoryError: the batch does not fit the device.
        """
        started_ns = time.perf_counter_ns()
        if self._trained is None:
            return [failed(NOT_FITTED) for _ in problems]
        from spoonbench.solvers.llm.answering import answer_problems
        from spoonbench.solvers.llm.machine import computing

        with computing(self._settings):
            return answer_problems(
                self._ready(),
                problems,
                started_ns,
                stopwatch=self._stopwatch,
                execution=self._executed(),
            )

    def generate(self, prompts: Sequence[str], decoding: Decoding, /) -> list[Generation]:
        """Continue every prompt as it stands, in one batch, in order.

        Raises:
            ValueError: a prompt that is empty or too long for the model.
            MemoryError: the batch does not fit the device.
        """
        from spoonbench.solvers.llm.answering import continue_prompts
        from spoonbench.solvers.llm.machine import computing

        with computing(self._settings):
            return continue_prompts(self._ready(), prompts, decoding, self._executed())

    def log_likelihood(self, prompts: Sequence[str], texts: Sequence[str], /) -> list[float]:
        """Natural logarithm of the probability of each text after its prompt, end token left out.

        Raises:
            ValueError: a prompt that is empty, or a pair too long for the model.
            MemoryError: the batch does not fit the device.
        """
        from spoonbench.solvers.llm.likelihood import log_likelihoods
        from spoonbench.solvers.llm.machine import computing

        with computing(self._settings):
            return log_likelihoods(self._ready(), prompts, texts)

    def text_likelihood(
        self, text: str, /, *, window: int | None = None, stride: int | None = None
    ) -> TextLikelihood:
        """Score every token of a text given those before it in its window.

        Args:
            text: not empty.
            window: tokens read at once; None: as many as the model has positions.
            stride: tokens by which the window moves, at most `window`; None: half a window.

        Raises:
            ValueError: a text too short to score, or a window or stride that does not fit.
            MemoryError: a window does not fit the device.
        """
        from spoonbench.solvers.llm.base_model import NO_LIMIT
        from spoonbench.solvers.llm.likelihood import text_likelihood
        from spoonbench.solvers.llm.machine import computing

        trained = self._ready()
        positions = trained.recipe.positions
        with computing(self._settings):
            return text_likelihood(
                trained.model,
                trained.tokenizer,
                text,
                window=window,
                stride=stride,
                positions=None if positions == NO_LIMIT else positions,
            )

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Parameters, bytes, and operations for the average of these problems."""
        from spoonbench.solvers.llm.arithmetic import FORMULA, count_weights, measure_size
        from spoonbench.solvers.llm.prompt import prompt_of
        from spoonbench.solvers.llm.tokenizer import encode_prompts

        trained = self._ready()
        prompts = encode_prompts(trained.tokenizer, [prompt_of(each.text) for each in problems])
        counts = (list(map(len, prompts)), trained.facts.mean_length)
        size = measure_size(self._counts or count_weights(trained.model), *counts, FORMULA)
        if self._quantized is None:
            return size
        return replace(size, weight_bytes=self._quantized.bytes_after)

    def shape(self, params: Mapping[str, Json], folder: Path | None, /) -> ModelShape:
        """What the model is made of, told from its parameters or from what was saved.

        Raises:
            Unsupported: they describe no model.
        """
        from spoonbench.solvers.llm.shapes import shape_of_trained

        return shape_of_trained(read_recipe(params), folder)

    def text_sizes(
        self,
        params: Mapping[str, Json],
        folder: Path | None,
        problems: Sequence[Problem],
        examples: Sequence[Example],
        /,
    ) -> TextSizes | None:
        """Tokens of the longest texts; None before training, which makes the tokenizer.

        Raises:
            Unsupported: the folder holds no trained model.
        """
        if folder is None:
            return None
        from spoonbench.solvers.llm.text_sizes import sizes_of_trained

        return sizes_of_trained(folder, params, problems, examples)

    def quantized(self) -> Quantized | None:
        """What the quantization that was asked for did; None where none was, or not yet."""
        return self._quantized

    def calibrate_on(self, examples: Sequence[Example], /) -> None:
        """Quantize by these examples, where the method calibrates."""
        self._calibration = tuple(examples)

    def build_engine(self) -> EngineReport | None:
        """Build the engine that was asked for, once; None where the model runs as it is.

        Raises:
            Unsupported: the engine cannot run this model.
        """
        if self._trained is not None:
            self._executed()
        return self._engine_report

    def save(self, folder: Path, /) -> None:
        """Write weights, tokenizer and recipe into an existing empty folder.

        Raises:
            Unsupported: nothing is trained, or the weights are no longer in float32.
        """
        from spoonbench.solvers.llm.artifact import save_trained

        trained = self._fitted()
        if self._quantized is not None or "float32" not in str(trained.model.dtype):
            raise Unsupported("language-model keeps float32 weights: save before the first answer")
        save_trained(trained, folder)

    def load(self, folder: Path, /) -> None:
        """Read what `save` wrote. Limits and stop strings given to `prepare` go before its own.

        Raises:
            Unsupported: the folder holds no such thing, or an adapter to weights that are gone or
                have changed.
        """
        from spoonbench.solvers.llm.artifact import load_trained

        self._prepared()
        self.close()
        trained = load_trained(folder, self._settings.params)
        trained.model.to(self._settings.device)
        self._trained = trained
        if self._settings.quantization != NONE:
            self._ready()

    def close(self) -> None:
        """Let the model go; may be called twice."""
        self._trained = self._optimizer = None
        self._counts = self._quantized = self._execution = self._engine_report = None

    def _prepared(self) -> Recipe:
        if self._recipe is None:
            raise Unsupported("language-model: prepare must be called first")
        return self._recipe

    def _fitted(self) -> TrainedModel:
        if self._trained is None:
            raise Unsupported(f"language-model: {NOT_FITTED}")
        return self._trained

    def _check_trainable(self) -> None:
        if self._settings.dtype == "float16":
            raise Unsupported(f"{NAME} answers in float16 and learns in float32 or bfloat16")

    def _ready(self) -> TrainedModel:
        """The model as asked for: an adapter merged, number format, quantization, attention."""
        trained = self._fitted()
        if trained.recipe.tune == "lora":
            from spoonbench.solvers.llm.adapters import merge

            merge(trained.model)
        held_in = weight_format(self._settings.dtype)
        if str(trained.model.dtype) != f"torch.{held_in}":
            from spoonbench.solvers.llm.machine import convert

            convert(trained.model, held_in)
        if self._settings.quantization != NONE and self._quantized is None:
            from spoonbench.solvers.llm.arithmetic import count_weights
            from spoonbench.solvers.llm.quantization.quantize import quantize_model

            self._counts = count_weights(trained.model)
            self._quantized = quantize_model(
                trained.model, self._settings.quantization, self._calibration_texts(trained)
            )
        if self._settings.attention is not None:
            from spoonbench.solvers.llm.engines.build import set_attention

            set_attention(trained.model, self._settings.attention)
        return trained

    def _calibration_texts(self, trained: TrainedModel) -> list[list[int]]:
        if not self._calibration:
            return []
        from spoonbench.solvers.llm.fitting import encode_checked

        encoded = encode_checked(trained, self._calibration)
        return [[*each.prompt, *each.completion] for each in encoded]

    def _executed(self) -> Execution:
        """What runs the model; built when it is first asked for."""
        if self._execution is None:
            from spoonbench.solvers.llm.engines.build import build_execution

            self._execution, self._engine_report = build_execution(
                self._ready().model, self._settings
            )
        return self._execution
