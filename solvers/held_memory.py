"""What the tensors of one pass of a language model hold at the worst moment, weights apart.

The words in which `solvers.llm.tracing` answers and `harness.predict` asks; nothing here imports
anything heavy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.learned_tensors import Parameter

Attention = Literal["sdpa", "eager"]
Scored = Literal["last", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensors:
    """Equal tensors that live at the same moment.

    Attributes:
        made_by: operation of torch that made them.
        shape: of each.
        dtype: number format.
        count: how many.
        bytes: of all of them.
    """

    made_by: str
    shape: tuple[int, ...]
    dtype: str
    count: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held beside weights and states of an optimizer when a pass holds most.

    Attributes:
        cache: bytes of keys and values of earlier tokens.
        activations: bytes of all that is none of the others.
        logits: bytes of tensors with a number for each token of the vocabulary, and of gradients
            of them.
        gradients: bytes of gradients of parameters.
        weight_copies: bytes of weights in another number format, as autocast keeps them.
        largest: the tensors, those with most bytes first.
        n_products: products of matrices of which no two are alike, and which texts of any other
            length make anew.
    """

    cache: int = 0
    activations: int = 0
    logits: int = 0
    gradients: int = 0
    weight_copies: int = 0
    largest: tuple[Tensors, ...] = ()
    n_products: int = 0

    @property
    def total(self) -> int:
        """Bytes of all of them."""
        return self.cache + self.activations + self.logits + self.gradients + self.weight_copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Lora:
    """An adapter (Hu et al. 2021): two small matrices beside each layer learn, the weights stay.

    Attributes:
        rank: columns of the one and rows of the other.
        targets: last parts of the names of the layers; empty for all linear ones but the head.
        dropout: share of inputs of the adapter that are dropped.
    """

    rank: int
    targets: tuple[str, ...] = ()
    dropout: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InferencePass:
    """How a model reads prompts.

    Attributes:
        dtype: number format of the weights, and of what is computed.
        autocast: number format that is multiplied in; None for that of the weights.
        quantization: of the linear layers.
        attention: implementation of transformers; None: "sdpa" where the model has it, otherwise
            "eager".
        batch_size: texts at once.
        n_tokens: of each.
        scored: "last" keeps the cache and the logits of the last token, as generation does;
            "all" keeps all logits and turns them into float32 probabilities, as scoring does.
        n_targets: of the tokens of each text, how many are scored, where "all" are; None: all.
    """

    dtype: str
    autocast: str | None = None
    quantization: str = NONE
    attention: Attention | None = None
    batch_size: int
    n_tokens: int
    scored: Scored = "last"
    n_targets: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPass:
    """How a model learns from one batch.

    Attributes:
        dtype: number format of the weights.
        autocast: number format that is multiplied in; None for that of the weights.
        quantization: of the linear layers; with an adapter only.
        attention: implementation of transformers; None: "sdpa" where the model has it, otherwise
            "eager".
        batch_size: texts in one forward pass.
        n_tokens: of each text.
        n_targets: how many of them are learned, and have logits; None: all.
        checkpointing: activations inside of a layer are computed again in the backward pass.
        accumulation: forward and backward passes before the optimizer steps.
        lora: adapter; None where all weights learn.
    """

    dtype: str
    autocast: str | None = None
    quantization: str = NONE
    attention: Attention | None = None
    batch_size: int
    n_tokens: int
    n_targets: int | None = None
    checkpointing: bool = False
    accumulation: int = 1
    lora: Lora | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldInTraining:
    """A forward and a backward pass.

    Attributes:
        peak: the moment at which most is held.
        saved: bytes that the backward pass needs and the forward pass keeps for it, parameters
            and copies of them left out.
        learning: what has gradients, in order.
        adapter_bytes: of weights that an adapter adds.
    """

    peak: Held
    saved: int
    learning: tuple[Parameter, ...]
    adapter_bytes: int


class MemoryTracer(Protocol):
    """Says what a model of one configuration would hold."""

    def reading(self, wanted: InferencePass) -> Held:
        """While prompts are read."""
        ...

    def continuing(self, wanted: InferencePass) -> Held:
        """While the last of `n_tokens` is read, all others being in the cache."""
        ...

    def answering(self, wanted: InferencePass, n_tokens: int) -> tuple[Held, Held]:
        """While prompts are read, and while the last of so many tokens is; as both say alone."""
        ...

    def training(self, wanted: TrainingPass) -> HeldInTraining:
        """While a batch is learned from; the optimizer left out."""
        ...


LABELS: Mapping[str, str] = {
    "cache": "the cache of keys and values",
    "activations": "the activations",
    "logits": "the logits",
    "gradients": "the gradients",
    "weight_copies": "the copies of the weights in another number format",
}
"""Components of `Held`, in words."""
