import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.llm.batches import (
    IGNORED,
    EncodedExample,
    check_lengths,
    collate,
    count_targets,
    epoch_batches,
)

EXAMPLES = [
    EncodedExample(prompt=(5, 6, 7), completion=(8, 9)),
    EncodedExample(prompt=(5,), completion=(8, 9)),
]


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=90),
    st.integers(1, 9),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_every_example_stands_in_exactly_one_batch(lengths, batch_size, seed, epoch):
    batches = epoch_batches(lengths, batch_size, seed, epoch)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    assert max(len(batch) for batch in batches) <= batch_size


def test_the_order_follows_from_seed_and_epoch():
    lengths = list(range(1, 60))
    first = epoch_batches(lengths, 4, 0, 0)
    assert first == epoch_batches(lengths, 4, 0, 0)
    assert first != epoch_batches(lengths, 4, 0, 1)
    assert first != epoch_batches(lengths, 4, 1, 0)


@pytest.mark.parametrize("loss_on", ["answer", "all"])
@pytest.mark.parametrize("example", [*EXAMPLES, EncodedExample(prompt=(), completion=(8, 9))])
def test_targets_are_counted_as_they_are_learned(example, loss_on):
    _, targets = collate([example], loss_on, 0)
    # What a first token follows is nothing that a model could see.
    assert count_targets(example, loss_on) == (targets[:, 1:] != IGNORED).sum()


def test_only_the_answer_is_learned_unless_all_is():
    ids, targets = collate(EXAMPLES, "answer", 0)
    assert ids.tolist() == [[5, 6, 7, 8, 9], [5, 8, 9, 0, 0]]
    assert targets.tolist() == [[IGNORED] * 3 + [8, 9], [IGNORED, 8, 9, IGNORED, IGNORED]]
    _, targets = collate(EXAMPLES, "all", 0)
    assert targets.tolist() == [[IGNORED, 6, 7, 8, 9], [IGNORED, 8, 9, IGNORED, IGNORED]]


def test_examples_that_are_too_long_are_counted_not_cut():
    check_lengths(EXAMPLES, 5)
    with pytest.raises(ValueError, match=r"1 of 2 examples .* longest has 5"):
        check_lengths(EXAMPLES, 4)
