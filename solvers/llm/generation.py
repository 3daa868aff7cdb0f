"""Text from a language model: one batch, padded on the left, through transformers' `generate`.

A decoder-only model continues the end of its row, so shorter prompts are padded in front; the
padding is masked and counts for nothing. It can be put behind instead, to show what that does.
`generate`, or an engine, runs the model, keeps its cache and stops rows; which token comes next is
chosen here (`spoonbench.solvers.llm.token_choice`).

What a model's folder says about generation (`generation_config.json`: a temperature, say) is not
used: `generate` would fill in whatever is not set, and answers would hang on it unseen.

Not covered: beams, several devices.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)

from spoonbench.solvers.engines import STEPPED
from spoonbench.solvers.llm.decoding import check_decoding
from spoonbench.solvers.llm.engines.interface import USUAL
from spoonbench.solvers.llm.stepping import read_with, step_rows
from spoonbench.solvers.llm.stopwatch import (
    COMPUTING,
    COPYING_BACK,
    COPYING_TO_DEVICE,
    DETOKENIZING,
    OFF,
)
from spoonbench.solvers.llm.token_choice import TokenChoice
from spoonbench.solvers.llm.tokenizer import decode_on
from spoonbench.solvers.texts import Generation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from transformers import PreTrainedTokenizerFast

    from spoonbench.solvers.api import StopReason
    from spoonbench.solvers.llm.engines.interface import Execution, Forward, Padding
    from spoonbench.solvers.llm.stopwatch import Stopwatch
    from spoonbench.solvers.texts import Decoding

_ALONE = frozenset(
    {
        *("bart", "bigbird_pegasus", "blenderbot", "blenderbot-small", "marian", "mbart", "mvp"),
        *("pegasus", "plbart", "reformer", "rwkv", "trocr", "whisper"),
    }
)
"""Model types that write something else in a batch than alone: padding moves their positions or
enters their state, whatever the mask says. Of those of transformers 5.23, tried one by one."""

_SLACK = 8
"""Tokens in front of a stop string that are decoded with it: what some decoders do to the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedBatch:
    """Texts of one batch, in order, and when the first new tokens were there.

    Attributes:
        texts: shape (n,).
        first_token_ns: `time.perf_counter_ns` when all rows had their first token.
    """

    texts: list[Generation]
    first_token_ns: int | None


class _StopStrings(StoppingCriteria):  # type: ignore[misc]  # transformers has no types
    """Ends a row where a stop string is complete, and notes after how many tokens.

    A special token is no text; one that is spelled like a stop string is taken for it.
    """

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, strings: tuple[str, ...], n_rows: int
    ) -> None:
        self._tokenizer = tokenizer
        self._strings = strings
        # A token that is text stands for at least one byte.
        self._reach = max((len(s.encode(errors="replace")) for s in strings), default=0) + _SLACK
        self._special = frozenset(tokenizer.all_special_ids)
        self._stops = _stop_tokens(tokenizer, strings)
        self._written: list[list[int]] = [[] for _ in range(n_rows)]
        self._step = 0
        self.n_tokens: list[int | None] = [None] * n_rows

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        self._step += 1
        for row, token in enumerate(input_ids[:, -1].tolist()):
            if self.n_tokens[row] is None and token in self._stops:
                self.n_tokens[row] = self._step
            if self.n_tokens[row] is None and token not in self._special:
                self._written[row].append(token)
                if self._is_complete(self._written[row]):
                    self.n_tokens[row] = self._step
        done = [count is not None for count in self.n_tokens]
        return torch.tensor(done, device=input_ids.device)

    def _is_complete(self, ids: list[int]) -> bool:
        """Decode the end first, so that a long text costs a step no more than a short one."""
        return self._holds(ids[-self._reach :]) and self._holds(ids)

    def _holds(self, ids: list[int]) -> bool:
        text = decode_on(self._tokenizer, ids)
        return any(string in text for string in self._strings)


def generate_batch(
    model: Any,
    tokenizer: PreTrainedTokenizerFast,
    prompts: Sequence[Sequence[int]],
    decoding: Decoding,
    *,
    end_ids: Sequence[int] | None = None,
    stopwatch: Stopwatch = OFF,
    execution: Execution = USUAL,
) -> GeneratedBatch:
    """Continue prompts.

    Args:
        model: of transformers.
        tokenizer: its tokenizer.
        prompts: shape (n,), token ids; none empty.
        decoding: all of it counts; row i is drawn as it would be alone with the seed seed + i.
        end_ids: tokens that end a text; None: the tokenizer's end token, if it has one.
        stopwatch: times the parts.
        execution: engine, which runs the same model, and side of the padding.

    Raises:
        ValueError: a setting that means nothing; says which.
    """
    started_ns = time.perf_counter_ns()
    check_decoding(decoding)
    if not prompts:
        return GeneratedBatch(texts=[], first_token_ns=None)
    if len(prompts) > 1 and model.config.model_type in _ALONE:
        alone = partial(generate_batch, model, tokenizer, end_ids=end_ids, stopwatch=stopwatch)
        return _generate_alone(alone, prompts, decoding)
    if end_ids is None:
        end_ids = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    pad = _pad_id(tokenizer, end_ids)
    padded = _pad(prompts, pad, execution.padding)
    with stopwatch.part(COPYING_TO_DEVICE):
        ids, mask = (part.to(model.device) for part in padded)
    choice = TokenChoice(prompts, decoding)
    stops = _StopStrings(tokenizer, decoding.stop_strings, len(prompts))
    size = (len(ids), ids.shape[1] + decoding.max_new_tokens)
    forward = forward_of(model, size, execution)
    if forward is not None:
        is_done = stops if decoding.stop_strings else None
        with stopwatch.part(COMPUTING):
            new = step_rows(
                forward,
                (ids, mask),
                choice,
                is_done,
                decoding.max_new_tokens,
                pad=pad,
                end_ids=end_ids,
                stopwatch=stopwatch,
            )
    else:
        with own_defaults(model), stopwatch.part(COMPUTING):
            # generate() itself records no gradients.
            output = model.generate(
                input_ids=ids,
                attention_mask=mask,
                generation_config=greedy_configuration(decoding, pad, end_ids),
                logits_processor=LogitsProcessorList([choice]),
                stopping_criteria=StoppingCriteriaList([stops] if decoding.stop_strings else []),
            )
        with stopwatch.part(COPYING_BACK):
            new = output[:, ids.shape[1] :].tolist()  # (n, new tokens), padded on the right
    with stopwatch.part(COPYING_BACK):
        scores = torch.stack(choice.log_probabilities, dim=1).tolist()  # (n, new tokens)
    first_token_s = ((choice.first_token_ns or started_ns) - started_ns) / 1e9
    writer = _Writer(tokenizer, decoding, frozenset(end_ids), first_token_s)
    rows = map(_Row, map(len, prompts), new, scores, stops.n_tokens)
    with stopwatch.part(DETOKENIZING):
        texts = [_written(writer, row) for row in rows]
    return GeneratedBatch(texts=texts, first_token_ns=choice.first_token_ns)


def _generate_alone(
    generate: Callable[[Sequence[Sequence[int]], Decoding], GeneratedBatch],
    prompts: Sequence[Sequence[int]],
    decoding: Decoding,
) -> GeneratedBatch:
    """One row after another, each drawn with its own seed."""
    rows = [
        generate([prompt], replace(decoding, seed=decoding.seed + row))
        for row, prompt in enumerate(prompts)
    ]
    texts = [text for row in rows for text in row.texts]
    return GeneratedBatch(texts=texts, first_token_ns=rows[-1].first_token_ns)


def greedy_configuration(decoding: Decoding, pad: int, end_ids: Sequence[int]) -> GenerationConfig:
    """One greedy pass: what is drawn was drawn before, and is the likeliest token then."""
    return GenerationConfig(
        max_new_tokens=decoding.max_new_tokens,
        min_length=0,
        do_sample=False,
        num_beams=1,
        num_return_sequences=1,
        use_cache=True,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        pad_token_id=pad,
        eos_token_id=list(end_ids) or None,
        return_dict_in_generate=False,
    )


@contextmanager
def own_defaults(model: Any) -> Iterator[None]:
    """Some settings are off only where they are None, and None is filled in from the model's."""
    kept = model.generation_config
    model.generation_config = GenerationConfig()
    try:
        yield
    finally:
        model.generation_config = kept


def _pad_id(tokenizer: PreTrainedTokenizerFast, end_ids: Sequence[int]) -> int:
    """Any token will do, since padding is masked; one that ends texts is clearest."""
    if tokenizer.pad_token_id is not None:
        return int(tokenizer.pad_token_id)
    return end_ids[0] if end_ids else 0


def _pad(
    prompts: Sequence[Sequence[int]], pad: int, side: Padding
) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and mask, both of shape (n, longest)."""
    width = max(len(prompt) for prompt in prompts)

    def fill(row: Sequence[int], filler: int) -> list[int]:
        gap = [filler] * (width - len(row))
        return [*gap, *row] if side == "left" else [*row, *gap]

    ids = [fill(prompt, pad) for prompt in prompts]
    mask = [fill([1] * len(prompt), 0) for prompt in prompts]
    return torch.tensor(ids), torch.tensor(mask)


def forward_of(model: Any, size: tuple[int, int], execution: Execution) -> Forward | None:
    """The forward pass of a loop of our own; None: `generate` has to run the model.

    Args:
        model: of transformers.
        size: rows, and tokens of each, padded prompt and new ones together.
        execution: what runs the model.
    """
    if execution.runtime is not None:
        return execution.runtime.start(*size)
    return read_with(model) if model.config.model_type in STEPPED else None


def _stop_tokens(tokenizer: PreTrainedTokenizerFast, strings: Sequence[str]) -> frozenset[int]:
    """Special tokens whose spelling is one of the strings: in a text they never show."""
    named = {string: tokenizer.convert_tokens_to_ids(string) for string in strings}
    return frozenset(
        token
        for string, token in named.items()
        # What is not known may get the id of an unknown token.
        if token is not None
        and _spelling(tokenizer, token) == string
        and not decode_on(tokenizer, [token])
    )


def _spelling(tokenizer: PreTrainedTokenizerFast, token: int) -> str:
    return str(tokenizer.convert_ids_to_tokens(token))


class _Row(NamedTuple):
    tokens_in: int
    ids: list[int]
    scores: list[float]
    stopped_after: int | None


class _Writer(NamedTuple):
    """What turns rows into texts."""

    tokenizer: PreTrainedTokenizerFast
    decoding: Decoding
    end_ids: frozenset[int]
    first_token_s: float


def _written(writer: _Writer, row: _Row) -> Generation:
    """The part of a row that the model wrote, and what ended it."""
    ids, reason = _cut(row, writer.end_ids)
    scores = tuple(row.scores[: len(ids)])
    if any(score != score for score in scores):  # noqa: PLR0124  # not a number
        return Generation(
            text="",
            tokens_in=row.tokens_in,
            tokens_out=None,
            stopped_by=None,
            failure="the scores of the model are not numbers (NaN): try another number format",
        )
    text = decode_on(writer.tokenizer, ids[:-1] if reason == "end_token" else ids)
    if reason == "stop_string":
        strings = writer.decoding.stop_strings
        ends = [text.find(s) + len(s) for s in strings if s in text]
        text = text[: min(ends)] if ends else text + _spelling(writer.tokenizer, ids[-1])
    return Generation(
        text=text,
        tokens_in=row.tokens_in,
        tokens_out=len(ids),
        token_ids=tuple(ids),
        token_log_probabilities=scores,
        stopped_by=reason,
        first_token_s=writer.first_token_s,
    )


def _cut(row: _Row, end_ids: frozenset[int]) -> tuple[list[int], StopReason]:
    """Drop the padding behind; it may be the end token itself, so what came first counts."""
    end = next((place for place, token in enumerate(row.ids) if token in end_ids), None)
    if row.stopped_after is not None and (end is None or row.stopped_after <= end):
        return row.ids[: row.stopped_after], "stop_string"
    return (row.ids, "limit") if end is None else (row.ids[: end + 1], "end_token")
