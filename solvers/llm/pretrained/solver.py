"""Level 5: a causal language model of elsewhere, asked with examples of the training part.

The weights stay as they are; `fit` only draws the examples that stand in every prompt. It reads
text only: of an image, the line of text that stands for it.

Not covered: names of a model hub (a folder is needed); adapters; quantized weights; sampling of
answers.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.api import FitReport, Settings, Size, SolverInfo, Unsupported
from spoonbench.solvers.learning import NOT_FITTED, failed
from spoonbench.solvers.llm.pretrained.params import PretrainedParams, read_params
from spoonbench.solvers.placement import check_placement

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
    from spoonbench.solvers.llm.asking import Asking
    from spoonbench.solvers.llm.pretrained.answering import Manner
    from spoonbench.solvers.llm.pretrained.loading import CausalModel
    from spoonbench.solvers.model_shapes import ModelShape
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
_SHARED = (
    "arithmetic",
    "asking",
    "batches",
    "decoding",
    "generation",
    "likelihood",
    "machine",
    "prompt",
    "refusals",
    "token_choice",
    "tokenizer",
    "windows",
)
_MOST_SENTENCES = 256
"""Answers of the training part whose length is looked at."""


class _Learned(NamedTuple):
    """What `fit` took from the training part."""

    asking: Asking
    is_refusable: bool
    mean_length: float


class PretrainedSolver:
    """A causal model from a folder; its parameters are those of `PretrainedParams`."""

    info = SolverInfo(
        name="pretrained",
        version="2",
        level=5,
        summary="A causal language model of elsewhere, asked with examples in the prompt.",
        kinds=("number", "label", "text"),
        devices=("cpu", "cuda", "mps"),
        dtypes=("float32", "bfloat16", "float16"),
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

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings and load the model.

        Raises:
            Unsupported: a folder that holds no such model, a device that is not there, or settings
                that this contestant has not.
            MemoryError: the model does not fit the device.
        """
        params = read_params(settings.params)
        check_placement(self.info, settings)
        from spoonbench.solvers.llm.machine import set_up
        from spoonbench.solvers.llm.pretrained.loading import load_causal_model

        set_up(settings)
        self.close()
        loaded = load_causal_model(Path(params.model), dtype=settings.dtype, device=settings.device)
        if params.chat == "yes" and not loaded.tokenizer.chat_template:
            raise Unsupported(f"chat is yes, and the tokenizer of {params.model} has no template")
        self._settings, self._params, self._loaded = settings, params, loaded

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

        params, loaded = self._ready()
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
        params, loaded = self._ready()
        if self._learned is None and params.shots:
            return [failed(NOT_FITTED) for _ in problems]
        from spoonbench.solvers.llm.machine import memory_errors
        from spoonbench.solvers.llm.pretrained.answering import answer_problems

        with memory_errors():
            return answer_problems(loaded, self._manner(), problems, started_ns)

    def generate(self, prompts: Sequence[str], decoding: Decoding, /) -> list[Generation]:
        """Continue every prompt as it stands, in one batch, in order, without chat template.

        Raises:
            ValueError: a prompt that is empty or too long for the model.
            MemoryError: the batch does not fit the device.
        """
        from spoonbench.solvers.llm.machine import memory_errors
        from spoonbench.solvers.llm.pretrained.answering import continue_prompts

        with memory_errors():
            return continue_prompts(self._ready()[1], prompts, decoding)

    def chat(self, messages: Sequence[str], decoding: Decoding, /) -> list[Generation]:
        """Answer every text as the one message of a user, in one batch, in order.

        Raises:
            ValueError: a message that the model or its template cannot take.
            Unsupported: there is no chat template.
            MemoryError: the batch does not fit the device.
        """
        from spoonbench.solvers.llm.machine import memory_errors
        from spoonbench.solvers.llm.pretrained.chatting import answer_messages

        with memory_errors():
            return answer_messages(self._ready()[1], messages, decoding)

    def log_likelihood(self, prompts: Sequence[str], texts: Sequence[str], /) -> list[float]:
        """Natural logarithm of the probability of each text after its prompt, end token left out.

        Raises:
            ValueError: a prompt that is empty, or a pair too long for the model.
        """
        from spoonbench.solvers.llm.machine import memory_errors
        from spoonbench.solvers.llm.pretrained.scoring import log_likelihoods

        with memory_errors():
            return log_likelihoods(self._ready()[1], prompts, texts)

    def text_likelihood(
        self, text: str, /, *, window: int | None = None, stride: int | None = None
    ) -> TextLikelihood:
        """Score every token given those before it in its window.

        Raises:
            ValueError: an empty text, or a window or stride that does not fit.
        """
        from spoonbench.solvers.llm.likelihood import text_likelihood
        from spoonbench.solvers.llm.machine import memory_errors

        loaded = self._ready()[1]
        with memory_errors():
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

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Parameters, bytes, and operations for the average of the problems that can be asked."""
        from spoonbench.solvers.llm.arithmetic import count_weights, measure_size
        from spoonbench.solvers.llm.pretrained.answering import FORMULA, prompts_of

        params, loaded = self._ready()
        if self._learned is None and params.shots:
            raise Unsupported(f"pretrained: {NOT_FITTED}")
        learned = self._learned
        tokens_out = learned.mean_length if learned is not None else float(params.max_new_tokens)
        prompts = prompts_of(loaded, self._manner(), problems)
        tokens_in = [len(prompt.ids) for prompt in prompts if prompt.refusal is None]
        return measure_size(count_weights(loaded.model), tokens_in, tokens_out, FORMULA)

    def close(self) -> None:
        """Let the model go; may be called twice."""
        self._loaded = self._learned = None

    @property
    def _chat(self) -> bool:
        params, loaded = self._ready()
        return params.chat != "no" and bool(loaded.tokenizer.chat_template)

    def _manner(self) -> Manner:
        from spoonbench.solvers.llm.pretrained.answering import Manner, decoding_of

        params, _ = self._ready()
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
            return _instructed(make_asking((), kind, 0, 0), self._ready()[0])
        refusal = self._learned.asking.refusal(kind)
        if refusal is not None:
            raise ValueError(refusal)
        return self._learned.asking

    def _ready(self) -> tuple[PretrainedParams, CausalModel]:
        if self._params is None or self._loaded is None:
            raise Unsupported("pretrained: prepare must be called first")
        return self._params, self._loaded


def _instructed(asking: Asking, params: PretrainedParams) -> Asking:
    return replace(asking, instruction=params.instruction) if params.instruction else asking
