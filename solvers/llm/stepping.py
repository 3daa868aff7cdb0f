"""The loop around a causal model whose ways are known: one forward pass a token, and its cache.

It does for these models what transformers' `generate` does, without setting up for every model
that there is: a tenth of the time of small ones. The tests hold it against `generate`. Engines
(`spoonbench.solvers.llm.engines`) put another forward pass into the same loop.

Not covered: models with other caches, positions or inputs than those of `engines.STEPPED`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from spoonbench.solvers.llm.machine import without_gradients
from spoonbench.solvers.llm.stopwatch import COPYING_BACK, OFF

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.solvers.llm.engines.interface import Forward
    from spoonbench.solvers.llm.stopwatch import Stopwatch


def read_with(model: Any) -> Forward:
    """The forward pass of a model and its growing cache, for one batch.

    Args:
        model: of transformers, of a type in `engines.STEPPED`.
    """
    cache = None

    def forward(tokens: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        nonlocal cache
        found = model(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        cache = found.past_key_values
        scores: torch.Tensor = found.logits[:, -1]
        return scores

    return forward


def step_rows(
    forward: Forward,
    padded: tuple[torch.Tensor, torch.Tensor],
    choose: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    is_done: Callable[[torch.Tensor, None], torch.Tensor] | None,
    limit: int,
    *,
    pad: int,
    end_ids: Sequence[int],
    stopwatch: Stopwatch = OFF,
) -> list[list[int]]:
    """New tokens of every row, until all rows are over or the limit is reached.

    Args:
        forward: of a batch of which nothing is read yet.
        padded: token ids and mask, both of shape (n, longest), on the device of the model.
        choose: from all tokens so far and the logits, shape (n, vocabulary), to scores of which
            the greatest is the next token's.
        is_done: which rows are complete for another reason than an end token, shape (n,).
        limit: new tokens at most.
        pad: what a row gets that is over.
        end_ids: tokens that end a row.
        stopwatch: times the copying of the result.

    Returns:
        shape (n, new tokens).
    """
    with without_gradients(padded[0].device):
        # Copied, for all tensors of the loop to be of one kind: compiled models tell them apart.
        ids, mask = (part.clone() for part in padded)
        read = ids
        positions = (mask.cumsum(dim=-1) - 1).clamp(min=0)
        ends = torch.tensor(list(end_ids), device=ids.device)
        is_over = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
        width = ids.shape[1]
        for _ in range(limit):
            scores = forward(read, mask, positions)
            token = choose(ids, scores).argmax(dim=-1).masked_fill(is_over, pad)
            read = token[:, None]
            ids = torch.cat([ids, read], dim=1)
            is_over = is_over | torch.isin(token, ends)
            if is_done is not None:
                is_over = is_over | is_done(ids, None)
            if bool(is_over.all()):
                break
            mask = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)
            positions = positions[:, -1:] + 1
        with stopwatch.part(COPYING_BACK):
            new: list[list[int]] = ids[:, width:].tolist()
    return new
