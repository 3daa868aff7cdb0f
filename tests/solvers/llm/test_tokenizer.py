import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.llm.tokenizer import (
    END,
    FILE,
    decode,
    decode_on,
    encode,
    encode_on,
    load_tokenizer,
    readable,
    save_tokenizer,
    train_tokenizer,
)

TEXTS = ["Once upon a time ann had 145 candies.\n", " The answer is 145."] * 20


@pytest.fixture(scope="module")
def tokenizers():
    return {
        "bytes-bpe": train_tokenizer(TEXTS, "bytes-bpe", 400),
        "digits": train_tokenizer(TEXTS, "digits", 400),
        "whitespace": train_tokenizer(TEXTS, "whitespace", 400),
    }


@pytest.mark.parametrize("kind", ["bytes-bpe", "digits"])
@given(text=st.text())
def test_byte_level_gives_any_text_back(tokenizers, kind, text):
    (ids,) = encode(tokenizers[kind], [text])
    assert decode(tokenizers[kind], ids) == text


def test_whitespace_loses_where_the_spaces_were(tokenizers):
    text = "Once upon a time, \tann had unseen things."
    (ids,) = encode(tokenizers["whitespace"], [text])
    assert decode(tokenizers["whitespace"], ids) != text


def test_whitespace_breaks_an_unseen_word_into_pieces_that_stay_apart(tokenizers):
    (ids,) = encode(tokenizers["whitespace"], ["candid"])
    assert len(decode(tokenizers["whitespace"], ids).split()) > 1


def test_every_digit_is_a_token_of_its_own(tokenizers):
    spelled = tokenizers["digits"].convert_ids_to_tokens(encode(tokenizers["digits"], ["145"])[0])
    assert spelled == ["1", "4", "5"]
    assert len(encode(tokenizers["bytes-bpe"], [" 145"])[0]) == 1


def test_a_special_token_spelled_in_a_text_is_text(tokenizers):
    (ids,) = encode(tokenizers["bytes-bpe"], [f"stop {END} here"])
    assert tokenizers["bytes-bpe"].eos_token_id not in ids
    assert decode(tokenizers["bytes-bpe"], ids) == f"stop {END} here"


@pytest.mark.parametrize("kind", ["bytes-bpe", "digits", "sentencepiece"])
@given(
    words=st.lists(st.sampled_from(["ann", "had", " ", "  ", "\n", "145", "?"]), min_size=2),
    place=st.integers(1, 50),
)
def test_what_goes_on_joins_what_stood_before(tokenizers, sentencepiece, kind, words, place):
    tokenizer = sentencepiece if kind == "sentencepiece" else tokenizers[kind]
    (ids,) = encode(tokenizer, ["x" + "".join(words)])
    place = min(place, len(ids))
    before, after = ids[:place], ids[place:]
    assert decode(tokenizer, before) + decode_on(tokenizer, after) == decode(tokenizer, ids)


@pytest.mark.parametrize("kind", ["bytes-bpe", "sentencepiece"])
@given(text=st.text(st.sampled_from("an 145?\n"), min_size=1).map(lambda text: f" {text}"))
def test_a_text_that_goes_on_comes_back_with_its_space(tokenizers, sentencepiece, kind, text):
    tokenizer = sentencepiece if kind == "sentencepiece" else tokenizers[kind]
    (ids,) = encode_on(tokenizer, [text])
    assert decode_on(tokenizer, ids) == text


def test_lone_surrogates_are_read_as_the_replacement_character(tokenizers):
    assert readable("a\ud800b") == "a\ufffdb"
    assert readable("\ud83d\ude00") == "\U0001f600"
    assert encode(tokenizers["bytes-bpe"], ["\udfff"]) == encode(
        tokenizers["bytes-bpe"], ["\ufffd"]
    )


@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_readable_text_can_always_be_encoded(text):
    readable(text).encode("utf-8")


def test_training_twice_gives_the_same_tokenizer(tokenizers, tmp_path):
    again = train_tokenizer(TEXTS, "bytes-bpe", 400)
    assert again.backend_tokenizer.to_str() == tokenizers["bytes-bpe"].backend_tokenizer.to_str()


def test_what_is_saved_is_loaded(tokenizers, tmp_path):
    save_tokenizer(tokenizers["digits"], tmp_path)
    again = load_tokenizer(tmp_path)
    assert encode(again, TEXTS) == encode(tokenizers["digits"], TEXTS)
    assert again.padding_side == "left"


@pytest.mark.parametrize("content", [None, "", "{}", "no json", '{"version": "9"}'])
def test_what_is_no_tokenizer_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / FILE).write_text(content)
    with pytest.raises(ValueError, match="no tokenizer"):
        load_tokenizer(tmp_path)
