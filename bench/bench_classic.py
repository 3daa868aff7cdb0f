"""Level 3: traditional machine learning."""

import pytest


@pytest.mark.parametrize("batch_size", [1, 8, 64, 512])
@pytest.mark.parametrize("name", ["tfidf-ridge", "tfidf-operations"])
def test_word_problems(time_batch, word_problems, name, batch_size):
    time_batch(name, word_problems, batch_size)


@pytest.mark.parametrize("batch_size", [1, 256])
@pytest.mark.parametrize("name", ["pixel-svm", "pixel-boosting"])
def test_digits(time_batch, digits, name, batch_size):
    time_batch(name, digits, batch_size)
