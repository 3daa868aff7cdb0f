"""What graphs of a model are traced with, and quiet while that is done.

One graph reads prompts and single tokens alike: its inputs are token ids, the mask, positions and
a cache that may be empty, all of any size; its outputs the scores of the last token and the cache
with what was read.
"""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

import torch
from transformers import DynamicCache

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAST, _NEW, _ROWS = 4, 3, 2
"""Of the sample; sizes of 1 and 0 would be taken for fixed ones."""


def sample_inputs(model: Any) -> dict[str, Any]:
    """Inputs of the forward pass in the middle of a batch.

    Args:
        model: of transformers, in evaluation.
    """
    cache = DynamicCache(config=model.config)
    past = torch.ones(_ROWS, _PAST, dtype=torch.long)
    with torch.no_grad():
        model(input_ids=past, past_key_values=cache, use_cache=True)
    places = torch.arange(_PAST, _PAST + _NEW)
    return {
        "input_ids": torch.ones(_ROWS, _NEW, dtype=torch.long),
        "attention_mask": torch.ones(_ROWS, _PAST + _NEW, dtype=torch.long),
        "position_ids": places.expand(_ROWS, -1).clone(),
        "past_key_values": cache,
        "use_cache": True,
        "logits_to_keep": 1,
    }


@contextmanager
def quiet() -> Iterator[None]:
    """Tracing tells of its progress, of absent libraries and of what will go one day."""
    disabled = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
