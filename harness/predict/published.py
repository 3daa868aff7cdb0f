"""Published decoders, and what one of any other size would typically be.

The figures are those of the models' own `config.json`. Between two of them an outline is
interpolated: layers, width, heads and vocabulary by the logarithm of the size, and the inner width
so that the parameters are as many as asked for.

References:
    Radford et al. 2019, "Language Models are Unsupervised Multitask Learners" (GPT-2).
    Yang et al. 2025, "Qwen3 Technical Report".
    Grattafiori et al. 2024, "The Llama 3 Herd of Models".
    Touvron et al. 2023, "Llama 2"; Jiang et al. 2023, "Mistral 7B"; Gemma Team 2024, "Gemma 2".
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from spoonbench.harness.predict.decoders import PLAIN, Outline, with_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST, MOST = 500_000, 1_000_000_000_000
"""Parameters beyond which nothing comparable is published."""
NEAR = 0.005
"""As near as this, relative, a size is that of a published model."""
_GPT2: dict[str, Any] = {
    "head_size": 64,
    "vocabulary": 50_257,
    "is_tied": True,
    "mlp_matrices": PLAIN,
    "kept_inner": 5,
    "norm": "layer",
    "positions": 1024,
}
_PRESET: dict[str, Any] = {"is_tied": False, "mlp_matrices": PLAIN, "kept_inner": 2}
_QWEN3: dict[str, Any] = {
    "kv_heads": 8,
    "head_size": 128,
    "vocabulary": 151_936,
    "has_head_norms": True,
}
_LLAMA3: dict[str, Any] = {"kv_heads": 8, "vocabulary": 128_256}


def _outline(
    source: str, layers: int, width: int, heads: int, inner: int, **others: Any
) -> Outline:
    fields = {"kv_heads": heads, "head_size": width // heads, **others}
    return with_parameters(
        Outline(
            parameters=0,
            layers=layers,
            width=width,
            heads=heads,
            inner=inner,
            source=source,
            **fields,
        )
    )


LADDER = (
    _outline("spoonbench's preset tiny", 2, 128, 8, 512, vocabulary=2000, **_PRESET),
    _outline("spoonbench's preset small", 6, 384, 12, 1536, vocabulary=2000, **_PRESET),
    _outline("spoonbench's preset gpt_tiny", 6, 512, 8, 2048, vocabulary=8000, **_PRESET),
    _outline("GPT-2", 12, 768, 12, 3072, **_GPT2),
    _outline("Qwen3-0.6B", 28, 1024, 16, 3072, is_tied=True, **_QWEN3),
    _outline("Qwen3-1.7B", 28, 2048, 16, 6144, is_tied=True, **_QWEN3),
    _outline("Qwen3-4B", 36, 2560, 32, 9728, is_tied=True, **_QWEN3),
    _outline("Qwen3-8B", 36, 4096, 32, 12288, is_tied=False, **_QWEN3),
    _outline("Qwen3-14B", 40, 5120, 40, 17408, is_tied=False, **_QWEN3),
    _outline("Qwen3-32B", 64, 5120, 64, 25600, is_tied=False, **_QWEN3),
    _outline("Llama 3.1 70B", 80, 8192, 64, 28672, is_tied=False, **_LLAMA3),
    _outline("Llama 3.1 405B", 126, 16384, 128, 53248, is_tied=False, **_LLAMA3),
)
"""What is interpolated between: no part shrinks from one to the next but where a family ends."""

_OTHERS = (
    _outline("DistilGPT2", 6, 768, 12, 3072, **_GPT2),
    _outline("GPT-2 medium", 24, 1024, 16, 4096, **_GPT2),
    _outline("GPT-2 large", 36, 1280, 20, 5120, **_GPT2),
    _outline("GPT-2 XL", 48, 1600, 25, 6400, **_GPT2),
    _outline("Llama 3.2 1B", 16, 2048, 32, 8192, is_tied=True, **_LLAMA3),
    _outline("Llama 3.2 3B", 28, 3072, 24, 8192, is_tied=True, **_LLAMA3),
    _outline("Llama 3.1 8B", 32, 4096, 32, 14336, is_tied=False, **_LLAMA3),
    _outline("Llama 2 7B", 32, 4096, 32, 11008, vocabulary=32_000, is_tied=False),
    _outline("Llama 2 13B", 40, 5120, 40, 13824, vocabulary=32_000, is_tied=False),
    _outline(
        "Gemma 2 2B",
        26,
        2304,
        8,
        9216,
        kv_heads=4,
        head_size=256,
        vocabulary=256_000,
        is_tied=True,
        norms=4,
        window=4096,
        windowed_layers=13,
    ),
)

PUBLISHED: Mapping[str, Outline] = {one.source: one for one in (*LADDER, *_OTHERS)}
"""By name of the model."""


def outline_of(parameters: float) -> Outline:
    """A typical decoder of a size; its source says that it is assumed, and from what.

    Args:
        parameters: count, rounded to a whole one.

    Raises:
        ValueError: fewer than 500,000 or more than 10^12, or no number.
    """
    if not LEAST <= parameters <= MOST:
        raise ValueError(
            f"a decoder is outlined from {LEAST:,} to {MOST:,} parameters, not {parameters:,}"
        )
    count = round(parameters)
    below, above = _neighbours(count)
    for one in (below, above):
        if abs(one.parameters - count) <= NEAR * one.parameters:
            return replace(one, parameters=count, source=f"assumed: as {one.source}")
    return _between(count, below, above)


def _neighbours(count: int) -> tuple[Outline, Outline]:
    """Those on both sides; the last two (first two) for what is beyond them."""
    pairs = tuple(pairwise(LADDER))
    return next((pair for pair in pairs if count <= pair[1].parameters), pairs[-1])


def _between(count: int, below: Outline, above: Outline) -> Outline:
    share = math.log(count / below.parameters) / math.log(above.parameters / below.parameters)

    def at(name: str, step: int = 1) -> int:
        low: int = getattr(below, name)
        high: int = getattr(above, name)
        steps = round(low * math.pow(high / low, share) / step)
        return max(1, steps) * step

    likeness = above if share > 0 else below
    head_size = at("head_size", 8)
    kv_heads = at("kv_heads")
    draft = replace(
        likeness,
        parameters=count,
        layers=at("layers"),
        width=at("width", 16),
        heads=max(kv_heads, at("heads")),
        kv_heads=kv_heads,
        head_size=head_size,
        vocabulary=at("vocabulary"),
        is_tied=below.is_tied if share < 1 / 2 else above.is_tied,
        inner=0,
        source=f"assumed: between {below.source} and {above.source}",
    )
    if not 0 <= share <= 1:
        draft = replace(draft, source=f"assumed: beyond {(below if share < 0 else above).source}")
    return replace(draft, inner=_inner_for(draft, count))


def _inner_for(draft: Outline, count: int) -> int:
    """The inner width that makes the parameters as many as asked for."""
    without = with_parameters(draft).parameters
    per_inner = draft.layers * draft.mlp_matrices * draft.width
    return max(draft.width // 2, (count - without) // per_inner)
