"""Untrained models of both families of this package, small enough to be quantized in a moment."""

import pytest
import torch
from transformers import ArceeConfig, ArceeForCausalLM, GPT2Config, GPT2LMHeadModel

WIDTH, ROWS = 128, 320


def arcee():
    return ArceeForCausalLM(
        ArceeConfig(
            vocab_size=ROWS,
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=64,
            pad_token_id=0,
            bos_token_id=None,
            eos_token_id=1,
        )
    )


def gpt2():
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=ROWS,
            n_embd=WIDTH,
            n_layer=2,
            n_head=4,
            n_positions=64,
            bos_token_id=None,
            eos_token_id=1,
        )
    )


@pytest.fixture
def build():
    """A model of a family with weights of a fixed seed."""
    families = {"arcee": arcee, "gpt2": gpt2}

    def run(family, dtype="float32"):
        torch.manual_seed(0)
        return families[family]().to(getattr(torch, dtype)).eval()

    return run


@pytest.fixture
def scores():
    """What a model says of fixed tokens, in float32; shape (4, 16, vocabulary)."""
    tokens = torch.randint(0, ROWS, (4, 16), generator=torch.Generator().manual_seed(1))

    def run(model):
        with torch.no_grad():
            return model(tokens).logits.float()

    return run
