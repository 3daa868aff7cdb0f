"""What a model holds: its linear layers as they are, and the bytes of all its numbers.

Taken before and after a quantization, the two tell what it really did; some methods leave every
layer as it was and say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from spoonbench.solvers.llm.quantization.layers import linear_layers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import nn

_FLOATING = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
_OF_GPTQ = "qweight"
_OF_HQQ = "W_q"
"""How the layers of hqq call their weights; scales and zero points are in a dictionary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerState:
    """How one layer holds its matrix.

    Attributes:
        layer: class of the layer.
        weight: class of its weight.
        dtype: of the numbers that are stored.
        bytes: of all that it holds, scales included.
    """

    layer: str
    weight: str
    dtype: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The state of a model.

    Attributes:
        layers: name of each layer that was asked about to its state.
        bytes: of all parameters and buffers, tensors that are shared counted once.
    """

    layers: Mapping[str, LayerState]
    bytes: int


def take_census(model: nn.Module, names: tuple[str, ...] | None = None) -> Census:
    """Count what a model holds.

    Args:
        model: on any device.
        names: of the layers; None: all linear ones.
    """
    wanted = tuple(linear_layers(model)) if names is None else names
    modules = dict(model.named_modules())
    return Census(
        layers={name: _state_of(modules[name]) for name in wanted},
        bytes=sum(sizes_of(model).values()),
    )


def sizes_of(model: nn.Module) -> dict[int, int]:
    """Bytes of each storage that a model holds, by its address."""
    sizes: dict[int, int] = {}
    for module in model.modules():
        for tensor in _tensors_of(module):
            _add(tensor, sizes)
    return sizes


def _state_of(layer: nn.Module) -> LayerState:
    sizes: dict[int, int] = {}
    stored: list[torch.Tensor] = []
    for module in layer.modules():
        for tensor in _tensors_of(module):
            stored += _plain(tensor)
            _add(tensor, sizes)
    weight = _weight_of(layer)
    plain = _plain(weight)
    # A matrix of integers comes with scales in floating point.
    narrow = [one for one in plain if one.dtype not in _FLOATING and one.numel() > 1]
    kind = max(narrow or plain, key=lambda one: one.numel()).dtype
    return LayerState(
        layer=type(layer).__name__,
        weight=type(weight).__name__,
        dtype=str(kind).removeprefix("torch."),
        bytes=sum(sizes.values()),
    )


def _weight_of(layer: Any) -> torch.Tensor:
    named = next((name for name in (_OF_HQQ, _OF_GPTQ) if hasattr(layer, name)), "weight")
    weight = getattr(layer, named)
    # Torch's own quantized layers hand their weight out by a call.
    found: torch.Tensor = weight() if callable(weight) else weight
    return found


def _tensors_of(module: Any) -> Iterator[torch.Tensor]:
    """Tensors that a module itself holds, packed ones and quantization states among them."""
    yield from (each for each in module._parameters.values() if each is not None)  # noqa: SLF001 - its own, not its children's
    yield from (each for each in module._buffers.values() if each is not None)  # noqa: SLF001
    if hasattr(module, _OF_HQQ):
        yield from (each for each in module.meta.values() if isinstance(each, torch.Tensor))
    packed = getattr(module, "_packed_params", None)
    if packed is not None and hasattr(module, "weight") and callable(module.weight):
        yield module.weight()
        bias = module.bias()
        if bias is not None:
            yield bias


def _plain(tensor: Any) -> list[torch.Tensor]:
    """The tensors of numbers that a tensor is made of; itself where it is one."""
    found: list[torch.Tensor] = []
    if hasattr(tensor, "__tensor_flatten__"):
        names, _ = tensor.__tensor_flatten__()
        for name in names:
            found += _plain(getattr(tensor, name))
        return found
    found.append(tensor)
    state = getattr(tensor, "quant_state", None)
    for holder in (state, getattr(state, "state2", None)):
        if holder is not None:
            parts = (getattr(holder, name, None) for name in ("absmax", "code", "offset"))
            found += [part for part in parts if isinstance(part, torch.Tensor)]
    scales = getattr(tensor, "SCB", None)
    if isinstance(scales, torch.Tensor):
        found.append(scales)
    return found


def _add(tensor: torch.Tensor, sizes: dict[int, int]) -> None:
    for part in _plain(tensor):
        if part.is_quantized:
            # Unpacked for this call alone: it has no address of its own, and is shared by nobody.
            sizes[-1 - len(sizes)] = part.numel() * part.element_size() + _bytes_of_scales(part)
            continue
        storage = part.untyped_storage()
        sizes[storage.data_ptr()] = storage.nbytes()


def _bytes_of_scales(tensor: torch.Tensor) -> int:
    """Of a tensor of torch's own quantized kind."""
    if tensor.qscheme() in {torch.per_channel_affine, torch.per_channel_symmetric}:
        scales, zeros = tensor.q_per_channel_scales(), tensor.q_per_channel_zero_points()
        return int(scales.nbytes + zeros.nbytes)
    return 0
