"""Predictions of whole runs: components add up, and more is never less."""

import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LlamaConfig, MistralConfig

from spoonbench.harness.predict.inference import predict_inference
from spoonbench.harness.predict.prediction import MemoryPrediction, fits, size_text
from spoonbench.harness.predict.training import predict_training
from spoonbench.harness.predict.weights import cache_bytes, weight_bytes
from spoonbench.solvers.held_memory import InferencePass, Lora, TrainingPass
from spoonbench.solvers.llm.shapes import shape_of
from spoonbench.solvers.model_shapes import ModelShape
from spoonbench.solvers.number_formats import AUTOCAST

SIZES = {
    "vocab_size": 256,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "bos_token_id": None,
    "eos_token_id": 1,
    "pad_token_id": 0,
}
SHAPE = shape_of(LlamaConfig(**SIZES))
counts = st.integers(min_value=1, max_value=64)


def training(optimizer="adamw", stepping="loop", **changes):
    way = TrainingPass(**{"dtype": "float32", "batch_size": 4, "n_tokens": 32, **changes})
    return predict_training(SHAPE, way, optimizer=optimizer, stepping=stepping)


def inference(**changes):
    sizes = {"batch_size": 2, "prompt_tokens": 32, "new_tokens": 8}
    return predict_inference(SHAPE, "float32", **{**sizes, **changes})


@settings(max_examples=6, deadline=None)
@given(batch=counts, length=counts, more=st.tuples(st.integers(0, 8), st.integers(0, 32)))
def test_more_texts_or_longer_ones_never_take_less_to_learn(batch, length, more):
    less = training(batch_size=batch, n_tokens=length)
    greater = training(batch_size=batch + more[0], n_tokens=length + more[1])
    assert greater.total >= less.total


@settings(max_examples=6, deadline=None)
@given(batch=counts, prompt=counts, new=st.integers(0, 32), more=st.tuples(counts, counts, counts))
def test_more_texts_or_longer_ones_never_take_less_to_answer(batch, prompt, new, more):
    less = inference(batch_size=batch, prompt_tokens=prompt, new_tokens=new)
    greater = inference(
        batch_size=batch + more[0], prompt_tokens=prompt + more[1], new_tokens=new + more[2]
    )
    assert greater.total >= less.total


def test_components_add_up():
    told = inference(overhead_bytes=1_000)
    assert sum(told.components.values()) == told.total
    assert told.components["overhead"] == 1_000
    assert told.weights == weight_bytes(SHAPE, "float32")


def test_long_answers_hold_their_whole_cache():
    told = inference(batch_size=16, prompt_tokens=2, new_tokens=256)
    assert told.moment == "writing the last token"
    whole = cache_bytes(SHAPE, "float32", batch_size=16, n_tokens=2 + 256 - 1)
    # While a layer's cache grows, the old one of that layer is still there.
    assert whole <= told.cache <= 2 * whole


def test_a_window_bounds_what_long_answers_hold():
    window = shape_of(MistralConfig(**SIZES, sliding_window=16))
    sizes: Any = {"batch_size": 4, "prompt_tokens": 2}
    short = predict_inference(window, "float32", new_tokens=100, **sizes)
    long = predict_inference(window, "float32", new_tokens=200, **sizes)
    assert short.total == long.total
    assert inference(**sizes, new_tokens=100).total < inference(**sizes, new_tokens=200).total


def test_scoring_holds_all_logits_and_generation_the_last():
    shape = shape_of(LlamaConfig(**{**SIZES, "vocab_size": 4096}))
    sizes: Any = {"batch_size": 2, "prompt_tokens": 32}
    every = predict_inference(shape, "bfloat16", scored="all", **sizes)
    # As the model made them, in float32, and as probabilities.
    assert every.logits == 2 * 32 * 4096 * (2 + 4 + 4)
    assert every.moment == "scoring the texts"
    assert predict_inference(shape, "bfloat16", **sizes).total < every.total


def test_eager_attention_holds_all_pairs_of_tokens():
    assert (
        inference(prompt_tokens=256, attention="eager").total
        > inference(prompt_tokens=256).total + 2 * 4 * 256 * 256 * 4
    )


def test_an_adapter_takes_less_than_all_weights():
    full, adapter = training(), training(lora=Lora(rank=2))
    assert adapter.total < full.total
    assert 0 < adapter.optimizer < full.optimizer
    assert adapter.weights > full.weights


def test_weights_of_4_bits_take_less_beside_an_adapter():
    lora = Lora(rank=2)
    few = training(lora=lora, quantization="bnb-nf4").weights
    in_matrices = sum(4 * each.rows * each.columns for each in SHAPE.matrices)
    assert few < training(lora=lora).weights - 0.8 * in_matrices


@pytest.mark.parametrize("length", [32, 128])
def test_checkpointing_takes_less(length):
    kept = training(batch_size=16, n_tokens=length)
    assert training(batch_size=16, n_tokens=length, checkpointing=True).total < kept.total


def test_accumulated_gradients_are_there_in_the_next_pass():
    assert training(batch_size=16, accumulation=2).gradients > training(batch_size=16).gradients


def test_several_small_passes_take_less_than_a_large_one():
    assert training(batch_size=4, accumulation=4).total < training(batch_size=16).total


def test_autocast_keeps_copies_of_the_weights():
    assert training(batch_size=16, autocast="bfloat16").weight_copies > 0
    assert training(batch_size=16).weight_copies == 0


def test_small_batches_take_most_in_the_step():
    told = training(batch_size=1, n_tokens=1)
    assert told.moment == "step of the optimizer"
    assert told.gradients == 4 * SHAPE.n_parameters
    assert told.activations == 0


def test_states_order_the_optimizers():
    order = ["sgd", "adafactor", "adamw-8bit", "sgd-momentum", "adamw"]
    states = [training(batch_size=16, optimizer=each).optimizer for each in order]
    assert states == sorted(states)
    assert states[0] == 0


def test_what_fits_is_said_with_its_largest_part():
    told = MemoryPrediction(moment="forward and backward pass", weights=10, logits=30)
    assert fits(told, 40).fits
    assert fits(told, 40).missing_bytes == 0
    assert fits(told, 40).sentence == (
        "40 bytes fit 40 bytes; the largest part is the logits (30 bytes), "
        "at the forward and backward pass."
    )
    assert not fits(told, 39).fits
    assert fits(told, 39).missing_bytes == 1
    assert fits(told, 39).sentence.startswith(
        "40 bytes do not fit 39 bytes: 1 bytes are missing; the largest part is the logits"
    )


@given(total=st.integers(0, 10**12), limit=st.integers(1, 10**12))
def test_what_is_missing_is_what_would_make_it_fit(total, limit):
    told = MemoryPrediction(moment="reading the prompts", weights=total)
    found = fits(told, limit)
    assert fits(told, limit + found.missing_bytes).fits
    assert found.fits == (found.missing_bytes == 0)


def test_bytes_are_written_in_powers_of_ten():
    assert size_text(999) == "999 bytes"
    assert size_text(1_500) == "1.5 kB"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: inference(batch_size=0), "batch_size must be at least 1, not 0"),
        (lambda: inference(prompt_tokens=0), "prompt_tokens must be at least 1"),
        (lambda: inference(new_tokens=-1), "new_tokens must be at least 0"),
        (lambda: inference(scored="all"), "scored have no new tokens"),
        (lambda: training(accumulation=0), "accumulation must be at least 1"),
        (lambda: training(lora=Lora(rank=0)), "rank must be at least 1"),
        (lambda: training(optimizer="lion"), "no optimizer 'lion'"),
        (lambda: training(quantization="bnb-nf4"), "do not learn"),
        (
            lambda: fits(MemoryPrediction(moment="reading the prompts"), 0),
            "at least 1 byte, not 0",
        ),
    ],
)
def test_bad_sizes_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_shape_without_a_tracer_tells_weights_alone():
    bare = ModelShape(matrices=(), n_others=10, buffer_bytes=0, cache=())
    with pytest.raises(ValueError, match="read it from a configuration"):
        predict_inference(bare, "float32", batch_size=1, prompt_tokens=1)


def test_predicting_imports_nothing_heavy_by_itself():
    assert "torch" not in vars(sys.modules["spoonbench.harness.predict.training"])


@pytest.mark.parametrize("sizes", [{"new_tokens": 0}, {}, {"new_tokens": 0, "scored": "all"}])
def test_autocast_adds_copies_of_what_is_multiplied_by_and_no_weights(sizes):
    plain = inference(**sizes)
    cast = predict_inference(
        SHAPE, AUTOCAST, **{"batch_size": 2, "prompt_tokens": 32, "new_tokens": 8, **sizes}
    )
    assert cast.weights == plain.weights
    assert plain.weight_copies == 0
    of_head = SIZES["vocab_size"] * SIZES["hidden_size"]
    in_layers = sum(one.rows * one.columns for one in SHAPE.matrices)
    # The worst moment may come before the last of them is made.
    assert 0 < cast.weight_copies <= 2 * (in_layers + of_head)
    if sizes.get("new_tokens", 8):
        assert cast.moment == "writing the last token" or cast.weight_copies > 0


def test_all_copies_are_there_when_the_last_token_is_written():
    held = SHAPE.tracer.continuing(
        InferencePass(dtype="float32", autocast="bfloat16", batch_size=1, n_tokens=9)
    )
    n_copied = sum(one.rows * one.columns for one in SHAPE.matrices)
    assert held.weight_copies == 2 * (n_copied + SIZES["vocab_size"] * SIZES["hidden_size"])
