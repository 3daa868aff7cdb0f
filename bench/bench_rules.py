"""Level 1: rules."""

import pytest


@pytest.mark.parametrize("batch_size", [1, 512])
@pytest.mark.parametrize("name", ["spoon", "rules"])
def test_word_problems(time_batch, word_problems, name, batch_size):
    time_batch(name, word_problems, batch_size)


@pytest.mark.parametrize("batch_size", [1, 256])
def test_digits(time_batch, digits, batch_size):
    time_batch("stroke-rules", digits, batch_size)


@pytest.mark.parametrize("batch_size", [1, 512])
def test_expressions(time_batch, expressions, batch_size):
    time_batch("expression-rules", expressions, batch_size)
