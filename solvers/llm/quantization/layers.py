"""The linear layers of a model, and GPT-2's kind of them turned into the usual one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

if TYPE_CHECKING:
    from collections.abc import Callable


def linear_layers(model: nn.Module) -> dict[str, nn.Module]:
    """Every layer that multiplies by a matrix, by its name; both kinds of them."""
    return {
        name: layer
        for name, layer in model.named_modules()
        if isinstance(layer, (nn.Linear, Conv1D))
    }


def head_names(model: Any) -> frozenset[str]:
    """Names of the layer that scores the tokens; empty for a model without one.

    It stays as it is in every method here: it may share its weights with the embedding, and
    transformers' own loaders leave it out too.
    """
    head = model.get_output_embeddings()
    return frozenset(name for name, layer in model.named_modules() if layer is head)


def to_linear(model: nn.Module) -> int:
    """Turn every Conv1D (GPT-2's linear layer, weights transposed) into a Linear, in place.

    The function stays the same up to rounding; only libraries that look for Linear see a
    difference.

    Returns:
        how many were turned.
    """
    return replace_layers(model, lambda _, layer: _turned(layer) if _is_conv1d(layer) else None)


def replace_layers(
    model: nn.Module, replacement: Callable[[str, nn.Module], nn.Module | None]
) -> int:
    """Put other layers in the place of those for which there are any, in place.

    Args:
        model: to change.
        replacement: of a full name and its layer; None to keep it.

    Returns:
        how many were replaced.
    """
    n_replaced = 0
    for parent_name, parent in list(model.named_modules()):
        for child_name, child in list(parent.named_children()):
            name = f"{parent_name}.{child_name}" if parent_name else child_name
            new = replacement(name, child)
            if new is not None:
                setattr(parent, child_name, new)
                n_replaced += 1
    return n_replaced


def _is_conv1d(layer: nn.Module) -> bool:
    return isinstance(layer, Conv1D)


def _turned(layer: Any) -> nn.Linear:
    n_in, n_out = layer.weight.shape
    with torch.device("meta"):
        linear = nn.Linear(n_in, n_out)
    linear.weight = nn.Parameter(layer.weight.detach().t().contiguous(), requires_grad=False)
    linear.bias = nn.Parameter(layer.bias.detach().clone(), requires_grad=False)
    return linear.train(layer.training)
