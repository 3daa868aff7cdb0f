"""Bytes that optimizers keep for each parameter, and need for a moment while they step.

Read off the optimizers of torch and bitsandbytes; the tests hold every sum against their tensors,
to the byte. States have the number format of the parameter, but for those of 8 bits and the
counters of steps.

Not covered: master weights in float32 beside weights in fewer bits; states on another device.

References:
    Rajbhandari et al. 2020, "ZeRO", section 3: states of AdamW; Shazeer and Stern 2018,
    "Adafactor", section 3: rows and columns in place of a matrix; Dettmers et al. 2022, "8-bit
    Optimizers via Block-wise Quantization", section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.solvers.learned_tensors import Parameter

Optimizer = Literal["adamw", "adamw-8bit", "sgd", "sgd-momentum", "adafactor"]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
Stepping = Literal["loop", "foreach", "fused"]
"""How torch walks over parameters: one after another (its choice on a processor), all at once (its
choice on an accelerator), or in one kernel."""

_FLOAT32_BYTES = 4
_COUNTER_BYTES = 4
_BLOCK = 256
_TABLE_BYTES = 2 * 256 * 4
_FEWEST_IN_8_BITS = 4096
"""bitsandbytes keeps the states of smaller parameters in float32."""


def state_bytes(optimizer: Optimizer, parameters: Sequence[Parameter]) -> int:
    """Bytes of all states after the first step.

    Args:
        optimizer: its name.
        parameters: those that learn.

    Raises:
        ValueError: no such optimizer.
    """
    _check(optimizer)
    tables = 0
    if optimizer == "adamw-8bit" and any(map(_is_in_8_bits, parameters)):
        tables = _TABLE_BYTES
    return tables + sum(_STATES[optimizer](each) for each in parameters)


def step_bytes(
    optimizer: Optimizer, parameters: Sequence[Parameter], stepping: Stepping = "loop"
) -> int:
    """Bytes that a step needs for a moment, beside parameters, gradients and states.

    Args:
        optimizer: its name; stochastic gradient descent is that without decay of weights.
        parameters: those that learn.
        stepping: how it walks over them; bitsandbytes has but one way on each kind of device, and
            all that is not "loop" stands for its kernels on accelerators.

    Raises:
        ValueError: no such optimizer, or one that does not step so.
    """
    _check(optimizer)
    if not parameters or optimizer in {"sgd", "sgd-momentum"}:
        return 0
    if optimizer == "adamw-8bit":
        return max(map(_unpacked, parameters)) if stepping == "loop" else 0
    if stepping == "fused":
        if optimizer == "adafactor":
            raise ValueError("torch has no fused adafactor")
        return 0
    if stepping == "foreach":
        # AdamW: the root of the second moment; Adafactor: its estimate. Of all parameters.
        return sum(each.bytes for each in parameters)
    largest = max(each.bytes for each in parameters)
    # AdamW: the root, and the root divided; Adafactor: the estimate alone.
    return 2 * largest if optimizer == "adamw" else largest


def _check(optimizer: str) -> None:
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"no optimizer {optimizer!r}; there are {', '.join(OPTIMIZERS)}")


def _two_moments(parameter: Parameter) -> int:
    return 2 * parameter.bytes + _COUNTER_BYTES


def _two_moments_in_8_bits(parameter: Parameter) -> int:
    """A byte for each number, and a float32 scale for each block; small ones stay in float32."""
    count = parameter.n_numbers
    if not _is_in_8_bits(parameter):
        return 2 * _FLOAT32_BYTES * count
    return 2 * (count + _FLOAT32_BYTES * -(-count // _BLOCK))


def _is_in_8_bits(parameter: Parameter) -> bool:
    return parameter.n_numbers >= _FEWEST_IN_8_BITS


def _unpacked(parameter: Parameter) -> int:
    """Both states, the gradient, a root and a quotient in float32, and the parameter if it is not.

    On a processor bitsandbytes unpacks a parameter whose states are in 8 bits to step.
    """
    if not _is_in_8_bits(parameter):
        return 0
    n_tensors = 5 if parameter.item_bytes == _FLOAT32_BYTES else 6
    return n_tensors * _FLOAT32_BYTES * parameter.n_numbers


def _rows_and_columns(parameter: Parameter) -> int:
    """A number for each row and each column of a matrix; for each number of a vector."""
    shape, item = parameter.shape, parameter.item_bytes
    if len(shape) <= 1:
        return parameter.bytes + _COUNTER_BYTES
    count = parameter.n_numbers
    return item * (count // shape[-1] + count // shape[-2]) + _COUNTER_BYTES


_STATES: Mapping[str, Callable[[Parameter], int]] = {
    "adamw": _two_moments,
    "adamw-8bit": _two_moments_in_8_bits,
    "sgd": lambda _: 0,
    "sgd-momentum": lambda parameter: parameter.bytes,
    "adafactor": _rows_and_columns,
}
