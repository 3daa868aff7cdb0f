"""The cache that a call held is what its model returned, and as large as is told beforehand."""

import pytest
import torch
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, MistralConfig

from spoonbench.harness.predict.weights import cache_bytes
from spoonbench.solvers.api import Settings
from spoonbench.solvers.llm.cache_watch import largest_cache
from spoonbench.solvers.llm.shapes import shape_of
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.texts import HoldsCache

SIZES = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
CONFIGS = {
    "gpt2": GPT2Config(vocab_size=64, n_embd=32, n_layer=3, n_head=4),
    "llama": LlamaConfig(**SIZES),
    "mistral": MistralConfig(**SIZES, sliding_window=16),
}


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", CONFIGS)
def test_it_is_what_is_told_for_as_many_texts_and_tokens(name, dtype):
    config = CONFIGS[name]
    model = AutoModelForCausalLM.from_config(config, dtype=getattr(torch, dtype)).eval()

    def write():
        cache, read = None, torch.ones(3, 5, dtype=torch.long)
        for _ in range(8):
            cache = model(input_ids=read, past_key_values=cache, use_cache=True).past_key_values
            read = torch.ones(3, 1, dtype=torch.long)

    with torch.inference_mode():
        held = largest_cache(model, write)
    assert held is not None
    assert (held.n_texts, held.n_tokens) == (3, 12)
    told = cache_bytes(shape_of(config), dtype, batch_size=3, n_tokens=12)
    assert held.bytes == told


def test_the_largest_of_a_call_is_told_and_nothing_watches_afterwards():
    model = AutoModelForCausalLM.from_config(CONFIGS["llama"]).eval()

    def read():
        for n_tokens in (3, 9, 4):
            model(input_ids=torch.ones(1, n_tokens, dtype=torch.long), use_cache=True)

    with torch.inference_mode():
        held = largest_cache(model, read)
    assert held is not None
    assert held.n_tokens == 9
    assert not model._forward_hooks


def test_a_pass_that_keeps_nothing_has_none():
    model = AutoModelForCausalLM.from_config(CONFIGS["llama"]).eval()
    ids = torch.ones(1, 4, dtype=torch.long)
    assert largest_cache(model, lambda: model(input_ids=ids, use_cache=False)) is None


def test_a_failing_call_leaves_nothing_behind():
    model = AutoModelForCausalLM.from_config(CONFIGS["llama"]).eval()
    with pytest.raises(ZeroDivisionError):
        largest_cache(model, lambda: 1 / 0)
    assert not model._forward_hooks


def test_a_contestant_tells_that_of_its_calls(trained):
    assert issubclass(type(trained), HoldsCache)
    held = trained.cache_of(lambda: trained.decode(2, 7, 4))
    assert (held.n_texts, held.n_tokens) == (2, 10)


def test_an_engine_that_shows_none_makes_the_call_all_the_same(trained, tmp_path):
    trained.save(tmp_path)
    solver = LanguageModelSolver()
    solver.prepare(Settings(engine="lean"))
    solver.load(tmp_path)
    called = []
    assert solver.cache_of(lambda: called.append(solver.decode(1, 3, 2))) is None
    assert len(called) == 1
