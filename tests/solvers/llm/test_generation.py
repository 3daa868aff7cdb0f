import math

import pytest

from spoonbench.solvers.llm.tokenizer import encode
from spoonbench.solvers.texts import Decoding


def prompts_of(problems):
    return [problem.text + "\n" for problem in problems]


def test_a_padded_batch_writes_what_each_prompt_alone_would(trained, problems):
    decoding = Decoding(max_new_tokens=8)
    prompts = prompts_of(problems)
    batch = trained.generate(prompts, decoding)
    assert len({text.tokens_in for text in batch}) > 2
    for prompt, together in zip(prompts, batch, strict=True):
        (alone,) = trained.generate([prompt], decoding)
        assert together.token_ids == alone.token_ids
        assert together.stopped_by == alone.stopped_by
        assert together.token_log_probabilities == pytest.approx(
            alone.token_log_probabilities, abs=1e-4
        )


def test_the_end_token_ends_a_text_and_is_left_out_of_it(trained, problems):
    for text in trained.generate(prompts_of(problems[4:]), Decoding(max_new_tokens=12)):
        assert text.stopped_by == "end_token"
        assert text.token_ids[-1] == trained._trained.tokenizer.eos_token_id
        assert text.text.endswith(".")


def test_a_stop_string_ends_a_text_where_it_is_complete(trained, problems):
    decoding = Decoding(max_new_tokens=12, stop_strings=("ans", "never"))
    for text in trained.generate(prompts_of(problems), decoding):
        assert text.stopped_by == "stop_string"
        assert text.text == " The ans"


def test_the_limit_ends_a_text(trained, problems):
    for text in trained.generate(prompts_of(problems), Decoding(max_new_tokens=2)):
        assert text.stopped_by == "limit"
        assert len(text.token_ids) == len(text.token_log_probabilities) == 2


def test_rows_of_one_batch_stop_each_for_its_own_reason(trained, problems):
    prompts = prompts_of(problems[4:])
    plain = trained.generate(prompts, Decoding(max_new_tokens=12))
    value = plain[0].text.removeprefix(" The answer is ").removesuffix(".")
    decoding = Decoding(max_new_tokens=12, stop_strings=(f"is {value}",))
    reasons = [text.stopped_by for text in trained.generate(prompts, decoding)]
    expected = ["stop_string" if f"is {value}" in t.text else "end_token" for t in plain]
    assert reasons == expected
    assert set(reasons) == {"stop_string", "end_token"}


def test_only_the_model_that_was_trained_with_end_tokens_stops(train, problems):
    with_end, _ = train()
    without, _ = train(end_token=False)
    decoding = Decoding(max_new_tokens=16)
    prompts = prompts_of(problems[4:])
    stops = [t.stopped_by for t in with_end.generate(prompts, decoding)]
    runs_on = [t.stopped_by for t in without.generate(prompts, decoding)]
    assert stops == ["end_token"] * len(prompts)
    assert runs_on == ["limit"] * len(prompts)


def test_log_probabilities_are_those_of_scoring_the_same_text(trained, problems):
    prompts = prompts_of(problems[4:])
    texts = trained.generate(prompts, Decoding(max_new_tokens=12))
    scored = trained.log_likelihood(prompts, [text.text for text in texts])
    for text, score in zip(texts, scored, strict=True):
        assert sum(text.token_log_probabilities[:-1]) == pytest.approx(score, abs=1e-3)


def test_likelihood_of_one_token_texts_sums_to_at_most_one(trained):
    tokenizer = trained._trained.tokenizer
    tokens = {tokenizer.decode([i]) for i in range(len(tokenizer))}
    texts = [text for text in tokens if len(encode(tokenizer, [text])[0]) == 1]
    scores = trained.log_likelihood(["ann has 3 apples\n The answer is"] * len(texts), texts)
    assert 0.9 < sum(math.exp(score) for score in scores) <= 1.0 + 1e-5


def test_likelihood_does_not_depend_on_its_neighbours(trained, problems):
    prompts = prompts_of(problems)
    texts = [" The answer is 4."] * len(prompts)
    together = trained.log_likelihood(prompts, texts)
    alone = [trained.log_likelihood([p], [t])[0] for p, t in zip(prompts, texts, strict=True)]
    assert together == pytest.approx(alone, abs=1e-4)


def test_an_empty_text_is_certain_and_an_empty_prompt_is_refused(trained):
    assert trained.log_likelihood(["ann"], [""]) == [0.0]
    with pytest.raises(ValueError, match="at least one token"):
        trained.log_likelihood([""], ["5"])
    with pytest.raises(ValueError, match="nothing"):
        trained.generate([""], Decoding())


def test_a_prompt_that_leaves_no_room_is_refused(trained):
    with pytest.raises(ValueError, match="the model reads 64"):
        trained.generate(["ann has apples " * 40], Decoding())


def test_a_limit_below_one_is_refused(trained):
    with pytest.raises(ValueError, match="max_new_tokens"):
        trained.generate(["ann"], Decoding(max_new_tokens=0))


def test_no_prompts_give_no_texts(trained):
    assert trained.generate([], Decoding()) == []
