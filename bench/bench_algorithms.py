"""Level 2: algorithms and formulas."""

import pytest


@pytest.mark.parametrize("batch_size", [1, 16])
def test_equations(time_batch, word_problems, batch_size):
    time_batch("algebra", word_problems, batch_size, slow=True)


@pytest.mark.parametrize("batch_size", [1, 256])
def test_templates(time_batch, digits, batch_size):
    time_batch("template-matching", digits, batch_size)


@pytest.mark.parametrize("batch_size", [1, 512])
def test_calculator(time_batch, expressions, batch_size):
    time_batch("calculator", expressions, batch_size)


@pytest.mark.parametrize("batch_size", [1, 16])
def test_algebra_on_expressions(time_batch, expressions, batch_size):
    time_batch("algebra", expressions, batch_size, slow=True)
