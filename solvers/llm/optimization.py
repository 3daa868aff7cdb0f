"""The arithmetic of one training step: loss, optimizer, schedule, number format.

The loss of a step is the sum over its target tokens divided by their number, also when the step
is made of several forward passes: each pass is divided by the tokens of all of them. The mean of
the passes' means, the usual mistake, weighs a token by the company it came in.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from spoonbench.solvers.llm.architecture import count_parameters
from spoonbench.solvers.llm.batches import IGNORED, collate, count_targets
from spoonbench.solvers.llm.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.llm.batches import EncodedExample
    from spoonbench.solvers.llm.recipe import Recipe

BFLOAT16_FROM_PARAMETERS = 4_000_000
"""Below this, converting to bfloat16 and back costs more than it saves on a processor."""

_PLAIN_HEADS = frozenset({"arcee", "gpt2", "llama", "mistral", "qwen2", "qwen3"})
"""Model types whose logits are the head applied to the last hidden state, and nothing after it."""

_LAST_SHARE = 0.01
"""The learning rate ends at this share of its peak."""


def make_optimizer(model: torch.nn.Module, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW; matrices decay, vectors (norms, biases) do not."""
    learning = [p for p in model.parameters() if p.requires_grad]
    matrices = [p for p in learning if p.dim() > 1]
    vectors = [p for p in learning if p.dim() <= 1]
    groups = [
        {"params": matrices, "weight_decay": recipe.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=recipe.learning_rate,
        betas=(0.9, 0.95),
        fused=True,
    )


def rate_share(done: float, warmup_share: float) -> float:
    """Share of the peak learning rate: a linear warm-up, then half a cosine.

    Args:
        done: share of the training done, in [0, 1].
        warmup_share: share of the training in which the rate rises.

    References:
        Loshchilov and Hutter 2017, SGDR, equation 5, without restarts.

    >>> rate_share(0.05, 0.1)
    0.5
    """
    if done < warmup_share:
        return done / warmup_share
    rest = min(1.0, (done - warmup_share) / max(1.0 - warmup_share, 1e-9))
    return _LAST_SHARE + (1.0 - _LAST_SHARE) * 0.5 * (1.0 + math.cos(math.pi * rest))


def batch_logits(
    model: Any, ids: torch.Tensor, targets: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits where a token is to be predicted; a plain head is applied nowhere else.

    Args:
        model: of transformers, with a language-model head.
        ids: shape (n, length), padded on the right.
        targets: shape (n, length).

    Returns:
        Logits of shape (m, vocabulary), the m targets, and the row of each.
    """
    following = targets[:, 1:]  # (n, length - 1): position i predicts the token at i + 1
    places = following != IGNORED
    if has_plain_head(model):
        # (n, length, width)
        hidden = model.base_model(input_ids=ids, use_cache=False).last_hidden_state
        logits = model.lm_head(hidden[:, :-1][places])
    else:
        logits = model(input_ids=ids, use_cache=False).logits[:, :-1][places]
    return logits, following[places], places.nonzero()[:, 0]


def has_plain_head(model: Any) -> bool:
    """Its logits are its head applied to the last hidden state, and nothing after it."""
    return model.config.model_type in _PLAIN_HEADS


def train_step(
    learner: tuple[Any, torch.optim.Optimizer],
    parts: Sequence[Sequence[EncodedExample]],
    recipe: Recipe,
    precision: torch.dtype,
    ranks: Ranks = ALONE,
) -> float:
    """Forward, backward and update on one batch that is given in parts.

    Args:
        learner: the model, in float32, and its optimizer, with the learning rate set.
        parts: one forward pass each, as large as the first; those of all processes.
        recipe: for the loss and the clipping.
        precision: float32, or bfloat16 for autocast.
        ranks: the processes, each of which passes its share of the batch.

    Returns:
        Mean loss of a target token, in nats; of several processes, this one's part of that sum.
    """
    model, optimizer = learner
    device = next(model.parameters()).device
    n_targets = sum(count_targets(example, recipe.loss_on) for part in parts for example in part)
    optimizer.zero_grad(set_to_none=True)
    total = 0.0
    for part in _own(parts, ranks):
        ids, targets = collate(part, recipe.loss_on, model.config.pad_token_id)
        with autocast(device, precision):
            logits, wanted, _ = batch_logits(model, ids.to(device), targets.to(device))
        loss = functional.cross_entropy(logits.float(), wanted, reduction="sum") / n_targets
        loss.backward()
        total += loss.item()
    ranks.sum_gradients(model.parameters())
    if recipe.clip_norm > 0:
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm)
    optimizer.step()
    return total


def evaluate(
    model: Any,
    batches: Sequence[Sequence[EncodedExample]],
    recipe: Recipe,
    ranks: Ranks = ALONE,
) -> tuple[float, float]:
    """Loss, and the share of examples that greedy decoding would answer exactly.

    Greedy decoding writes the wanted text exactly if each of its tokens is the likeliest one after
    the tokens before it, so one forward pass tells what generating would.

    Args:
        model: of transformers, with a language-model head.
        batches: one forward pass each; each process takes its share of them.
        recipe: for the loss.
        ranks: the processes.

    Returns:
        Mean loss of a target token in nats, and the share in [0, 1].
    """
    tallies = [(0.0, 0.0, 0.0)] * len(batches)
    for index in ranks.share(range(len(batches))):
        tallies[index] = _tally(model, batches[index], recipe)
    # Added up batch by batch in one order: as many processes as there are, the sum is the same.
    sums = ranks.sum([figure for tally in tallies for figure in tally])
    loss, n_targets, n_right = (sum(sums[at::3]) for at in range(3))
    n_examples = sum(len(batch) for batch in batches)
    return loss / max(n_targets, 1), n_right / max(n_examples, 1)


def _tally(
    model: Any, batch: Sequence[EncodedExample], recipe: Recipe
) -> tuple[float, float, float]:
    """Loss over the targets of a batch, their number, and the examples that are all right."""
    device = next(model.parameters()).device
    ids, targets = collate(batch, recipe.loss_on, model.config.pad_token_id)
    with torch.no_grad():
        logits, wanted, rows = batch_logits(model, ids.to(device), targets.to(device))
    loss = functional.cross_entropy(logits.float(), wanted, reduction="sum").item()
    wrong = logits.argmax(dim=-1) != wanted
    if recipe.loss_on == "all":
        wrong &= _in_completion(batch, rows)
    return loss, float(len(wanted)), float(len(batch) - len(rows[wrong].unique()))


def _own(
    parts: Sequence[Sequence[EncodedExample]], ranks: Ranks
) -> Sequence[Sequence[EncodedExample]]:
    """The parts that this process passes: of one process all, else its share, cut as large."""
    if ranks.world == 1:
        return parts
    share = ranks.share([example for part in parts for example in part])
    size = max(len(part) for part in parts)
    return [share[at : at + size] for at in range(0, len(share), size)]


def training_precision(recipe: Recipe, model: torch.nn.Module, device: str) -> torch.dtype:
    """The number format that training multiplies in."""
    if recipe.precision != "auto":
        return torch.bfloat16 if recipe.precision == "bfloat16" else torch.float32
    large = count_parameters(model) >= BFLOAT16_FROM_PARAMETERS
    return torch.bfloat16 if large and has_bfloat16(device) else torch.float32


def has_bfloat16(device: str) -> bool:
    """Whether the device multiplies bfloat16 in hardware."""
    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported())
    if device != "cpu":
        return False
    able = torch.cpu.get_capabilities()
    return any(able.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def autocast(device: torch.device, precision: torch.dtype) -> torch.autocast:
    """Autocast to bfloat16, or nothing for float32."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == torch.bfloat16)


def _in_completion(batch: Sequence[EncodedExample], rows: torch.Tensor) -> torch.Tensor:
    """Which of the targets of whole texts, row by row, belong to the completions."""
    flags = [torch.arange(1, example.length) >= len(example.prompt) for example in batch]
    return torch.cat(flags).to(rows.device)
