"""A kernel for each shape: as many as batches have lengths, each for every product of a pass."""

import pytest

from spoonbench.harness.matrix.kernels import MOST_KEPT, n_kernels
from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.predict.prediction import MemoryPrediction
from spoonbench.solvers.text_sizes import PairSizes, TextSizes

SIZES = TextSizes(
    questions=(5, 9, 5, 7, 9, 5),
    answer=4,
    scored=PairSizes(lengths=(3, 4, 3), targets=1),
    learned=PairSizes(lengths=(6, 6, 8, 7), targets=None),
)


def told(n_products=3, n_written=0):
    return MemoryPrediction(
        moment="reading the prompts", n_products=n_products, n_products_written=n_written
    )


@pytest.mark.parametrize(
    ("batch_size", "order", "n_lengths"),
    [
        (1, "given", 3),  # 5, 7, 9
        (2, "given", 2),  # (5 9), (5 7), (9 5): 9, 7, 9
        (2, "length", 3),  # (9 9), (7 5), (5 5)
        (4, "given", 2),  # four of 9, two of 9
        (6, "given", 1),
        (40, "length", 1),
    ],
)
def test_each_padded_length_of_a_batch_counts_once(batch_size, order, n_lengths):
    at = Conditions(batch_size=batch_size, order=order)
    assert n_kernels(at, told(), SIZES) == 3 * n_lengths


def test_words_that_are_written_count_by_what_stands_before_them():
    # After 5, 7 and 9 tokens come three more that are read: 6 to 12.
    at = Conditions(batch_size=1)
    assert n_kernels(at, told(n_products=0, n_written=2), SIZES) == 2 * 7


@pytest.mark.parametrize(
    ("mode", "batch_size", "n_lengths"),
    [
        ("score", 1, 2),
        # (3 4), (3 3), (4 3), then again.
        ("score", 2, 2),
        ("train", 1, 3),
        ("train", 2, 2),  # (6 6), (8 7)
        ("train", 4, 1),
    ],
)
def test_examples_are_taken_in_turn(mode, batch_size, n_lengths):
    at = Conditions(mode=mode, batch_size=batch_size)
    assert n_kernels(at, told(), SIZES) == 3 * n_lengths


def test_parts_of_a_step_are_padded_apart():
    at = Conditions(mode="train", batch_size=1, accumulation=4)
    assert n_kernels(at, told(), SIZES) == 3 * 3


def test_drawn_rows_are_all_alike():
    read = Conditions(mode="prefill", prompt_tokens=9)
    assert n_kernels(read, told(), None) == 3
    written = Conditions(mode="decode", prompt_tokens=9, new_tokens=5)
    assert n_kernels(written, told(n_written=2), None) == 3 + 2 * 5


def test_no_more_are_counted_than_are_kept():
    at = Conditions(batch_size=1)
    assert n_kernels(at, told(n_products=MOST_KEPT), SIZES) == MOST_KEPT
