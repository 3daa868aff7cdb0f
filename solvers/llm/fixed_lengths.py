"""Reading prompts and writing tokens in numbers that are fixed beforehand, so that both are timed.

Tokens are drawn evenly among those that tokenizer and model both have, special ones left out. No
row is padded and none ends early: so many texts of so many tokens are what was measured.

The loop around the model is the one that answers are written by, and the moment of a token is when
it stands in the text of every row; a device is waited for at each.

Not covered: what a text says, of which the time of a dense model does not hang; models whose work
hangs on it, such as mixtures of experts, are timed on noise.
"""

from __future__ import annotations

import inspect
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np
import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.architecture import count_rows
from spoonbench.solvers.llm.engines.interface import USUAL
from spoonbench.solvers.llm.generation import forward_of, greedy_configuration, own_defaults
from spoonbench.solvers.llm.machine import wait_for, without_gradients
from spoonbench.solvers.llm.stepping import step_rows
from spoonbench.solvers.texts import DecodeTimes, Decoding

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from spoonbench.solvers.llm.engines.interface import Execution

_DRAWN: WeakKeyDictionary[Any, tuple[tuple[int, ...], torch.Tensor]] = WeakKeyDictionary()
"""Tokenizer to what was drawn for it last: only the first of many equal calls pays for it."""


class Reader(Protocol):
    """A model with its tokenizer, trained here or loaded from elsewhere."""

    @property
    def model(self) -> Any:
        """Of transformers."""
        ...

    @property
    def tokenizer(self) -> Any:
        """Its tokenizer, which has a padding token."""
        ...

    @property
    def positions(self) -> int | None:
        """Tokens that it reads in all; None where no limit is known."""
        ...


def prefill(
    reader: Reader, seed: int, n_texts: int, n_tokens: int, execution: Execution = USUAL
) -> None:
    """One forward pass over drawn prompts: the cache is built, scores of the last position.

    Args:
        reader: the model.
        seed: of the tokens drawn.
        n_texts: rows.
        n_tokens: of each.
        execution: what runs the model.

    Raises:
        ValueError: a number below 1.
        Unsupported: more tokens than the model reads.
    """
    check_lengths(reader, n_texts=n_texts, prompt_tokens=n_tokens)
    model = reader.model
    ids = draw_tokens(reader, seed, n_texts, n_tokens).to(model.device)
    if execution.runtime is not None:
        forward = execution.runtime.start(n_texts, n_tokens)
        with torch.inference_mode():
            mask = torch.ones_like(ids)
            forward(ids.clone(), mask, mask.cumsum(dim=-1) - 1)
        return
    # Not every model can leave the head out where nothing is to be chosen.
    can_keep = "logits_to_keep" in inspect.signature(model.forward).parameters
    keep = {"logits_to_keep": 1} if can_keep else {}
    with without_gradients(model.device):
        model(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=True, **keep)


def decode(
    reader: Reader,
    seed: int,
    lengths: tuple[int, int, int],
    execution: Execution = USUAL,
) -> DecodeTimes:
    """Greedy tokens after drawn prompts, with a cache; nothing ends a row early.

    Args:
        reader: the model.
        seed: of the tokens drawn.
        lengths: rows, tokens of each prompt, new tokens of each.
        execution: what runs the model.

    Raises:
        ValueError: a number below 1.
        Unsupported: more tokens than the model reads.
    """
    started_ns = time.perf_counter_ns()
    n_texts, prompt_tokens, new_tokens = lengths
    check_lengths(reader, n_texts=n_texts, prompt_tokens=prompt_tokens, new_tokens=new_tokens)
    model = reader.model
    ids = draw_tokens(reader, seed, n_texts, prompt_tokens).to(model.device)
    clock = TokenClock(n_texts, str(model.device))
    padded = (ids, torch.ones_like(ids))
    forward = forward_of(model, (n_texts, prompt_tokens + new_tokens), execution)
    if forward is not None:
        step_rows(forward, padded, lambda _, scores: scores, clock, new_tokens, pad=0, end_ids=())
    else:
        _generate(model, padded, clock, new_tokens)
    moments = (started_ns, *clock.moments_ns)
    first, *later = (end - start for start, end in pairwise(moments))
    return DecodeTimes(first_token_ns=first, later_token_ns=tuple(later))


class TokenClock(StoppingCriteria):  # type: ignore[misc]  # transformers has no types
    """Notes when each token is there, and ends nothing.

    Attributes:
        moments_ns: `time.perf_counter_ns` when every row had its token, one for each step.
    """

    def __init__(self, n_rows: int, device: str) -> None:
        self.moments_ns: list[int] = []
        self._device = device
        self._none_done = torch.zeros(n_rows, dtype=torch.bool, device=device)

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        """Note the moment; no row is done.

        Args:
            input_ids: shape (n, length), all tokens so far.
            scores: of no use here.
        """
        wait_for(self._device)
        self.moments_ns.append(time.perf_counter_ns())
        return self._none_done


def check_lengths(reader: Reader, *, n_texts: int, prompt_tokens: int, new_tokens: int = 0) -> None:
    """Refuse what the model cannot read.

    Raises:
        ValueError: no texts, no prompt, or fewer than no new tokens.
        Unsupported: more tokens than the model reads.
    """
    if n_texts < 1 or prompt_tokens < 1 or new_tokens < 0:
        raise ValueError(
            f"{n_texts} texts of {prompt_tokens} tokens and {new_tokens} new ones: "
            "there is at least 1 text, of at least 1 token"
        )
    positions = reader.positions
    if positions is not None and prompt_tokens + new_tokens > positions:
        new = f" and {new_tokens} new ones" if new_tokens else ""
        raise Unsupported(f"{prompt_tokens} tokens{new}: the model reads {positions} in all")


def draw_tokens(reader: Reader, seed: int, n_texts: int, n_tokens: int) -> torch.Tensor:
    """Token ids, shape (n_texts, n_tokens), the same ones for the same numbers and seed."""
    tokenizer, n_rows = reader.tokenizer, count_rows(reader.model)
    key = (seed, n_texts, n_tokens, n_rows)
    kept = _DRAWN.get(tokenizer)
    if kept is not None and kept[0] == key:
        return kept[1]
    generator = np.random.default_rng((seed, n_texts, n_tokens))
    drawn = torch.from_numpy(generator.choice(_plain(tokenizer, n_rows), (n_texts, n_tokens)))
    _DRAWN[tokenizer] = (key, drawn)
    return drawn


def _plain(
    tokenizer: PreTrainedTokenizerBase, n_rows: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Tokens that tokenizer and model both have, special ones left out."""
    known = np.arange(min(len(tokenizer), n_rows), dtype=np.int64)
    return np.setdiff1d(known, np.array(tokenizer.all_special_ids, dtype=np.int64))


def _generate(
    model: Any, padded: tuple[torch.Tensor, torch.Tensor], clock: TokenClock, new_tokens: int
) -> None:
    """Through transformers, for models that are answered for so too."""
    with own_defaults(model):
        model.generate(
            input_ids=padded[0],
            attention_mask=padded[1],
            generation_config=greedy_configuration(Decoding(max_new_tokens=new_tokens), 0, ()),
            stopping_criteria=StoppingCriteriaList([clock]),
        )
