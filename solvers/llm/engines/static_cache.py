"""Transformers' static cache: the room of all tokens of a batch is taken before the first is read.

Every step looks at the whole room, what is not written yet masked. Alone that costs time; it is
there beside the compiled one to tell what the cache does from what compiling does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import transformers
from transformers import StaticCache

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import torch

    from spoonbench.solvers.api import Json
    from spoonbench.solvers.llm.engines.interface import Forward


class StaticCacheRuntime:
    """A model with a static cache.

    Args:
        model: of transformers.
        step: what reads one token a row; None: the model too.
    """

    notes: Mapping[str, Json] = {}

    def __init__(self, model: Any, step: Callable[..., Any] | None = None) -> None:
        self.library = f"transformers {transformers.__version__}"
        self._model = model
        self._step = model if step is None else step

    def start(self, n_rows: int, n_tokens: int, /) -> Forward:
        """A batch with room for all its tokens."""
        cache = StaticCache(self._model.config, max_cache_len=n_tokens)
        whole: torch.Tensor | None = None

        def forward(
            tokens: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor
        ) -> torch.Tensor:
            nonlocal whole
            if whole is None:
                whole = mask.new_zeros(n_rows, n_tokens)
            whole[:, : mask.shape[1]] = mask
            # The prompts fill the cache, which a compiled step must find there.
            run = self._step if mask.shape[1] > tokens.shape[1] else self._model
            found = run(
                input_ids=tokens,
                attention_mask=whole,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
            scores: torch.Tensor = found.logits[:, -1]
            return scores

        return forward
