"""How large a model is, and the additions and multiplications of one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import Size
from spoonbench.solvers.llm.prompt import prompt_of
from spoonbench.solvers.llm.tokenizer import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Problem
    from spoonbench.solvers.llm.artifact import TrainedModel
    from spoonbench.solvers.llm.recipe import Recipe

FORMULA = (
    "2 x weights of the blocks' matrices x (tokens in + tokens out - 1)"
    " + 2 x weights of the head x tokens out"
    " + 4 x blocks x width x positions attended to;"
    " tokens out as in the average training answer; norms, activations and softmax left out"
)


def measure_size(trained: TrainedModel, problems: Sequence[Problem]) -> Size:
    """Size of a model, and operations for the average of these problems."""
    parameters = list(trained.model.parameters())
    rows = trained.model.config.vocab_size
    prompts = encode(trained.tokenizer, [prompt_of(problem.text) for problem in problems])
    counts = [
        operations(trained.recipe, rows, len(prompt), trained.facts.mean_length)
        for prompt in prompts
    ]
    return Size(
        n_parameters=sum(p.numel() for p in parameters),
        weight_bytes=sum(p.numel() * p.element_size() for p in parameters),
        operations_per_problem=sum(counts) / len(counts) if counts else None,
        formula=FORMULA,
    )


def operations(recipe: Recipe, vocabulary_size: int, tokens_in: float, tokens_out: float) -> float:
    """Operations of one answer with a key-value cache; see `FORMULA`.

    Args:
        recipe: filled in by `read_recipe`.
        vocabulary_size: rows of the head.
        tokens_in: of the prompt.
        tokens_out: new ones; the last is not read again.
    """
    width = recipe.hidden_size
    block = 4 * width * width + 2 * width * recipe.intermediate_size
    read = max(tokens_in + tokens_out - 1, 0.0)
    attended = read * (read + 1) / 2
    return (
        2.0 * recipe.n_layers * block * read
        + 2.0 * vocabulary_size * width * tokens_out
        + 4.0 * recipe.n_layers * width * attended
    )
