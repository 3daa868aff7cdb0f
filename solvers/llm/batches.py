"""Training examples as token ids, in batches of similar length, in a seeded order.

Not covered: packing several examples into one row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from spoonbench.solvers.llm.prompt import completion_of, prompt_of
from spoonbench.solvers.llm.tokenizer import encode, encode_prompts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedTokenizerFast

    from spoonbench.solvers.api import Example
    from spoonbench.solvers.llm.recipe import LossOn

IGNORED = -100
"""Target of a position that is not learned."""

_BUCKET_BATCHES = 20
"""Batches that are sorted by length together: enough to save padding, few enough to stay mixed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedExample:
    """Token ids of a prompt and of what should follow, end token included where there is one."""

    prompt: tuple[int, ...]
    completion: tuple[int, ...]

    @property
    def length(self) -> int:
        """Tokens in all."""
        return len(self.prompt) + len(self.completion)


def encode_examples(
    tokenizer: PreTrainedTokenizerFast, examples: Sequence[Example], *, end_token: bool
) -> list[EncodedExample]:
    """Token ids of examples, in order."""
    prompts = encode_prompts(tokenizer, [prompt_of(example.problem.text) for example in examples])
    completions = encode(tokenizer, [completion_of(example.target) for example in examples])
    end = (tokenizer.eos_token_id,) if end_token else ()
    return [
        EncodedExample(prompt=tuple(prompt), completion=(*completion, *end))
        for prompt, completion in zip(prompts, completions, strict=True)
    ]


def check_lengths(examples: Sequence[EncodedExample], positions: int) -> None:
    """Refuse examples that do not fit the model; none is cut.

    Raises:
        ValueError: how many do not fit, and how long the longest is.
    """
    too_long = [example.length for example in examples if example.length > positions]
    if too_long:
        raise ValueError(
            f"{len(too_long)} of {len(examples)} examples have more tokens than the model reads "
            f"({positions}; the longest has {max(too_long)}): shorten them, leave them out, or set "
            "the parameter positions"
        )


def epoch_batches(
    lengths: Sequence[int], batch_size: int, seed: int, epoch: int
) -> list[list[int]]:
    """Indices of the examples of every batch of one epoch; each example stands in one batch.

    Args:
        lengths: shape (n,), tokens of each example.
        batch_size: examples of a batch; the last may hold fewer.
        seed: of the order.
        epoch: each has an order of its own.
    """
    generator = np.random.default_rng((seed, epoch))
    order = generator.permutation(len(lengths)).tolist()
    bucket = batch_size * _BUCKET_BATCHES
    batches = []
    for start in range(0, len(order), bucket):
        part = sorted(order[start : start + bucket], key=lambda index: lengths[index])
        batches += [part[at : at + batch_size] for at in range(0, len(part), batch_size)]
    return [batches[index] for index in generator.permutation(len(batches))]


def equal_parts(examples: Sequence[EncodedExample], n_parts: int) -> list[list[EncodedExample]]:
    """Examples in so many parts of one size, in order.

    Raises:
        ValueError: they cannot be parted so.
    """
    if n_parts < 1 or len(examples) % n_parts:
        raise ValueError(f"{len(examples)} examples cannot be parted into {n_parts} equal parts")
    size = len(examples) // n_parts
    return [list(examples[at : at + size]) for at in range(0, len(examples), size)]


def count_targets(example: EncodedExample, loss_on: LossOn) -> int:
    """Tokens of an example that are learned; the first of a text has nothing before it.

    >>> count_targets(EncodedExample(prompt=(5, 6), completion=(7, 8, 9)), "answer")
    3
    """
    learned = len(example.prompt) if loss_on == "answer" else 1
    return example.length - max(learned, 1)


def collate(
    examples: Sequence[EncodedExample], loss_on: LossOn, pad: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """One batch, padded on the right: there a causal model needs no mask.

    Returns:
        Token ids and targets, both of shape (n, longest); a target stands where its own token is.
    """
    width = max(example.length for example in examples)
    ids = torch.full((len(examples), width), pad, dtype=torch.long)  # (n, longest)
    targets = torch.full((len(examples), width), IGNORED, dtype=torch.long)  # (n, longest)
    for row, example in enumerate(examples):
        tokens = torch.tensor((*example.prompt, *example.completion), dtype=torch.long)
        learned = len(example.prompt) if loss_on == "answer" else 1
        ids[row, : len(tokens)] = tokens
        targets[row, learned : len(tokens)] = tokens[learned:]
    return ids, targets
