"""How likely texts are after their prompts, to a model of elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from spoonbench.solvers.llm.batches import IGNORED, EncodedExample, check_lengths, collate
from spoonbench.solvers.llm.pretrained.prompts import encode_plain, unknown
from spoonbench.solvers.llm.tokenizer import readable

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    if not all(pair.prompt for pair in pairs):
        raise ValueError("a prompt must have at least one token")
    for pair in pairs:
        reason = unknown(loaded, (*pair.prompt, *pair.completion))
        if reason is not None:
            raise ValueError(reason)
    if loaded.positions is not None:
        check_lengths(pairs, loaded.positions)
    found: list[float] = []
    while len(found) < len(pairs):
        batch = pairs[len(found) : len(found) + _ROWS]
        width = max(pair.length for pair in batch)
        batch = batch[: max(1, _MOST_SCORES // (width * loaded.n_rows))]
        with torch.inference_mode():
            found += _score(loaded, batch)
    return found


def _pair(loaded: CausalModel, prompt: str, text: str) -> EncodedExample:
    if text:
        kept = prompt.rstrip() or prompt
        prompt, text = kept, prompt[len(kept) :] + text
    head = encode_plain(loaded, prompt)
    whole = encode_plain(loaded, prompt + text)
    if whole[: len(head)] == head:
        return EncodedExample(prompt=tuple(head), completion=tuple(whole[len(head) :]))
    rest = loaded.tokenizer(readable(text), add_special_tokens=False, split_special_tokens=True)
    return EncodedExample(prompt=tuple(head), completion=tuple(rest["input_ids"]))


def _score(loaded: CausalModel, pairs: Sequence[EncodedExample]) -> list[float]:
    ids, targets = collate(pairs, "answer", loaded.tokenizer.pad_token_id)
    device = loaded.model.device
    # Padding stands on the right, where a causal model needs no mask.
    logits = loaded.model(input_ids=ids.to(device), use_cache=False).logits  # (n, length, rows)
    following = targets[:, 1:].to(device)  # position i predicts the token at i + 1
    places = following != IGNORED
    scores = logits[:, :-1][places].float().log_softmax(dim=-1)  # (m, rows)
    chosen = scores.gather(1, following[places][:, None])[:, 0]
    sums = torch.zeros(len(pairs), device=device)
    return [float(value) for value in sums.index_add_(0, places.nonzero()[:, 0], chosen)]
