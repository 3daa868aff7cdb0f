"""Which token comes next, row by row of a batch, and how likely it was to the model.

The order is that of transformers: the penalty on repetition, then, where a token is drawn, the
temperature, the k likeliest, and of those the nucleus that holds the share p.

A draw takes one number in [0, 1) and finds the token whose part of the cumulated probabilities it
falls into. Row i of a batch takes its numbers from a generator seeded with seed + i, so that

- a row is drawn as it would be alone with the seed seed + i: the size of a batch changes nothing,
  but for what rounding in a padded batch changes;
- no generator of torch is touched, on no device.

Not covered: beams; constraints on what is generated.

References:
    Keskar et al. 2019, CTRL, section 4.1 (the penalty); Fan et al. 2018 (the k likeliest);
    Holtzman et al. 2020 (the nucleus).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers import LogitsProcessor

from spoonbench.solvers.llm.machine import wait_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.texts import Decoding

_MINUS_INFINITY = float("-inf")


class TokenChoice(LogitsProcessor):  # type: ignore[misc]  # transformers has no types
    """Chooses the next token of every row and leaves it as the likeliest for greedy decoding.

    Attributes:
        log_probabilities: for each step, shape (n,): natural logarithms of the probability of the
            chosen tokens under the model, before penalty, temperature and the like.
        first_token_ns: `time.perf_counter_ns` when all rows had their first token.
    """

    def __init__(self, prompts: Sequence[Sequence[int]], decoding: Decoding) -> None:
        self.log_probabilities: list[torch.Tensor] = []
        self.first_token_ns: int | None = None
        self._prompts = prompts
        self._decoding = decoding
        self._draws = _draws(decoding, len(prompts)) if decoding.temperature else None
        self._seen: torch.Tensor | None = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Choose; both arguments and the result as transformers has it.

        Args:
            input_ids: shape (n, length), padding in front.
            scores: shape (n, vocabulary), logits.

        Returns:
            Scores whose greatest are those of the chosen tokens.
        """
        whole = scores.float()  # (n, vocabulary)
        # Most answers are greedy and without penalty: no copy, no search for the token here.
        if self._draws is None and self._decoding.repetition_penalty == 1:
            likely, changed = whole.amax(dim=-1), scores
        else:
            chosen = self._choose(input_ids, whole)
            likely = whole.gather(1, chosen)[:, 0]
            changed = torch.full_like(scores, _MINUS_INFINITY).scatter_(1, chosen, 0.0)
        self.log_probabilities.append(likely - whole.logsumexp(dim=-1))
        if self.first_token_ns is None:
            # A device computes behind the interpreter's back: until it is done, no token is there.
            wait_for(str(scores.device))
            self.first_token_ns = time.perf_counter_ns()
        return changed

    def _choose(self, input_ids: torch.Tensor, whole: torch.Tensor) -> torch.Tensor:
        """The chosen tokens, shape (n, 1)."""
        if self._decoding.repetition_penalty != 1:
            whole = penalize(whole, self._mark_seen(input_ids, whole), self._decoding)
        if self._draws is None:
            return whole.argmax(dim=-1, keepdim=True)
        draws = self._draws[:, len(self.log_probabilities)]
        return draw(whole, torch.from_numpy(draws), self._decoding)

    def _mark_seen(self, input_ids: torch.Tensor, whole: torch.Tensor) -> torch.Tensor:
        """Which tokens stand in the prompt or the text of each row; padding does not."""
        if self._seen is None:
            self._seen = torch.zeros_like(whole, dtype=torch.bool)
            for row, prompt in enumerate(self._prompts):
                self._seen[row, list(prompt)] = True
        else:
            self._seen.scatter_(1, input_ids[:, -1:], True)
        return self._seen


def penalize(scores: torch.Tensor, seen: torch.Tensor, decoding: Decoding) -> torch.Tensor:
    """Scores of seen tokens, made smaller by the factor where it is above 1.

    Args:
        scores: shape (n, vocabulary).
        seen: the same shape, true for tokens of prompt and text.
        decoding: for the factor.
    """
    factor = decoding.repetition_penalty
    return torch.where(seen, torch.where(scores < 0, scores * factor, scores / factor), scores)


def draw(scores: torch.Tensor, draws: torch.Tensor, decoding: Decoding) -> torch.Tensor:
    """Draw one token a row.

    Args:
        scores: shape (n, vocabulary), logits.
        draws: shape (n,), in [0, 1).
        decoding: temperature above 0, top_k and top_p.

    Returns:
        Token ids, shape (n, 1), where `scores` is.
    """
    # There are no 64-bit floats on mps. The greatest score is 0, so that no temperature overflows.
    place = "cpu" if scores.device.type == "mps" else scores.device
    exact = scores.to(place, torch.float64)
    exact = (exact - exact.amax(dim=-1, keepdim=True)) / decoding.temperature
    exact = keep_nucleus(keep_likeliest(exact, decoding.top_k), decoding.top_p)
    cumulated = exact.softmax(dim=-1).cumsum(dim=-1)  # (n, vocabulary)
    points = draws.to(place)[:, None] * cumulated[:, -1:]
    chosen = torch.searchsorted(cumulated, points, right=True)
    # Scores that are no numbers find no place; the probability that is noted says so.
    return chosen.clamp(max=scores.shape[-1] - 1).to(scores.device)


def keep_likeliest(scores: torch.Tensor, top_k: int) -> torch.Tensor:
    """All but the k likeliest tokens get minus infinity; 0 keeps all."""
    if not 0 < top_k < scores.shape[-1]:
        return scores
    least = scores.topk(top_k, dim=-1).values[:, -1:]  # (n, 1)
    return scores.masked_fill(scores < least, _MINUS_INFINITY)


def keep_nucleus(scores: torch.Tensor, top_p: float) -> torch.Tensor:
    """Keep the likeliest tokens until their probabilities reach p, at least one of them."""
    if top_p >= 1:
        return scores
    ordered, places = scores.softmax(dim=-1).sort(dim=-1, descending=True, stable=True)
    before = ordered.cumsum(dim=-1) - ordered  # of the likelier tokens, together
    drop = torch.zeros_like(scores, dtype=torch.bool).scatter_(1, places, before >= top_p)
    return scores.masked_fill(drop, _MINUS_INFINITY)


def _draws(decoding: Decoding, n_rows: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Numbers in [0, 1), shape (n_rows, max_new_tokens)."""
    rows = [
        np.random.default_rng(decoding.seed + row).random(decoding.max_new_tokens)
        for row in range(n_rows)
    ]
    return np.stack(rows)
