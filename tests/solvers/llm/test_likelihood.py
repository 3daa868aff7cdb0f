"""Likelihood of long texts against a plain computation, token by token."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.solvers.llm import likelihood
from spoonbench.solvers.llm.artifact import AnswerFacts, TrainedModel
from spoonbench.solvers.llm.confidence import Branches
from spoonbench.solvers.llm.likelihood import text_likelihood
from spoonbench.solvers.llm.recipe import read_recipe
from spoonbench.solvers.llm.tokenizer import encode, train_tokenizer
from spoonbench.solvers.llm.windows import check_window, make_windows
from spoonbench.solvers.texts import Reads

TEXT = "ann had 3 apples and 5 pears, she got 7 more from her mom. Où est-ce? 漢字 🥄 the end" * 2


def plain(model, ids, window, stride):
    """Each token by a pass of its own, after the tokens that its window holds before it."""
    total = 0.0
    start, end = 0, min(window, len(ids) - 1)
    for target in range(1, len(ids)):
        if target > end:
            start, end = start + stride, min(start + stride + window, len(ids) - 1)
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids[start:target]])).logits[0, -1]
        total += float(logits.double().log_softmax(dim=-1)[ids[target]])
    return total


@pytest.fixture(scope="module")
def models(build_model):
    return {family: build_model(family) for family in ("gpt2", "llama")}


@pytest.mark.parametrize(("window", "stride"), [(16, 8), (16, 16), (9, 4), (20, 1), (1, 1), (7, 7)])
@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_every_token_is_scored_once_after_what_its_window_holds(models, family, window, stride):
    model, tokenizer = models[family]
    text = TEXT[:60]
    found = text_likelihood(model, tokenizer, text, window=window, stride=stride)
    ids = encode(tokenizer, [text])[0]
    if tokenizer.bos_token_id is not None:
        ids = [tokenizer.bos_token_id, *ids]
    assert found.n_tokens == len(ids) - 1
    assert found.log_likelihood == pytest.approx(plain(model, ids, window, stride), rel=1e-5)


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_a_window_that_holds_the_text_is_one_pass(models, family):
    model, tokenizer = models[family]
    found = text_likelihood(model, tokenizer, TEXT, positions=model.config.max_position_embeddings)
    ids = encode(tokenizer, [TEXT])[0]
    if tokenizer.bos_token_id is not None:
        ids = [tokenizer.bos_token_id, *ids]
    with torch.no_grad():
        loss = model(input_ids=torch.tensor([ids]), labels=torch.tensor([ids])).loss
    assert found.n_windows == 1
    assert found.log_likelihood == pytest.approx(-float(loss) * found.n_tokens, rel=1e-5)


def test_passes_and_chunks_change_nothing(models, monkeypatch):
    model, tokenizer = models["llama"]
    whole = text_likelihood(model, tokenizer, TEXT, window=16, stride=8)
    monkeypatch.setattr(likelihood, "_TOKENS", 1)
    monkeypatch.setattr(likelihood, "_CHUNK", 1)
    small = text_likelihood(model, tokenizer, TEXT, window=16, stride=8)
    assert small.n_windows == whole.n_windows > 2
    assert small.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-6)


@given(st.integers(1, 200), st.integers(1, 50), st.data())
@settings(max_examples=200, deadline=None)
def test_windows_cover_every_token_once_with_enough_before_it(n, window, data):
    stride = data.draw(st.integers(1, window))
    windows = make_windows(n, window, stride)
    scored = [i for each in windows for i in range(each.end - each.n_scored, each.end)]
    assert scored == list(range(n))
    assert all(0 < each.end - each.start <= window for each in windows)
    for each in windows[1:]:
        assert each.end - each.n_scored - each.start >= window - stride
    for one in likelihood._passes(windows, 1000):
        assert len({(each.end - each.start, each.n_scored) for each in one}) == 1
    assert [w for one in likelihood._passes(windows, 1000) for w in one] == windows


def test_a_model_that_knows_nothing_takes_the_logarithm_of_its_vocabulary(models, build_model):
    model, tokenizer = build_model("llama")
    for parameter in model.parameters():
        parameter.data.zero_()
    found = text_likelihood(model, tokenizer, TEXT, window=32, stride=8)
    vocabulary = model.config.vocab_size
    assert found.log_likelihood == pytest.approx(-found.n_tokens * math.log(vocabulary), rel=1e-6)


def test_likelihood_of_a_text_is_that_of_its_end_after_its_beginning(trained):
    tokenizer = trained._trained.tokenizer
    text = "ann has 3 apples and gets 3, question 1"
    ids = encode(tokenizer, [text])[0]
    head = tokenizer.decode(ids[:1])
    found = trained.text_likelihood(text)
    (rest,) = trained.log_likelihood([head], [text[len(head) :]])
    assert found.log_likelihood == pytest.approx(rest, abs=1e-3)
    assert found.window == 64
    assert found.stride == 32
    assert isinstance(trained, Reads)


def test_a_text_that_goes_on_is_scored_with_its_one_space(build_model, sentencepiece):
    """The tokenizer puts a space in front of every text, also of one that has one already."""
    model, _ = build_model("gpt2")
    tokenizer = copy.deepcopy(sentencepiece)
    tokenizer.pad_token = "<unk>"
    facts = AnswerFacts(branches=Branches(opening=()), longest=1, mean_length=1.0, dotted=False)
    trained = TrainedModel(model=model, tokenizer=tokenizer, recipe=read_recipe({}), facts=facts)
    (prompt,) = encode(sentencepiece, ["ann"])
    had = sentencepiece.convert_tokens_to_ids("\u2581had")
    with torch.no_grad():
        scores = model(input_ids=torch.tensor([prompt])).logits[0, -1].log_softmax(dim=-1)
    (found,) = likelihood.log_likelihoods(trained, ["ann"], [" had"])
    assert found == pytest.approx(float(scores[had]), abs=1e-4)


@given(st.text(min_size=2).filter(lambda text: text.isprintable()))
@settings(max_examples=50, deadline=None)
def test_bytes_are_those_of_the_text_without_the_first_token(models, text):
    for family, (model, tokenizer) in models.items():
        found = text_likelihood(model, tokenizer, text, window=32)
        assert found.n_bytes + found.n_unscored_bytes == len(text.encode())
        assert (found.n_unscored_bytes == 0) == (family == "llama")


def test_a_first_character_in_several_tokens_is_counted_byte_by_byte(models):
    model, tokenizer = models["gpt2"]
    tokens = tokenizer.convert_ids_to_tokens(encode(tokenizer, ["🥄 x"])[0])
    found = text_likelihood(model, tokenizer, "🥄 x", window=8)
    assert found.n_unscored_bytes == len(tokens[0]) < len("🥄".encode())
    assert found.n_bytes == len("🥄 x".encode()) - found.n_unscored_bytes


def test_a_text_that_spells_a_special_token_is_text_like_any_other(models):
    model, tokenizer = models["llama"]
    found = text_likelihood(model, tokenizer, f"ab{tokenizer.eos_token}", window=64)
    assert found.n_tokens > 3


@pytest.mark.parametrize(
    ("window", "stride", "positions", "said"),
    [
        (0, None, 8, "at least 1"),
        (9, None, 8, "at most 8, what the model reads"),
        (None, None, None, "give a window"),
        (8, 9, 8, "at most the window"),
        (8, 0, 8, "at least 1"),
    ],
)
def test_windows_that_do_not_fit_are_refused(window, stride, positions, said):
    with pytest.raises(ValueError, match=said):
        check_window(window, stride, positions)


def test_what_is_left_open_is_filled_in():
    assert check_window(None, None, 1024) == (1024, 512)
    assert check_window(1, None, 1024) == (1, 1)
    assert check_window(4096, 100, None) == (4096, 100)


def test_what_cannot_be_scored_is_refused(models):
    model, tokenizer = models["gpt2"]
    with pytest.raises(ValueError, match="empty"):
        text_likelihood(model, tokenizer, "", window=8)
    with pytest.raises(ValueError, match="too short"):
        text_likelihood(model, tokenizer, "a", window=8)
    large = train_tokenizer([TEXT * 3, "quite another text of many more words"], "bytes-bpe", 600)
    large.add_tokens([f"word{i}" for i in range(400)])
    with pytest.raises(ValueError, match="do not belong together"):
        text_likelihood(model, large, "word399 word399", window=8)


def test_scores_that_are_no_numbers_are_refused(build_model):
    model, tokenizer = build_model("gpt2")
    model.lm_head.weight.data.fill_(math.nan)
    with pytest.raises(ValueError, match="number format"):
        text_likelihood(model, tokenizer, TEXT, window=32)
