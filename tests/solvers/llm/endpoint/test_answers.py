"""What a server that behaves well is asked, and what is made of its replies."""

import asyncio
import json
import math
import threading
import time
from dataclasses import replace

import pytest

from spoonbench.solvers.api import Example, Problem, Settings, Solves, Trains, Unsupported
from spoonbench.solvers.llm.asking import STOP
from spoonbench.solvers.llm.endpoint.solver import EndpointSolver
from spoonbench.solvers.texts import Decoding, Generates, Reads

APIS = ("chat", "completions")
STREAMS = (True, False)


def test_it_offers_the_protocols():
    solver = EndpointSolver()
    assert all(isinstance(solver, kind) for kind in (Solves, Trains, Generates, Reads))


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("stream", STREAMS)
def test_an_answer_with_everything_that_the_server_tells(ask, fake, api, stream):
    fake.behave = lambda e: e.reply(" The answer is", " 5", ".")
    (answer,) = ask("add 2 and 3", api=api, stream=stream, price_in=2.0, price_out=10.0)
    assert (answer.status, answer.value) == ("answered", "5")
    assert answer.raw_text == " The answer is 5."
    assert (answer.tokens_in, answer.tokens_out) == (12, 5)
    assert answer.cost == pytest.approx((12 * 2.0 + 5 * 10.0) / 1e6)
    assert answer.stopped_by == "stopped"
    assert (answer.first_token_s is not None) == stream


def test_the_time_of_the_first_token_is_that_of_the_first_text(ask, fake):
    def behave(exchange):
        exchange.start_stream()
        exchange.send_event({"choices": [{"delta": {"role": "assistant", "content": ""}}]})
        time.sleep(0.1)
        exchange.send_piece("The answer")
        time.sleep(0.6)
        exchange.send_piece(" is 5.")
        exchange.send_piece(finish="stop")
        exchange.send_event("[DONE]")

    fake.behave = behave
    solver = ask.make()
    start = time.perf_counter_ns()
    (answer,) = solver.solve(ask.problems("add 2 and 3"))
    in_all_s = (time.perf_counter_ns() - start) / 1e9
    assert 0.1 <= answer.first_token_s <= in_all_s - 0.2


def test_prices_that_are_not_known_give_no_cost(ask):
    assert ask("add 2 and 3")[0].cost is None


def test_a_chat_is_asked_in_turns_and_a_base_model_in_text(ask, fake):
    ask("add 2 and 3")
    body = fake.posts[-1].body
    assert fake.posts[-1].path == "/v1/chat/completions"
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant"] * 4 + ["user"]
    assert body["messages"][-1]["content"] == "Question: add 2 and 3"
    assert (body["temperature"], body["max_tokens"], body["model"]) == (0.0, 64, "small")
    assert body["stream_options"] == {"include_usage": True}
    assert "stop" not in body
    ask("add 2 and 3", api="completions", stop_strings=["\n\n"], max_new_tokens=7, shots=0)
    body = fake.posts[-1].body
    assert fake.posts[-1].path == "/v1/completions"
    assert body["prompt"].endswith("Question: add 2 and 3\nAnswer:")
    assert body["stop"] == [STOP, "\n\n"]
    assert body["max_tokens"] == 7


def test_the_same_seed_draws_the_same_examples(ask, fake, training):
    bodies = []
    for seed in (1, 1, 2):
        solver = EndpointSolver()
        solver.prepare(Settings(seed=seed, params={"url": fake.url, "model": "small"}))
        solver.fit(training, [], lambda *_: None, None)
        solver.solve(ask.problems("add 2 and 3"))
        solver.close()
        bodies.append(fake.posts[-1].body["messages"])
    assert bodies[0] == bodies[1] != bodies[2]


def test_answers_keep_the_order_of_the_questions(ask, fake):
    def behave(exchange):
        number = int(exchange.question.split()[1])
        time.sleep(0.02 * (number % 3))
        exchange.reply(f"The answer is {number}.")

    fake.behave = behave
    answers = ask(*[f"add {i} and 0" for i in range(24)])
    assert [answer.value for answer in answers] == [str(i) for i in range(24)]


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_requests_at_once_than_allowed(ask, fake, concurrency):
    under_way, most = [], []
    together = threading.Barrier(concurrency, timeout=20)

    def behave(exchange):
        under_way.append(1)
        together.wait()
        most.append(len(under_way))
        together.wait()
        under_way.pop()
        exchange.reply("The answer is 5.")

    fake.behave = behave
    ask(*["add 2 and 3"] * 9, concurrency=concurrency)
    assert most == [concurrency] * 9


def test_an_answer_that_the_limit_cut_off_says_so(ask, fake):
    fake.behave = lambda exchange: exchange.reply("Let me think", finish="length")
    (answer,) = ask("add 2 and 3")
    assert (answer.status, answer.stopped_by) == ("failed", "limit")
    assert "limit of new tokens" in answer.reason


def test_reasoning_that_took_the_whole_limit_says_so(ask, fake):
    def behave(exchange):
        exchange.start_stream()
        exchange.send_event({"choices": [{"delta": {"reasoning_content": "hm, two and"}}]})
        exchange.send_piece(finish="length")
        exchange.send_event("[DONE]")

    fake.behave = behave
    assert "raise max_new_tokens" in ask("add 2 and 3")[0].reason


def test_a_refusal_is_an_abstention(ask, fake):
    fake.behave = lambda exchange: exchange.reply("There is no answer.")
    assert ask("add 2 and 3")[0].status == "abstained"


@pytest.mark.parametrize(
    ("stop", "stopped_by", "text"),
    [
        ({"stop_reason": "\n\n"}, "stop_string", "The answer is 5.\n\n"),
        ({"stop_reason": 128009}, "end_token", "The answer is 5."),
        ({"stop_reason": None}, "stopped", "The answer is 5."),
        ({"matched_stop": "END"}, "stop_string", "The answer is 5.END"),
        ({}, "stopped", "The answer is 5."),
    ],
)
def test_what_stopped_the_text_where_the_server_tells(ask, fake, stop, stopped_by, text):
    fake.behave = lambda exchange: exchange.reply("The answer is 5.", **stop)
    (answer,) = ask("add 2 and 3")
    assert (answer.stopped_by, answer.raw_text) == (stopped_by, text)


@pytest.mark.parametrize(
    ("finish", "stopped_by"), [("eos_token", "end_token"), ("stop_sequence", "stop_string")]
)
def test_the_words_of_text_generation_inference(ask, fake, finish, stopped_by):
    fake.behave = lambda exchange: exchange.reply("The answer is 5.", finish=finish)
    assert ask("add 2 and 3")[0].stopped_by == stopped_by


def test_a_server_that_answers_whole_where_asked_to_stream(ask, fake):
    fake.behave = lambda exchange: exchange.send_text("The answer is 5.")
    (answer,) = ask("add 2 and 3", stream=True)
    assert (answer.value, answer.first_token_s) == ("5", None)


def test_halves_of_a_character_in_two_chunks_are_joined(ask, fake):
    def behave(exchange):
        exchange.start_stream()
        for half in ("\\ud83d", "\\ude00"):
            exchange.send_event('{"choices": [{"delta": {"content": "%s"}}]}' % half)  # noqa: UP031
        exchange.send_piece(finish="stop")

    fake.behave = behave
    assert ask("add 2 and 3")[0].raw_text == "\U0001f600"


def send_chunked(exchange, end):
    """A stream on a connection that stays open."""
    exchange.send_response(200)
    exchange.send_header("Content-Type", "text/event-stream")
    exchange.send_header("Transfer-Encoding", "chunked")
    exchange.end_headers()
    choice = {"delta": {"content": "The answer is 5."}, "finish_reason": "stop"}
    content = f"data: {json.dumps({'choices': [choice]})}\n\ndata: [DONE]\n\n".encode()
    exchange.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))
    exchange.wfile.write(end)


def test_a_connection_is_used_again(ask, fake):
    fake.behave = lambda exchange: send_chunked(exchange, b"0\r\n\r\n")
    solver = ask.make(concurrency=1)
    answers = solver.solve(ask.problems(*["add 2 and 3"] * 5))
    assert [answer.value for answer in answers] == ["5"] * 5
    assert len({seen.port for seen in fake.requests}) == 1


def test_a_stream_that_is_done_and_stays_open_is_not_waited_for(ask, fake):
    def behave(exchange):
        send_chunked(exchange, b"")
        exchange.hang()

    fake.behave = behave
    solver = ask.make(timeout_s=20)
    start = time.perf_counter_ns()
    assert solver.solve(ask.problems("add 2 and 3"))[0].value == "5"
    assert (time.perf_counter_ns() - start) / 1e9 < 5


# Confidence.


def chat_tokens(*pairs):
    return {"content": [{"token": token, "logprob": value} for token, value in pairs]}


def completion_tokens(*pairs):
    tokens, values = zip(*pairs, strict=True)
    return {"tokens": list(tokens), "token_logprobs": list(values), "top_logprobs": []}


TOKENS = (("The", -0.1), (" answer", -0.2), (" is", -0.3), (" 5", -1.5), (".", -0.4))


@pytest.mark.parametrize(
    ("api", "form"), [("chat", chat_tokens), ("completions", completion_tokens)]
)
def test_confidence_is_read_where_the_value_begins(ask, fake, api, form):
    fake.behave = lambda e: e.reply("The answer is 5.", logprobs=form(*TOKENS))
    (answer,) = ask("add 2 and 3", api=api, stream=False, logprobs=True)
    assert fake.posts[-1].body["logprobs"] == (True if api == "chat" else 1)
    assert answer.confidence == pytest.approx(math.exp(-1.5))
    assert answer.log_probability == pytest.approx(-2.5)


def test_confidence_of_a_stream(ask, fake):
    def behave(exchange):
        exchange.start_stream()
        for token, value in TOKENS:
            exchange.send_piece(token, logprobs=chat_tokens((token, value)))
        exchange.send_piece(finish="stop")

    fake.behave = behave
    (answer,) = ask("add 2 and 3", logprobs=True)
    assert answer.confidence == pytest.approx(math.exp(-1.5))


def test_where_there_may_be_no_answer_the_parting_of_both_counts_too(ask, fake):
    solver = ask.make(stream=False, logprobs=True)
    refusable = [
        Example(problem=Problem(problem_id=str(i), text="?", kind="number"), target=None)
        for i in range(4)
    ]
    solver.fit(refusable, [], lambda *_: None, None)
    fake.behave = lambda e: e.reply("The answer is 5.", logprobs=chat_tokens(*TOKENS))
    (answer,) = solver.solve(ask.problems("add 2 and 3"))
    assert answer.confidence == pytest.approx(math.exp(-1.7))
    tokens = (("There", -0.7), (" is", -0.1), (" no", -0.1), (" answer", 0.0), (".", 0.0))
    fake.behave = lambda e: e.reply("There is no answer.", logprobs=chat_tokens(*tokens))
    (answer,) = solver.solve(ask.problems("add 2 and 3"))
    assert answer.confidence == pytest.approx(math.exp(-0.7))


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        7,
        chat_tokens(("Something", -1.0), (" else", -1.0)),
        chat_tokens(*TOKENS[:3], (" 5", None), TOKENS[4]),
        chat_tokens(*TOKENS[:3], (" 5", 3.0), TOKENS[4]),
    ],
)
def test_probabilities_that_make_no_sense_give_no_confidence(ask, fake, logprobs):
    fake.behave = lambda e: e.reply("The answer is 5.", logprobs=logprobs)
    (answer,) = ask("add 2 and 3", stream=False, logprobs=True)
    assert (answer.value, answer.confidence) == ("5", None)


# Generation.


def test_texts_go_on_in_order_with_their_settings(ask, fake):
    fake.behave = lambda e: e.reply(e.body["prompt"], " and on")
    solver = ask.make(api="completions", price_in=1.0, price_out=1.0)
    decoding = Decoding(max_new_tokens=9, temperature=0.5, top_p=0.9, seed=7, stop_strings=("\n",))
    texts = solver.generate(["a", "b"], decoding)
    assert [text.text for text in texts] == ["a and on", "b and on"]
    assert (texts[0].tokens_in, texts[0].tokens_out, texts[0].stopped_by) == (12, 5, "stopped")
    assert texts[0].cost == pytest.approx(17 / 1e6)
    assert texts[0].first_token_s > 0
    bodies = {seen.body["prompt"]: seen.body for seen in fake.posts}
    sent = {name: bodies["a"][name] for name in ("max_tokens", "temperature", "top_p", "stop")}
    assert sent == {"max_tokens": 9, "temperature": 0.5, "top_p": 0.9, "stop": ["\n"]}
    assert [bodies[prompt]["seed"] for prompt in "ab"] == [7, 8]


def test_a_prompt_is_the_message_of_a_chat(ask, fake):
    ask.make().generate(["hello"], Decoding())
    assert fake.posts[-1].body["messages"] == [{"role": "user", "content": "hello"}]
    assert "seed" not in fake.posts[-1].body


def test_a_text_that_cannot_be_had_has_a_failure(ask, fake):
    fake.behave = lambda exchange: exchange.send("no", status=400)
    (text,) = ask.make().generate(["hello"], Decoding())
    assert (text.text, text.stopped_by, text.tokens_out) == ("", None, None)
    assert "HTTP 400" in text.failure


def test_settings_beyond_the_protocol_are_refused_unless_the_server_knows_them(ask, fake):
    decoding = Decoding(temperature=1.0, top_k=5, repetition_penalty=1.2)
    with pytest.raises(ValueError, match="top_k and repetition_penalty"):
        ask.make().generate(["hello"], decoding)
    ask.make(extensions=True).generate(["hello"], decoding)
    assert fake.posts[-1].body["top_k"] == 5
    assert fake.posts[-1].body["repetition_penalty"] == 1.2


def test_a_server_that_knows_them_is_told_all_settings(ask, fake):
    """What is not said, it might take from the settings that come with the model."""
    solver = ask.make(extensions=True)
    solver.solve(ask.problems("add 2 and 3"))
    assert fake.posts[-1].body["repetition_penalty"] == 1.0
    assert "top_k" not in fake.posts[-1].body
    solver.generate(["hello"], Decoding(temperature=1.0))
    assert fake.posts[-1].body["repetition_penalty"] == 1.0
    assert fake.posts[-1].body["top_k"] == -1


@pytest.mark.parametrize(
    "decoding", [Decoding(temperature=-1.0), Decoding(top_p=math.nan), Decoding(max_new_tokens=0)]
)
def test_settings_that_mean_nothing_are_not_sent(ask, fake, decoding):
    with pytest.raises(ValueError, match="must be"):
        ask.make().generate(["hello"], decoding)
    assert not fake.posts


def test_problems_of_another_kind_than_the_examples_fail(ask, fake):
    solver = ask.make()
    problems = ask.problems("add 2 and 3", "add 3 and 3", "add 4 and 3")
    problems[1] = replace(problems[1], kind="label")
    first, second, third = solver.solve(problems)
    assert (first.value, third.value) == ("5", "5")
    assert (second.status, "kind number, not label" in second.reason) == ("failed", True)
    assert len(fake.posts) == 2


def test_an_empty_prompt_is_refused(ask):
    with pytest.raises(ValueError, match="empty"):
        ask.make().generate([""], Decoding())


# Life.


def test_it_can_be_asked_from_inside_an_event_loop(ask):
    async def inside():
        return ask("add 2 and 3")

    assert asyncio.run(inside())[0].value == "5"


def test_it_says_what_is_missing_before_it_is_ready(training):
    solver = EndpointSolver()
    problem = Problem(problem_id="p", text="add 2 and 3", kind="number")
    assert "not trained" in solver.solve([problem])[0].reason
    with pytest.raises(Unsupported, match="prepare"):
        solver.fit(training, [], lambda *_: None, None)
    solver.close()


def test_a_connection_that_cannot_be_closed_leaves_no_thread(ask, monkeypatch):
    before = set(threading.enumerate())
    solver = ask.make()
    close = solver._session._client.close

    async def fail():
        await close()
        raise OSError("the connection is gone")

    monkeypatch.setattr(solver._session._client, "close", fail)
    assert "endpoint" in names_of_new_threads(before)
    with pytest.raises(OSError, match="gone"):
        solver.close()
    solver.close()
    assert names_of_new_threads(before) == []


def names_of_new_threads(before):
    """Without those of the server, which end when they like."""
    new = [thread.name for thread in threading.enumerate() if thread not in before]
    return [name for name in new if "process_request_thread" not in name]


def test_too_few_examples_to_show_are_refused(ask, training):
    with pytest.raises(ValueError, match="9 examples are to stand in the prompt"):
        ask.make(shots=9)
    with pytest.raises(ValueError, match="shots=0 does without"):
        ask.make().fit([], [], lambda *_: None, None)


def test_without_a_training_part_a_server_is_asked_without_examples(ask, fake):
    problems = ask.problems("add 2 and 3")
    solver = ask.make(fits=False, shots=0)
    assert solver.fit([], [], lambda *_: None, None).n_examples == 0
    assert solver.solve(problems)[0].status == "answered"
    assert solver.solve([]) == []
    assert [turn["role"] for turn in fake.posts[-1].body["messages"]] == ["user"]
    assert "not trained" in ask.make(fits=False, shots=1).solve(problems)[0].reason


def test_questions_of_any_characters_are_sent_as_they_are(ask, fake):
    for text in ("ü\u202e\x00", "\ud800", '"}]'):
        ask(text)
        assert fake.posts[-1].body["messages"][-1]["content"] == f"Question: {text}"
