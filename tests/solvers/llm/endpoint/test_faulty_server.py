"""Whatever a server does becomes a failed answer with a reason, and soon."""

import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.llm.endpoint import client, retries
from spoonbench.solvers.llm.endpoint.solver import EndpointSolver


def unused_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def limited(times, **headers):
    """Refuse so many requests for coming too fast, then answer."""
    left = [times]

    def behave(exchange):
        if left[0]:
            left[0] -= 1
            exchange.send_json({"error": {"message": "slow down"}}, status=429, **headers)
        else:
            exchange.reply("The answer is 5.")

    return behave


# Not there.


def test_a_server_that_is_not_there_is_unsupported_from_the_start():
    url = f"http://127.0.0.1:{unused_port()}"
    with pytest.raises(Unsupported, match=r"127\.0\.0\.1:\d+/v1/models: .*is the server running\?"):
        EndpointSolver().prepare(Settings(params={"url": url, "model": "m"}))


def test_a_host_that_nobody_knows_is_unsupported_from_the_start(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    params = {"url": "http://no-such-host.invalid", "model": "m", "key_variable": ""}
    with pytest.raises(Unsupported, match=r"no-such-host\.invalid/v1/models: "):
        EndpointSolver().prepare(Settings(params=params))


def test_a_server_that_lists_no_models_is_asked_all_the_same(ask, fake):
    fake.behave_get = lambda exchange: exchange.send("no", status=500)
    assert ask("add 2 and 3")[0].value == "5"


def test_a_server_that_hangs_over_its_models_is_asked_all_the_same(ask, fake, monkeypatch):
    monkeypatch.setattr(client, "LOOK_S", 0.1)
    fake.behave_get = lambda exchange: exchange.hang()
    assert ask("add 2 and 3")[0].value == "5"


def test_a_server_that_dies_does_not_cost_every_question(ask, fake):
    solver = ask.make(retries=1, concurrency=1)
    fake.close()
    problems = ask.problems(*["add 2 and 3"] * 40)
    reasons = [answer.reason for answer in solver.solve(problems)]
    assert all("is the server running?" in reason for reason in reasons)
    n_asked = sum("given up on" not in reason for reason in reasons)
    assert n_asked == retries.GIVE_UP_AFTER
    assert "(2 attempts)" in reasons[0]


def test_a_server_that_went_silent_does_not_cost_every_question(ask, fake):
    solver = ask.make(timeout_s=0.05, retries=0, concurrency=1)
    fake.behave = lambda exchange: exchange.hang()
    reasons = [a.reason for a in solver.solve(ask.problems(*["add 2 and 3"] * 40))]
    assert all("said nothing for 0.05 s" in reason for reason in reasons)
    assert sum("given up on" not in reason for reason in reasons) == retries.GIVE_UP_AFTER


def test_a_server_that_comes_back_is_asked_again(ask, fake, monkeypatch):
    monkeypatch.setattr(retries, "PROBE_AFTER_S", 0.0)
    monkeypatch.setattr(retries, "GIVE_UP_AFTER", 1)
    solver = ask.make(timeout_s=1.0, retries=0, concurrency=1)
    fake.behave = lambda exchange: exchange.hang()
    assert solver.solve(ask.problems("add 2 and 3"))[0].status == "failed"
    fake.behave = lambda exchange: exchange.reply("The answer is 5.")
    answers = solver.solve(ask.problems("add 2 and 3", "add 3 and 2"))
    assert [answer.value for answer in answers] == ["5", "5"]


# Hangs.


@pytest.mark.parametrize("stream", [True, False])
def test_silence_before_the_head(failure, stream):
    reason = failure(lambda exchange: exchange.hang(), stream=stream, timeout_s=0.3)
    assert "/v1/chat/completions: the server said nothing for 0.3 s (timeout_s)" in reason
    assert "(2 attempts)" in reason


def test_silence_in_the_middle_of_a_stream(failure):
    def behave(exchange):
        exchange.start_stream()
        exchange.send_piece("The answer is 5")
        exchange.hang()

    assert "said nothing for 0.3 s" in failure(behave, timeout_s=0.3)


def drip(exchange, pieces):
    for piece in pieces:
        if exchange.server.fake.over.wait(0.05):
            return
        exchange.wfile.write(piece)
        exchange.wfile.flush()


def test_a_head_that_comes_byte_by_byte_ends_at_the_deadline(failure):
    def behave(exchange):
        drip(exchange, [b"H", b"T", b"T", b"P", *[b" "] * 500])

    reason = failure(behave, deadline_s=0.5)
    assert "no whole reply within 0.5 s (deadline_s)" in reason


def test_a_stream_that_never_gets_done_ends_at_the_deadline(failure):
    def behave(exchange):
        exchange.start_stream()
        drip(exchange, [b": still here\n"] * 500)

    reason = failure(behave, deadline_s=0.5)
    assert "no whole reply within 0.5 s (deadline_s)" in reason


# Half answers.


def test_a_stream_that_is_cut_off_is_no_answer(failure):
    def behave(exchange):
        exchange.start_stream()
        exchange.send_piece("The answer is 5.")
        exchange.cut()

    assert "half an answer: it ended after 16 characters" in failure(behave)


def test_a_stream_that_is_done_without_a_reason_is_no_answer(failure):
    reason = failure(lambda exchange: exchange.send_stream("The answer is 5.", finish=None))
    assert "half an answer" in reason


def test_a_chunked_stream_that_is_cut_off_is_no_answer(failure, fake):
    def behave(exchange):
        exchange.send_response(200)
        exchange.send_header("Content-Type", "text/event-stream")
        exchange.send_header("Transfer-Encoding", "chunked")
        exchange.end_headers()
        exchange.wfile.write(b"50\r\ndata: {")
        exchange.cut()

    assert "the connection broke before the reply was whole" in failure(behave)
    assert len(fake.posts) == 2


def test_a_body_shorter_than_announced_is_no_answer(failure):
    def behave(exchange):
        exchange.send_response(200)
        exchange.send_header("Content-Length", "1000")
        exchange.end_headers()
        exchange.wfile.write(b'{"choices": [')
        exchange.cut()

    assert "the connection broke" in failure(behave, stream=False)


def test_a_whole_reply_without_a_reason_is_no_answer(failure):
    reason = failure(lambda e: e.send_text("The answer is 5.", finish=None), stream=False)
    assert "half an answer" in reason


def test_a_stream_cut_after_its_reason_is_an_answer(ask, fake):
    def behave(exchange):
        exchange.start_stream()
        exchange.send_piece("The answer is 5.")
        exchange.send_piece(finish="stop")
        exchange.cut()

    fake.behave = behave
    (answer,) = ask("add 2 and 3")
    assert (answer.status, answer.value, answer.tokens_out) == ("answered", "5", None)


def test_a_connection_that_broke_once_is_tried_again(ask, fake):
    def behave(exchange):
        exchange.reply("The answer is 5.") if len(fake.posts) > 1 else exchange.cut()

    fake.behave = behave
    assert ask("add 2 and 3")[0].value == "5"


# Limits of the rate, and overload.


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(ask, fake, status):
    def behave(exchange):
        if len(fake.posts) < 3:
            exchange.send("wait", status=status, kind="text/plain")
        else:
            exchange.reply("The answer is 5.")

    fake.behave = behave
    assert ask("add 2 and 3", retries=2)[0].value == "5"
    assert len(fake.posts) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 418, 422, 501])
def test_what_will_not_pass_is_not_tried_again(failure, fake, status):
    reason = failure(lambda e: e.send("no way", status=status), stream=False, retries=3)
    assert f"HTTP {status}" in reason
    assert "no way" in reason
    # What may be a field that this server does not know is asked once without it.
    assert len(fake.posts) == (2 if status in (400, 422) else 1)


def test_retry_after_in_seconds_is_waited_for(ask, fake):
    fake.behave = limited(1, Retry_After="0.4")
    start = time.perf_counter_ns()
    assert ask("add 2 and 3")[0].value == "5"
    assert (time.perf_counter_ns() - start) / 1e9 >= 0.4


def test_retry_after_as_a_date_is_waited_for(ask, fake):
    # Dates have whole seconds.
    date = (datetime.now(UTC) + timedelta(seconds=2)).replace(microsecond=0)
    fake.behave = limited(1, Retry_After=format_datetime(date, usegmt=True))
    assert ask("add 2 and 3")[0].value == "5"
    assert datetime.now(UTC) >= date


@pytest.mark.parametrize("value", ["3600", "Fri, 31 Dec 2199 23:59:59 GMT"])
def test_a_wait_beyond_the_deadline_fails_at_once(failure, fake, value):
    reason = failure(limited(9, Retry_After=value), deadline_s=20)
    assert "the server limits the rate of requests: slow down; the server asks to wait" in reason
    assert "may take 20 s (deadline_s)" in reason
    assert len(fake.posts) == 1


@pytest.mark.parametrize("value", ["soon", "-5", "nan", "Thu, 99 Foo", ""])
def test_a_wait_that_makes_no_sense_is_left_out(ask, fake, value):
    fake.behave = limited(1, Retry_After=value)
    assert ask("add 2 and 3")[0].value == "5"


def test_limited_for_ever(failure, fake):
    reason = failure(limited(99), retries=2)
    assert "HTTP 429" in reason
    assert "(3 attempts)" in reason
    assert len(fake.posts) == 3


def test_an_account_without_money_is_not_tried_again(failure, fake):
    error = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}
    assert "exceeded your quota" in failure(lambda e: e.send_json(error, status=429), retries=3)
    assert len(fake.posts) == 1


# Garbage.

GARBAGE = {
    "no JSON": (b"<html>hello</html>", "no valid JSON: <html>hello"),
    "binary": (bytes(range(256)), "no valid JSON"),
    "nothing": (b"", "no valid JSON: nothing"),
    "half JSON": (b'{"choices": [{"mess', "no valid JSON"),
    "deep JSON": (b"[" * 100_000, "no valid JSON"),
    "a list": (b"[1, 2]", "JSON that is no object: [1, 2]"),
    "no choices": (b"{}", "no choices"),
    "empty choices": (b'{"choices": []}', "no choices"),
    "choices of another kind": (b'{"choices": {"a": 1}}', "no choices"),
    "a choice that is none": (b'{"choices": ["a"]}', "a choice that is no object"),
    "content that is no text": (
        b'{"choices": [{"message": {"content": [1]}, "finish_reason": "stop"}]}',
        "content that is no text",
    ),
    "an error under status 200": (b'{"error": {"message": "broken"}}', "an error: broken"),
    "an error as a text": (b'{"error": "broken"}', "an error: broken"),
    "an error as an object": (b'{"object": "error", "message": "broken"}', "an error: broken"),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_for_a_reply(failure, fake, name):
    content, said = GARBAGE[name]
    assert said in failure(lambda exchange: exchange.send(content), stream=False)
    assert len(fake.posts) == 1


@pytest.mark.parametrize("name", [name for name in GARBAGE if name != "nothing"])
def test_garbage_in_a_stream(failure, name):
    content, said = GARBAGE[name]
    # Bytes of line ends would make several events of it.
    line = content.replace(b"\n", b" ").replace(b"\r", b" ")

    def behave(exchange):
        exchange.start_stream()
        exchange.wfile.write(b"data: " + line + b"\n\ndata: [DONE]\n\n")

    assert said in failure(behave)


def test_an_error_in_the_middle_of_a_stream(failure):
    def behave(exchange):
        exchange.start_stream()
        exchange.send_piece("The answer is 5.")
        exchange.send_event({"error": {"message": "out of memory"}})

    assert "the server reported an error: out of memory" in failure(behave)


def test_another_content_type_is_named(failure):
    reason = failure(lambda exchange: exchange.send("<p>Log in</p>", kind="text/html"))
    assert "no valid JSON: text/html: <p>Log in</p>" in reason


def test_a_huge_body_is_not_read_to_its_end(failure, monkeypatch):
    monkeypatch.setattr(client, "MOST_BYTES", 10_000)
    reason = failure(lambda exchange: exchange.send(b" " * 1_000_000))
    assert "longer than 10,000 bytes" in reason


def test_a_huge_stream_is_not_read_to_its_end(failure, monkeypatch):
    monkeypatch.setattr(client, "MOST_BYTES", 10_000)
    reason = failure(lambda exchange: exchange.send_stream(*["word "] * 2000))
    assert "longer than 10,000 bytes" in reason


def test_a_huge_error_is_cut(failure):
    reason = failure(lambda exchange: exchange.send(b"a" * 1_000_000, status=400), stream=False)
    assert len(reason) < 400


def test_a_compressed_reply_is_refused(failure):
    reason = failure(lambda exchange: exchange.send(b"\x1f\x8b", Content_Encoding="gzip"))
    assert "compressed its reply, though not asked to: gzip" in reason


def test_what_is_no_http_is_refused(failure):
    def behave(exchange):
        exchange.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
        exchange.cut()

    assert "the connection broke" in failure(behave)


def test_an_answer_too_long_to_keep_is_refused(failure):
    assert "more than 100,000 characters" in failure(lambda e: e.reply("a" * 100_001))


@pytest.mark.parametrize(
    "usage",
    ['{"prompt_tokens": NaN}', '{"prompt_tokens": -1, "completion_tokens": "9"}', "7", "null"],
)
def test_figures_that_make_no_sense_are_unknown(ask, fake, usage):
    choice = '{"message": {"content": "The answer is 5."}, "finish_reason": "stop"}'
    fake.behave = lambda e: e.send(f'{{"choices": [{choice}], "usage": {usage}}}')
    (answer,) = ask("add 2 and 3", price_in=1.0, price_out=1.0)
    assert (answer.value, answer.tokens_in, answer.tokens_out) == ("5", None, None)
    assert answer.cost is None


# Refusals.


def test_redirects_are_named_and_not_followed(failure, fake):
    target = f"{fake.url.replace('//', '//me:secret@')}/elsewhere?token=secret"
    reason = failure(lambda e: e.send("", status=307, Location=target))
    assert f"HTTP 307, redirects to {fake.url}/elsewhere: give that address" in reason
    assert "secret" not in reason
    assert len(fake.posts) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_names_the_variable(failure, status):
    reason = failure(lambda exchange: exchange.send("who are you", status=status))
    assert f"HTTP {status}: who are you" in reason
    assert "the environment variable OPENAI_API_KEY is not set" in reason


def test_a_key_refused_at_the_list_of_models_is_unsupported(ask, fake):
    fake.behave_get = lambda exchange: exchange.send_json({"detail": "no key"}, status=401)
    with pytest.raises(Unsupported, match=r"HTTP 401: no key \(no key was sent"):
        ask("add 2 and 3")


def test_an_unknown_model_names_those_that_there_are(failure, fake):
    fake.behave_get = lambda e: e.send_json({"data": [{"id": "tiny"}, {"id": "large"}]})
    error = {"error": {"message": "model not found"}}
    reason = failure(lambda exchange: exchange.send_json(error, status=404), model="smal")
    assert "model not found (model is 'smal'; the server lists tiny, large)" in reason


def test_a_path_that_nothing_answers_is_suspected(failure, fake):
    fake.behave_get = lambda exchange: exchange.send("not here", status=404)
    reason = failure(lambda exchange: exchange.send("not here", status=404))
    assert "is the path of url right?" in reason


@pytest.mark.parametrize(
    ("finish", "said"),
    [
        ("content_filter", "content filter"),
        ("tool_calls", "called a tool"),
        ("function_call", "called a function"),
        ("abort", "finish_reason: abort"),
    ],
)
def test_an_end_that_is_no_answer(failure, finish, said):
    assert said in failure(lambda exchange: exchange.reply("The answer is 5.", finish=finish))


def test_what_a_server_says_is_made_plain(failure):
    said = "\x1b[31mred\u202e\n" + "x" * 1000
    reason = failure(lambda e: e.send_json({"error": said}, status=400), stream=False)
    assert reason.isprintable()
    assert len(reason) < 400


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"error": {"message": "a"}}', ": a"),
        ('{"error": "b", "error_type": "validation"}', ": b"),
        ('{"detail": "c"}', ": c"),
        ('{"detail": [{"loc": ["body"], "msg": "d"}]}', '"msg": "d"'),
        ('{"object": "error", "message": "e"}', ": e"),
        ("plain words", ": plain words"),
    ],
)
def test_errors_are_read_in_the_forms_that_servers_have(failure, body, said):
    assert said in failure(lambda exchange: exchange.send(body, status=422), stream=False)


def test_the_failures_of_one_question_do_not_touch_the_others(ask, fake):
    def behave(exchange):
        if "bad" in exchange.question:
            exchange.send("no", status=400)
        else:
            exchange.reply("The answer is 5.")

    fake.behave = behave
    statuses = [a.status for a in ask("add 2 and 3", "bad", "add 1 and 4", "bad")]
    assert statuses == ["answered", "failed", "answered", "failed"]
