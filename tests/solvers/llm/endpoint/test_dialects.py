"""Servers that know less than others, or other words: what they refuse is said otherwise."""

import pytest

from spoonbench.solvers.texts import Decoding


def test_a_server_that_knows_no_stream_options_is_asked_without(ask, fake):
    def behave(exchange):
        if "stream_options" in exchange.body:
            exchange.send_json({"detail": "extra fields not permitted"}, status=400)
        else:
            exchange.reply("The answer is 5.", usage=None)

    fake.behave = behave
    solver = ask.make()
    (answer,) = solver.solve(ask.problems("add 2 and 3"))
    assert (answer.value, answer.tokens_in, answer.tokens_out) == ("5", None, None)
    solver.solve(ask.problems("add 3 and 3"))
    assert ["stream_options" in seen.body for seen in fake.posts] == [True, False, False]


def test_a_server_that_knows_another_name_for_the_limit(ask, fake):
    def behave(exchange):
        if "max_tokens" in exchange.body:
            said = "Unsupported parameter: use 'max_completion_tokens' instead."
            exchange.send_json({"error": {"message": said}}, status=400)
        else:
            exchange.reply("The answer is 5.")

    fake.behave = behave
    assert ask("add 2 and 3", max_new_tokens=9)[0].value == "5"
    assert fake.posts[-1].body["max_completion_tokens"] == 9
    assert fake.posts[-1].body["stream_options"]


def test_a_question_that_the_server_refuses_does_not_change_how_others_are_asked(ask, fake):
    def behave(exchange):
        if "long" in exchange.question:
            exchange.send_json({"error": "the prompt is too long"}, status=400)
        else:
            exchange.reply("The answer is 5.")

    fake.behave = behave
    solver = ask.make()
    first, second = (solver.solve(ask.problems(q))[0] for q in ("long", "add 2 and 3"))
    assert "the prompt is too long" in first.reason
    assert second.tokens_in == 12
    third = solver.solve(ask.problems("long"))[0]
    assert "the prompt is too long" in third.reason
    assert len(fake.posts) == 4  # with and without stream_options, then settled


def test_a_stream_that_is_broken_off_for_the_next_question_is_asked_for_whole(ask, fake):
    """llama-cpp-python's server calls half a stream done when another question comes."""

    def behave(exchange):
        if exchange.body.get("stream"):
            exchange.send_stream("The ans", finish=None, usage=None)
        else:
            exchange.send_text("The answer is 5.")

    fake.behave = behave
    solver = ask.make(retries=0)
    (answer,) = solver.solve(ask.problems("add 2 and 3"))
    assert (answer.value, answer.tokens_out, answer.first_token_s) == ("5", 5, None)
    answers = solver.solve(ask.problems("add 3 and 3", "add 4 and 3"))
    assert [answer.value for answer in answers] == ["5", "5"]
    assert ["stream" in seen.body for seen in fake.posts] == [True, False, False, False]


def test_what_is_broken_off_twice_is_no_answer(failure, fake):
    def behave(exchange):
        exchange.send_stream("The answer is 5.", finish=None)

    assert "half an answer" in failure(behave, retries=0)
    assert len(fake.posts) == 2


def test_repetitions_are_not_punished_by_a_server_that_would(ask, fake):
    # llama-cpp-python's server takes 1.1 where it is told nothing.
    ask("add 2 and 3")
    assert fake.posts[-1].body["repeat_penalty"] == 1.0


def test_a_server_that_knows_no_repeat_penalty_is_asked_without(ask, fake):
    def behave(exchange):
        if "repeat_penalty" in exchange.body:
            said = "Unrecognized request argument supplied: repeat_penalty"
            exchange.send_json({"error": {"message": said}}, status=400)
        else:
            exchange.reply("The answer is 5.")

    fake.behave = behave
    (answer,) = ask("add 2 and 3")
    assert (answer.value, answer.tokens_out) == ("5", 5)
    assert fake.posts[-1].body["stream_options"]


def test_a_server_that_takes_log_probabilities_or_not_is_asked_so(ask, fake):
    """As MLX's does, for completions too."""

    def behave(exchange):
        if exchange.body["logprobs"] is not True:
            exchange.send_json({"error": "logprobs must be of type bool"}, status=400)
        else:
            # It tells numbers of tokens and no texts, which are no use.
            tokens = {"content": [{"id": 56, "logprob": -0.1}, {"id": 263, "logprob": -0.2}]}
            exchange.reply("The answer is 5.", logprobs=tokens)

    fake.behave = behave
    (answer,) = ask("add 2 and 3", api="completions", logprobs=True)
    assert (answer.value, answer.confidence) == ("5", None)
    assert len(fake.posts) == 2


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "top_k must be at least 0"),
        (
            500,
            "1 validation error: {'loc': ('body', 'top_k'), 'msg': 'greater than or equal to 0'}",
        ),
    ],
    ids=["MLX", "llama-cpp-python"],
)
def test_a_server_with_another_number_for_all_tokens(ask, fake, status, said):
    def behave(exchange):
        if exchange.body["top_k"] < 0:
            exchange.send_json({"error": {"message": said}}, status=status)
        else:
            exchange.reply("on and on")

    fake.behave = behave
    solver = ask.make(extensions=True, retries=0)
    (text,) = solver.generate(["go"], Decoding(temperature=1.0, repetition_penalty=1.2))
    assert text.text == "on and on"
    body = fake.posts[-1].body
    assert (body["top_k"], body["repetition_penalty"], body["repeat_penalty"]) == (0, 1.2, 1.2)
    assert body["stream_options"]
