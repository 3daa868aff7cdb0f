"""States of optimizers, and what a step needs for a moment, are told to the byte."""

from typing import Any

import bitsandbytes
import pytest
import torch
from bitsandbytes.backends.cpu import ops

from spoonbench.harness.predict.optimizers import OPTIMIZERS, state_bytes, step_bytes
from spoonbench.solvers.learned_tensors import Parameter
from spoonbench.solvers.llm.tape import Tape

SHAPES = ((300, 64), (64,), (128, 64), (64, 128), (5000,))
MAKERS = {
    "adamw": torch.optim.AdamW,
    "adamw-8bit": bitsandbytes.optim.AdamW8bit,
    "sgd": lambda given, **how: torch.optim.SGD(given, lr=0.1, **how),
    "sgd-momentum": lambda given, **how: torch.optim.SGD(given, lr=0.1, momentum=0.9, **how),
    "adafactor": torch.optim.Adafactor,
}


def make(optimizer, dtype, **how):
    """Parameters with gradients, the optimizer after its first step, and what they are told as."""
    torch.manual_seed(0)
    given = [torch.nn.Parameter(torch.randn(shape, dtype=dtype)) for shape in SHAPES]
    for each in given:
        each.grad = torch.randn_like(each)
    made = MAKERS[optimizer](given, **how)
    made.step()
    told = [Parameter(shape=tuple(p.shape), item_bytes=p.element_size()) for p in given]
    return given, made, told


def states_of(made):
    return [
        value
        for state in made.state.values()
        for value in state.values()
        if isinstance(value, torch.Tensor)
    ]


def test_every_optimizer_is_held_against_its_library():
    assert set(MAKERS) == set(OPTIMIZERS)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_states_are_told_to_the_byte(optimizer, dtype):
    _, made, told = make(optimizer, dtype)
    held = {each.untyped_storage().data_ptr(): each.nbytes for each in states_of(made)}
    assert state_bytes(optimizer, told) == sum(held.values())


@pytest.mark.parametrize("optimizer", ["adamw", "sgd", "sgd-momentum", "adafactor"])
@pytest.mark.parametrize("stepping", ["loop", "foreach", "fused"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_a_step_needs_is_told(optimizer, stepping, dtype):
    if (optimizer, stepping) == ("adafactor", "fused"):
        pytest.skip("torch has none")
    how = {} if stepping == "loop" else {stepping: True}
    given, made, told = make(optimizer, dtype, **how)
    tape = Tape([*given, *(each.grad for each in given), *states_of(made)], vocabulary=10**9)
    with tape:
        made.step()
    # Adafactor's sums of rows and columns are a little more.
    assert step_bytes(optimizer, told, stepping) == pytest.approx(tape.peak().total, rel=0.03)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_8_bits_need_on_a_processor_is_told(dtype):
    given, made, told = make("adamw-8bit", dtype)
    step = ops._optimizer_update_8bit_blockwise_cpu
    peaks = []
    for parameter in given:
        state = made.state[parameter]
        if "absmax1" not in state:
            continue
        held = [parameter, parameter.grad, *states_of(made)]
        tape = Tape(held, vocabulary=10**9)
        moments, tables = (state["state1"], state["state2"]), (state["qmap1"], state["qmap2"])
        scales = (state["absmax1"], state["absmax2"])
        numbers = (0.9, 0.999, 0.0, 0.0, 1e-8, 2, 1e-3)
        with tape, torch.no_grad():
            step("adam", parameter.grad, parameter, *moments, *numbers, *tables, *scales, 0.01, 1.0)
        peaks.append(tape.peak().total)
    assert len(peaks) == 4
    assert step_bytes("adamw-8bit", told) == max(peaks)
    assert step_bytes("adamw-8bit", told, "fused") == 0


def test_nothing_learns_without_parameters():
    assert all(state_bytes(each, []) == step_bytes(each, []) == 0 for each in OPTIMIZERS)


def test_unknown_optimizers_are_refused():
    unknown: Any = "lion"
    with pytest.raises(ValueError, match="no optimizer 'lion'; there are adamw"):
        state_bytes(unknown, [])
    with pytest.raises(ValueError, match="no fused adafactor"):
        step_bytes("adafactor", [Parameter(shape=(2, 2), item_bytes=4)], "fused")
