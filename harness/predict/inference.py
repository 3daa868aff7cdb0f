"""The most memory that a causal model takes while it answers, from its configuration alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.predict.prediction import prediction_of
from spoonbench.harness.predict.weights import weight_bytes
from spoonbench.solvers.held_memory import InferencePass
from spoonbench.solvers.number_formats import autocast_format, weight_format
from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from spoonbench.harness.predict.prediction import MemoryPrediction, Moment
    from spoonbench.solvers.held_memory import Attention, MemoryTracer, Scored
    from spoonbench.solvers.model_shapes import ModelShape


def predict_inference(
    shape: ModelShape,
    dtype: str,
    quantization: str = NONE,
    *,
    batch_size: int,
    prompt_tokens: int,
    new_tokens: int = 0,
    attention: Attention | None = None,
    scored: Scored = "last",
    n_targets: int | None = None,
    overhead_bytes: int = 0,
) -> MemoryPrediction:
    """The most memory while prompts are read and answers written.

    Generation keeps the cache and the logits of the last token alone, with a float32 copy, as
    transformers' `generate` and `solvers.llm.stepping` do. The worst moment is either the reading
    of the prompts, when activations of all tokens are there, or the last new token, when the cache
    is longest; at that moment one layer's cache is there twice, since it grows by copying.

    Scoring (`scored="all"`) keeps no cache, and the logits of all tokens three times: as the model
    made them, in float32 where they are not, and as probabilities, as `solvers.llm.likelihood`
    does for pairs of a prompt and a text. Its windows over long texts turn 32 MiB at a time into
    probabilities and stay below this.

    Args:
        shape: of the model, with a tracer (`solvers.llm.shapes.shape_of`).
        dtype: number format of weights, cache and activations, or autocast, which keeps copies of
            the weights besides.
        quantization: of the linear layers; each is taken to be turned back to `dtype` while it is
            multiplied by.
        batch_size: texts at once.
        prompt_tokens: of each.
        new_tokens: written after each; 0 for a single pass over the prompts.
        attention: implementation of transformers; "eager" holds batch x heads x tokens x tokens.
            None: "sdpa" where the model has it, otherwise "eager".
        scored: "last" to generate, "all" to score texts.
        n_targets: tokens of each text that are scored, where texts are; None: all of them.
        overhead_bytes: what libraries take beside tensors, as measured (`predict.overhead`).

    Raises:
        ValueError: a size below 1, new tokens where texts are scored, or a model that cannot be
            traced.
        KeyError: no such number format or method.
    """
    check_sizes(batch_size=batch_size, prompt_tokens=prompt_tokens)
    check_targets(n_targets, prompt_tokens)
    if new_tokens < 0:
        raise ValueError(f"new_tokens must be at least 0, not {new_tokens}")
    if scored == "all" and new_tokens:
        raise ValueError("texts that are scored have no new tokens")
    weights = weight_bytes(shape, dtype, quantization)
    tracer = tracer_of(shape)

    def wanted(n_tokens: int) -> InferencePass:
        return InferencePass(
            dtype=weight_format(dtype),
            autocast=autocast_format(dtype),
            quantization=quantization,
            attention=attention,
            batch_size=batch_size,
            n_tokens=n_tokens,
            scored=scored,
            n_targets=n_targets,
        )

    prompts = wanted(prompt_tokens)
    reading: Moment = "scoring the texts" if scored == "all" else "reading the prompts"
    # The first new token comes from the prompt's own pass, and the last is read by none.
    if new_tokens <= 1:
        return prediction_of(
            tracer.reading(prompts), reading, weights=weights, overhead=overhead_bytes
        )
    while_read, while_written = tracer.answering(prompts, prompt_tokens + new_tokens - 1)
    read = prediction_of(while_read, reading, weights=weights, overhead=overhead_bytes)
    written = prediction_of(
        while_written, "writing the last token", weights=weights, overhead=overhead_bytes
    )
    worst = max(read, written, key=lambda each: each.total)
    return replace(worst, n_products=read.n_products, n_products_written=written.n_products)


def check_sizes(**sizes: int) -> None:
    """Refuse sizes below 1.

    Raises:
        ValueError: says which.
    """
    for name, value in sizes.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, not {value}")


def check_targets(n_targets: int | None, n_tokens: int) -> None:
    """Refuse as many targets as tokens, the first of which nothing foretells, or none.

    Raises:
        ValueError: says so.
    """
    if n_targets is not None and not 1 <= n_targets < n_tokens:
        raise ValueError(f"n_targets must be 1 to {n_tokens - 1}, not {n_targets}")


def tracer_of(shape: ModelShape) -> MemoryTracer:
    """What says what passes of a model hold.

    Raises:
        ValueError: the shape has none.
    """
    if shape.tracer is None:
        raise ValueError(
            "this shape tells weights and cache alone: read it from a configuration "
            "(spoonbench.solvers.llm.shapes.shape_of)"
        )
    return shape.tracer
