"""How large a model is, and the additions and multiplications of one answer.

Not covered: mixtures of experts, of which a token passes only some: all of them are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import nn

from spoonbench.solvers.api import Size

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMULA = (
    "2 x weights of the blocks' matrices x (tokens in + tokens out - 1)"
    " + 2 x weights of the head x tokens out"
    " + 4 x blocks x width x positions attended to;"
    " tokens out as in the average training answer; norms, activations and softmax left out"
)


def measure_size(model: Any, tokens_in: Sequence[int], tokens_out: float, formula: str) -> Size:
    """Size of a model, and operations for the average of these prompts.

    Args:
        model: of transformers.
        tokens_in: shape (n,), of each prompt.
        tokens_out: new tokens of an answer.
        formula: what is counted, in words.
    """
    parameters = list(model.parameters())
    counts = [operations(model, count, tokens_out) for count in tokens_in]
    return Size(
        n_parameters=sum(p.numel() for p in parameters),
        weight_bytes=sum(p.numel() * p.element_size() for p in parameters),
        operations_per_problem=sum(counts) / len(counts) if counts else None,
        formula=formula,
    )


def operations(model: Any, tokens_in: float, tokens_out: float) -> float:
    """Operations of one answer with a key-value cache; see `FORMULA`.

    Args:
        model: of transformers.
        tokens_in: of the prompt.
        tokens_out: new ones; the last is not read again.
    """
    head = model.get_output_embeddings().weight
    tables = [module for module in model.modules() if isinstance(module, nn.Embedding)]
    apart = {id(head), *(id(table.weight) for table in tables)}
    matrices = sum(
        int(parameter.numel())
        for name, parameter in model.named_parameters()
        # Adapters are merged into the weights for answering.
        if parameter.dim() > 1 and id(parameter) not in apart and ".lora_" not in name
    )
    read = max(tokens_in + tokens_out - 1, 0.0)
    attended = read * (read + 1) / 2
    return float(
        2.0 * matrices * read
        + 2.0 * int(head.numel()) * tokens_out
        + 4.0 * _attention_width(model.config.get_text_config()) * attended
    )


def _attention_width(config: Any) -> int:
    """Layers times heads times the width of a head; 0 for a model without attention."""
    heads = getattr(config, "num_attention_heads", None) or 0
    width = getattr(config, "head_dim", None) or (config.hidden_size // heads if heads else 0)
    return int(config.num_hidden_layers * heads * width)
