"""Tokens of the longest texts of a model that was trained here, read without its weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.answering import limit_of
from spoonbench.solvers.llm.artifact import read_made
from spoonbench.solvers.llm.base_model import load_base_tokenizer
from spoonbench.solvers.llm.batches import encode_examples
from spoonbench.solvers.llm.prompt import prompt_of
from spoonbench.solvers.llm.tokenizer import encode_prompts, load_tokenizer
from spoonbench.solvers.text_sizes import TextSizes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from transformers import PreTrainedTokenizerFast

    from spoonbench.solvers.api import Example, Json, Problem
    from spoonbench.solvers.llm.recipe import Recipe


def sizes_of_trained(
    folder: Path,
    params: Mapping[str, Json],
    problems: Sequence[Problem],
    examples: Sequence[Example],
) -> TextSizes:
    """The longest of what a trained model would read and write.

    Args:
        folder: of the artifact.
        params: the limit of answers goes before that which it was made with.
        problems: to be answered; at least one.
        examples: to be scored or learned from.

    Raises:
        Unsupported: the folder holds no such thing.
    """
    recipe, facts = read_made(folder, params)
    try:
        tokenizer = _tokenizer(folder, recipe)
    except (ValueError, OSError) as exc:
        raise Unsupported(f"{folder} holds no trained language model: {exc}") from exc
    prompts = encode_prompts(tokenizer, [prompt_of(each.text) for each in problems])
    encoded = encode_examples(tokenizer, examples, end_token=recipe.end_token)
    return TextSizes(
        question=max(map(len, prompts)),
        answer=limit_of(recipe, facts),
        example=max((each.length for each in encoded), default=0),
        target=max((len(each.completion) for each in encoded), default=0),
        learned="all" if recipe.loss_on == "all" else "target",
    )


def _tokenizer(folder: Path, recipe: Recipe) -> PreTrainedTokenizerFast:
    if not recipe.init:
        return load_tokenizer(folder)
    return load_base_tokenizer(Path(recipe.init) if recipe.tune == "lora" else folder)
