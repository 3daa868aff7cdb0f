"""How likely a text is after a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from spoonbench.solvers.llm.batches import EncodedExample, check_lengths, collate
from spoonbench.solvers.llm.optimization import batch_logits
from spoonbench.solvers.llm.tokenizer import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.llm.artifact import TrainedModel

_BATCH = 32


def log_likelihoods(
    trained: TrainedModel, prompts: Sequence[str], texts: Sequence[str]
) -> list[float]:
    """Natural logarithm of the probability of each text after its prompt.

    Args:
        trained: the model.
        prompts: shape (n,); none empty.
        texts: shape (n,), each tokenized apart from its prompt.

    Returns:
        shape (n,); 0.0 for an empty text.

    Raises:
        ValueError: an empty prompt, a pair that is too long, or unequal numbers of both.
    """
    pairs = [
        EncodedExample(prompt=tuple(prompt), completion=tuple(text))
        for prompt, text in zip(
            encode(trained.tokenizer, prompts), encode(trained.tokenizer, texts), strict=True
        )
    ]
    if not all(pair.prompt for pair in pairs):
        raise ValueError("a prompt must have at least one token")
    check_lengths(pairs, trained.recipe.positions)
    found: list[float] = []
    for start in range(0, len(pairs), _BATCH):
        with torch.inference_mode():
            found += _batch(trained.model, pairs[start : start + _BATCH])
    return found


def _batch(model: Any, pairs: Sequence[EncodedExample]) -> list[float]:
    ids, targets = collate(pairs, "answer", model.config.pad_token_id)
    logits, wanted, rows = batch_logits(model, ids.to(model.device), targets.to(model.device))
    scores = logits.float().log_softmax(dim=-1)  # (m, vocabulary)
    chosen = scores.gather(1, wanted[:, None])[:, 0]
    sums = torch.zeros(len(pairs), device=chosen.device)
    return [float(value) for value in sums.index_add_(0, rows, chosen)]
