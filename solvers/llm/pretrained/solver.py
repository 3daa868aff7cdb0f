"""Level 5: a causal language model of elsewhere, asked with examples of the training part.

The weights stay as they are; `fit` only draws the examples that stand in every prompt. They can be
asked in another number format, quantized, and by another engine. It reads text only: of an image,
the line of text that stands for it.

A training step is one of the contestant that tunes given weights, all of them: it reads the folder
anew, and afterwards this one answers no more.

Not covered: names of a model hub (a folder is needed); adapters; quantization that calibrates;
weights that are quantized in the folder; sampling of answers.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.api import FitReport, Settings, Size, SolverInfo, Unsupported
from spoonbench.solvers.engines import ATTENTIONS, ENGINES
from spoonbench.solvers.learning import NOT_FITTED, failed
from spoonbench.solvers.llm.placed import PlacedModel, set_up_placement
from spoonbench.solvers.llm.pretrained.params import PretrainedParams, read_params
from spoonbench.solvers.llm.solver import MODULES as OF_LANGUAGE_MODEL
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.llm.timed_passes import TimedPasses
from spoonbench.solvers.number_formats import AUTOCAST, autocast_format, weight_format
from spoonbench.solvers.quantizations import METHODS, NONE
from spoonbench.solvers.text_sizes import TextSizes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.solvers.api import (
        Answer,
        AnswerKind,
        Example,
        Json,
        Problem,
        Progress,
    )
    from spoonbench.solvers.engines import EngineReport
    from spoonbench.solvers.llm.asking import Asking
    from spoonbench.solvers.llm.batches import EncodedExample
    from spoonbench.solvers.llm.pretrained.answering import Manner
    from spoonbench.solvers.llm.pretrained.loading import CausalModel
    from spoonbench.solvers.model_shapes import ModelShape
    from spoonbench.solvers.text_sizes import TextsToRead
    from spoonbench.solvers.texts import Decoding, Generation, TextLikelihood

_OWN = (
    "answering",
    "chatting",
    "confidence",
    "loading",
    "params",
    "prompts",
    "scoring",
)
_TRAINING = frozenset({"answering", "confidence", "solver"})
"""Modules of the trained model's own way of asking; it is the others that both have."""
_SHARED = ("asking", *(name for name in OF_LANGUAGE_MODEL if name not in _TRAINING))
_MOST_SENTENCES = 256
"""Answers of the training part whose length is looked at."""


class _Learned(NamedTuple):
    """What `fit` took from the training part."""

    asking: Asking
    is_refusable: bool
    mean_length: float


class PretrainedSolver(TimedPasses):
    """A causal model from a folder; its parameters are those of `PretrainedParams`."""

    info = SolverInfo(
        name="pretrained",
        version="2",
        level=5,
        summary="A causal language model of elsewhere, asked with examples in the prompt.",
        kinds=("number", "label", "text"),
        devices=("cpu", "cuda", "mps"),
        dtypes=("float32", "bfloat16", "float16", AUTOCAST),
        quantizations=(NONE, *(name for name, one in METHODS.items() if not one.calibrates)),
        engines=tuple(ENGINES),
        attentions=tuple(ATTENTIONS),
        paddings=("left", "right"),
        needs_training=True,
        requires=("torch", "transformers", "tokenizers", "safetensors", "jinja2", "numpy"),
        source="Brown et al. 2020, Language Models are Few-Shot Learners; the weights are of "
        "whoever published them",
        modules=(
            "spoonbench.solvers.model_files",
            *(f"spoonbench.solvers.llm.{name}" for name in _SHARED),
            *(f"spoonbench.solvers.llm.pretrained.{name}" for name in (*_OWN, "solver")),
        ),
    )

    def __init__(self) -> None:
        self._settings = Settings()
        self._params: PretrainedParams | None = None
        self._loaded: CausalModel | None = None
        self._learned: _Learned | None = None
        self._trainee: LanguageModelSolver | None = None

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings, load the model and quantize it.

        Raises:
            Unsupported: a folder that holds no such model, a device that is not there, or settings
                that this contestant has not.
            MemoryError: the model does not fit the device.
        """
        params = read_params(settings.params)
        set_up_placement(self.info, settings)
        from spoonbench.solvers.llm.machine import computing
        from spoonbench.solvers.llm.pretrained.loading import load_causal_model

        self.close()
        loaded = load_causal_model(
            Path(params.model), dtype=weight_format(settings.dtype), device=settings.device
        )
        if params.chat == "yes" and not loaded.tokenizer.chat_template:
            raise Unsupported(f"chat is yes, and the tokenizer of {params.model} has no template")
        placed = PlacedModel(loaded.model, settings)
        with computing(settings):
            placed.settle()
        self._settings, self._params, self._loaded = settings, params, loaded
        self._placed = placed

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],
        progress: Progress,
        checkpoints: Path | None,
        /,
    ) -> FitReport:
        """Draw the examples that stand in every prompt, and collect the labels.

        Raises:
            ValueError: too few examples, or some that the chat template cannot take.
        """
        from spoonbench.solvers.llm.asking import make_asking
        from spoonbench.solvers.llm.pretrained.prompts import encode_chat
        from spoonbench.solvers.llm.prompt import completion_of

        params, loaded = self._asked()
        if not training and params.shots:
            raise ValueError("there are no training examples to draw from; shots=0 does without")
        if not training:
            return FitReport(n_examples=0)
        asking = make_asking(training, training[0].problem.kind, params.shots, self._settings.seed)
        asking = _instructed(asking, params)
        if self._chat:
            encode_chat(loaded, asking, "")
        sentences = [completion_of(example.target) for example in training[:_MOST_SENTENCES]]
        tokens = loaded.tokenizer(sentences, add_special_tokens=False)["input_ids"]
        self._learned = _Learned(
            asking=asking,
            is_refusable=any(example.target is None for example in training),
            mean_length=1 + sum(map(len, tokens)) / len(tokens),
        )
        progress(1.0, f"{params.shots} examples drawn")
        return FitReport(n_examples=params.shots, notes={"shots": [list(s) for s in asking.shots]})

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every problem, in order, in one batch.

        Raises:
            MemoryError: the batch does not fit the device.
        """
        started_ns = time.perf_counter_ns()
        params, loaded = self._asked()
        if self._learned is None and params.shots:
            return [failed(NOT_FITTED) for _ in problems]
        from spoonbench.solvers.llm.machine import computing
        from spoonbench.solvers.llm.pretrained.answering import answer_problems

        with computing(self._settings):
            return answer_problems(
                loaded,
                self._manner(),
                problems,
                started_ns,
                stopwatch=self._stopwatch,
                execution=self._executed(),
            )

    def step(self, examples: Sequence[Example], /, *, accumulation: int = 1) -> float:
        """One training step of all weights, in the words in which given weights are tuned.

        The first call reads the weights anew, in float32; a step multiplies in the number format
        of the settings. Nothing can be asked after it.

        Args:
            examples: of the whole step.
            accumulation: forward and backward passes, each over as many of the examples.

        Raises:
            ValueError: no examples, some that are too long, or a number of them that cannot be
                parted so.
            Unsupported: settings of answers alone (quantization, float16), or a model that cannot
                be trained.
        """
        if self._trainee is None:
            self._trainee = self._begin_training()
        return self._trainee.step(examples, accumulation=accumulation)

    def step_dtype(self) -> str:
        """What training steps multiply in."""
        return autocast_format(self._settings.dtype) or self._settings.dtype

    def generate(self, prompts: Sequence[str], decoding: Decoding, /) -> list[Generation]:
        """Continue every prompt as it stands, in one batch, in order, without chat template.

        Raises:
            ValueError: a prompt that is empty or too long for the model.
            MemoryError: the batch does not fit the device.
        """
        from spoonbench.solvers.llm.machine import computing
        from spoonbench.solvers.llm.pretrained.answering import continue_prompts

        with computing(self._settings):
            return continue_prompts(self._ready(), prompts, decoding, self._executed())

    def chat(self, messages: Sequence[str], decoding: Decoding, /) -> list[Generation]:
        """Answer every text as the one message of a user, in one batch, in order.

        Raises:
            ValueError: a message that the model or its template cannot take.
            Unsupported: there is no chat template.
            MemoryError: the batch does not fit the device.
        """
        from spoonbench.solvers.llm.machine import computing
        from spoonbench.solvers.llm.pretrained.chatting import answer_messages

        with computing(self._settings):
            return answer_messages(self._ready(), messages, decoding, self._executed())

    def log_likelihood(self, prompts: Sequence[str], texts: Sequence[str], /) -> list[float]:
        """Natural logarithm of the probability of each text after its prompt, end token left out.

        Raises:
            ValueError: a prompt that is empty, or a pair too long for the model.
        """
        from spoonbench.solvers.llm.machine import computing
        from spoonbench.solvers.llm.pretrained.scoring import log_likelihoods

        with computing(self._settings):
            return log_likelihoods(self._ready(), prompts, texts)

    def text_likelihood(
        self, text: str, /, *, window: int | None = None, stride: int | None = None
    ) -> TextLikelihood:
        """Score every token given those before it in its window.

        Raises:
            ValueError: an empty text, or a window or stride that does not fit.
        """
        from spoonbench.solvers.llm.likelihood import text_likelihood
        from spoonbench.solvers.llm.machine import computing

        loaded = self._ready()
        with computing(self._settings):
            return text_likelihood(
                loaded.model,
                loaded.tokenizer,
                text,
                window=window,
                stride=stride,
                positions=loaded.positions,
            )

    def shape(self, params: Mapping[str, Json], folder: Path | None, /) -> ModelShape:
        """What the model is made of, told from the configuration in its folder.

        Raises:
            Unsupported: there is none.
        """
        from spoonbench.solvers.llm.shapes import shape_of_folder

        return shape_of_folder(Path(read_params(params).model))

    def text_sizes(
        self, params: Mapping[str, Json], folder: Path | None, texts: TextsToRead, /
    ) -> TextSizes | None:
        """Tokens of the texts, read by the tokenizer alone; None: nothing can be asked.

        Raises:
            Unsupported: the folder holds no such model.
        """
        from spoonbench.solvers.llm.base_model import load_base_tokenizer
        from spoonbench.solvers.llm.batches import encode_examples
        from spoonbench.solvers.llm.pretrained.answering import prompts_of
        from spoonbench.solvers.llm.pretrained.loading import load_causal_tokenizer
        from spoonbench.solvers.llm.text_sizes import sizes_of_pairs

        reader = PretrainedSolver()
        reader._settings = Settings(params=params, seed=texts.seed)
        reader._params = read_params(params)
        model = Path(reader._params.model)
        reader._loaded = loaded = load_causal_tokenizer(model)
        try:
            reader.fit(texts.training, (), lambda *_: None, None)
            prompts = prompts_of(loaded, reader._manner(), texts.problems)
            tuned = encode_examples(load_base_tokenizer(model), texts.learned, end_token=True)
            scored = reader._encoded(texts.scored) if texts.scored else []
        # Whoever asks it is told the same as the reason of a cell.
        except ValueError:
            return None
        lengths = tuple(len(prompt.ids) for prompt in prompts if prompt.refusal is None)
        if not lengths:
            return None
        return TextSizes(
            questions=lengths,
            answer=reader._params.max_new_tokens,
            scored=sizes_of_pairs(scored),
            learned=sizes_of_pairs(tuned),
        )

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Parameters, bytes, and operations for the average of the problems that can be asked."""
        from spoonbench.solvers.llm.pretrained.answering import FORMULA, prompts_of

        params, loaded = self._fitted()
        learned = self._learned
        tokens_out = learned.mean_length if learned is not None else float(params.max_new_tokens)
        prompts = prompts_of(loaded, self._manner(), problems)
        tokens_in = [len(prompt.ids) for prompt in prompts if prompt.refusal is None]
        return self._settled().size(tokens_in, tokens_out, FORMULA)

    def build_engine(self) -> EngineReport | None:
        """Build the engine that was asked for, once; None where the model runs as it is.

        Raises:
            Unsupported: the engine cannot run this model.
        """
        if self._placed is not None:
            self._executed()
        return None if self._placed is None else self._placed.engine

    def count_tokens(self, examples: Sequence[Example], /) -> list[int]:
        """Tokens of each example as it is scored, or learned where it is trained on."""
        if self._trainee is not None:
            return self._trainee.count_tokens(examples)
        return super().count_tokens(examples)

    def close(self) -> None:
        """Let the model go; may be called twice."""
        if self._trainee is not None:
            self._trainee.close()
        self._loaded = self._learned = self._placed = self._trainee = None

    @property
    def _chat(self) -> bool:
        params, loaded = self._asked()
        return params.chat != "no" and bool(loaded.tokenizer.chat_template)

    def _manner(self) -> Manner:
        from spoonbench.solvers.llm.pretrained.answering import Manner, decoding_of

        params, _ = self._asked()
        learned = self._learned
        return Manner(
            asking=self._asking,
            is_refusable=learned is None or learned.is_refusable,
            chat=self._chat,
            decoding=decoding_of(params, chat=self._chat),
        )

    def _asking(self, kind: AnswerKind) -> Asking:
        """What stands around a question.

        Raises:
            ValueError: the training part has answers of another kind.
        """
        from spoonbench.solvers.llm.asking import make_asking

        if self._learned is None:
            return _instructed(make_asking((), kind, 0, 0), self._asked()[0])
        refusal = self._learned.asking.refusal(kind)
        if refusal is not None:
            raise ValueError(refusal)
        return self._learned.asking

    def _ready(self) -> CausalModel:
        return self._asked()[1]

    def _settled(self) -> PlacedModel:
        self._ready()
        assert self._placed is not None
        return self._placed

    def _encoded(self, examples: Sequence[Example]) -> list[EncodedExample]:
        """Questions as they are asked, each with the sentence that would be right."""
        from spoonbench.solvers.llm.pretrained.scoring import encode_targets

        return encode_targets(self._fitted()[1], self._manner(), examples)

    def _fitted(self) -> tuple[PretrainedParams, CausalModel]:
        params, loaded = self._asked()
        if self._learned is None and params.shots:
            raise Unsupported(f"pretrained: {NOT_FITTED}")
        return params, loaded

    def _asked(self) -> tuple[PretrainedParams, CausalModel]:
        if self._trainee is not None:
            raise Unsupported("pretrained: its weights are in training; prepare it again to ask it")
        if self._params is None or self._loaded is None:
            raise Unsupported("pretrained: prepare must be called first")
        return self._params, self._loaded

    def _begin_training(self) -> LanguageModelSolver:
        """The contestant that tunes the weights of the folder; the ones that are here go first."""
        params, settings = self._asked()[0], self._settings
        if settings.quantization != NONE:
            raise Unsupported("pretrained: quantized weights cannot be trained further")
        if settings.dtype == "float16":
            raise Unsupported("pretrained answers in float16 and learns in float32 or bfloat16")
        trainee = LanguageModelSolver()
        recipe: dict[str, Json] = {"init": params.model, "tune": "full"}
        recipe["precision"] = self.step_dtype()
        # Weights are learned in float32, whatever a step multiplies in.
        trainee.prepare(replace(settings, dtype="float32", params=recipe))
        self._loaded = self._placed = None
        return trainee


def _instructed(asking: Asking, params: PretrainedParams) -> Asking:
    return replace(asking, instruction=params.instruction) if params.instruction else asking
