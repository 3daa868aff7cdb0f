r"""The model that training starts from: a folder of a causal model of transformers.

Prompts are those of models that are trained here from nothing, "QUESTION\n" before
" The answer is TARGET." and the tokenizer's end token; no chat template is used. What the
tokenizer puts before a text by itself, such as a begin token, stands before every prompt, in
training and in asking.

Not covered: names of a model hub; a folder that holds an adapter alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.pretrained.loading import (
    load_causal_model,
    load_causal_tokenizer,
)
from spoonbench.solvers.llm.tokenizer import adapt_tokenizer
from spoonbench.solvers.model_files import folder_sha256

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedTokenizerFast

NO_LIMIT = 1 << 31
"""Tokens that a model reads whose configuration has no limit."""


def check_base(folder: Path, sha256: str) -> str:
    """The hash of a folder, which must be the one given, if one is.

    Raises:
        ValueError: the folder holds no model, or another one.
    """
    found = folder_sha256(folder)
    if sha256 not in {"", found}:
        raise ValueError(
            f"the model in {folder} has changed: its hash is {found[:12]}, not {sha256[:12]}"
        )
    return found


def load_base(folder: Path) -> tuple[Any, PreTrainedTokenizerFast, int]:
    """Load model and tokenizer, safely; see `spoonbench.solvers.llm.pretrained.loading`.

    Returns:
        The model in float32, its tokenizer, and the tokens that it reads in all.

    Raises:
        ValueError: the folder holds no such model, or one that cannot be trained here.
    """
    try:
        loaded = load_causal_model(folder)
        adapt_tokenizer(loaded.tokenizer)
    except Unsupported as exc:
        raise ValueError(str(exc)) from exc
    except ValueError as exc:
        raise ValueError(f"The model {folder} cannot be trained: {exc}.") from exc
    if loaded.tokenizer.eos_token_id >= loaded.n_rows:
        raise ValueError(f"The model {folder} cannot be trained: it has no row for the end token.")
    loaded.model.config.pad_token_id = loaded.tokenizer.pad_token_id
    return loaded.model, loaded.tokenizer, loaded.positions or NO_LIMIT


def load_base_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The tokenizer of `load_base` alone, to count tokens.

    Raises:
        ValueError: the folder holds no such model, or its tokenizer has no end token.
    """
    try:
        tokenizer: PreTrainedTokenizerFast = load_causal_tokenizer(folder).tokenizer
    except Unsupported as exc:
        raise ValueError(str(exc)) from exc
    adapt_tokenizer(tokenizer)
    return tokenizer
