"""Level 5: a causal transformer at several batch sizes. Training is cut: weights cost the same."""

import pytest


@pytest.mark.parametrize("batch_size", [1, 4, 16, 64])
def test_answers(time_batch, word_problems, batch_size):
    time_batch("lm-tiny", word_problems, batch_size, slow=True, max_seconds=10)


@pytest.mark.parametrize("batch_size", [8, 64])
def test_training_step(benchmark, contestant, word_problems, training_examples, batch_size):
    solver = contestant("lm-tiny", word_problems, max_seconds=10)
    batch = training_examples[:batch_size]
    rounds = {"rounds": 5, "iterations": 1, "warmup_rounds": 1}
    loss = benchmark.pedantic(solver.step, args=(batch,), **rounds)
    assert loss > 0
