"""A shape read from a configuration says what a model of it takes, quantized or not."""

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    GemmaConfig,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
)

from spoonbench.harness.predict.weights import cache_bytes, weight_bytes
from spoonbench.solvers.llm.quantization.census import take_census
from spoonbench.solvers.llm.quantization.quantize import quantize_model
from spoonbench.solvers.llm.shapes import shape_of, shape_of_model
from spoonbench.solvers.quantizations import METHODS, NONE

SMALL = {
    "vocab_size": 320,
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "bos_token_id": None,
    "eos_token_id": 1,
    "pad_token_id": 0,
}
SHARED = {**SMALL, "num_key_value_heads": 2}
CONFIGS = {
    "llama": LlamaConfig(**SHARED),
    "llama, tied": LlamaConfig(**SHARED, tie_word_embeddings=True),
    "gpt2": GPT2Config(
        vocab_size=320, n_embd=128, n_layer=2, n_head=4, bos_token_id=None, eos_token_id=1
    ),
    "qwen2": Qwen2Config(**SHARED),
    "gemma": GemmaConfig(**{**SHARED, "head_dim": 64}),
}


TEXTS = torch.randint(0, 320, (32, 20), generator=torch.Generator().manual_seed(2)).tolist()


def build(config, dtype="float32"):
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(config).to(getattr(torch, dtype)).eval()


@pytest.mark.parametrize("name", CONFIGS)
def test_no_weights_are_needed_to_count_them(name):
    model = build(CONFIGS[name])
    shape = shape_of(CONFIGS[name])
    assert shape == shape_of_model(model)
    assert shape.n_parameters == sum(p.numel() for p in model.parameters())
    assert weight_bytes(shape, "float32") == take_census(model).bytes


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_bytes_are_foretold_for_every_method(needs, name, method, dtype):
    found = METHODS[method]
    needs(found.requires)
    if dtype not in found.dtypes:
        pytest.skip(f"{method} has no {dtype}")
    told = weight_bytes(shape_of(CONFIGS[name]), dtype, method)
    done = quantize_model(build(CONFIGS[name], dtype), method, TEXTS)
    assert told == pytest.approx(done.bytes_after, rel=0.01)


@pytest.mark.parametrize("name", CONFIGS)
def test_the_cache_is_foretold_to_the_byte(name):
    config, n_tokens, batch = CONFIGS[name], 7, 3
    tokens = torch.ones(batch, n_tokens, dtype=torch.long)
    with torch.no_grad():
        cache = build(config)(tokens, use_cache=True).past_key_values
    held = sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)
    shape = shape_of(config)
    assert cache_bytes(shape, "float32", batch_size=batch, n_tokens=n_tokens) == held
    assert cache_bytes(shape, "bfloat16", batch_size=batch, n_tokens=n_tokens) == held // 2


def test_shared_heads_make_a_smaller_cache():
    sizes = {"batch_size": 1, "n_tokens": 100}
    own = cache_bytes(shape_of(LlamaConfig(**SMALL)), "float32", **sizes)
    assert cache_bytes(shape_of(CONFIGS["llama"]), "float32", **sizes) == own // 2


def test_a_window_bounds_the_cache():
    shape = shape_of(MistralConfig(**SHARED, sliding_window=16))
    assert [layer.window for layer in shape.cache] == [16, 16]
    short, full, long = (
        cache_bytes(shape, "float32", batch_size=1, n_tokens=count) for count in (8, 16, 1_000)
    )
    assert 2 * short == full == long


def test_only_some_layers_may_have_a_window():
    kinds = ["sliding_attention", "full_attention"]
    config = Qwen2Config(**SHARED, sliding_window=8, use_sliding_window=True, layer_types=kinds)
    assert [layer.window for layer in shape_of(config).cache] == [8, None]
    unused = Qwen2Config(**SHARED, sliding_window=8, use_sliding_window=False)
    assert [layer.window for layer in shape_of(unused).cache] == [None, None]


def test_the_plain_formula_is_that_of_the_number_format():
    shape = shape_of(CONFIGS["llama"])
    plain = shape.n_parameters
    assert weight_bytes(shape, "float32", NONE) == 4 * plain + shape.buffer_bytes
    assert weight_bytes(shape, "bfloat16", NONE) == 2 * plain + shape.buffer_bytes
