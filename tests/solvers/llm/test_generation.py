import math
import time
from dataclasses import replace

import pytest
import torch
from transformers import BartConfig, BartForCausalLM, GenerationConfig, RwkvConfig, RwkvForCausalLM

from spoonbench.solvers.llm.generation import generate_batch
from spoonbench.solvers.llm.tokenizer import decode, encode
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


@pytest.mark.parametrize("temperature", [0.0, 1.5])
@pytest.mark.parametrize("family", ["bart", "rwkv", "gpt2"])
def test_models_that_padding_would_mislead_write_the_same_all_the_same(
    build_model, family, temperature
):
    tokenizer = build_model("gpt2")[1]
    size = {"vocab_size": 400, "hidden_size": 32, "num_hidden_layers": 2, "intermediate_size": 48}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if family == "bart":
            size = {"vocab_size": 400, "d_model": 32, "decoder_layers": 2, "decoder_ffn_dim": 48}
            heads = {"decoder_attention_heads": 2, "is_encoder_decoder": False, "is_decoder": True}
            model = BartForCausalLM(BartConfig(**size, **heads, max_position_embeddings=64))
        elif family == "rwkv":
            model = RwkvForCausalLM(RwkvConfig(**size, attention_hidden_size=32))
        else:
            model = build_model("gpt2")[0]
    model.eval()
    prompts = encode(tokenizer, ["ann had 3 apples", "bob", "the card, the bill"])
    decoding = Decoding(max_new_tokens=5, temperature=temperature, seed=3)
    batch = generate_batch(model, tokenizer, prompts, decoding, end_ids=[])
    for row, (prompt, text) in enumerate(zip(prompts, batch.texts, strict=True)):
        one = replace(decoding, seed=3 + row)
        (alone,) = generate_batch(model, tokenizer, [prompt], one, end_ids=[]).texts
        assert text.token_ids == alone.token_ids
        assert text.token_log_probabilities == pytest.approx(
            alone.token_log_probabilities, abs=1e-3
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


SAMPLED = Decoding(max_new_tokens=8, temperature=1.5, top_p=0.95, seed=7)


def test_a_seed_draws_the_same_texts_again_and_another_seed_others(trained, problems):
    prompts = prompts_of(problems)
    once, again = trained.generate(prompts, SAMPLED), trained.generate(prompts, SAMPLED)
    other = trained.generate(prompts, replace(SAMPLED, seed=1007))
    assert [t.token_ids for t in once] == [t.token_ids for t in again]
    assert [t.token_ids for t in once] != [t.token_ids for t in other]
    assert len({t.token_ids for t in trained.generate(prompts[:1] * 8, SAMPLED)}) > 1


def test_a_row_is_drawn_as_it_would_be_alone_with_its_own_seed(trained, problems):
    prompts = prompts_of(problems)
    for row, together in enumerate(trained.generate(prompts, SAMPLED)):
        (alone,) = trained.generate([prompts[row]], replace(SAMPLED, seed=SAMPLED.seed + row))
        assert together.token_ids == alone.token_ids


def test_no_generator_of_torch_is_touched(trained, problems):
    before = torch.get_rng_state()
    trained.generate(prompts_of(problems), SAMPLED)
    assert torch.equal(before, torch.get_rng_state())


def test_drawn_tokens_have_the_probability_of_the_model(trained, problems):
    prompts = prompts_of(problems[:1])
    (text,) = trained.generate(prompts, replace(SAMPLED, repetition_penalty=1.3))
    model, tokenizer = trained._trained.model, trained._trained.tokenizer
    prompt = encode(tokenizer, prompts)[0]
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([[*prompt, *text.token_ids]])).logits[0]
    scores = logits[len(prompt) - 1 : -1].log_softmax(dim=-1)
    wanted = [float(scores[i, token]) for i, token in enumerate(text.token_ids)]
    assert text.token_log_probabilities == pytest.approx(wanted, abs=1e-4)


def test_a_penalty_leads_greedy_text_away_from_what_was_there(build_model):
    model, tokenizer = build_model("gpt2")
    (prompt,) = encode(tokenizer, ["ann had 3 apples"])
    decoding = Decoding(max_new_tokens=12)
    (plain,) = generate_batch(model, tokenizer, [prompt], decoding).texts
    decoding = replace(decoding, repetition_penalty=100.0)
    (led,) = generate_batch(model, tokenizer, [prompt], decoding).texts
    assert len(set(plain.token_ids)) < len(plain.token_ids)
    assert len(set(led.token_ids)) == len(led.token_ids)
    assert set(prompt).isdisjoint(led.token_ids)


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.4])
@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_greedy_text_is_that_of_transformers(build_model, family, factor):
    model, tokenizer = build_model(family)
    prompts = encode(tokenizer, ["ann had 3 apples", "the card"])
    decoding = Decoding(max_new_tokens=12, repetition_penalty=factor)
    texts = generate_batch(model, tokenizer, prompts, decoding, end_ids=[]).texts
    model.generation_config.eos_token_id = None
    for prompt, text in zip(prompts, texts, strict=True):
        theirs = model.generate(
            input_ids=torch.tensor([prompt]),
            attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
            max_new_tokens=12,
            do_sample=False,
            repetition_penalty=factor,
        )
        assert list(text.token_ids) == theirs[0, len(prompt) :].tolist()


def test_what_the_models_own_configuration_says_changes_nothing(build_model):
    model, tokenizer = build_model("gpt2")
    prompts = encode(tokenizer, ["ann had 3 apples", "bob"])
    plain = generate_batch(model, tokenizer, prompts, Decoding())
    own = GenerationConfig(
        do_sample=True,
        temperature=3.0,
        top_k=2,
        min_p=0.3,
        repetition_penalty=5.0,
        no_repeat_ngram_size=1,
        suppress_tokens=[plain.texts[0].token_ids[0]],
        max_length=3,
        eos_token_id=plain.texts[0].token_ids[1],
    )
    model.generation_config = own
    again = generate_batch(model, tokenizer, prompts, Decoding())
    assert [t.token_ids for t in again.texts] == [t.token_ids for t in plain.texts]
    assert model.generation_config is own


def test_each_of_several_end_tokens_ends_a_text(build_model):
    model, tokenizer = build_model("gpt2")
    prompts = encode(tokenizer, ["ann had 3 apples", "bob"])
    plain = generate_batch(model, tokenizer, prompts, Decoding(max_new_tokens=6), end_ids=[])
    ends = [text.token_ids[3] for text in plain.texts]
    cut = generate_batch(model, tokenizer, prompts, Decoding(max_new_tokens=6), end_ids=ends)
    for text, whole in zip(cut.texts, plain.texts, strict=True):
        place = next(i for i, token in enumerate(whole.token_ids) if token in ends)
        assert text.token_ids == whole.token_ids[: place + 1]
        assert text.stopped_by == "end_token"
        assert text.text == decode(tokenizer, whole.token_ids[:place])
    assert {text.stopped_by for text in plain.texts} == {"limit"}


def test_padding_that_is_the_end_token_is_not_taken_for_the_end(build_model):
    model, tokenizer = build_model("gpt2")
    assert tokenizer.pad_token_id is None
    prompts = encode(tokenizer, ["ann had 3 apples", "bob", "the bill"])
    plain = generate_batch(model, tokenizer, prompts, Decoding(max_new_tokens=8)).texts
    string = plain[1].text[:2]
    decoding = Decoding(max_new_tokens=8, stop_strings=(string,))
    reasons = [t.stopped_by for t in generate_batch(model, tokenizer, prompts, decoding).texts]
    assert reasons[1] == "stop_string"
    expected = ["stop_string" if string in t.text else t.stopped_by for t in plain]
    assert reasons == expected


def test_a_long_stop_string_over_many_tokens_is_found(trained, problems):
    (plain,) = trained.generate(prompts_of(problems[4:5]), Decoding(max_new_tokens=12))
    decoding = Decoding(max_new_tokens=12, stop_strings=(plain.text,))
    (cut,) = trained.generate(prompts_of(problems[4:5]), decoding)
    assert cut.stopped_by == "stop_string"
    assert cut.text == plain.text


def test_a_text_goes_on_with_its_space_where_the_decoder_drops_it(build_model, sentencepiece):
    model, _ = build_model("gpt2")
    prompts = encode(sentencepiece, ["ann had 3 apples", "the card", "7 more from her mom", "and"])
    texts = generate_batch(model, sentencepiece, prompts, Decoding(max_new_tokens=9)).texts
    for prompt, text in zip(prompts, texts, strict=True):
        whole = decode(sentencepiece, [*prompt, *text.token_ids])
        assert decode(sentencepiece, prompt) + text.text == whole


def test_a_stop_string_may_begin_with_the_space_that_the_decoder_drops(build_model, sentencepiece):
    model, _ = build_model("gpt2")
    (prompt,) = encode(sentencepiece, ["ann"])
    (had,) = sentencepiece.convert_tokens_to_ids(["\u2581had"])
    assert decode(sentencepiece, [had]) == "had"
    # What the model writes does not matter: one token is made the only one that it can write.
    model.lm_head = ToToken(had, model.config.vocab_size)
    decoding = Decoding(max_new_tokens=4, stop_strings=(" had",))
    (text,) = generate_batch(model, sentencepiece, [prompt], decoding).texts
    assert (text.text, text.stopped_by, text.tokens_out) == (" had", "stop_string", 1)


class ToToken(torch.nn.Module):  # type: ignore[misc]  # torch has no types here
    """A head that knows one token."""

    def __init__(self, token, n_tokens):
        super().__init__()
        self.scores = torch.nn.functional.one_hot(torch.tensor(token), n_tokens).float()

    def forward(self, hidden):
        return self.scores.expand(*hidden.shape[:-1], -1)


def test_a_special_token_that_is_spelled_like_a_stop_string_ends_a_text(build_model):
    """In a text it would never show."""
    model, tokenizer = build_model("llama")
    (prompt,) = encode(tokenizer, ["ann"])
    turn = tokenizer.convert_tokens_to_ids("<|turn|>")
    model.lm_head = ToToken(turn, model.config.vocab_size)
    for strings, found in (
        (("<|turn|>",), ("<|turn|>", "stop_string", 1)),
        (("<|other|>",), ("", "limit", 4)),
    ):
        decoding = Decoding(max_new_tokens=4, stop_strings=strings)
        (text,) = generate_batch(model, tokenizer, [prompt], decoding, end_ids=[]).texts
        assert (text.text, text.stopped_by, text.tokens_out) == found
    decoding = Decoding(max_new_tokens=4, stop_strings=("<|turn|>",))
    (text,) = generate_batch(model, tokenizer, [prompt], decoding, end_ids=[turn]).texts
    assert (text.text, text.stopped_by) == ("", "end_token")


def test_scores_that_are_no_numbers_are_a_failure(build_model):
    model, tokenizer = build_model("gpt2")
    model.lm_head.weight.data.fill_(math.nan)
    for decoding in (Decoding(), SAMPLED):
        (text,) = generate_batch(model, tokenizer, [[5, 6]], decoding).texts
        assert text.stopped_by is None
        assert "NaN" in text.failure


def test_the_first_token_comes_before_the_last(trained, problems):
    start = time.perf_counter_ns()
    (text,) = trained.generate(prompts_of(problems[:1]), Decoding(max_new_tokens=16))
    assert 0 < text.first_token_s < (time.perf_counter_ns() - start) / 1e9
