"""The choice of tokens against the definitions, and against transformers' own processors."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import (
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from spoonbench.solvers.llm.token_choice import (
    TokenChoice,
    draw,
    keep_likeliest,
    keep_nucleus,
    penalize,
)
from spoonbench.solvers.texts import Decoding


def random_scores(rows, vocabulary, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(rows, vocabulary, generator=generator)


@given(
    seed=st.integers(0, 1000),
    temperature=st.floats(0.2, 3),
    top_k=st.integers(0, 40),
    top_p=st.floats(0.05, 1),
)
@settings(max_examples=60, deadline=None)
def test_tokens_that_may_be_drawn_are_those_of_transformers(seed, temperature, top_k, top_p):
    scores = random_scores(3, 30, seed).double()
    theirs = TemperatureLogitsWarper(temperature)(None, scores)
    if top_k:
        theirs = TopKLogitsWarper(top_k)(None, theirs)
    if top_p < 1:
        theirs = TopPLogitsWarper(top_p)(None, theirs)
    ours = keep_nucleus(keep_likeliest(scores / temperature, top_k), top_p)
    assert torch.equal(ours.isfinite(), theirs.isfinite())


@given(seed=st.integers(0, 1000), factor=st.floats(0.3, 3))
@settings(max_examples=40, deadline=None)
def test_the_penalty_is_that_of_transformers(seed, factor):
    scores = random_scores(2, 12, seed)
    ids = torch.tensor([[1, 5, 5, 7], [0, 2, 11, 3]])
    seen = torch.zeros_like(scores, dtype=torch.bool).scatter_(1, ids, value=True)
    theirs = RepetitionPenaltyLogitsProcessor(factor)(ids, scores.clone())
    assert torch.allclose(penalize(scores, seen, Decoding(repetition_penalty=factor)), theirs)


def test_draws_have_the_probabilities_of_the_model():
    scores = random_scores(1, 12)
    wanted = (scores / 0.7).softmax(dim=-1)[0]
    count = 20_000
    draws = torch.from_numpy(np.random.default_rng(0).random(count))
    chosen = draw(scores.expand(count, -1), draws, Decoding(temperature=0.7))
    found = torch.bincount(chosen[:, 0], minlength=12)
    expected = wanted * count
    # Chi-squared of 11 degrees of freedom: 31.3 is exceeded once in a thousand.
    assert float(((found - expected) ** 2 / expected).sum()) < 31.3


def test_a_draw_never_takes_a_token_that_was_dropped():
    scores = random_scores(500, 30)
    draws = torch.from_numpy(np.append(np.random.default_rng(1).random(499), 1 - 2**-53))
    decoding = Decoding(temperature=5.0, top_k=3)
    kept = keep_likeliest(scores.double(), 3).isfinite()
    assert bool(kept.gather(1, draw(scores, draws, decoding)).all())


@pytest.mark.parametrize("temperature", [1e-300, 1e-6])
def test_a_temperature_near_0_takes_the_likeliest(temperature):
    scores = random_scores(50, 30)
    draws = torch.from_numpy(np.random.default_rng(2).random(50))
    chosen = draw(scores, draws, Decoding(temperature=temperature))
    assert torch.equal(chosen[:, 0], scores.argmax(dim=-1))


def test_the_nucleus_holds_one_token_at_least():
    kept = keep_nucleus(random_scores(20, 30).double(), 1e-12)
    assert kept.isfinite().sum(dim=-1).tolist() == [1] * 20


def test_probabilities_are_those_of_the_model_whatever_is_chosen():
    scores = random_scores(4, 30)
    ids = torch.tensor([[1, 2]] * 4)
    decoding = Decoding(temperature=2.0, top_k=5, repetition_penalty=1.7, max_new_tokens=3)
    choice = TokenChoice(ids.tolist(), decoding)
    chosen = choice(ids, scores).argmax(dim=-1, keepdim=True)
    (noted,) = choice.log_probabilities
    assert torch.allclose(noted, scores.log_softmax(dim=-1).gather(1, chosen)[:, 0])


def test_greedy_scores_are_left_alone():
    scores = random_scores(4, 30)
    choice = TokenChoice([[1]] * 4, Decoding())
    assert choice(torch.ones(4, 1, dtype=torch.long), scores) is scores
    assert torch.allclose(choice.log_probabilities[0], scores.log_softmax(dim=-1).amax(dim=-1))


def test_the_moment_of_the_first_token_waits_for_the_device_and_later_ones_do_not(monkeypatch):
    waited: list[str] = []
    monkeypatch.setattr("spoonbench.solvers.llm.token_choice.wait_for", waited.append)
    choice = TokenChoice([[1], [2]], Decoding(max_new_tokens=3))
    for _ in range(3):
        choice(torch.ones(2, 1, dtype=torch.long), random_scores(2, 9))
    assert waited == ["cpu"]
    assert choice.first_token_ns is not None
