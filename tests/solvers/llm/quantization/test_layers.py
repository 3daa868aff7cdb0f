"""GPT-2's linear layers become the usual ones, and the model stays what it was."""

import torch
from torch import nn
from transformers.pytorch_utils import Conv1D

from spoonbench.solvers.llm.quantization.layers import head_names, linear_layers, to_linear


def test_turning_changes_nothing_but_rounding(build, scores):
    model = build("gpt2")
    before = scores(model)
    assert to_linear(model) == 8
    assert not any(isinstance(layer, Conv1D) for layer in model.modules())
    assert torch.allclose(scores(model), before, atol=1e-5)


def test_a_model_without_such_layers_stays_as_it_is(build, scores):
    model = build("arcee")
    before = scores(model)
    assert to_linear(model) == 0
    assert torch.equal(scores(model), before)


def test_turned_layers_have_their_names_and_count_as_linear(build):
    model = build("gpt2")
    before = list(linear_layers(model))
    to_linear(model)
    assert list(linear_layers(model)) == before
    assert isinstance(model.transformer.h[0].attn.c_attn, nn.Linear)
    assert model.transformer.h[0].attn.c_attn.weight.shape == (384, 128)


def test_the_head_is_found_by_its_name(build):
    assert head_names(build("gpt2")) == {"lm_head"}
    assert head_names(build("arcee")) == {"lm_head"}
