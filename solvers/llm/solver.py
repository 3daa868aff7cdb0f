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
from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import Settings, Size, SolverInfo, Unsupported
from spoonbench.solvers.engines import ATTENTIONS, ENGINES
from spoonbench.solvers.learning import NOT_FITTED, failed
from spoonbench.solvers.llm.placed import PlacedModel, set_up_placement
from spoonbench.solvers.llm.recipe import NAME, Recipe, read_recipe
from spoonbench.solvers.llm.timed_passes import TimedPasses
from spoonbench.solvers.number_formats import AUTOCAST
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
    from spoonbench.solvers.llm.artifact import TrainedModel
    from spoonbench.solvers.llm.batches import EncodedExample
    from spoonbench.solvers.model_shapes import ModelShape
    from spoonbench.solvers.text_sizes import TextSizes, TextsToRead
    from spoonbench.solvers.texts import Decoding, Generation, TextLikelihood

MODULES = (
    "adapters",
    "answering",
    "architecture",
    "arithmetic",
    "artifact",
    "base_model",
    "batches",
    "cache_watch",
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
    "placed",
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
"""Below `solvers.llm`: what holds its logic."""


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
        modules=tuple(f"spoonbench.solvers.llm.{name}" for name in MODULES),
    )

    def __init__(self) -> None:
        self._settings = Settings()
        self._recipe: Recipe | None = None
        self._trained: TrainedModel | None = None
        self._optimizer: Any = None
        self._calibration: tuple[Example, ...] = ()

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings and import what is needed.

        Raises:
            Unsupported: a device that is not there, or settings that this contestant has not.
        """
        recipe = read_recipe(settings.params)
        set_up_placement(self.info, settings)
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
        self._optimizer = self._placed = None
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
        if self.quantized() is not None:
            raise Unsupported(f"{NAME}: quantized weights cannot be trained further")
        if self._trained is None:
            self._trained, _ = fitting.build_untrained(
                examples, self._prepared(), self._settings, None
            )
        self._placed = None
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
        from spoonbench.solvers.llm.likelihood import text_likelihood
        from spoonbench.solvers.llm.machine import computing

        trained = self._ready()
        with computing(self._settings):
            return text_likelihood(
                trained.model,
                trained.tokenizer,
                text,
                window=window,
                stride=stride,
                positions=trained.positions,
            )

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Parameters, bytes, and operations for the average of these problems."""
        from spoonbench.solvers.llm.arithmetic import FORMULA
        from spoonbench.solvers.llm.prompt import prompt_of
        from spoonbench.solvers.llm.tokenizer import encode_prompts

        trained = self._ready()
        prompts = encode_prompts(trained.tokenizer, [prompt_of(each.text) for each in problems])
        mean_length = trained.facts.mean_length
        return self._settled().size(list(map(len, prompts)), mean_length, FORMULA)

    def shape(self, params: Mapping[str, Json], folder: Path | None, /) -> ModelShape:
        """What the model is made of, told from its parameters or from what was saved.

        Raises:
            Unsupported: they describe no model.
        """
        from spoonbench.solvers.llm.shapes import shape_of_trained

        return shape_of_trained(read_recipe(params), folder)

    def text_sizes(
        self, params: Mapping[str, Json], folder: Path | None, texts: TextsToRead, /
    ) -> TextSizes | None:
        """Tokens of the texts; None before training, which makes the tokenizer.

        Raises:
            Unsupported: the folder holds no trained model.
        """
        if folder is None:
            return None
        from spoonbench.solvers.llm.text_sizes import sizes_of_trained

        return sizes_of_trained(folder, params, texts)

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
        return None if self._placed is None else self._placed.engine

    def save(self, folder: Path, /) -> None:
        """Write weights, tokenizer and recipe into an existing empty folder.

        Raises:
            Unsupported: nothing is trained, or the weights are no longer in float32.
        """
        from spoonbench.solvers.llm.artifact import save_trained

        trained = self._fitted()
        if self.quantized() is not None or "float32" not in str(trained.model.dtype):
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
        self._trained = self._optimizer = self._placed = None

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
        if self._placed is None:
            self._placed = PlacedModel(
                trained.model, self._settings, lambda: self._calibration_texts(trained)
            )
        self._placed.settle()
        return trained

    def _settled(self) -> PlacedModel:
        self._ready()
        assert self._placed is not None
        return self._placed

    def _calibration_texts(self, trained: TrainedModel) -> list[list[int]]:
        if not self._calibration:
            return []
        from spoonbench.solvers.llm.fitting import encode_checked

        encoded = encode_checked(trained, self._calibration)
        return [[*each.prompt, *each.completion] for each in encoded]

    def _encoded(self, examples: Sequence[Example]) -> list[EncodedExample]:
        """Examples as they are learned, end token included."""
        from spoonbench.solvers.llm.fitting import encode_checked

        return encode_checked(self._fitted(), examples)
