"""How large a model of elsewhere is, and the additions and multiplications of one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from spoonbench.solvers.api import Size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.llm.pretrained.loading import CausalModel

FORMULA = (
    "2 x weights of the matrices but embeddings and head x (tokens in + tokens out - 1)"
    " + 2 x weights of the head x tokens out"
    " + 4 x layers x heads x width of a head x positions attended to;"
    " tokens in with instruction and examples, tokens out as in the average answer sentence;"
    " all experts of a mixture and whole attention counted, norms and softmax left out"
)


def measure_size(loaded: CausalModel, tokens_in: Sequence[int], tokens_out: float) -> Size:
    """Size of a model, and operations for the average of these prompts.

    Args:
        loaded: the model.
        tokens_in: shape (n,), of each prompt.
        tokens_out: new tokens of an answer.
    """
    parameters = list(loaded.model.parameters())
    counts = [operations(loaded, count, tokens_out) for count in tokens_in]
    return Size(
        n_parameters=sum(p.numel() for p in parameters),
        weight_bytes=sum(p.numel() * p.element_size() for p in parameters),
        operations_per_problem=sum(counts) / len(counts) if counts else None,
        formula=FORMULA,
    )


def operations(loaded: CausalModel, tokens_in: float, tokens_out: float) -> float:
    """Operations of one answer with a key-value cache; see `FORMULA`."""
    head = loaded.model.get_output_embeddings().weight
    looked_up = {
        id(module.weight)
        for module in loaded.model.modules()
        if isinstance(module, torch.nn.Embedding)
    }
    matrices = sum(
        int(p.numel())
        for p in loaded.model.parameters()
        if p.dim() > 1 and id(p) not in looked_up and p is not head
    )
    read = max(tokens_in + tokens_out - 1, 0.0)
    attended = read * (read + 1) / 2
    return (
        2.0 * matrices * read
        + 2.0 * int(head.numel()) * tokens_out
        + 4.0 * _attention_width(loaded) * attended
    )


def _attention_width(loaded: CausalModel) -> int:
    """Layers times heads times the width of a head; 0 for a model without attention."""
    config = loaded.model.config.get_text_config()
    heads = getattr(config, "num_attention_heads", None) or 0
    width = getattr(config, "head_dim", None) or (config.hidden_size // heads if heads else 0)
    return int(config.num_hidden_layers * heads * width)
