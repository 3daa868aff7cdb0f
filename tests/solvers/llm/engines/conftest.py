"""Untrained models of the families that engines run, and batches for them."""

import pytest
import torch
from transformers import (
    ArceeConfig,
    ArceeForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
)

from spoonbench.solvers.llm.stepping import read_with, step_rows

ROWS = 320
CLASSES = {"arcee": (ArceeConfig, ArceeForCausalLM), "llama": (LlamaConfig, LlamaForCausalLM)}


def rotary(family):
    """Fewer heads for keys than for queries; great weights, so that texts differ."""
    config, model = CLASSES[family]
    return model(
        config(
            vocab_size=ROWS,
            hidden_size=64,
            intermediate_size=96,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=128,
            initializer_range=0.3,
            pad_token_id=0,
            bos_token_id=None,
            eos_token_id=1,
        )
    )


def gpt2():
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=ROWS,
            n_embd=64,
            n_layer=2,
            n_head=4,
            n_positions=128,
            initializer_range=0.3,
            scale_attn_by_inverse_layer_idx=True,
            bos_token_id=None,
            eos_token_id=1,
        )
    )


@pytest.fixture(scope="session")
def build():
    """A model of a family with weights of a fixed seed."""

    def run(family):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return (gpt2() if family == "gpt2" else rotary(family)).eval()

    return run


def a_batch(n_rows, seed, side="left"):
    """Prompts of mixed lengths from 1 token on; ids and mask, both of shape (n_rows, longest)."""
    generator = torch.Generator().manual_seed(100 * n_rows + seed)
    lengths = torch.randint(1, 24, (n_rows,), generator=generator).tolist()
    ids = torch.zeros(n_rows, max(lengths), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, length in enumerate(lengths):
        place = slice(-length, None) if side == "left" else slice(length)
        ids[row, place] = torch.randint(2, ROWS, (length,), generator=generator)
        mask[row, place] = 1
    return ids, mask


@pytest.fixture(scope="session")
def compare():
    """What a runtime and the model itself write, and how far their scores are from each other."""

    def run(runtime, model, *, sizes=(1, 2, 3, 8, 33, 1), limit=7, side="left"):
        pairs, distances = [], []
        for seed, n_rows in enumerate(sizes):
            batch = a_batch(n_rows, seed, side)
            forward = runtime.start(n_rows, batch[0].shape[1] + limit)
            ours, our_scores = _write(forward, batch, limit)
            theirs, their_scores = _write(read_with(model), batch, limit)
            pairs.append((ours, theirs))
            # After another choice the scores are of other texts.
            if ours == theirs:
                steps = zip(our_scores, their_scores, strict=True)
                distances += [float((one - other).abs().max()) for one, other in steps]
        return pairs, max(distances)

    return run


def _write(forward, batch, limit):
    """New tokens, and the scores of every step."""
    seen: list[torch.Tensor] = []

    def choose(_, scores):
        seen.append(scores.clone())
        return scores

    return step_rows(forward, batch, choose, None, limit, pad=0, end_ids=[]), seen
