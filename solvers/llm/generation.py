"""Text from a language model: one batch, greedy, padded on the left, through transformers.

A decoder-only model continues the end of its row, so shorter prompts are padded in front; the
padding is masked and counts for nothing.

Not covered: sampling, beams, several devices.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)

from spoonbench.solvers.llm.tokenizer import decode
from spoonbench.solvers.texts import Generation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedTokenizerFast

    from spoonbench.solvers.api import StopReason
    from spoonbench.solvers.texts import Decoding


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedBatch:
    """Texts of one batch, in order, and when the first new tokens were there.

    Attributes:
        texts: shape (n,).
        first_token_ns: `time.perf_counter_ns` when all rows had their first token.
    """

    texts: list[Generation]
    first_token_ns: int | None


class _Recorder(LogitsProcessor):  # type: ignore[misc]  # transformers has no types
    """Changes nothing; notes how likely the likeliest token was, and when the first was known."""

    def __init__(self) -> None:
        self.log_probabilities: list[torch.Tensor] = []
        self.first_token_ns: int | None = None

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        whole = scores.float()
        self.log_probabilities.append(whole.amax(dim=-1) - whole.logsumexp(dim=-1))
        if self.first_token_ns is None:
            self.first_token_ns = time.perf_counter_ns()
        return scores


class _StopStrings(StoppingCriteria):  # type: ignore[misc]  # transformers has no types
    """Ends a row where a stop string is complete, and notes after how many tokens."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, strings: tuple[str, ...], width: int, n_rows: int
    ) -> None:
        self._tokenizer = tokenizer
        self._strings = strings
        self._width = width
        self.n_tokens: list[int | None] = [None] * n_rows

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        for row, ids in enumerate(input_ids[:, self._width :].tolist()):
            if self.n_tokens[row] is None:
                text = decode(self._tokenizer, ids)
                if any(string in text for string in self._strings):
                    self.n_tokens[row] = len(ids)
        done = [count is not None for count in self.n_tokens]
        return torch.tensor(done, device=input_ids.device)


def generate_batch(
    model: Any,
    tokenizer: PreTrainedTokenizerFast,
    prompts: Sequence[Sequence[int]],
    decoding: Decoding,
) -> GeneratedBatch:
    """Continue prompts.

    Args:
        model: of transformers.
        tokenizer: its tokenizer, which pads on the left.
        prompts: shape (n,), token ids; none empty.
        decoding: limit and stop strings.

    Raises:
        ValueError: the limit is below 1.
    """
    if decoding.max_new_tokens < 1:
        raise ValueError(f"max_new_tokens must be at least 1, not {decoding.max_new_tokens}")
    if not prompts:
        return GeneratedBatch(texts=[], first_token_ns=None)
    padded = tokenizer.pad({"input_ids": [list(p) for p in prompts]}, return_tensors="pt")
    width = padded["input_ids"].shape[1]
    recorder = _Recorder()
    stops = _StopStrings(tokenizer, decoding.stop_strings, width, len(prompts))
    # generate() itself records no gradients.
    output = model.generate(
        input_ids=padded["input_ids"].to(model.device),
        attention_mask=padded["attention_mask"].to(model.device),
        generation_config=GenerationConfig(
            max_new_tokens=decoding.max_new_tokens,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
        ),
        logits_processor=LogitsProcessorList([recorder]),
        stopping_criteria=StoppingCriteriaList([stops] if decoding.stop_strings else []),
    )
    new = output[:, width:].tolist()  # (n, new tokens), padded on the right
    scores = torch.stack(recorder.log_probabilities, dim=1).tolist()  # (n, new tokens)
    rows = zip(prompts, new, scores, stops.n_tokens, strict=True)
    texts = [
        _cut(tokenizer, decoding, _Row(len(prompt), ids, row_scores, stopped_after))
        for prompt, ids, row_scores, stopped_after in rows
    ]
    return GeneratedBatch(texts=texts, first_token_ns=recorder.first_token_ns)


class _Row(NamedTuple):
    tokens_in: int
    ids: list[int]
    scores: list[float]
    stopped_after: int | None


def _cut(
    tokenizer: PreTrainedTokenizerFast,
    decoding: Decoding,
    row: _Row,
) -> Generation:
    """The part of a row that the model wrote, and what ended it."""
    ids = row.ids
    reason: StopReason = "limit"
    if tokenizer.eos_token_id in ids:
        ids, reason = ids[: ids.index(tokenizer.eos_token_id) + 1], "end_token"
    elif row.stopped_after is not None:
        ids, reason = ids[: row.stopped_after], "stop_string"
    text = decode(tokenizer, ids)
    if reason == "stop_string":
        ends = [text.find(s) + len(s) for s in decoding.stop_strings if s in text]
        text = text[: min(ends)]
    return Generation(
        text=text,
        tokens_in=row.tokens_in,
        tokens_out=len(ids),
        token_ids=tuple(ids),
        token_log_probabilities=tuple(row.scores[: len(ids)]),
        stopped_by=reason,
    )
