"""An engine tried on a model of a few thousand numbers, to see what it takes besides tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForCausalLM, LlamaConfig

from spoonbench.solvers.llm.engines.build import build_execution, check_engine
from spoonbench.solvers.llm.stepping import step_rows

if TYPE_CHECKING:
    from spoonbench.solvers.api import Settings

_SIDE = 32
_ROWS, _TOKENS, _NEW_TOKENS = 2, 16, 4


def try_engine(settings: Settings, n_layers: int) -> object:
    """Build an engine for a tiny model and let it write once.

    Args:
        settings: with the engine.
        n_layers: of the model.

    Returns:
        What holds model and engine.

    Raises:
        Unsupported: the engine cannot be had here.
    """
    check_engine(settings)
    config = LlamaConfig(
        vocab_size=_SIDE,
        hidden_size=_SIDE,
        intermediate_size=_SIDE,
        num_hidden_layers=n_layers,
        num_attention_heads=2,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=None,
    )
    with torch.random.fork_rng(devices=[]):
        model: Any = AutoModelForCausalLM.from_config(config, dtype=getattr(torch, settings.dtype))
    model = model.to(settings.device).eval()
    execution, _ = build_execution(model, settings)
    if execution.runtime is not None:
        ids = torch.zeros(_ROWS, _TOKENS, dtype=torch.long, device=settings.device)
        forward = execution.runtime.start(_ROWS, _TOKENS + _NEW_TOKENS)
        step_rows(
            forward,
            (ids, torch.ones_like(ids)),
            lambda _, scores: scores,
            None,
            _NEW_TOKENS,
            pad=0,
            end_ids=[],
        )
    return model, execution
