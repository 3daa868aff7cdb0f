"""The shape of a model from its configuration: built without memory, and counted.

Not covered: models that keep something else than keys and values of tokens (state-space layers).
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import AutoModelForCausalLM

from spoonbench.solvers.llm.quantization.layers import head_names, linear_layers
from spoonbench.solvers.llm.tracing import ConfigTracer
from spoonbench.solvers.model_shapes import CacheLayer, Matrix, ModelShape


def shape_of(config: Any) -> ModelShape:
    """The shape of the causal model that a configuration of transformers describes.

    Raises:
        ValueError: transformers has no causal model for it.
    """
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    model.tie_weights()
    return shape_of_model(model)


def shape_of_model(model: Any) -> ModelShape:
    """The same of a model, wherever its weights are."""
    left_out = head_names(model)
    matrices = tuple(
        _matrix(name, layer) for name, layer in linear_layers(model).items() if name not in left_out
    )
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    n_in_matrices = sum(one.rows * one.columns + one.n_biases for one in matrices)
    return ModelShape(
        matrices=matrices,
        n_others=n_parameters - n_in_matrices,
        buffer_bytes=sum(buffer.nbytes for buffer in model.buffers()),
        cache=_cache_layers(model.config.get_text_config()),
        tracer=ConfigTracer(model.config),
    )


def _matrix(name: str, layer: Any) -> Matrix:
    rows, columns = layer.weight.shape
    if not isinstance(layer, torch.nn.Linear):
        # Conv1D holds it the other way round.
        rows, columns = columns, rows
    n_biases = 0 if layer.bias is None else int(layer.bias.numel())
    return Matrix(name=name, rows=int(rows), columns=int(columns), n_biases=n_biases)


def _cache_layers(config: Any) -> tuple[CacheLayer, ...]:
    n_heads = getattr(config, "num_attention_heads", None) or 0
    if not n_heads:
        return ()
    shared = getattr(config, "num_key_value_heads", None) or n_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // n_heads
    return tuple(
        CacheLayer(n_heads=int(shared), width=int(width), window=window)
        for window in _windows(config)
    )


def _windows(config: Any) -> list[int | None]:
    """Of each layer: how far back it sees."""
    n_layers = int(config.num_hidden_layers)
    window = getattr(config, "sliding_window", None)
    if window is None or getattr(config, "use_sliding_window", True) is False:
        return [None] * n_layers
    kinds = getattr(config, "layer_types", None)
    if kinds is None:
        return [int(window)] * n_layers
    return [int(window) if kind == "sliding_attention" else None for kind in kinds]
