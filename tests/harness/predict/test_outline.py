"""Memory in closed form: laws, known sizes, and what it says beside the traced predictions."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.predict.decoders import counted_parameters
from spoonbench.harness.predict.outline import (
    METHODS,
    PUBLISHED,
    BadConfiguration,
    inference_bytes,
    outline_from_config,
    outline_of,
    training_bytes,
)
from spoonbench.solvers.quantizations import METHODS as QUANTIZATIONS

GPT2 = PUBLISHED["GPT-2"]
OPTIMIZERS = ("adamw", "adamw-8bit", "sgd", "adafactor")
sizes = st.floats(min_value=5e5, max_value=1e12, allow_nan=False)
names = st.sampled_from(sorted(PUBLISHED))
counts = st.integers(min_value=1, max_value=64)
formats = st.sampled_from(["float32", "bfloat16", "float16"])


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("GPT-2", 124_439_808),
        ("GPT-2 XL", 1_557_611_200),
        ("Llama 2 7B", 6_738_415_616),
        ("Llama 3.1 8B", 8_030_261_248),
        ("Llama 3.1 405B", 405_853_388_800),
        ("spoonbench's preset gpt_tiny", 27_073_024),
    ],
)
def test_published_models_have_the_parameters_that_they_are_published_with(name, parameters):
    assert PUBLISHED[name].parameters == parameters


@given(sizes)
@settings(max_examples=200)
def test_an_assumed_outline_has_about_the_parameters_asked_for_and_says_that_it_is_assumed(size):
    outline = outline_of(size)
    assert outline.parameters == round(size)
    assert outline.source.startswith("assumed: ")
    assert counted_parameters(outline) == pytest.approx(size, rel=0.02)


@pytest.mark.parametrize("size", [0, 4e5, 2e12, float("nan"), float("inf"), -1])
def test_sizes_of_which_nothing_is_published_are_refused(size):
    with pytest.raises(ValueError, match="outlined from 500,000"):
        outline_of(size)


def test_nominal_sizes_find_their_model():
    assert outline_of(124e6).source == "assumed: as GPT-2"
    assert outline_of(70.5e9).source == "assumed: as Llama 3.1 70B"
    assert "between Qwen3-4B and Qwen3-8B" in outline_of(7e9).source


@given(names, formats, counts, counts, st.sampled_from(["none", *sorted(QUANTIZATIONS)]))
@settings(max_examples=100, deadline=None)
def test_more_texts_or_tokens_never_answer_in_less_memory(name, dtype, batch, more, quantization):
    def total(batch, context):
        parts = inference_bytes(
            PUBLISHED[name], dtype=dtype, quantization=quantization, batch=batch, context=context
        )
        assert all(type(value) is int for value in parts.values())
        assert min(parts.values()) >= 0
        return sum(parts.values())

    assert total(batch, 64) < total(batch + more, 64)
    assert total(batch, 64) < total(batch, 64 + more)


@given(
    names,
    st.sampled_from(METHODS),
    st.sampled_from(OPTIMIZERS),
    st.tuples(counts, counts),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_more_texts_or_tokens_never_learn_in_less_memory(
    name, method, optimizer, growth, checkpointing
):
    batch, more = growth

    def total(batch, context):
        parts = training_bytes(
            PUBLISHED[name],
            method=method,
            dtype="bfloat16",
            optimizer=optimizer,
            batch=batch,
            context=context,
            checkpointing=checkpointing,
        )
        assert all(type(value) is int for value in parts.values())
        assert min(parts.values()) >= 0
        return sum(parts.values())

    assert total(batch, 64) <= total(batch + more, 64)
    assert total(batch, 64) <= total(batch, 64 + more)


@given(sizes, st.floats(min_value=1.05, max_value=100))
@settings(max_examples=100, deadline=None)
def test_more_parameters_never_have_smaller_weights_or_caches(size, factor):
    if size * factor > 1e12:
        return
    outlines = [outline_of(each) for each in (size, size * factor)]
    small, large = (
        inference_bytes(each, dtype="bfloat16", batch=8, context=512) for each in outlines
    )
    assert small["weights"] < large["weights"]
    # Heads are whole: between two published models one may fall away while the width still grows.
    assert small["cache"] <= large["cache"] * max(1.05, 1 + 1 / outlines[1].kv_heads)


@pytest.mark.parametrize("method", sorted(set(QUANTIZATIONS) - {"torchao-int4wo"}))
@pytest.mark.parametrize("name", ["GPT-2", "Llama 2 7B"])
def test_quantized_weights_are_smaller_and_embedding_and_head_are_not_quantized(name, method):
    outline = PUBLISHED[name]
    plain, quantized = (
        inference_bytes(outline, dtype="float32", quantization=each, batch=1, context=1)["weights"]
        for each in ("none", method)
    )
    assert quantized < plain
    bits = QUANTIZATIONS[method].bits
    tables = 4 * outline.vocabulary * outline.width * (1 if outline.is_tied else 2)
    assert quantized > tables + outline.parameters * 0.5 * bits / 8


def test_adapters_learn_in_less_than_all_weights_do_and_in_4_bits_in_still_less():
    outline = PUBLISHED["Llama 2 7B"]
    full, lora, qlora = (
        sum(training_bytes(outline, method=m, dtype="bfloat16", batch=1, context=128).values())
        for m in METHODS
    )
    assert full > 2.5 * lora > 2.5 * qlora


def test_checkpointing_saves_activations():
    def total(checkpointing):
        return training_bytes(
            GPT2,
            method="full",
            dtype="float32",
            batch=8,
            context=512,
            checkpointing=checkpointing,
        )["activations"]

    assert total(True) < total(False) / 5


def test_a_window_bounds_the_cache():
    outline = replace(PUBLISHED["Llama 2 7B"], window=1024, windowed_layers=32)
    short, long = (
        inference_bytes(outline, dtype="float16", batch=1, context=n)["cache"] for n in (1024, 4096)
    )
    assert short == long == 2 * 32 * 4096 * 1024 * 2


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "no num_hidden_layers"),
        ({"num_hidden_layers": 0, "hidden_size": 8}, "whole number of 1 or more"),
        ({"num_hidden_layers": "2", "hidden_size": 8}, "whole number"),
        ({"model_type": "mixtral", "num_local_experts": 8}, "experts"),
    ],
)
def test_configurations_that_no_sum_covers_are_refused(values, message):
    with pytest.raises(BadConfiguration, match=message):
        outline_from_config(values)


@pytest.mark.parametrize(
    "wrong",
    [{"dtype": "int7"}, {"batch": 0}, {"context": 0}, {"quantization": "bnb-int3"}],
)
def test_sizes_and_names_that_do_not_exist_are_refused(wrong):
    settings = {"dtype": "float32", "batch": 1, "context": 1, **wrong}
    with pytest.raises(ValueError, match=r"no sum for|must be at least 1|no quantization"):
        inference_bytes(GPT2, **settings)


def test_sums_start_without_a_heavy_library():
    code = (
        "import sys; import spoonbench.harness.predict.outline; "
        "print([n for n in ('torch', 'numpy', 'pandas', 'scipy') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
