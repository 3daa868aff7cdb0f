"""Bytes of a model's weights and of its cache, by number format and quantization.

What each method keeps beside the numbers themselves (scales, zero points, tables) was read off
the libraries' own tensors; `tests/solvers/llm/test_shapes.py` holds the sums against models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.number_formats import weight_format
from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.solvers.model_shapes import CacheLayer, Matrix, ModelShape

ITEM_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
"""Of one number, by the format that it is held in."""
_BLOCK = 64
_CODE_BYTES = 16 * 4
_GROUP = 32
_QUANTO_GROUP = 128
_TEN_IN_32 = 3


def weight_bytes(shape: ModelShape, dtype: str, quantization: str = NONE) -> int:
    """Bytes that the weights take, biases, norms, embeddings and head in the number format.

    Args:
        shape: of the model.
        dtype: number format of what is not quantized; under autocast, weights are in float32.
        quantization: method, or "none".

    Raises:
        KeyError: no such number format or method.
    """
    item = ITEM_BYTES[weight_format(dtype)]
    of_matrix = _OF_MATRIX[quantization]
    n_plain = shape.n_others + sum(one.n_biases for one in shape.matrices)
    return (
        n_plain * item
        + sum(of_matrix(matrix, item) for matrix in shape.matrices)
        + shape.buffer_bytes
    )


def cache_bytes(shape: ModelShape, dtype: str, *, batch_size: int, n_tokens: int) -> int:
    """Bytes of keys and values of a batch.

    Args:
        shape: of the model.
        dtype: number format of the cache.
        batch_size: texts at once.
        n_tokens: of each, prompt and answer together.
    """
    per_text = sum(2 * one.n_heads * one.width * _kept(one, n_tokens) for one in shape.cache)
    return batch_size * per_text * ITEM_BYTES[dtype]


def _kept(layer: CacheLayer, n_tokens: int) -> int:
    return n_tokens if layer.window is None else min(n_tokens, layer.window)


def _full(matrix: Matrix, item: int) -> int:
    return matrix.rows * matrix.columns * item


def _by_rows(bytes_of_row: int) -> Callable[[Matrix, int], int]:
    """A byte a weight, and so many for each row."""

    def count(matrix: Matrix, _: int) -> int:
        return matrix.rows * (matrix.columns + bytes_of_row)

    return count


def _by_blocks(matrix: Matrix, _: int) -> int:
    """Half a byte a weight, a float32 for each block of them, and a table of the 16 values."""
    n_weights = matrix.rows * matrix.columns
    return _up(n_weights, 2) + 4 * _up(n_weights, _BLOCK) + _CODE_BYTES


def _in_bytes_by_groups(matrix: Matrix, item: int) -> int:
    """A byte for four bits, and a scale and a zero point for each group of a row."""
    return matrix.rows * (matrix.columns + _up(matrix.columns, _GROUP) * (item + 1))


def _quanto(bits: int) -> Callable[[Matrix, int], int]:
    """Packed, a scale and a shift for each group, and two scales for what goes in and out."""

    def count(matrix: Matrix, item: int) -> int:
        n_weights = matrix.rows * matrix.columns
        return _up(n_weights * bits, 8) + 2 * item * _up(n_weights, _QUANTO_GROUP) + 2 * item

    return count


def _quanto_by_rows(matrix: Matrix, item: int) -> int:
    """A byte a weight, a scale for each row, and two for what goes in and out."""
    return matrix.rows * (matrix.columns + item) + 2 * item


def _hqq(bits: int) -> Callable[[Matrix, int], int]:
    """Packed, a scale and a zero point for each group; ten groups of 3 bits in one of 32."""

    def count(matrix: Matrix, item: int) -> int:
        n_weights = matrix.rows * matrix.columns
        n_groups, rest = divmod(n_weights, _BLOCK)
        if bits == _TEN_IN_32:
            packed = 4 * _BLOCK * _up(n_groups, 10)
        else:
            packed = _up(n_weights * bits, 8)
            rest += n_groups % (8 // bits)
        # Weights that leave a rest are left as they are.
        return _full(matrix, item) if rest else packed + 2 * item * n_groups

    return count


def _gptq(matrix: Matrix, _: int) -> int:
    """Half a byte a weight, a zero point of as much and a float16 for each group of a row.

    Besides, the number of its group for each column, and 64 bytes of tables.
    """
    n_groups = matrix.rows * _up(matrix.columns, _GROUP)
    halves = _up(matrix.rows * matrix.columns + n_groups, 2)
    return halves + 2 * n_groups + 4 * matrix.columns + 64


def _up(count: int, size: int) -> int:
    """How many pieces of a size hold so many."""
    return -(-count // size)


_SCALE, _ZERO = 4, 1
_OF_MATRIX: Mapping[str, Callable[[Matrix, int], int]] = {
    NONE: _full,
    "bnb-int8": _by_rows(_SCALE),
    "bnb-nf4": _by_blocks,
    "bnb-fp4": _by_blocks,
    # A scale of eight bytes and a zero point of eight.
    "torch-int8dyn": _by_rows(16),
    "torchao-int8wo": _by_rows(_SCALE + _ZERO),
    "torchao-int8dyn": _by_rows(_SCALE + _ZERO),
    "torchao-int4wo": _in_bytes_by_groups,
    "quanto-int8": _quanto_by_rows,
    "quanto-int4": _quanto(4),
    "quanto-int2": _quanto(2),
    "hqq-int8": _hqq(8),
    "hqq-int4": _hqq(4),
    "hqq-int3": _hqq(3),
    "hqq-int2": _hqq(2),
    "gptq-int4": _gptq,
}
