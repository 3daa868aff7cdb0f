"""Memory of a decoder in closed form, in whole numbers, from an outline; no library is needed.

Weights, cache, gradients and states of optimizers are those of `predict.weights` and
`predict.optimizers`. Activations are sums over tensors that the tracer (`solvers.llm.tracing`)
finds alive at the worst moment in transformers' models, written down as formulas; what they miss
of it is measured in docs/memory.md. `predict.inference` and `predict.training` trace the model's
own code, and are to be preferred where torch can be imported.

Attention is taken to be computed without a matrix of tokens by tokens ("sdpa"), but where it drops
some of what it sees, which torch does with such matrices. Not covered: eager attention, autocast,
several devices, what an allocator keeps without using it.

References:
    Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer Models",
    section 4: activations kept by a block.
    Hu et al. 2021, "LoRA"; Dettmers et al. 2023, "QLoRA".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from spoonbench.harness.predict.decoders import (
    BadConfiguration,
    Outline,
    block_matrices,
    outline_from_config,
    shape_of_outline,
)
from spoonbench.harness.predict.optimizers import state_bytes, step_bytes
from spoonbench.harness.predict.published import LEAST, MOST, PUBLISHED, outline_of
from spoonbench.harness.predict.weights import ITEM_BYTES, cache_bytes, weight_bytes
from spoonbench.solvers.learned_tensors import Parameter
from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from spoonbench.harness.predict.optimizers import Optimizer, Stepping

Method = Literal["full", "lora", "qlora"]
METHODS: tuple[Method, ...] = ("full", "lora", "qlora")
QLORA = "bnb-nf4"
"""How weights are held beside the adapters of QLoRA."""
_FLOAT32 = 4
_KEPT_IN_ONE_STEP = 4
"""Tensors of the inner width that are kept at most, unless a bend is written out in steps."""
_STREAM = 4
"""Tensors of a token between blocks that a pass holds besides those of the block's inner layer: the
embedding, what goes around the block, what comes in, and what is normed."""
_LOSS = 3
"""Float32 tensors of all logits when the backward pass begins: logarithms of probabilities, and the
gradients of the loss before and after these."""


def inference_bytes(
    outline: Outline,
    *,
    dtype: str,
    quantization: str = NONE,
    batch: int,
    context: int,
    overhead: int = 0,
) -> dict[str, int]:
    """The most memory while a batch is answered, `context` tokens read at once.

    Args:
        outline: of the model.
        dtype: "float32", "bfloat16" or "float16".
        quantization: of the linear layers but the head; each is turned back to `dtype` while it is
            multiplied by.
        batch: texts at once.
        context: tokens of each, prompt and answer together.
        overhead: bytes that libraries take besides, as measured (`predict.overhead`).

    Returns:
        bytes of "weights", "cache", "activations", "logits" and "overhead", which are there at the
        same moment.

    Raises:
        ValueError: a size below 1, or no such number format or method.
    """
    _check_sizes(batch=batch, context=context)
    item = _item_bytes(dtype)
    shape = shape_of_outline(outline)
    tokens = batch * context
    in_block = _passing(outline, item, tokens, is_unpacked=quantization != NONE)
    in_block += _positions(outline, item, context)
    # After the last block: the logits of the last token of each text, and a float32 copy.
    at_the_end = (_STREAM - 1) * tokens * outline.width * item
    logits = batch * outline.vocabulary * (item + _FLOAT32)
    is_at_the_end = at_the_end + logits > in_block
    return {
        "weights": _weights(outline, dtype, quantization),
        "cache": cache_bytes(shape, dtype, batch_size=batch, n_tokens=context),
        "activations": at_the_end if is_at_the_end else in_block,
        "logits": logits if is_at_the_end else 0,
        "overhead": overhead,
    }


def training_bytes(
    outline: Outline,
    *,
    method: Method,
    dtype: str,
    optimizer: Optimizer = "adamw",
    batch: int,
    context: int,
    rank: int = 16,
    checkpointing: bool = False,
    stepping: Stepping = "loop",
    overhead: int = 0,
) -> dict[str, int]:
    """The most memory of a step of training, once the optimizer has its states.

    As in `predict.training`, there is a bad moment in the pass and another in the step of the
    optimizer, and the worse one is told.

    Args:
        outline: of the model.
        method: "full"; "lora", adapters beside all linear layers but the head; or "qlora", the same
            beside weights of 4 bits, adapters and what they multiply in float32.
        dtype: number format of the weights, of gradients and states, and of what is computed.
        optimizer: its name.
        batch: texts in one pass.
        context: tokens of each, all of them learned.
        rank: of the adapters.
        checkpointing: activations inside of a block are computed again in the backward pass.
        stepping: how the optimizer walks over parameters; "loop" is torch's choice on a processor
            and "foreach" on an accelerator.
        overhead: bytes that libraries take besides, as measured (`predict.overhead`).

    Returns:
        bytes of "weights", "adapters", "gradients", "optimizer", "activations", "logits" and
        "overhead", which are there at the same moment.

    Raises:
        ValueError: a size below 1, or no such method, number format or optimizer.
    """
    _check_sizes(batch=batch, context=context, rank=rank)
    if method not in METHODS:
        raise ValueError(f"no method {method!r}; there are {', '.join(METHODS)}")
    item = _item_bytes(dtype)
    adapter_item = _FLOAT32 if method == "qlora" else item
    learning = (
        _all_parameters(outline, item)
        if method == "full"
        else _adapters(outline, rank, adapter_item)
    )
    learned = sum(one.bytes for one in learning)
    states = state_bytes(optimizer, learning)
    pass_ = _Pass(outline, method, item, rank)
    moments = _moments(pass_, batch, context, checkpointing=checkpointing)
    head, first = _gradients_of_ends(outline, item) if method == "full" else (0, 0)
    gradients = (0, head, learned - first)
    parts = [
        *(
            {"gradients": so_far, "optimizer": states, **moment}
            for so_far, moment in zip(gradients, moments, strict=True)
        ),
        {
            "gradients": learned,
            "optimizer": states + step_bytes(optimizer, learning, stepping),
            "activations": 0,
            "logits": 0,
        },
    ]
    worst = max(parts, key=lambda each: sum(each.values()))
    return {
        "weights": _weights(outline, dtype, QLORA if method == "qlora" else NONE),
        "adapters": 0 if method == "full" else learned,
        **worst,
        "overhead": overhead,
    }


def _gradients_of_ends(outline: Outline, item: int) -> tuple[int, int]:
    """Bytes of gradients that are there in the last block, and that are not yet in the first."""
    table = outline.vocabulary * outline.width * item
    block = sum(one.rows * one.columns for one in block_matrices(outline)) * item
    return table, block + (0 if outline.is_tied else table)


class _Pass(NamedTuple):
    """A forward and a backward pass, whatever the texts."""

    outline: Outline
    method: Method
    item: int
    rank: int


def _moments(
    wanted: _Pass, batch: int, context: int, *, checkpointing: bool
) -> tuple[dict[str, int], ...]:
    """Activations and logits as the backward pass begins, in the last block, and in the first."""
    outline, item, tokens = wanted.outline, wanted.item, batch * context
    kept = tokens * _kept_of_block(wanted)
    entering = tokens * outline.width * item
    last = tokens * outline.width * _normed_last(wanted, checkpointing=checkpointing)
    kept += _of_dropout(outline, tokens, context)
    of_blocks = outline.layers * (entering if checkpointing else kept)
    logits = _LOSS * tokens * outline.vocabulary * _FLOAT32
    again = kept if checkpointing else 0
    flowing = _flowing(wanted, tokens)
    return (
        {"activations": of_blocks + last, "logits": logits},
        {"activations": of_blocks + again + flowing, "logits": 0},
        {"activations": entering + kept + flowing, "logits": 0},
    )


def _flowing(wanted: _Pass, tokens: int) -> int:
    """Gradients of what goes around a block and of what its inner layer held, and of a matrix."""
    outline, item = wanted.outline, wanted.item
    numbers = tokens * (2 * outline.width + outline.mlp_matrices * outline.inner)
    if wanted.method != "lora":
        # Either the gradient of all weights of a matrix, or the matrix, unpacked from its 4 bits.
        numbers += max(one.rows * one.columns for one in block_matrices(outline))
    return numbers * item


def _kept_of_block(wanted: _Pass) -> int:
    """Bytes a token that one block keeps for the backward pass."""
    outline, method, item, rank = wanted
    width, inner = outline.width, outline.inner
    # Queries, keys, values, and what attention makes of them.
    attention = 2 * (outline.query_width + outline.key_width) * item
    if outline.has_head_norms:
        learned = item if method == "full" else 0
        attention += (outline.query_width + outline.key_width) * (_FLOAT32 + learned)
    kept = width * _normed(wanted) + outline.kept_inner * inner * item + attention
    n_matrices = len(block_matrices(outline))
    if method == "full":
        return kept
    if method == "lora":
        return kept + n_matrices * rank * item
    # Weights that are unpacked again need nothing of what they multiplied; adapters have a float32
    # copy of it, one each. What norms and the inner layer gave is not kept besides.
    into = sum(one.columns for one in block_matrices(outline))
    given = (2 * width + inner) * item
    return kept - given + (into + n_matrices * rank) * _FLOAT32


def _of_dropout(outline: Outline, tokens: int, context: int) -> int:
    """Bytes of shares of attention, what is dropped of them and what is left, and q and k scaled.

    In float32 whatever the number format.
    """
    if not outline.has_dropout:
        return 0
    shares = 3 * tokens * context * outline.heads
    return _FLOAT32 * (shares + tokens * (outline.query_width + outline.key_width))


def _normed_last(wanted: _Pass, *, checkpointing: bool) -> int:
    """Bytes for each number of a token that the last norm keeps, as far as something learns of it.

    Beside adapters nothing before the first of them learns, which saves as much in the first block
    as the last norm takes, unless all of that block is computed again.
    """
    into = wanted.item if wanted.outline.norm == "layer" else _FLOAT32
    if wanted.method != "full":
        return into if checkpointing else 0
    normed = 0 if wanted.outline.norm == "layer" else wanted.item
    return into + normed + wanted.item


def _normed(wanted: _Pass) -> int:
    """Bytes for each number of a token that the norms of a block keep."""
    item, norms = wanted.item, wanted.outline.norms
    if wanted.outline.norm == "layer":
        # What goes in, and what comes out.
        return norms * (item + item)
    # What goes in, in float32; what is normed, for the weights to learn from; what comes out.
    return norms * (_FLOAT32 + (2 if wanted.method == "full" else 1) * item)


def _passing(outline: Outline, item: int, tokens: int, *, is_unpacked: bool) -> int:
    """Bytes that a block holds at its worst while nothing is kept, the cache left out."""
    width, inner = outline.width, outline.inner
    # What comes out of gate and up, and their product; likewise where GELU is written out.
    n_inner = 4 if outline.kept_inner > _KEPT_IN_ONE_STEP else 3
    stream = _STREAM + (1 if outline.positions else 0)
    attention = 3 * outline.query_width + 2 * outline.key_width
    worst = tokens * (stream * width + max(n_inner * inner, attention))
    if is_unpacked:
        # While a matrix is unpacked, before its product is there.
        matrix = max(one.rows * one.columns for one in block_matrices(outline))
        others = outline.mlp_matrices - 1
        worst = max(worst, matrix + tokens * (stream * width + others * inner))
    return worst * item


def _positions(outline: Outline, item: int, context: int) -> int:
    """Bytes of a row for each position: learned, or a cosine and a sine for each of a head."""
    return context * item * (outline.width if outline.positions else 2 * outline.head_size)


def _weights(outline: Outline, dtype: str, quantization: str) -> int:
    try:
        return weight_bytes(shape_of_outline(outline), dtype, quantization)
    except KeyError:
        raise ValueError(f"no quantization {quantization!r}") from None


def _all_parameters(outline: Outline, item: int) -> list[Parameter]:
    """All that learn: matrices, embedding, head, and the rest in one piece."""
    shape = shape_of_outline(outline)
    tables = [outline.vocabulary] * (1 if outline.is_tied else 2)
    tables += [outline.positions] if outline.positions else []
    rest = shape.n_others - sum(tables) * outline.width
    found: list[tuple[int, ...]] = [(one.rows, one.columns) for one in shape.matrices]
    found += [(rows, outline.width) for rows in tables]
    # An assumed outline's tables may be a little more than what the blocks leave.
    found += [(rest,)] if rest > 0 else []
    return [Parameter(shape=each, item_bytes=item) for each in found]


def _adapters(outline: Outline, rank: int, item: int) -> list[Parameter]:
    """Two small matrices beside each linear layer of the blocks."""
    of_a_block = [
        Parameter(shape=each, item_bytes=item)
        for one in block_matrices(outline)
        for each in ((rank, one.columns), (one.rows, rank))
    ]
    return of_a_block * outline.layers


def _item_bytes(dtype: str) -> int:
    if dtype not in ITEM_BYTES:
        raise ValueError(
            f"no sum for the number format {dtype!r}; there are {', '.join(ITEM_BYTES)}"
        )
    return ITEM_BYTES[dtype]


def _check_sizes(**sizes: int) -> None:
    for name, value in sizes.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, not {value}")


__all__ = [
    "LEAST",
    "METHODS",
    "MOST",
    "PUBLISHED",
    "BadConfiguration",
    "Outline",
    "inference_bytes",
    "outline_from_config",
    "outline_of",
    "training_bytes",
]
