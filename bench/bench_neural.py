"""Level 4: small torch networks. How well they answer is not the point here: training is cut."""

import pytest


@pytest.mark.parametrize("batch_size", [1, 8, 64, 512])
def test_word_problems(time_batch, word_problems, batch_size):
    time_batch("text-network", word_problems, batch_size, max_seconds=3)


@pytest.mark.parametrize("batch_size", [1, 8, 64, 256])
def test_digits(time_batch, digits, batch_size):
    time_batch("image-network", digits, batch_size, max_seconds=3)
