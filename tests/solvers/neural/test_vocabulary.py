"""Words and pieces of words as indices."""

import pytest
import torch

from spoonbench.solvers.neural.networks import TextNetwork
from spoonbench.solvers.neural.vocabulary import TextInputs, Vocabulary, learn_vocabulary


def test_frequent_words_are_known_and_single_ones_are_not():
    found = learn_vocabulary([["b", "a"], ["a", "b"], ["c", "a"]], most_words=5, n_buckets=8)
    assert found.words == ("a", "b")
    assert learn_vocabulary([["a", "b"], ["a", "b"]], 1, 8).words == ("a",)
    assert found.n_embeddings == 2 + 2 + 8


def test_unknown_words_share_one_index_and_keep_their_pieces():
    found = Vocabulary(["card"], n_buckets=1000)
    rows = found.encode(["card", "cards", "weather"]).tolist()
    assert [row[0] for row in rows] == [2, 1, 1]
    assert rows[0][1:4] == rows[1][1:4]
    assert set(rows[1][1:]) - {0} != set(rows[2][1:]) - {0}
    assert all(len(row) == 8 for row in rows)
    assert max(max(row) for row in rows) < found.n_embeddings


def test_hashes_do_not_depend_on_the_process():
    # Pinned: kept weights belong to these buckets.
    assert Vocabulary([], n_buckets=100).encode(["card"]).tolist() == [[1, 26, 39, 18, 42, 0, 0, 0]]


@pytest.mark.parametrize("words", [[], [""], ["\ud800"], ["x" * 10_000]])
def test_odd_words_have_indices_too(words):
    assert Vocabulary(["a"], n_buckets=10).encode(words).shape == (1, 8)


def test_padding_changes_no_score():
    torch.manual_seed(0)
    vocabulary = Vocabulary(["a", "b"], n_buckets=20)
    network = TextNetwork(vocabulary.n_embeddings, n_classes=3, width=8).eval()
    texts = [["a"], ["a", "b", "c"], ["b"] * 12]
    inputs = TextInputs(rows=[vocabulary.encode(text) for text in texts], device="cpu")
    with torch.inference_mode():
        together = network(inputs.select([0, 1, 2]))
        alone = torch.cat([network(inputs.select([row])) for row in range(3)])
    assert torch.allclose(together, alone, atol=1e-5)
    assert inputs.lengths([2, 0]) == [12, 1]
