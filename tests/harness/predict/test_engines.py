"""What engines hold on top of torch is made of what is known of the model and its texts."""

from dataclasses import replace

import pytest
from transformers import GPT2Config, LlamaConfig

from spoonbench.harness.matrix_records import OWN_TENSORS
from spoonbench.harness.predict import overhead
from spoonbench.harness.predict.engines import HOLDINGS, held_by_engine
from spoonbench.harness.predict.inference import predict_inference
from spoonbench.harness.predict.overhead import measure_engine
from spoonbench.harness.predict.weights import weight_bytes
from spoonbench.solvers.engines import ENGINES
from spoonbench.solvers.llm.shapes import shape_of

PROMPT, NEW = 64, 8
BUFFERED = sorted(name for name, holding in HOLDINGS.items() if holding.buffers is not None)


@pytest.fixture(scope="module", params=["llama", "llama, one head and table", "gpt2"])
def shape(request):
    size = {
        "vocab_size": 500,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
    }
    return shape_of(
        {
            "llama": LlamaConfig(**size),
            "llama, one head and table": LlamaConfig(**size, tie_word_embeddings=True),
            "gpt2": GPT2Config(vocab_size=500, n_embd=32, n_layer=3, n_head=4),
        }[request.param]
    )


def told_of(shape, engine, n_texts=4, prompt_tokens=PROMPT):
    torch = predict_inference(
        shape, "float32", batch_size=n_texts, prompt_tokens=prompt_tokens, new_tokens=NEW
    )
    return torch, held_by_engine(torch, engine, shape, n_texts=n_texts, prompt_tokens=prompt_tokens)


def test_every_engine_is_either_torch_or_known():
    assert set(HOLDINGS) == set(ENGINES) - set(OWN_TENSORS)


@pytest.mark.parametrize("engine", ["compile", "static-cache-compile"])
def test_what_is_compiled_computes_in_tensors_of_torch(shape, engine):
    torch, held = told_of(shape, engine)
    assert held == torch


def test_a_session_of_onnxruntime_holds_the_weights_twice_more(shape):
    _, held = told_of(shape, "onnxruntime")
    assert held.engine_weights == 2 * weight_bytes(shape, "float32", "none")


def test_openvino_packs_linear_layers_and_the_head_but_no_embeddings(shape):
    _, held = told_of(shape, "openvino")
    in_matrices = sum(one.rows * one.columns for one in shape.matrices)
    assert shape.n_in_head == 500 * 32
    assert held.engine_weights == pytest.approx(4 * (1.6 * in_matrices + 500 * 32), abs=1)


@pytest.mark.parametrize("engine", BUFFERED)
def test_buffers_grow_evenly_with_texts_and_faster_with_their_length(shape, engine):
    def kept(n_texts, prompt_tokens=PROMPT):
        held = told_of(shape, engine, n_texts, prompt_tokens)[1]
        return held.engine_buffers + held.cache

    assert kept(8) == pytest.approx(2 * kept(4), rel=1e-6)
    assert kept(4, 2 * PROMPT) > 2 * kept(4) - 4 * NEW * 2 * 32 * 3 * 4 * 2


@pytest.mark.parametrize("engine", BUFFERED)
def test_what_torch_holds_in_a_pass_is_not_counted_beside_them(shape, engine):
    torch, held = told_of(shape, engine)
    assert held.activations == 0
    assert (held.weights, held.cache, held.logits) == (torch.weights, torch.cache, torch.logits)
    assert held.total == sum(held.components.values())


def test_what_an_engine_takes_is_parted_into_once_and_each_layer(monkeypatch):
    taken = iter([100, 100 + 1_000 + 7, 100 + 1_000 + 7 + 4 * 7])
    monkeypatch.setattr(overhead, "_taken", lambda device: next(taken))
    tried: list[int] = []
    assert measure_engine(tried.append) == (1_000, 7)
    assert tried == [1, 4]


def test_memory_that_was_given_back_meanwhile_is_no_negative_figure(monkeypatch):
    taken = iter([100, 90, 80])
    monkeypatch.setattr(overhead, "_taken", lambda device: next(taken))
    assert measure_engine(lambda n_layers: None) == (0, 0)


def test_more_layers_are_no_wider_passes(shape):
    """Buffers are of one block at a time, for blocks of one kind."""
    _, held = told_of(shape, "onnxruntime")
    deeper = replace(shape, matrices=shape.matrices * 2, cache=shape.cache * 2)
    torch = predict_inference(shape, "float32", batch_size=4, prompt_tokens=PROMPT, new_tokens=NEW)
    found = held_by_engine(torch, "onnxruntime", deeper, n_texts=4, prompt_tokens=PROMPT)
    assert found.engine_buffers == held.engine_buffers
