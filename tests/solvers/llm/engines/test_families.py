"""Every model type that is stepped here writes what transformers' `generate` writes row by row."""

import pytest
import torch
from transformers import AutoModelForCausalLM, GenerationConfig
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.engines import LEAN, STEPPED
from spoonbench.solvers.llm.engines.build import build_execution
from spoonbench.solvers.llm.engines.lean import LeanRuntime
from spoonbench.solvers.llm.engines.static_cache import StaticCacheRuntime
from spoonbench.solvers.llm.stepping import read_with, step_rows

ROWS, NEW = 320, 6
SHAPE = {
    "vocab_size": ROWS,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 128,
    "initializer_range": 0.3,
    "pad_token_id": 0,
    "bos_token_id": None,
    "eos_token_id": 1,
}
EXPERTS = {
    "num_experts": 4,
    "num_local_experts": 4,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 32,
    "shared_expert_intermediate_size": 32,
}
WINDOW = {"sliding_window": 6}
OWN = {
    "gptj": {"rotary_dim": 8},
    "opt": {"ffn_dim": 48, "word_embed_proj_dim": 32},
    "gemma2": {**WINDOW, "query_pre_attn_scalar": 8},
    "gemma3_text": {**WINDOW, "query_pre_attn_scalar": 8},
    "qwen2": {**WINDOW, "use_sliding_window": True, "max_window_layers": 1},
    "qwen3": {**WINDOW, "use_sliding_window": True, "max_window_layers": 1},
    **dict.fromkeys(("exaone4", "ministral", "mistral", "phi3", "starcoder2"), WINDOW),
    **dict.fromkeys(("mixtral", "olmoe", "qwen2_moe", "qwen3_moe"), EXPERTS),
}
"""Beside `SHAPE`: windows shorter than the prompts, and a few experts."""
QUICK = ("gemma3_text", "gpt_neox", "mistral", "qwen3")


def untrained(kind, **options):
    """A small model with great weights, so that texts differ."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = CONFIG_MAPPING[kind](**{**SHAPE, **OWN.get(kind, {}), **options})
        model = AutoModelForCausalLM.from_config(config).eval()
    for weight in model.parameters():
        if weight.dim() > 1 and float(weight.detach().std()) < 0.1:
            weight.data *= 8
    return model


def prompts():
    """Ids and mask of three rows of 3, 17 and 9 tokens, padded on the left."""
    generator = torch.Generator().manual_seed(3)
    mask = (torch.arange(17).flip(0)[None] < torch.tensor([[3], [17], [9]])).long()
    return torch.randint(2, ROWS, mask.shape, generator=generator) * mask, mask


def own_texts(model):
    """What transformers writes, each row by itself and without padding."""
    plan = GenerationConfig(
        max_new_tokens=NEW, min_new_tokens=NEW, do_sample=False, pad_token_id=0, eos_token_id=None
    )
    model.generation_config = GenerationConfig()
    rows = [row[seen.bool()][None] for row, seen in zip(*prompts(), strict=True)]
    found = [model.generate(row, generation_config=plan) for row in rows]
    return [text[0, row.shape[1] :].tolist() for text, row in zip(found, rows, strict=True)]


def texts_of(forward):
    return step_rows(forward, prompts(), lambda _, scores: scores, None, NEW, pad=0, end_ids=[])


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=() if kind in QUICK else pytest.mark.slow)
        for kind in sorted(STEPPED)
    ],
)
def test_batches_of_every_type_are_written_as_transformers_writes_rows(kind):
    model = untrained(kind)
    expected = own_texts(model)
    assert len({tuple(text) for text in expected}) == len(expected)
    assert texts_of(read_with(model)) == expected
    assert texts_of(StaticCacheRuntime(model).start(3, 17 + NEW)) == expected


@pytest.mark.parametrize("kind", sorted(LEAN))
def test_lean_writes_as_transformers_does(kind):
    whole = {"sliding_window": None, "use_sliding_window": False} if kind in OWN else {}
    model = untrained(kind, **whole)
    assert texts_of(LeanRuntime(model).start(3, 17 + NEW)) == own_texts(model)


@pytest.mark.parametrize("kind", ["mistral", "qwen2", "qwen3"])
def test_lean_refuses_windows(kind):
    with pytest.raises(Unsupported, match="no layers that see only a window"):
        LeanRuntime(untrained(kind))


def test_lean_refuses_what_it_does_not_know():
    with pytest.raises(Unsupported, match=r"lean runs models of arcee, .*, not gpt_neox"):
        build_execution(untrained("gpt_neox"), Settings(engine="lean"))
