"""What engines hold that do not run a model's own code on tensors of torch.

Whatever the engine, the model of torch that it was built from stays. On top come copies of the
weights, and buffers, which an engine keeps from one call to the next. How many times as much that
is was read off runs of Llama types of 1M to 80M parameters and of a GPT-2 type of 12M;
`bench/engine_memory.py` holds it against models that it was not read off. What an engine takes for
itself, once and for each layer, is measured before a matrix instead (`predict.overhead`).

Not covered: accelerators; 16 bits; scores and training steps; what building takes for a moment (two
more copies of the weights where a session of ONNX Runtime is made); mixtures of experts, whose
blocks are counted as if all experts ran.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.predict.weights import weight_bytes
from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.predict.prediction import MemoryPrediction
    from spoonbench.solvers.model_shapes import ModelShape

_FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffers:
    """What an engine keeps of a pass, instead of what torch holds while it lasts.

    Attributes:
        caches: copies of the cache.
        outputs: what the linear layers of one block give for all tokens of the prompts.
        scores: attention scores of one layer over the prompts, each a number for every pair of
            tokens, which attention in one piece does not hold.
    """

    caches: float
    outputs: float
    scores: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How much an engine holds, as multiples of what is known.

    Attributes:
        dtypes: number formats of which this is known.
        weights: copies of all weights beside those of the model.
        matrices: copies of the blocks' linear layers, likewise.
        heads: copies of the head, likewise.
        buffers: of a pass; None for an engine that computes in tensors of torch.
    """

    dtypes: tuple[str, ...] = ("float32",)
    weights: float = 0.0
    matrices: float = 0.0
    heads: float = 0.0
    buffers: Buffers | None = None


HOLDINGS: Mapping[str, Holding] = {
    "compile": Holding(),
    "static-cache-compile": Holding(),
    # The session has the weights of the graph and its own; its arena keeps what a pass needed.
    "onnxruntime": Holding(weights=2.0, buffers=Buffers(caches=1.6, outputs=4.5, scores=5.7)),
    # Linear layers are packed for the kernels; embeddings stay in the memory of torch.
    "openvino": Holding(
        matrices=1.6, heads=1.0, buffers=Buffers(caches=1.0, outputs=3.8, scores=1.6)
    ),
}


def held_by_engine(
    told: MemoryPrediction, engine: str, shape: ModelShape, *, n_texts: int, prompt_tokens: int
) -> MemoryPrediction:
    """A prediction for torch turned into one for an engine.

    Args:
        told: of the same pass, by the model's own code.
        engine: one of `HOLDINGS`.
        shape: of the model.
        n_texts: read at once.
        prompt_tokens: of each.
    """
    holding = HOLDINGS[engine]
    in_matrices = sum(one.rows * one.columns for one in shape.matrices)
    copies = holding.weights * weight_bytes(shape, "float32", NONE) + _FLOAT_BYTES * (
        holding.matrices * in_matrices + holding.heads * shape.n_in_head
    )
    told = replace(told, engine_weights=round(copies))
    if holding.buffers is None:
        return told
    kept = _kept(holding.buffers, told, shape, n_texts * prompt_tokens, prompt_tokens)
    return replace(told, activations=0, largest=(), engine_buffers=kept)


def _kept(
    buffers: Buffers, told: MemoryPrediction, shape: ModelShape, n_tokens: int, n_seen: int
) -> int:
    """Bytes beside one copy of the cache."""
    n_outputs = sum(one.rows for one in shape.matrices) / max(1, len(shape.cache))
    return round(
        (buffers.caches - 1) * told.cache
        + _FLOAT_BYTES
        * n_tokens
        * (buffers.outputs * n_outputs + buffers.scores * shape.n_query_heads * n_seen)
    )
