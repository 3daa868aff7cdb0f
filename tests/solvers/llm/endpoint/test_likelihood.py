"""A server that echoes: its model gives a byte the log probability -(1 + bytes before it) / 100."""

import pytest

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.windows import make_windows

TEXT = "seven spoons"


def value(place):
    return -(1 + place) / 100


def echoing(mark=None, tokenize=True, shift=0, ends=False):
    """A server whose tokens are bytes, with a mark in front of texts where one is given.

    What it echoes it may tell from places further on, as llama-cpp-python does, and a model that
    ends where the text does writes nothing.
    """

    def behave(exchange):
        prompt = exchange.body["prompt"]
        if isinstance(prompt, str):
            tokens = ([mark] if mark else []) + list(prompt)
        else:
            tokens = [mark if i == 0 else chr(i) for i in prompt]
        if exchange.path == "/tokenize" and tokenize:
            exchange.send_json({"tokens": [0 if t == mark else ord(t) for t in tokens]})
        elif exchange.path == "/v1/completions" and not exchange.body.get("echo"):
            written = [] if ends else ["!"] * exchange.body["max_tokens"]
            values = [value(len(tokens) + i) for i in range(len(written))]
            usage = {"prompt_tokens": len(tokens), "completion_tokens": len(written)}
            logprobs = {"tokens": written, "token_logprobs": values}
            exchange.send_text("".join(written), finish="length", usage=usage, logprobs=logprobs)
        elif exchange.path == "/v1/completions":
            values = [None, *[value(place + shift) for place in range(1, len(tokens))], -9.0]
            logprobs = {"tokens": [*tokens, "!"], "token_logprobs": values}
            usage = {"prompt_tokens": len(tokens), "completion_tokens": 1}
            exchange.send_text("", finish="length", usage=usage, logprobs=logprobs)
        else:
            exchange.send("no such path", status=404)

    return behave


def test_a_text_at_once(ask, fake):
    fake.behave = echoing(tokenize=False)
    found = ask.make().text_likelihood(TEXT)
    assert found.log_likelihood == pytest.approx(sum(map(value, range(1, 12))))
    assert (found.n_tokens, found.n_bytes, found.n_unscored_bytes) == (11, 11, 1)
    assert (found.n_windows, found.window) == (1, 11)


def test_a_mark_before_the_text_lets_every_byte_be_scored(ask, fake):
    fake.behave = echoing("<s>", tokenize=False)
    found = ask.make().text_likelihood(TEXT)
    assert (found.n_tokens, found.n_bytes, found.n_unscored_bytes) == (12, 12, 0)


@pytest.mark.parametrize(("window", "stride"), [(4, 2), (4, 4), (4, 1), (1, 1), (50, 3)])
def test_windows_score_every_token_once_with_what_stands_before_it(ask, fake, window, stride):
    fake.behave = echoing()
    found = ask.make().text_likelihood(TEXT, window=window, stride=stride)
    expected = 0.0
    for start, end, n_scored in make_windows(11, window, stride):
        expected += sum(value(place - start) for place in range(end - n_scored + 1, end + 1))
    assert found.log_likelihood == pytest.approx(expected)
    assert (found.n_tokens, found.n_bytes) == (11, 11)
    assert (found.window, found.stride) == (window, stride)
    prompts = [seen.body["prompt"] for seen in fake.posts]
    # Those that are texts see whether the server can be believed.
    assert max(len(prompt) for prompt in prompts if isinstance(prompt, list)) <= window + 1


def test_the_window_is_what_the_server_says(ask, fake):
    listed = {"data": [{"id": "small", "max_model_len": 8}]}
    fake.behave_get = lambda exchange: exchange.send_json(listed)
    fake.behave = echoing()
    found = ask.make().text_likelihood(TEXT)
    assert (found.window, found.stride) == (6, 3)


@pytest.mark.parametrize("tokenize", [True, False])
@pytest.mark.parametrize(
    ("window", "stride"), [(4, 5), (4, 0), (-1, 1), (0, None), (0, 1), (None, 0)]
)
def test_windows_that_do_not_fit_are_refused(ask, fake, window, stride, tokenize):
    fake.behave = echoing(tokenize=tokenize)
    with pytest.raises(ValueError, match=r"the (window|stride) must be at least 1"):
        ask.make().text_likelihood(TEXT, window=window, stride=stride)


@pytest.mark.parametrize("text", ["", "a"])
def test_texts_with_nothing_to_score_are_refused(ask, fake, text):
    fake.behave = echoing()
    with pytest.raises(ValueError, match="text"):
        ask.make().text_likelihood(text)


def test_a_window_without_a_tokenizer_is_unsupported(ask, fake):
    fake.behave = echoing(tokenize=False)
    with pytest.raises(Unsupported, match="no /tokenize"):
        ask.make().text_likelihood(TEXT, window=4)


def test_a_server_that_does_not_echo_is_unsupported(ask, fake):
    fake.behave = lambda exchange: exchange.send_text("going on")
    with pytest.raises(Unsupported, match="does not tell how likely"):
        ask.make().text_likelihood(TEXT)


def test_a_server_without_completions_is_unsupported(ask, fake):
    fake.behave = lambda exchange: exchange.send("no such path", status=404)
    with pytest.raises(Unsupported, match=r"does not tell how likely.*HTTP 404"):
        ask.make().text_likelihood(TEXT)


def test_an_echo_that_tells_of_other_places_is_not_believed(ask, fake):
    fake.behave = echoing(tokenize=False, shift=30)
    with pytest.raises(Unsupported, match=r"echoes is not how likely.* -0\.1\d+ it says -0\.4\d+"):
        ask.make().text_likelihood(TEXT)


def test_a_model_that_writes_nothing_cannot_be_checked(ask, fake):
    fake.behave = echoing(tokenize=False, shift=30, ends=True)
    assert ask.make().text_likelihood(TEXT).n_tokens == 11


def test_a_text_that_is_too_long_for_the_model_is_unsupported(ask, fake):
    # As llama-cpp-python words it.
    said = "This model's maximum context length is 8 tokens, however you requested 12 tokens."
    fake.behave = lambda e: e.send_json({"error": {"message": said}}, status=400)
    with pytest.raises(Unsupported, match=r"longer than what the model.*no /tokenize.*8 tokens"):
        ask.make().text_likelihood(TEXT)
