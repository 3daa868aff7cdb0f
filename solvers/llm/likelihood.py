"""How likely a text is: after a prompt, or by itself, read through a sliding window.

What a window is says `spoonbench.solvers.llm.windows`.

A token that begins texts is put in front where the tokenizer has one. Elsewhere nothing stands
before the first token: it has no score, and its bytes are not counted.

Not covered: tokenizers that lose text (unknown tokens, dropped spaces): they save what they do not
tell, and their bits per byte look better than they are.

References:
    Transformers documentation, "Perplexity of fixed-length models": the recipe, which leaves the
    token behind each window out.
"""

from __future__ import annotations

import inspect
import math
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.nn import functional

from spoonbench.solvers.llm.batches import EncodedExample, check_lengths, collate
from spoonbench.solvers.llm.machine import without_gradients
from spoonbench.solvers.llm.optimization import batch_logits
from spoonbench.solvers.llm.tokenizer import encode_on, encode_prompts, readable
from spoonbench.solvers.llm.windows import check_window, make_windows
from spoonbench.solvers.texts import TextLikelihood

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from transformers import PreTrainedTokenizerBase

    from spoonbench.solvers.llm.artifact import TrainedModel
    from spoonbench.solvers.llm.windows import Window

_BATCH = 32

_TOKENS = 8192
"""Tokens of one pass over windows, one window at least: more are not faster."""

_LOGITS = 1 << 26
"""Scores of one pass over windows, one window at least: 256 MiB of float32."""

_CHUNK = 1 << 23
"""Scores that are turned into probabilities at once: 32 MiB of float32."""


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
        ValueError: an empty prompt, a pair that is too long, unequal numbers of both, or scores
            that are not numbers.
    """
    pairs = [
        EncodedExample(prompt=tuple(prompt), completion=tuple(text))
        for prompt, text in zip(
            encode_prompts(trained.tokenizer, prompts),
            encode_on(trained.tokenizer, texts),
            strict=True,
        )
    ]
    if not all(pair.prompt for pair in pairs):
        raise ValueError("a prompt must have at least one token")
    check_lengths(pairs, trained.recipe.positions)
    found: list[float] = []
    for start in range(0, len(pairs), _BATCH):
        batch = pairs[start : start + _BATCH]
        found += score_pairs(trained.model, batch, trained.tokenizer.pad_token_id)
    return found


def score_pairs(model: Any, pairs: Sequence[EncodedExample], pad: int) -> list[float]:
    """Natural logarithm of the probability of each completion after its prompt, in one batch.

    Args:
        model: of transformers, causal.
        pairs: shape (n,), n at least 1.
        pad: token of the padding; it stands behind, where a causal model needs no mask.

    Raises:
        ValueError: scores that are not numbers.
    """
    with without_gradients(model.device):
        found = _batch(model, pairs, pad)
    if any(math.isnan(score) for score in found):
        raise ValueError("the scores of the model are not numbers (NaN): try another number format")
    return found


def _batch(model: Any, pairs: Sequence[EncodedExample], pad: int) -> list[float]:
    ids, targets = collate(pairs, "answer", pad)
    logits, wanted, rows = batch_logits(model, ids.to(model.device), targets.to(model.device))
    scores = logits.float().log_softmax(dim=-1)  # (m, vocabulary)
    chosen = scores.gather(1, wanted[:, None])[:, 0]
    sums = torch.zeros(len(pairs), device=chosen.device)
    return [float(value) for value in sums.index_add_(0, rows, chosen)]


def text_likelihood(
    model: Any,
    tokenizer: PreTrainedTokenizerBase,
    text: str,
    *,
    window: int | None = None,
    stride: int | None = None,
    positions: int | None = None,
) -> TextLikelihood:
    """Score every token of a text given those before it in its window.

    Args:
        model: of transformers, causal.
        tokenizer: its tokenizer.
        text: not empty; a lone surrogate is read as U+FFFD.
        window: tokens read at once; None: `positions`.
        stride: tokens by which the window moves; None: half a window.
        positions: tokens that the model reads at most; None: no limit is known.

    Raises:
        ValueError: an empty text, one without a token to score, tokens that the model does not
            have, a window or stride that does not fit, or scores that are not numbers.
    """
    window, stride = check_window(window, stride, positions)
    ids, unscored = _tokens(model, tokenizer, readable(text))
    windows = make_windows(len(ids) - 1, window, stride)
    total, n_right = 0.0, 0
    for batch in _passes(windows, model.get_input_embeddings().weight.shape[0]):
        with without_gradients(model.device):
            score, right = _score(model, ids, batch)
        total += score
        n_right += right
    if not math.isfinite(total):
        raise ValueError(f"the model's scores add up to {total}: try another number format")
    return TextLikelihood(
        log_likelihood=total,
        n_tokens=len(ids) - 1,
        n_bytes=len(readable(text).encode()) - unscored,
        n_unscored_bytes=unscored,
        n_windows=len(windows),
        window=window,
        stride=stride,
        n_right=n_right,
    )


def _tokens(model: Any, tokenizer: PreTrainedTokenizerBase, text: str) -> tuple[list[int], int]:
    """Token ids with what stands in front, and the bytes of the first one if it has no score."""
    if not text:
        raise ValueError("the text is empty: there is nothing to score")
    # A text that spells a special token is text like any other.
    batch = tokenizer(text, add_special_tokens=False, split_special_tokens=True, verbose=False)
    ids = cast("list[int]", batch["input_ids"])
    begin = tokenizer.bos_token_id
    n_scored = len(ids) if begin is not None else len(ids) - 1
    if n_scored < 1:
        raise ValueError(
            f"the text has {len(ids)} tokens and none that another stands before: it is too short"
        )
    n_known = model.get_input_embeddings().weight.shape[0]
    ids = ids if begin is None else [begin, *ids]
    if max(ids) >= n_known:
        raise ValueError(
            f"the tokenizer gives the token {max(ids)}, and the model knows {n_known}: "
            "they do not belong together"
        )
    return ids, _first_bytes(tokenizer, batch, text) if begin is None else 0


def _first_bytes(tokenizer: PreTrainedTokenizerBase, batch: Any, text: str) -> int:
    """Bytes of the first token, with whatever the tokenizer drops in front of it."""
    first = batch["input_ids"][0]
    if not batch.is_fast:
        return len(cast("str", tokenizer.decode([first])).encode())
    span, following = batch.token_to_chars(0), batch.token_to_chars(1)
    if following.start >= span.end:
        return len(text[: span.end].encode())
    # Several tokens make up one character: byte by byte, written "<0xE2>" or one sign a byte.
    written = cast("str", tokenizer.convert_ids_to_tokens(first))
    n_bytes = 1 if written.startswith("<0x") else len(written)
    return len(text[: span.start].encode()) + n_bytes


def _passes(windows: Sequence[Window], n_vocabulary: int) -> Iterator[list[Window]]:
    """Windows of one shape, as many as one pass takes."""
    for shape, group in groupby(windows, key=lambda each: (each.end - each.start, each.n_scored)):
        same = list(group)
        most = max(1, min(_TOKENS // shape[0], _LOGITS // (shape[1] * n_vocabulary)))
        yield from (same[at : at + most] for at in range(0, len(same), most))


def _score(model: Any, ids: Sequence[int], windows: Sequence[Window]) -> tuple[float, int]:
    """Of windows of one shape: the sum of log-probabilities, and the tokens held likeliest."""
    n_scored = windows[0].n_scored
    read = torch.tensor([ids[each.start : each.end] for each in windows], device=model.device)
    targets = [ids[each.end - n_scored + 1 : each.end + 1] for each in windows]
    # Not every model can leave the head out where nothing is scored.
    can_keep = "logits_to_keep" in inspect.signature(model.forward).parameters
    keep = {"logits_to_keep": n_scored} if can_keep else {}
    logits = model(
        input_ids=read, attention_mask=torch.ones_like(read), use_cache=False, **keep
    ).logits[:, -n_scored:]
    flat = logits.reshape(-1, logits.shape[-1])  # (windows * n_scored, vocabulary)
    wanted = torch.tensor(targets, device=flat.device).flatten()
    rows = max(1, _CHUNK // flat.shape[-1])
    total, n_right = 0.0, 0
    for part, tokens in zip(flat.split(rows), wanted.split(rows), strict=True):
        losses = functional.cross_entropy(part.float(), tokens, reduction="none")
        total -= math.fsum(losses.tolist())
        n_right += int((part.argmax(dim=-1) == tokens).sum())
    return total, n_right
