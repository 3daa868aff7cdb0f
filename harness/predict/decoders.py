"""What a decoder is made of, in a dozen numbers: enough for sums that need no library.

Read from the values of a `config.json`. Which model that is does not matter, but its parts do:
norms by the root mean square or by mean and variance, an inner layer with a gate or without.

Not covered: experts of which few are used, layers that keep a state in place of keys and values,
encoders, pictures. They are refused, where the configuration says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from spoonbench.solvers.model_shapes import CacheLayer, Matrix, ModelShape

if TYPE_CHECKING:
    from collections.abc import Mapping

Norm = Literal["rms", "layer"]
GATED, PLAIN = 3, 2
"""Matrices of an inner layer: up, down, and a gate; or up and down alone."""
KEPT_GATED = 4
"""Tensors of the inner width that a backward pass needs: what comes out of gate and up, the gate
after its bend, and the product. Read off the tracer, as the next ones are."""
_KEPT = {"gelu_new": 5, "gelu_fast": 5}
"""Forms of GELU that transformers writes out in steps; all others are one step: in and out."""
_KEPT_IN_ONE_STEP = 2
_MOST_TRANSFORMERS_NAMES = {
    "layers": ("num_hidden_layers", "n_layer"),
    "width": ("hidden_size", "n_embd"),
    "heads": ("num_attention_heads", "n_head"),
    "vocabulary": ("vocab_size",),
}
_EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts", "moe_intermediate_size")
_TIED_BY_DEFAULT = {"gpt2", "gemma", "gemma2", "gemma3_text"}
_PLAIN = {"gpt2", "arcee", "gpt_neox", "opt", "phi", "gpt_bigcode", "gpt_neo", "starcoder2"}
_HEAD_NORMS = {"qwen3", "gemma3_text"}
_FOUR_NORMS = {"gemma2": 4, "gemma3_text": 4}
_LAYER_NORM = _PLAIN - {"arcee"}


class BadConfiguration(ValueError):
    """A configuration that describes no decoder these sums hold for; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A decoder in a dozen numbers.

    Attributes:
        parameters: all numbers that training sets; a tied head counts once.
        layers: blocks.
        width: numbers of a token between blocks.
        heads: of attention.
        kv_heads: of keys and of values; fewer than `heads` where they are shared.
        head_size: numbers of one head.
        inner: width inside of a block's second half.
        vocabulary: tokens.
        is_tied: whether embedding and head are the same numbers.
        source: of the figures, in words; says so where they are assumed.
        mlp_matrices: of the inner layer, 3 with a gate and 2 without.
        kept_inner: tensors of the inner width that a backward pass needs.
        norm: "rms" has weights and no more, and computes in float32; "layer" has biases besides.
        norms: of each block.
        has_head_norms: queries and keys are normed besides.
        positions: rows of a learned table of positions; 0 where positions are computed.
        window: tokens back that layers of a window see; None where all see all.
        windowed_layers: how many do.
        has_dropout: whether attention forgets some of what it sees while it learns. torch then
            keeps three float32 matrices of tokens by tokens for each head on a processor.
    """

    parameters: int
    layers: int
    width: int
    heads: int
    kv_heads: int
    head_size: int
    inner: int
    vocabulary: int
    is_tied: bool
    source: str
    mlp_matrices: int = GATED
    kept_inner: int = KEPT_GATED
    norm: Norm = "rms"
    norms: int = 2
    has_head_norms: bool = False
    positions: int = 0
    window: int | None = None
    windowed_layers: int = 0
    has_dropout: bool = False

    @property
    def query_width(self) -> int:
        """Numbers of all queries of a token."""
        return self.heads * self.head_size

    @property
    def key_width(self) -> int:
        """Numbers of all keys of a token, and as many of its values."""
        return self.kv_heads * self.head_size


def block_matrices(outline: Outline) -> tuple[Matrix, ...]:
    """The linear layers of one block; GPT-2 and its like hold queries, keys and values in one."""
    width, inner = outline.width, outline.inner
    queries, keys = outline.query_width, outline.key_width
    apart = {"q": queries, "k": keys, "v": keys}
    heads = apart if outline.norm == "rms" else {"qkv": queries + 2 * keys}
    into = ("gate", "up") if outline.mlp_matrices == GATED else ("up",)
    return (
        *(Matrix(name=name, rows=rows, columns=width) for name, rows in heads.items()),
        Matrix(name="o", rows=width, columns=queries),
        *(Matrix(name=name, rows=inner, columns=width) for name in into),
        Matrix(name="down", rows=width, columns=inner),
    )


def numbers_of_blocks(outline: Outline) -> int:
    """Numbers of the linear layers of all blocks."""
    return outline.layers * sum(one.rows * one.columns for one in block_matrices(outline))


def counted_parameters(outline: Outline) -> int:
    """Parameters as the other figures tell them.

    One norm is at the end. Biases are counted for norms of kind "layer", whose models have them
    (GPT-2).
    """
    width = outline.width
    tables = (1 if outline.is_tied else 2) * outline.vocabulary + outline.positions
    norms = (outline.norms * outline.layers + 1) * width
    norms += 2 * outline.head_size * outline.layers if outline.has_head_norms else 0
    if outline.norm == "rms":
        return numbers_of_blocks(outline) + tables * width + norms
    biases = outline.layers * sum(one.rows for one in block_matrices(outline))
    return numbers_of_blocks(outline) + tables * width + 2 * norms + biases


def shape_of_outline(outline: Outline) -> ModelShape:
    """The same for the formulas of `predict.weights`: what is in no matrix keeps its bits.

    Raises:
        ValueError: the blocks alone have more numbers than the model is said to have.
    """
    n_others = outline.parameters - numbers_of_blocks(outline)
    if n_others < 0:
        raise ValueError(
            f"{outline.layers} blocks of width {outline.width} and inner width {outline.inner} "
            f"have {numbers_of_blocks(outline):,} parameters, more than {outline.parameters:,}"
        )
    matrices = block_matrices(outline)
    return ModelShape(
        matrices=matrices * outline.layers,
        n_others=n_others,
        buffer_bytes=0,
        cache=tuple(
            CacheLayer(
                n_heads=outline.kv_heads,
                width=outline.head_size,
                window=outline.window if number < outline.windowed_layers else None,
            )
            for number in range(outline.layers)
        ),
    )


def outline_from_config(config: Mapping[str, Any]) -> Outline:
    """The outline of a model from the values of its `config.json`.

    Raises:
        BadConfiguration: a figure is missing or no whole number above 0, or the model is one of
            experts.
    """
    family = config.get("model_type", "")
    if any(isinstance(config.get(name), int) and config[name] > 1 for name in _EXPERTS):
        raise BadConfiguration(f"{family or 'this model'} is made of experts, which no sum covers.")
    figures = {name: _whole(config, keys) for name, keys in _MOST_TRANSFORMERS_NAMES.items()}
    width, heads = figures["width"], figures["heads"]
    has_gate = family not in _PLAIN
    bend = config.get("hidden_act") or config.get("activation_function") or ""
    outline = Outline(
        **figures,
        parameters=0,
        kv_heads=_whole(config, ("num_key_value_heads",), heads),
        head_size=_whole(config, ("head_dim",), width // heads),
        inner=_whole(config, ("intermediate_size", "n_inner"), 4 * width),
        is_tied=bool(config.get("tie_word_embeddings", family in _TIED_BY_DEFAULT)),
        source=f"config.json of {config.get('_name_or_path') or family or 'a model'}",
        mlp_matrices=GATED if has_gate else PLAIN,
        kept_inner=KEPT_GATED if has_gate else _KEPT.get(bend, _KEPT_IN_ONE_STEP),
        norm="layer" if family in _LAYER_NORM else "rms",
        norms=_FOUR_NORMS.get(family, 2),
        has_head_norms=family in _HEAD_NORMS,
        positions=_whole(config, ("n_positions",), 0) if family == "gpt2" else 0,
        has_dropout=bool(config.get("attention_dropout") or config.get("attn_pdrop")),
        **_windows(config, figures["layers"]),
    )
    return with_parameters(outline)


def with_parameters(outline: Outline, parameters: int | None = None) -> Outline:
    """The same outline with another count of parameters; None: as its other figures tell."""
    count = counted_parameters(outline) if parameters is None else parameters
    return replace(outline, parameters=count)


def _whole(config: Mapping[str, Any], keys: tuple[str, ...], default: int | None = None) -> int:
    value = next((config[key] for key in keys if config.get(key) is not None), default)
    if value is None:
        raise BadConfiguration(f"the configuration has no {keys[0]}.")
    least = 0 if default == 0 else 1
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadConfiguration(
            f"{keys[0]} must be a whole number of {least} or more, not {value!r}."
        )
    return value


def _windows(config: Mapping[str, Any], layers: int) -> dict[str, Any]:
    """Of each layer: how far back it sees, as `solvers.llm.shapes` reads it."""
    window = config.get("sliding_window")
    if window is None or config.get("use_sliding_window", True) is False:
        return {}
    kinds = config.get("layer_types")
    count = layers if kinds is None else sum(kind == "sliding_attention" for kind in kinds)
    return {"window": _whole(config, ("sliding_window",)), "windowed_layers": count}
