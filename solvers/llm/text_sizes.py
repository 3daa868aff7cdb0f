"""Tokens of the texts of a model that was trained here, read without its weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.answering import limit_of
from spoonbench.solvers.llm.artifact import read_made
from spoonbench.solvers.llm.base_model import load_base_tokenizer
from spoonbench.solvers.llm.batches import encode_examples
from spoonbench.solvers.llm.prompt import prompt_of
from spoonbench.solvers.llm.tokenizer import encode_prompts, load_tokenizer
from spoonbench.solvers.text_sizes import PairSizes, TextSizes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from transformers import PreTrainedTokenizerFast

    from spoonbench.solvers.api import Json
    from spoonbench.solvers.llm.batches import EncodedExample
    from spoonbench.solvers.llm.recipe import Recipe
    from spoonbench.solvers.text_sizes import TextsToRead


def sizes_of_trained(folder: Path, params: Mapping[str, Json], texts: TextsToRead) -> TextSizes:
    """How long what a trained model would read and write is.

    Args:
        folder: of the artifact.
        params: the limit of answers goes before that which it was made with.
        texts: that it will be given.

    Raises:
        Unsupported: the folder holds no such thing.
    """
    recipe, facts = read_made(folder, params)
    try:
        tokenizer = _tokenizer(folder, recipe)
    except (ValueError, OSError) as exc:
        raise Unsupported(f"{folder} holds no trained language model: {exc}") from exc
    prompts = encode_prompts(tokenizer, [prompt_of(each.text) for each in texts.problems])
    scored, learned = (
        sizes_of_pairs(encode_examples(tokenizer, examples, end_token=recipe.end_token))
        for examples in (texts.scored, texts.learned)
    )
    return TextSizes(
        questions=tuple(map(len, prompts)),
        answer=limit_of(recipe, facts),
        scored=scored,
        learned=replace(learned, targets=None) if learned and recipe.loss_on == "all" else learned,
    )


def sizes_of_pairs(pairs: Sequence[EncodedExample]) -> PairSizes | None:
    """Tokens of each pair, and of the longest completion; None where there are none."""
    if not pairs:
        return None
    return PairSizes(
        lengths=tuple(pair.length for pair in pairs),
        targets=max(len(pair.completion) for pair in pairs),
    )


def _tokenizer(folder: Path, recipe: Recipe) -> PreTrainedTokenizerFast:
    if not recipe.init:
        return load_tokenizer(folder)
    return load_base_tokenizer(Path(recipe.init) if recipe.tune == "lora" else folder)
