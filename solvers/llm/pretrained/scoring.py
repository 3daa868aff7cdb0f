"""How likely texts are after their prompts, to a model of elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.learning import require_examples
from spoonbench.solvers.llm.batches import EncodedExample, check_lengths
from spoonbench.solvers.llm.likelihood import score_pairs
from spoonbench.solvers.llm.pretrained.prompts import encode_chat, encode_plain, unknown
from spoonbench.solvers.llm.prompt import completion_of
from spoonbench.solvers.llm.tokenizer import readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Example
    from spoonbench.solvers.llm.pretrained.answering import Manner
    from spoonbench.solvers.llm.pretrained.loading import CausalModel

_ROWS = 32
_MOST_SCORES = 1 << 28
"""Scores of one batch: tokens times vocabulary; a gigabyte in float32."""


def log_likelihoods(
    loaded: CausalModel, prompts: Sequence[str], texts: Sequence[str]
) -> list[float]:
    """Natural logarithm of the probability of each text after its prompt.

    A text is tokenized together with its prompt, whose trailing spaces count as the beginning of
    the text, since a tokenizer joins a space with the word behind it. Where the tokens of the
    prompt are not those that the whole begins with, both are tokenized apart.

    Args:
        loaded: the model.
        prompts: shape (n,); none without tokens.
        texts: shape (n,).

    Returns:
        shape (n,); 0.0 for an empty text.

    Raises:
        ValueError: an empty prompt, a pair that is too long or has a token that the model does
            not know, or unequal numbers of both.
    """
    pairs = [_pair(loaded, prompt, text) for prompt, text in zip(prompts, texts, strict=True)]
    _check(loaded, pairs)
    found: list[float] = []
    while len(found) < len(pairs):
        batch = pairs[len(found) : len(found) + _ROWS]
        width = max(pair.length for pair in batch)
        batch = batch[: max(1, _MOST_SCORES // (width * loaded.n_rows))]
        found += score_pairs(loaded.model, batch, loaded.tokenizer.pad_token_id)
    return found


def encode_targets(
    loaded: CausalModel, manner: Manner, examples: Sequence[Example]
) -> list[EncodedExample]:
    """Questions as they are asked, each with the answer sentence that would be right.

    No end token stands behind it: a base model goes on with something else.

    Raises:
        ValueError: no examples, some that cannot be asked, or that are too long for the model.
    """
    require_examples(examples)
    pairs = [_target(loaded, manner, example) for example in examples]
    _check(loaded, pairs)
    return pairs


def _target(loaded: CausalModel, manner: Manner, example: Example) -> EncodedExample:
    asking, text = manner.asking(example.problem.kind), completion_of(example.target)
    if not manner.chat:
        return _pair(loaded, asking.text(example.problem.text), text)
    head = encode_chat(loaded, asking, example.problem.text)
    # A template says itself what stands before a turn.
    return EncodedExample(prompt=tuple(head), completion=_apart(loaded, text.strip()))


def _check(loaded: CausalModel, pairs: Sequence[EncodedExample]) -> None:
    if not all(pair.prompt for pair in pairs):
        raise ValueError("a prompt must have at least one token")
    for pair in pairs:
        reason = unknown(loaded, (*pair.prompt, *pair.completion))
        if reason is not None:
            raise ValueError(reason)
    if loaded.positions is not None:
        check_lengths(pairs, loaded.positions)


def _pair(loaded: CausalModel, prompt: str, text: str) -> EncodedExample:
    if text:
        kept = prompt.rstrip() or prompt
        prompt, text = kept, prompt[len(kept) :] + text
    head = encode_plain(loaded, prompt)
    whole = encode_plain(loaded, prompt + text)
    if whole[: len(head)] == head:
        return EncodedExample(prompt=tuple(head), completion=tuple(whole[len(head) :]))
    return EncodedExample(prompt=tuple(head), completion=_apart(loaded, text))


def _apart(loaded: CausalModel, text: str) -> tuple[int, ...]:
    """Token ids of a text by itself, without special tokens."""
    found = loaded.tokenizer(readable(text), add_special_tokens=False, split_special_tokens=True)
    return tuple(found["input_ids"])
