"""Prefill, decoding, scores, steps and parts of a trained model, timed by nobody here."""

import functools
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spoonbench.harness.timing import synchroniser, time_call
from spoonbench.solvers.api import Settings, Steps, Unsupported
from spoonbench.solvers.llm import fixed_lengths, generation
from spoonbench.solvers.llm.generation import generate_batch
from spoonbench.solvers.llm.prompt import completion_of, prompt_of
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.llm.stepping import step_rows
from spoonbench.solvers.llm.stopwatch import (
    COMPUTING,
    COPYING_BACK,
    COPYING_TO_DEVICE,
    DETOKENIZING,
    TOKENIZING,
)
from spoonbench.solvers.texts import (
    BreaksDown,
    CountsTokens,
    Decodes,
    Decoding,
    Prefills,
    ScoresExamples,
    StepsIn,
)


@pytest.fixture
def passes(trained, monkeypatch):
    """Every forward pass of the model: what it was given and what came of it."""
    model, seen = trained._trained.model, []
    forward = model.forward

    @functools.wraps(forward)
    def watch(*args, **given):
        found = forward(*args, **given)
        seen.append((given, found))
        return found

    monkeypatch.setattr(model, "forward", watch)
    return seen


def test_it_offers_all_that_is_timed_alone():
    protocols = (Prefills, Decodes, ScoresExamples, CountsTokens, BreaksDown, Steps, StepsIn)
    assert all(isinstance(LanguageModelSolver(), protocol) for protocol in protocols)


def test_a_prefill_is_one_pass_that_builds_the_cache_and_scores_the_last_position(trained, passes):
    trained.prefill(3, 17)
    ((given, found),) = passes
    n_rows = trained._trained.model.config.vocab_size
    assert given["input_ids"].shape == (3, 17)
    assert bool(given["attention_mask"].all())
    assert found.logits.shape == (3, 1, n_rows)
    assert found.past_key_values.get_seq_length() == 17


@pytest.mark.parametrize("new_tokens", [1, 2, 9])
def test_decoding_reads_the_prompt_once_and_then_one_token_at_a_time(trained, passes, new_tokens):
    times = trained.decode(2, 11, new_tokens)
    assert [given["input_ids"].shape[1] for given, _ in passes] == [11] + [1] * (new_tokens - 1)
    assert all(given["use_cache"] for given, _ in passes)
    assert times.first_token_ns > 0
    assert len(times.later_token_ns) == new_tokens - 1
    assert all(time > 0 for time in times.later_token_ns)


def test_no_token_ends_a_row_early(train):
    """A model that writes nothing but end tokens writes as many as it is asked for."""
    solver, _ = train(16, epochs=1)
    model, end = solver._trained.model, solver._trained.tokenizer.eos_token_id
    model.model.norm.weight.data.zero_()
    head = model.lm_head.weight.data
    head.zero_()
    model.lm_head.bias = torch.nn.Parameter(torch.zeros(len(head)))
    model.lm_head.bias.data[end] = 1.0
    assert len(solver.generate(["ann"], Decoding(max_new_tokens=12))[0].token_ids) == 1
    assert len(solver.decode(2, 5, 12).later_token_ns) == 11


def test_decoding_writes_what_greedy_generation_writes(trained, monkeypatch):
    model, tokenizer = trained._trained.model, trained._trained.tokenizer
    drawn = fixed_lengths.draw_tokens(trained._trained, 0, 3, 9)
    written = []

    def keep(*args, **more):
        written.extend(step_rows(*args, **more))
        return written

    monkeypatch.setattr(fixed_lengths, "step_rows", keep)
    trained.decode(3, 9, 6)
    texts = generate_batch(
        model, tokenizer, drawn.tolist(), Decoding(max_new_tokens=6), end_ids=()
    ).texts
    assert [tuple(row) for row in written] == [text.token_ids for text in texts]


def test_models_whose_ways_are_not_known_are_decoded_through_transformers(
    trained, passes, monkeypatch
):
    monkeypatch.setattr(generation, "STEPPED", frozenset())
    times = trained.decode(2, 11, 5)
    assert [given["input_ids"].shape[1] for given, _ in passes] == [11, 1, 1, 1, 1]
    assert len(times.later_token_ns) == 4


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 5), st.integers(1, 30), st.integers(1, 8))
def test_first_and_later_tokens_add_up_to_no_more_than_the_call(trained, n, prompt, new):
    whole, times = time_call(lambda _: trained.decode(n, prompt, new), None, synchroniser("cpu"))
    assert times.first_token_ns + sum(times.later_token_ns) <= whole


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 9), st.integers(1, 9), st.integers(1, 40))
def test_drawn_tokens_are_known_to_the_model_and_hang_on_the_seed_alone(trained, seed, n, length):
    model = trained._trained
    drawn = fixed_lengths.draw_tokens(model, seed, n, length)
    fixed_lengths._DRAWN.clear()
    assert drawn.shape == (n, length)
    assert torch.equal(drawn, fixed_lengths.draw_tokens(model, seed, n, length))
    found = set(drawn.flatten().tolist())
    assert found <= set(range(len(model.tokenizer))) - set(model.tokenizer.all_special_ids)


def test_other_seeds_draw_other_tokens(trained):
    one, two = (fixed_lengths.draw_tokens(trained._trained, seed, 4, 20) for seed in (0, 1))
    assert not torch.equal(one, two)


def test_tokens_that_the_model_lacks_are_not_drawn(trained):
    model = SimpleNamespace(get_input_embeddings=lambda: SimpleNamespace(weight=torch.zeros(7, 1)))
    few = replace(trained._trained, model=model)
    assert int(fixed_lengths.draw_tokens(few, 0, 8, 40).max()) < 7


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda solver: solver.prefill(1, 65), "65 tokens: the model reads 64 in all"),
        (lambda solver: solver.decode(1, 60, 5), "60 tokens and 5 new ones: the model reads 64"),
    ],
)
def test_more_tokens_than_the_model_reads_are_refused(trained, call, reason):
    with pytest.raises(Unsupported, match=reason):
        call(trained)


def test_as_many_tokens_as_the_model_reads_are_taken(trained):
    trained.prefill(1, 64)
    assert len(trained.decode(1, 60, 4).later_token_ns) == 3


@pytest.mark.parametrize("numbers", [(0, 5), (1, 0), (-1, 5)])
def test_numbers_that_mean_nothing_are_refused(trained, numbers):
    with pytest.raises(ValueError, match="at least 1"):
        trained.prefill(*numbers)


@pytest.mark.parametrize("name", ["prefill", "decode", "score_examples", "count_tokens"])
def test_without_training_there_is_nothing_to_time(small, make_examples, name):
    solver: Any = LanguageModelSolver()
    solver.prepare(Settings(params=dict(small)))
    given = {"prefill": (1, 2), "decode": (1, 2, 3)}.get(name, (make_examples(1),))
    with pytest.raises(Unsupported, match="not trained"):
        getattr(solver, name)(*given)


def test_scores_are_those_of_targets_in_the_words_of_training(trained, make_examples):
    """The probability of the text, times that of the end token after it."""
    made = make_examples(6, refusals=True)
    scores = trained.score_examples(made)
    texts = trained.log_likelihood(
        [prompt_of(example.problem.text) for example in made],
        [completion_of(example.target) for example in made],
    )
    assert all(score <= text + 1e-4 for score, text in zip(scores, texts, strict=True))
    alone = [trained.score_examples([example])[0] for example in made]
    assert scores == pytest.approx(alone, abs=1e-3)


def test_what_was_learned_is_likelier_than_what_was_not(trained, make_examples):
    made = make_examples(8)
    right = trained.score_examples(made)
    wrong = trained.score_examples([replace(example, target="77") for example in made])
    assert all(one > other for one, other in zip(right, wrong, strict=True))
    assert all(score > math.log(0.5) for score in right)


def test_one_batch_is_one_pass_however_large(trained, make_examples):
    rows = []
    hook = trained._trained.model.model.register_forward_hook(
        lambda _, args, given, found: rows.append(len(found.last_hidden_state)), with_kwargs=True
    )
    trained.score_examples(make_examples(50))
    hook.remove()
    assert rows == [50]


def test_tokens_are_counted_without_padding(trained, make_examples):
    made = make_examples(5, refusals=True)
    counts = trained.count_tokens(made)
    assert counts == [trained.count_tokens([example])[0] for example in made]
    tokenizer = trained._trained.tokenizer
    text = prompt_of(made[1].problem.text)
    n_target = len(tokenizer(completion_of(made[1].target), add_special_tokens=False).input_ids)
    n_prompt = len(tokenizer(text, add_special_tokens=False).input_ids)
    assert counts[1] == n_prompt + n_target + 1


def test_accumulated_passes_take_the_step_of_one_large_batch(small, make_examples):
    """Up to rounding: the loss of a step is that of all its tokens, however it is parted."""

    def weights(accumulation):
        solver = LanguageModelSolver()
        solver.prepare(Settings(params=dict(small)))
        losses = [solver.step(make_examples(8), accumulation=accumulation) for _ in range(2)]
        head = solver._trained.model.lm_head.weight.detach()
        return losses, head

    whole, parted = weights(1), weights(4)
    assert parted[0] == pytest.approx(whole[0], rel=1e-4)
    assert torch.allclose(parted[1], whole[1], atol=1e-4)


@pytest.mark.parametrize(("count", "accumulation"), [(8, 3), (2, 4), (4, 0)])
def test_examples_that_cannot_be_parted_equally_are_refused(
    small, make_examples, count, accumulation
):
    solver = LanguageModelSolver()
    solver.prepare(Settings(params=dict(small)))
    with pytest.raises(ValueError, match="cannot be parted"):
        solver.step(make_examples(count), accumulation=accumulation)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_format_of_steps_is_that_of_the_recipe(small, make_examples, precision):
    solver = LanguageModelSolver()
    solver.prepare(Settings(dtype="bfloat16", params={**small, "precision": precision}))
    solver.step(make_examples(4))
    assert solver.step_dtype() == precision


@pytest.fixture
def watched(trained):
    trained.watch_parts(True)
    yield trained
    trained.watch_parts(False)


def test_parts_of_an_answering_call_fit_into_it(watched, problems):
    for batch in (problems[:1], problems):
        whole, _ = time_call(watched.solve, batch, synchroniser("cpu"))
        parts = watched.break_down()
        names = {TOKENIZING, COPYING_TO_DEVICE, COMPUTING, COPYING_BACK, DETOKENIZING}
        assert set(parts) == names
        assert all(part >= 0 for part in parts.values())
        assert sum(parts.values()) <= whole
    assert watched.break_down() == {}


def test_parts_are_the_same_through_transformers(watched, problems, monkeypatch):
    monkeypatch.setattr("spoonbench.solvers.llm.generation.STEPPED", frozenset())
    watched.solve(problems)
    names = {TOKENIZING, COPYING_TO_DEVICE, COMPUTING, COPYING_BACK, DETOKENIZING}
    assert set(watched.break_down()) == names


def test_watching_changes_no_answer(trained, problems):
    plain = [answer.raw_text for answer in trained.solve(problems)]
    trained.watch_parts(True)
    seen = [answer.raw_text for answer in trained.solve(problems)]
    trained.watch_parts(False)
    assert seen == plain


def test_nothing_is_noted_while_nobody_watches(trained, problems):
    trained.solve(problems[:2])
    assert trained.break_down() == {}
