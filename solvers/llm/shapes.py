"""The shape of a model from its configuration: built without memory, and counted.

Not covered: models that keep something else than keys and values of tokens (state-space layers).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForCausalLM

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.architecture import CONFIG_FILE, build_model
from spoonbench.solvers.llm.pretrained.loading import read_config
from spoonbench.solvers.llm.quantization.layers import head_names, linear_layers
from spoonbench.solvers.llm.tracing import ConfigTracer
from spoonbench.solvers.model_shapes import CacheLayer, Matrix, ModelShape

if TYPE_CHECKING:
    from spoonbench.solvers.llm.recipe import Recipe


def shape_of(config: Any) -> ModelShape:
    """The shape of the causal model that a configuration of transformers describes.

    Raises:
        ValueError: transformers has no causal model for it.
    """
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    model.tie_weights()
    return shape_of_model(model)


def shape_of_trained(recipe: Recipe, folder: Path | None) -> ModelShape:
    """The shape of a model that was trained, or of one that will be.

    Args:
        recipe: of it.
        folder: of what it learned; an adapter's holds no configuration of its own.

    Raises:
        Unsupported: they describe no model.
    """
    if folder is not None and (folder / CONFIG_FILE).is_file():
        return shape_of_folder(folder)
    return shape_of_recipe(recipe)


def shape_of_folder(folder: Path) -> ModelShape:
    """The shape of the model whose `config.json` lies in a folder.

    Raises:
        Unsupported: there is none, or transformers has no causal model for it.
    """
    config = read_config(folder)
    try:
        return shape_of(config)
    # Configurations of others raise whatever their classes raise.
    except Exception as exc:
        raise Unsupported(f"{folder} holds no configuration of a causal model: {exc}") from exc


def shape_of_recipe(recipe: Recipe) -> ModelShape:
    """The shape of the model that a recipe makes, its vocabulary taken to be full."""
    if recipe.init:
        return shape_of_folder(Path(recipe.init))
    with torch.device("meta"):
        model = build_model(recipe, vocabulary_size=recipe.vocabulary_size, pad=0, end=0)
    return shape_of_model(model)


def shape_of_model(model: Any) -> ModelShape:
    """The same of a model, wherever its weights are."""
    left_out = head_names(model)
    layers = linear_layers(model)
    matrices = tuple(_matrix(name, layer) for name, layer in layers.items() if name not in left_out)
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    n_in_matrices = sum(one.rows * one.columns + one.n_biases for one in matrices)
    return ModelShape(
        matrices=matrices,
        n_others=n_parameters - n_in_matrices,
        buffer_bytes=sum(buffer.nbytes for buffer in model.buffers()),
        cache=_cache_layers(model.config.get_text_config()),
        n_in_head=sum(layers[name].weight.numel() for name in left_out if name in layers),
        n_query_heads=getattr(model.config.get_text_config(), "num_attention_heads", None) or 0,
        family=model.config.model_type,
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
