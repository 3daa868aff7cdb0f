"""How many kernels a library compiles and keeps for a cell: one for each shape of a product.

Where it does (oneDNN, for bfloat16 on a processor), texts of many lengths cost memory that no
tensor tells of, and time: each batch that is padded to another length makes every product of the
model in another shape.

Not covered: batches that a model makes smaller by itself, and engines that pad to fixed lengths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.matrix.work import N_CALLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spoonbench.harness.matrix_records import Conditions
    from spoonbench.harness.predict.prediction import MemoryPrediction
    from spoonbench.solvers.text_sizes import TextSizes

MOST_KEPT = 1024
"""Kernels that are kept, those used least lately going first: oneDNN's default
(ONEDNN_PRIMITIVE_CACHE_CAPACITY in its developer guide)."""


def n_kernels(at: Conditions, told: MemoryPrediction, sizes: TextSizes | None) -> int:
    """Products of different shapes that are made in a cell, as far as they hang on its texts.

    Args:
        at: under what it runs.
        told: what its passes make for one length.
        sizes: how long its texts are; None where the mode draws them.
    """
    if at.mode in ("prefill", "decode"):
        return _kept(told.n_products + told.n_products_written * (at.new_tokens or 0))
    assert sizes is not None  # or nothing would have been told
    if at.mode == "answer":
        padded = _answering(sizes.questions, at)
        n_made = told.n_products * len(padded)
        # With fused attention none is, and there are many lengths to go through.
        if told.n_products_written:
            steps = range(1, sizes.answer)
            written = {(size, length + step) for size, length in padded for step in steps}
            n_made += told.n_products_written * len(written)
        return _kept(n_made)
    pair = sizes.learned if at.mode == "train" else sizes.scored
    assert pair is not None
    return _kept(told.n_products * len(_in_turn(pair.lengths, at)))


def _kept(n_made: int) -> int:
    return min(n_made, MOST_KEPT)


def _answering(lengths: Sequence[int], at: Conditions) -> set[tuple[int, int]]:
    """Texts and padded length of every batch that answers."""
    if at.order == "length":
        lengths = sorted(lengths, reverse=True)
    starts = range(0, len(lengths), at.batch_size)
    return _padded(lengths[start : start + at.batch_size] for start in starts)


def _in_turn(lengths: Sequence[int], at: Conditions) -> set[tuple[int, int]]:
    """Likewise of batches that take examples in turn, from the first on again after the last."""
    batches = range(0, N_CALLS * at.accumulation * at.batch_size, at.batch_size)
    n = len(lengths)
    return _padded([lengths[(start + k) % n] for k in range(at.batch_size)] for start in batches)


def _padded(batches: Iterable[Sequence[int]]) -> set[tuple[int, int]]:
    return {(len(batch), max(batch)) for batch in batches}
