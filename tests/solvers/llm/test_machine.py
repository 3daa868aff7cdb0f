import errno

import pytest
import torch

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.machine import convert, memory_errors, wait_for


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_weights_change_their_format_and_buffers_keep_theirs(build_model, dtype):
    """Rotary frequencies are no weights: rounded, they would turn far positions wrongly."""
    model, _ = build_model("llama")
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}
    convert(model, dtype)
    assert {weight.dtype for weight in model.parameters()} == {getattr(torch, dtype)}
    after = dict(model.named_buffers())
    assert after.keys() == before.keys()
    assert after
    for name, buffer in after.items():
        assert buffer.dtype == before[name].dtype
        assert torch.equal(buffer, before[name])


def test_weights_that_are_tied_stay_tied(build_model):
    model, _ = build_model("gpt2")
    assert model.lm_head.weight is model.get_input_embeddings().weight
    convert(model, "float16")
    assert model.lm_head.weight is model.get_input_embeddings().weight
    assert model.lm_head.weight.dtype == torch.float16


def test_a_weight_too_large_for_the_format_is_refused_and_nothing_is_changed():
    layers = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    layers[1].weight.data[0, 1] = -70000.0
    with pytest.raises(Unsupported, match="a weight of 70000 is too large for float16"):
        convert(layers, "float16")
    assert {weight.dtype for weight in layers.parameters()} == {torch.float32}
    convert(layers, "bfloat16")
    assert {weight.dtype for weight in layers.parameters()} == {torch.bfloat16}


def test_gradients_of_the_old_format_are_dropped():
    layer = torch.nn.Linear(2, 2)
    layer(torch.ones(1, 2)).sum().backward()
    convert(layer, "bfloat16")
    assert layer.weight.grad is None


@pytest.mark.parametrize("device", ["cuda:1", "mps", "cpu"])
def test_a_device_is_waited_for_and_the_processor_is_not(monkeypatch, device):
    waited: list[str] = []
    monkeypatch.setattr("torch.cuda.synchronize", waited.append)
    monkeypatch.setattr("torch.mps.synchronize", lambda: waited.append("mps"))
    wait_for(device)
    assert waited == [device] * (device != "cpu")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"),
        RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
)
def test_a_lack_of_memory_is_a_memory_error_whoever_says_so(error):
    with pytest.raises(MemoryError), memory_errors():
        raise error


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), OSError("no such file")])
def test_other_errors_stay_what_they_are(error):
    with pytest.raises(type(error), match=str(error)), memory_errors():
        raise error
