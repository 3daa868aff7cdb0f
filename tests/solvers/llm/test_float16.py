"""Answers in float16, on the processor."""

import math

import pytest
import torch

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.llm.prompt import completion_of, prompt_of
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.texts import Decoding


@pytest.fixture(scope="module")
def folder(train, tmp_path_factory):
    """What a training kept."""
    solver, _ = train()
    place = tmp_path_factory.mktemp("weights")
    solver.save(place)
    return place


@pytest.fixture
def load(folder):
    """The weights, in a number format."""

    def run(dtype="float16", **settings):
        solver = LanguageModelSolver()
        solver.prepare(Settings(dtype=dtype, **settings))
        solver.load(folder)
        return solver

    return run


def test_it_answers_what_float32_answers_with_half_the_bytes(load, make_examples):
    half, full = load(), load("float32")
    known = [example.problem for example in make_examples(35)]
    pairs = list(zip(half.solve(known), full.solve(known), strict=True))
    assert sum(one.value == other.value for one, other in pairs) >= 33
    assert half._trained.model.dtype == torch.float16
    assert half.size(known).weight_bytes == full.size(known).weight_bytes / 2
    for one, other in pairs:
        assert one.status == "answered"
        assert 0 < one.confidence <= 1
        assert one.confidence == pytest.approx(other.confidence, abs=0.05)
        assert one.log_probability == pytest.approx(other.log_probability, abs=0.1)


def test_text_and_scores_are_near_those_of_float32(load, make_examples):
    half, full = load(), load("float32")
    made = make_examples(8)
    prompts = [prompt_of(example.problem.text) for example in made]
    targets = [completion_of(example.target) for example in made]
    written = [
        [text.text for text in solver.generate(prompts, Decoding(max_new_tokens=12))]
        for solver in (half, full)
    ]
    assert written[0] == written[1]
    for score in ("log_likelihood", "score_examples"):
        given = (prompts, targets) if score == "log_likelihood" else (made,)
        ours, theirs = (getattr(solver, score)(*given) for solver in (half, full))
        assert ours == pytest.approx(theirs, abs=0.1)
    text = " ".join(prompts)
    ours, theirs = (solver.text_likelihood(text).log_likelihood for solver in (half, full))
    assert ours == pytest.approx(theirs, rel=0.01)


def test_prompts_are_read_and_tokens_written(load):
    half = load()
    half.prefill(2, 9)
    assert len(half.decode(2, 9, 4).later_token_ns) == 3


@pytest.mark.parametrize(
    "decoding",
    [
        Decoding(max_new_tokens=6, temperature=0.8, top_k=5, top_p=0.9),
        Decoding(max_new_tokens=6, repetition_penalty=1.5),
    ],
)
def test_drawn_and_penalized_tokens_have_probabilities(load, decoding):
    for text in load().generate(["ann has 3 apples", "bob"], decoding):
        assert text.failure is None
        assert all(math.isfinite(score) for score in text.token_log_probabilities)


def test_nothing_is_trained(load, small, make_examples):
    half = load()
    with pytest.raises(Unsupported, match="answers in float16 and learns in float32 or bfloat16"):
        half.step(make_examples(2))
    fresh = LanguageModelSolver()
    fresh.prepare(Settings(dtype="float16", params=dict(small)))
    with pytest.raises(Unsupported, match="learns in float32 or bfloat16"):
        fresh.fit(make_examples(8), [], lambda *_: None, None)


def test_numbers_beyond_the_format_are_a_failure_that_says_so(load, make_examples):
    """Between layers they become infinite, and the scores no numbers."""
    half = load()
    made = make_examples(2)
    half.solve([made[0].problem])
    half._trained.model.lm_head.weight.data.fill_(60000.0)
    half._trained.model.model.norm.weight.data.fill_(60000.0)
    answers = half.solve([example.problem for example in made])
    for answer in answers:
        assert (answer.status, answer.value, answer.confidence) == ("failed", None, None)
        assert "NaN" in answer.reason
    with pytest.raises(ValueError, match="NaN"):
        half.score_examples(made)
    with pytest.raises(ValueError, match="NaN"):
        half.log_likelihood(["ann"], [" has"])


def test_weights_beyond_the_format_are_refused(load, make_examples):
    half = load()
    half._trained.model.lm_head.weight.data[0, 0] = 1e5
    with pytest.raises(Unsupported, match="too large for float16"):
        half.solve([make_examples(1)[0].problem])


def test_no_quantization_takes_the_format_and_each_is_refused_by_name(load):
    for name in LanguageModelSolver.info.quantizations[1:]:
        with pytest.raises(Unsupported, match=f"{name} computes in"):
            load(quantization=name)


def test_the_format_is_not_mistaken_for_bfloat16(load, make_examples):
    """One name is part of the other."""
    half = load()
    half._trained.model.to(torch.bfloat16)
    half.solve([make_examples(1)[0].problem])
    assert half._trained.model.dtype == torch.float16
