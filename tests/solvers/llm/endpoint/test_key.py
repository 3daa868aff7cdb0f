"""The key goes to the server, and nowhere else."""

import logging
import pickle
import traceback

import pytest

from spoonbench.harness.environment import observe, probe
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.protocol import CellWork, Job, Limits, Training
from spoonbench.solvers.api import Part, Settings, Unsupported
from spoonbench.solvers.llm.endpoint.key import HIDDEN, Key, read_key
from spoonbench.solvers.llm.endpoint.solver import EndpointSolver
from spoonbench.solvers.texts import Decoding

SECRET = "sk-test-9f8e7d6c5b4a39281706"
OTHER_SECRET = "9f8e7d6c5b4a3928170611aabbcc/+=="


@pytest.fixture
def key(monkeypatch, ask):  # after `ask`, which takes the variable away
    monkeypatch.setenv("OPENAI_API_KEY", f" {SECRET}\n")


def test_the_key_is_sent(key, ask, fake):
    ask("add 2 and 3")
    assert {seen.headers["Authorization"] for seen in fake.requests} == {f"Bearer {SECRET}"}


def test_no_key_is_sent_where_there_is_none(ask, fake):
    ask("add 2 and 3")
    assert not any("Authorization" in seen.headers for seen in fake.requests)


def test_another_variable_may_hold_it_or_none(key, ask, fake, monkeypatch):
    monkeypatch.setenv("MY_KEY", "my-own-key")
    ask("add 2 and 3", key_variable="MY_KEY")
    assert fake.posts[-1].headers["Authorization"] == "Bearer my-own-key"
    ask("add 2 and 3", key_variable="")
    assert "Authorization" not in fake.posts[-1].headers


def parrot(exchange):
    """Repeat the key in every way that a server might."""
    said = exchange.headers["Authorization"].removeprefix("Bearer ")
    number = len(exchange.server.fake.posts) % 7
    if number == 0:
        exchange.reply("The answer is ", said[:9], said[9:])
    elif number == 1:
        error = {"error": {"message": f"Incorrect API key provided: {said[:10]}*****{said[-4:]}"}}
        exchange.send_json(error, status=401)
    elif number == 2:
        # Cut to 200 characters, half of it would be left.
        exchange.send("x" * (190 - number) + said, status=400)
    elif number == 3:
        exchange.send("", status=302, Location=f"http://{said}@h/{said}?k={said}")
    elif number == 4:
        exchange.send(f"<p>{said}</p>", kind=f"text/{said}")
    elif number == 5:
        exchange.send_stream("The answer is 5.", finish=said)
    else:
        exchange.send_response(200, said)
        exchange.send_header(f"X-{said}", said)
        exchange.end_headers()
        exchange.cut()


@pytest.fixture
def printed(caplog, capfd):
    """What was logged and printed."""
    caplog.set_level(logging.DEBUG)
    return lambda: [caplog.text, *capfd.readouterr()]


@pytest.mark.parametrize("secret", [SECRET, OTHER_SECRET])
def test_nothing_that_comes_out_holds_the_key(ask, fake, printed, monkeypatch, secret):
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    fake.behave = parrot
    fake.behave_get = lambda e: e.send_json({"data": [{"id": e.headers["Authorization"]}]})
    solver = ask.make(retries=0, concurrency=1)
    answers = solver.solve(ask.problems(*["add 2 and 3"] * 14))
    texts = solver.generate(["hello"] * 7, Decoding())
    fake.behave = lambda e: e.send(e.headers["Authorization"], status=404)
    answers += solver.solve(ask.problems("add 2 and 3"))
    out = [repr(answers), repr(texts), repr(solver), repr(vars(solver)), repr(solver.info)]
    out += [repr(vars(solver._session)), repr(vars(solver._session._client))]
    out += printed()
    for text in out:
        assert secret not in text
        # Where a server shows the ends of a key, the form of OpenAI's keys is known.
        assert secret[:12] not in text
    assert HIDDEN in repr(answers)
    assert len({answer.reason for answer in answers}) > 6


def test_the_key_reaches_an_isolated_child_and_does_not_come_back(key, ask, fake, training):
    fake.behave = lambda e: (
        e.reply("The answer is 5.") if "3" in e.question else e.send(SECRET, status=401)
    )
    params = {"url": fake.url, "model": "small", "retries": 0}
    target = "spoonbench.solvers.llm.endpoint.solver:EndpointSolver"
    part = Part(name="endpoint", target=target, settings=Settings(params=params))
    problems = tuple(ask.problems("add 2 and 3", "add 2 and 4"))
    job = Job(
        job_id="j",
        part=part,
        training=Training(training=tuple(training)),
        cells=(CellWork(cell_key="c", problems=problems, batch_size=2),),
        limits=Limits(seconds=60),
    )
    with LocalExecutor() as executor:
        result = executor.run(job)
    assert result.status == "ok", result.reason
    assert [answer.status for answer in result.cells[0].answers] == ["answered", "failed"]
    assert {seen.headers["Authorization"] for seen in fake.posts} == {f"Bearer {SECRET}"}
    assert SECRET not in repr(result) + repr(job)
    assert SECRET not in repr(probe()) + repr(observe())


def test_no_exception_holds_the_key(key, ask, fake):
    fake.behave_get = lambda e: e.send(e.headers["Authorization"], status=401)
    with pytest.raises(Unsupported) as caught:
        ask("add 2 and 3")
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in shown
    assert "the key in the environment variable OPENAI_API_KEY was sent" in shown


@pytest.mark.parametrize("value", ["two words", "line\nend", "schlüssel", "nul\x01"])
def test_a_value_that_is_no_key_is_refused_without_showing_it(ask, monkeypatch, value):
    monkeypatch.setenv("OPENAI_API_KEY", value)
    with pytest.raises(Unsupported, match="OPENAI_API_KEY holds no key") as caught:
        ask("add 2 and 3")
    assert value not in str(caught.value)


def test_the_key_does_not_go_unencrypted_to_another_machine(key):
    params = {"url": "http://server.invalid:8000", "model": "m"}
    with pytest.raises(Unsupported, match="unencrypted"):
        EndpointSolver().prepare(Settings(params=params))
    # Allowed, it is only the name that is not known.
    with pytest.raises(Unsupported, match=r"server\.invalid:8000/v1/models"):
        EndpointSolver().prepare(Settings(params={**params, "allow_http": True}))


@pytest.mark.parametrize("url", ["http://me:hunter2@h/v1", "https://h/v1?key=1", "http://me@h"])
def test_addresses_with_secrets_are_refused_without_showing_them(url):
    with pytest.raises(Unsupported, match="kept with the results") as caught:
        EndpointSolver().prepare(Settings(params={"url": url, "model": "m"}))
    assert "hunter2" not in str(caught.value)


def test_a_key_does_not_show_or_write_itself():
    key = Key("NAME", SECRET)
    assert SECRET not in repr(key) + str(key) + key.described()
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_words_that_stand_for_no_key_stay_in_answers(monkeypatch):
    monkeypatch.setenv("NAME", "EMPTY")
    key = read_key("NAME")
    assert key.hide_in_reply("the box is EMPTY") == "the box is EMPTY"
    assert key.hide("no such key: EMPTY") == f"no such key: {HIDDEN}"
