"""The loop of our own, held against transformers' `generate`."""

import pytest
import torch
from transformers import ArceeConfig, ArceeForCausalLM

from spoonbench.solvers.llm import generation
from spoonbench.solvers.texts import Decoding

PROMPTS = [[5, 6, 7], [8], [9, 10, 11, 12, 13, 14, 15], [5, 6]]


def arcee():
    torch.manual_seed(3)
    config = ArceeConfig(
        vocab_size=300,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=128,
    )
    return ArceeForCausalLM(config).eval()


@pytest.fixture(params=["arcee", "gpt2", "llama", "qwen3"])
def both(request, build_model, monkeypatch):
    """Generate in both ways; the two must say the same."""
    name = request.param
    model, tokenizer = build_model("llama" if name == "arcee" else name)
    model = (arcee() if name == "arcee" else model).eval()
    assert model.config.model_type == name

    def both(decoding, end_ids=None):
        ours = generation.generate_batch(model, tokenizer, PROMPTS, decoding, end_ids=end_ids)
        with monkeypatch.context() as patch:
            patch.setattr(generation, "STEPPED", frozenset())
            theirs = generation.generate_batch(model, tokenizer, PROMPTS, decoding, end_ids=end_ids)
        return ours.texts, theirs.texts

    return both


def assert_same(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        assert one.token_ids == other.token_ids
        assert one.stopped_by == other.stopped_by
        assert one.token_log_probabilities == pytest.approx(other.token_log_probabilities, abs=1e-4)


@pytest.mark.parametrize(
    "decoding",
    [
        Decoding(max_new_tokens=1),
        Decoding(max_new_tokens=24),
        Decoding(max_new_tokens=24, repetition_penalty=1.4),
        Decoding(max_new_tokens=24, temperature=0.9, top_p=0.8, top_k=40, seed=5),
    ],
)
def test_it_writes_what_generate_writes(both, decoding):
    assert_same(*both(decoding, end_ids=[]))


def test_rows_end_where_they_end_in_generate(both):
    free, _ = both(Decoding(max_new_tokens=24), end_ids=[])
    # Tokens that rows really write, at different places.
    ends = sorted({text.token_ids[3 + row] for row, text in enumerate(free)})
    ours, theirs = both(Decoding(max_new_tokens=24), end_ids=ends)
    assert_same(ours, theirs)
    assert "end_token" in {text.stopped_by for text in ours}


def test_stop_strings_end_rows_as_in_generate(both):
    free, _ = both(Decoding(max_new_tokens=12), end_ids=[])
    string = next(text.text[2:4] for text in free if len(text.text) > 4)
    ours, theirs = both(Decoding(max_new_tokens=12, stop_strings=(string,)), end_ids=[])
    assert_same(ours, theirs)
    assert "stop_string" in {text.stopped_by for text in ours}
