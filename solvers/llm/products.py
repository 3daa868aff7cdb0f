"""Products of matrices by shape: a library that compiles a kernel for each shape keeps it.

oneDNN does so for bfloat16 on a processor. Where texts of another length come, most products of a
model have another shape, and memory grows that no tensor tells of.

Not covered: products inside of operations other than fused attention's backward pass; fused
attention's forward pass makes none that a library keeps.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import torch

_PRODUCTS = ("aten.mm.", "aten.addmm.", "aten.bmm.", "aten.baddbmm.")
_FUSED_BACKWARD = "aten._scaled_dot_product_flash_attention_for_cpu_backward."
_N_INSIDE = 3
"""Products that it makes of each block of queries with each block of keys."""
_QUERY_BLOCKS = ((768, 256), (192, 64), (0, 32))
"""From how many queries on its blocks have how many rows (torch 2.13)."""
_KEY_BLOCK = 512
_SMALL = 16**3
"""Multiplications of a product up to which torch leaves the library aside (mkldnn_gemm_min_size in
aten/src/ATen/native/mkldnn/Matmul.cpp)."""


class _Product(NamedTuple):
    """A product of matrices; equal ones are made by one kernel.

    Attributes:
        made_by: operation.
        dtype: of both matrices.
        left: shape and strides.
        right: likewise.
    """

    made_by: str
    dtype: torch.dtype
    left: tuple[tuple[int, ...], tuple[int, ...]]
    right: tuple[tuple[int, ...], tuple[int, ...]]

    def hangs_on(self, lengths: Collection[int]) -> bool:
        """A side is as long as one of these, or parts lie as far apart as texts do."""
        sides = {*self.left[0][-2:], *self.right[0][-2:]}
        return not sides.isdisjoint(lengths) or self._has_gaps()

    def _has_gaps(self) -> bool:
        """Parts with others between them: one token was taken of each of many texts."""
        shape, strides = self.left
        return any(
            size > 1 and strides[at] > math.prod(shape[at + 1 :]) for at, size in enumerate(shape)
        )


class ProductLog:
    """Products that were made, those of the same shape and layout once."""

    def __init__(self) -> None:
        self._plain: set[_Product] = set()
        self._inside: set[tuple[torch.dtype, int, int, int]] = set()

    def note(self, operation: str, args: tuple[Any, ...]) -> None:
        """An operation of torch is about to run; most are no products."""
        if operation.startswith(_PRODUCTS):
            left, right = args[-2:]
            if math.prod(left.shape) * right.shape[-1] > _SMALL:
                shapes = ((tuple(one.shape), one.stride()) for one in (left, right))
                self._plain.add(_Product(operation, left.dtype, *shapes))
        elif operation.startswith(_FUSED_BACKWARD):
            # After the gradient, queries and keys: shape (batch, heads, tokens, width).
            queries, keys = args[1:3]
            for rows, columns in _blocks(queries.shape[-2], keys.shape[-2]):
                if rows * columns * queries.shape[-1] > _SMALL:
                    self._inside.add((queries.dtype, rows, columns, queries.shape[-1]))

    def count(self, dtype: torch.dtype, lengths: Collection[int]) -> int:
        """Of those in a number format, how many texts of another length would make anew.

        Args:
            dtype: that they are made in.
            lengths: tokens of a text, and of all texts of the batch.
        """
        plain = [one for one in self._plain if one.dtype == dtype and one.hangs_on(lengths)]
        return len(plain) + _N_INSIDE * len([one for one in self._inside if one[0] == dtype])


def _blocks(n_queries: int, n_keys: int) -> Iterator[tuple[int, int]]:
    """Rows and columns of the blocks of fused attention, whole ones left out: those are alike."""
    block = next(size for least, size in _QUERY_BLOCKS if n_queries >= least)
    for rows in {min(block, n_queries), n_queries % block} - {0}:
        for columns in {min(_KEY_BLOCK, n_keys), n_keys % _KEY_BLOCK} - {0}:
            if (rows, columns) != (block, _KEY_BLOCK):
                yield rows, columns
