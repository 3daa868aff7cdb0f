"""Layers that stand for quantized ones where only memory counts: nothing is quantized.

Whatever the method, a matrix in few bits is turned back while it is multiplied by, and a backward
pass makes it again. The bytes that it is held in are counted elsewhere.

Not covered: methods that multiply in few bits.
"""

from __future__ import annotations

from typing import Any

import torch

from spoonbench.solvers.llm.quantization.layers import head_names, linear_layers, replace_layers


class _Dequantized(torch.autograd.Function):  # type: ignore[misc]  # torch has no types
    """A product with a matrix that exists in full only while it is multiplied by.

    Neither the input nor the matrix is kept: the matrix does not learn, and is made again.
    """

    @staticmethod
    def forward(ctx: Any, given: torch.Tensor, rows: int) -> torch.Tensor:
        """Multiply."""
        ctx.shape = (rows, given.shape[-1])
        return torch.nn.functional.linear(given, given.new_empty(ctx.shape))

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        """Multiply by it the other way round."""
        return gradient @ gradient.new_empty(ctx.shape), None


class _InFewBits(torch.nn.Module):  # type: ignore[misc]  # torch has no types
    """Stands for a quantized layer: its own bytes are counted elsewhere."""

    def __init__(self, rows: int, bias: Any) -> None:
        super().__init__()
        self._rows = rows
        self.bias = bias

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """Multiply, and add."""
        found = _Dequantized.apply(given, self._rows)
        return found if self.bias is None else found + self.bias


def dequantize_in_passes(model: Any) -> None:
    """Let every linear layer but the head and those of adapters stand for a quantized one."""
    left_out = head_names(model)
    frozen = {
        name
        for name, layer in linear_layers(model).items()
        if name not in left_out and not layer.weight.requires_grad
    }
    replace_layers(model, lambda name, layer: _in_few_bits(layer) if name in frozen else None)


def _in_few_bits(layer: Any) -> _InFewBits:
    n_rows = layer.weight.shape[0 if isinstance(layer, torch.nn.Linear) else 1]
    return _InFewBits(int(n_rows), layer.bias)
