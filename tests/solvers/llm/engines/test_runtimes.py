"""Every engine of torch writes what the model itself writes, whatever the batch."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LlamaConfig, LlamaForCausalLM

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.engines import ENGINES, why_not
from spoonbench.solvers.llm.engines.build import build_execution
from spoonbench.solvers.llm.engines.lean import LeanRuntime
from spoonbench.solvers.llm.stepping import read_with, step_rows

FAMILIES = ("arcee", "gpt2", "llama")
EAGER = ("lean", "static-cache")
COMPILED = ("compile", "static-cache-compile")


def runtime_of(name, model):
    reason = why_not(ENGINES[name], "cpu", "float32", "none")
    if reason is not None:
        pytest.skip(reason)
    # Programs of other tests in this process count towards torch's limit.
    torch.compiler.reset()
    execution, report = build_execution(model, Settings(engine=name))
    assert report.engine == name
    assert report.build_s > 0
    return execution.runtime


def assert_same(found):
    texts, distance = found
    assert all(ours == theirs for ours, theirs in texts)
    assert distance < 1e-4


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", EAGER)
def test_the_same_tokens_and_scores(build, compare, name, family, side):
    model = build(family)
    assert_same(compare(runtime_of(name, model), model, side=side))


@pytest.mark.parametrize(
    "name", ["compile", pytest.param("static-cache-compile", marks=pytest.mark.slow)]
)
def test_compiled_models_write_the_same_with_two_programs(build, compare, name):
    model = build("arcee")
    runtime = runtime_of(name, model)
    assert runtime.notes["programs"] == 2
    assert_same(compare(runtime, model))


@pytest.mark.slow
@pytest.mark.parametrize("family", ["gpt2", "llama"])
@pytest.mark.parametrize("name", COMPILED)
def test_other_families_compiled_write_the_same(build, compare, name, family):
    model = build(family)
    assert_same(compare(runtime_of(name, model), model))


@pytest.fixture(scope="module")
def lean(build):
    """Two families, each with its runtime."""
    models = [build(family) for family in ("arcee", "gpt2")]
    return [(model, LeanRuntime(model)) for model in models]


@settings(max_examples=25, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 20), min_size=1, max_size=5),
    limit=st.integers(1, 6),
    seed=st.integers(0, 1000),
)
def test_lean_batches_of_any_form(lean, lengths, limit, seed):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(2, 320, (len(lengths), max(lengths)), generator=generator)
    ends = torch.tensor(lengths)[:, None]
    mask = (torch.arange(max(lengths)).flip(0)[None] < ends).long()
    for model, runtime in lean:
        new = [
            step_rows(f, (ids, mask), lambda _, s: s, None, limit, pad=0, end_ids=[])
            for f in (runtime.start(len(lengths), max(lengths) + limit), read_with(model))
        ]
        assert new[0] == new[1]


def test_rotary_positions_that_change_with_the_length_are_refused():
    config = LlamaConfig(
        vocab_size=32,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=1,
        rope_parameters={"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0},
    )
    with pytest.raises(Unsupported, match="no rotary positions of the kind 'dynamic'"):
        LeanRuntime(LlamaForCausalLM(config))


def test_a_model_whose_ways_are_not_known_is_refused(build):
    model = build("gpt2")
    model.config.model_type = "mpt"
    with pytest.raises(Unsupported, match=r"static-cache runs models of arcee, .*, not mpt"):
        build_execution(model, Settings(engine="static-cache"))
