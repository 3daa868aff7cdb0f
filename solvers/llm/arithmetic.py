"""How large a model is, and the additions and multiplications of one answer.

Not covered: mixtures of experts, of which a token passes only some: all of them are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightCounts:
    """What a model is made of, counted before it is quantized: packed weights do not tell.

    Attributes:
        n_parameters: of all.
        bytes: of all.
        n_in_matrices: of the matrices of the blocks.
        n_in_head: of the matrix that scores the tokens.
        attention_width: layers times heads times the width of a head.
    """

    n_parameters: int
    bytes: int
    n_in_matrices: int
    n_in_head: int
    attention_width: int


def measure_size(
    counts: WeightCounts, tokens_in: Sequence[int], tokens_out: float, formula: str
) -> Size:
    """Size of a model, and operations for the average of these prompts.

    Args:
        counts: of the model.
        tokens_in: shape (n,), of each prompt.
        tokens_out: new tokens of an answer.
        formula: what is counted, in words.
    """
    each = [operations(counts, count, tokens_out) for count in tokens_in]
    return Size(
        n_parameters=counts.n_parameters,
        weight_bytes=counts.bytes,
        operations_per_problem=sum(each) / len(each) if each else None,
        formula=formula,
    )


def count_weights(model: Any) -> WeightCounts:
    """Count the weights of a model of transformers."""
    parameters = list(model.parameters())
    head = model.get_output_embeddings().weight
    tables = [module for module in model.modules() if isinstance(module, nn.Embedding)]
    apart = {id(head), *(id(table.weight) for table in tables)}
    matrices = sum(
        int(parameter.numel())
        for name, parameter in model.named_parameters()
        # Adapters are merged into the weights for answering.
        if parameter.dim() > 1 and id(parameter) not in apart and ".lora_" not in name
    )
    return WeightCounts(
        n_parameters=sum(p.numel() for p in parameters),
        bytes=sum(p.numel() * p.element_size() for p in parameters),
        n_in_matrices=matrices,
        n_in_head=int(head.numel()),
        attention_width=_attention_width(model.config.get_text_config()),
    )


def operations(counts: WeightCounts, tokens_in: float, tokens_out: float) -> float:
    """Operations of one answer with a key-value cache; see `FORMULA`.

    Args:
        counts: of the model.
        tokens_in: of the prompt.
        tokens_out: new ones; the last is not read again.
    """
    read = max(tokens_in + tokens_out - 1, 0.0)
    attended = read * (read + 1) / 2
    return float(
        2.0 * counts.n_in_matrices * read
        + 2.0 * counts.n_in_head * tokens_out
        + 4.0 * counts.attention_width * attended
    )


def _attention_width(config: Any) -> int:
    """Layers times heads times the width of a head; 0 for a model without attention."""
    heads = getattr(config, "num_attention_heads", None) or 0
    width = getattr(config, "head_dim", None) or (config.hidden_size // heads if heads else 0)
    return int(config.num_hidden_layers * heads * width)
