"""How large a model is, and the additions and multiplications of one answer.

Not covered: mixtures of experts, of which a token passes only some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from transformers.pytorch_utils import Conv1D

from spoonbench.solvers.api import Size
from spoonbench.solvers.llm.prompt import prompt_of
from spoonbench.solvers.llm.tokenizer import encode_prompts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from spoonbench.solvers.api import Problem
    from spoonbench.solvers.llm.artifact import TrainedModel

FORMULA = (
    "2 x weights of the blocks' matrices x (tokens in + tokens out - 1)"
    " + 2 x weights of the head x tokens out"
    " + 4 x blocks x width x positions attended to;"
    " tokens out as in the average training answer; norms, activations and softmax left out"
)


def measure_size(trained: TrainedModel, problems: Sequence[Problem]) -> Size:
    """Size of a model, and operations for the average of these problems."""
    parameters = list(trained.model.parameters())
    prompts = encode_prompts(trained.tokenizer, [prompt_of(problem.text) for problem in problems])
    mean_length = trained.facts.mean_length
    counts = [operations(trained.model, len(prompt), mean_length) for prompt in prompts]
    return Size(
        n_parameters=sum(p.numel() for p in parameters),
        weight_bytes=sum(p.numel() * p.element_size() for p in parameters),
        operations_per_problem=sum(counts) / len(counts) if counts else None,
        formula=FORMULA,
    )


def operations(model: Any, tokens_in: float, tokens_out: float) -> float:
    """Operations of one answer with a key-value cache; see `FORMULA`.

    Args:
        model: of transformers.
        tokens_in: of the prompt.
        tokens_out: new ones; the last is not read again.
    """
    head = model.get_output_embeddings()
    matrices: int = sum(
        module.weight.numel()
        for name, module in model.named_modules()
        # Adapters are merged into the weights for answering.
        if isinstance(module, nn.Linear | Conv1D) and module is not head and ".lora_" not in name
    )
    read = max(tokens_in + tokens_out - 1, 0.0)
    attended = read * (read + 1) / 2
    return float(
        2.0 * matrices * read
        + 2.0 * head.weight.numel() * tokens_out
        + 4.0 * model.config.num_hidden_layers * _attention_width(model.config) * attended
    )


def _attention_width(config: Any) -> int:
    """Width of all heads together."""
    heads = int(config.num_attention_heads)
    return heads * int(getattr(config, "head_dim", None) or config.hidden_size // heads)
