"""A language model reads what the grammar cannot, and is believed nothing unchecked."""

import importlib.util
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from spoonbench.solvers.hybrid.options_desk.language.model_reader import (
    read_by_model,
    understand,
)
from spoonbench.solvers.hybrid.options_desk.language.model_schema import SCHEMA
from spoonbench.solvers.hybrid.options_desk.language.writers import EndpointWriter
from spoonbench.solvers.texts import Generation

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).parents[4]
_SPEC = importlib.util.spec_from_file_location(
    "endpoint_conftest", ROOT / "solvers/llm/endpoint/conftest.py"
)
served = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(served)

TEXT = "flog me 3 condors of the iron sort in SPX @5900, VIX 14, a month out i.e. 30 days, pain 5k"
RIGHT = {
    "underlying": "SPX",
    "strategy": "short iron condor",
    "view": None,
    "spot": "5900",
    "vix": "14",
    "expiry": "30 days",
    "quantity": "3",
    "budget": "5k",
    "strikes": {},
    "legs": [],
}


class Says:
    """A model that says one thing."""

    def __init__(self, said, failure=None):
        self.said = said if isinstance(said, str) else json.dumps(said)
        self.failure, self.prompts = failure, []

    def write(self, prompt, schema, /):
        self.prompts.append(prompt)
        return Generation(
            text=self.said, tokens_in=1, tokens_out=1, stopped_by="stopped", failure=self.failure
        )


def read(said, text=TEXT):
    return read_by_model(text, today=TODAY, writer=Says(said))


def sentence(said, text=TEXT):
    reading = read(said, text)
    assert reading.request is None
    return " ".join(note.sentence for note in reading.problems)


def test_a_right_answer_becomes_a_request():
    request = read(RIGHT).request
    assert (request.reader, request.text) == ("model", TEXT)
    assert (request.strategy, request.underlying, request.quantity) == (
        "short iron condor",
        "SPX",
        3,
    )
    assert (request.spot, request.volatility, request.is_vix) == (5900, Decimal("0.14"), True)
    assert (request.expiry, request.budget) == (date(2026, 12, 22), 5000)
    assert "language model" in request.remarks[0]
    assert any("VIX" in remark for remark in request.remarks)


def test_strikes_deltas_and_legs_are_pieces_of_the_text_too():
    text = "gimme the 5750/5800 thing, SPX puts, 16 delta"
    said = {
        "underlying": "SPX",
        "strategy": "bull put spread",
        "strikes": {"long put": "5750", "short put": "5800"},
        "deltas": {},
        "legs": [],
    }
    assert "left out '16'" in sentence(said, text)
    text = "offload a pair of 200 calls of AAPL at 3.10, grab 2 210 calls"
    legs = [
        {"side": "sell", "kind": "call", "quantity": None, "strike": "200", "price": "3.10"},
        {"side": "buy", "kind": "call", "quantity": "2", "strike": "210"},
    ]
    request = read({"underlying": "AAPL", "legs": legs}, text).request
    assert [(leg.quantity, leg.strike, leg.price) for leg in request.legs] == [
        (-1, 200, Decimal("3.1")),
        (2, 210, None),
    ]
    assert any("One of each leg" in remark for remark in request.remarks)


@pytest.mark.parametrize(
    ("name", "invented"),
    [
        ("spot", "5901"),
        ("spot", "590"),
        ("vix", "15"),
        ("expiry", "18 December 2026"),
        ("quantity", "4"),
        ("budget", "2% of 250k"),
        ("account", "250k"),
        ("underlying", "NDX"),
    ],
)
def test_what_the_text_does_not_say_is_refused(name, invented):
    assert "does not say" in sentence({**RIGHT, name: invented})


def test_a_figure_that_the_model_passes_over_is_refused():
    assert "left out '5900'" in sentence({**RIGHT, "spot": None})


def test_a_figure_in_the_wrong_field_is_refused():
    assert "cannot be read" in sentence({**RIGHT, "expiry": "5900", "spot": None})


def test_the_checks_are_those_of_the_grammar():
    text = "jolly bull put spread, upper 580, lower 590, on SPY"
    said = {
        "underlying": "SPY",
        "strategy": "bull put spread",
        "strikes": {"short put": "580", "long put": "590"},
    }
    assert "lies below" in sentence(said, text)
    assert "no 'body'" in sentence({**said, "strikes": {"body": "580", "long put": "590"}}, text)


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ("I would sell an iron condor.", "no JSON object"),
        ("", "no JSON object"),
        ('{"spot": "5900"', "no JSON object"),
        ("[1, 2]", "no JSON object"),
        ("{" * 50_000, "no JSON object"),
        ({**RIGHT, "spot": 5900}, "wrong type"),
        ({**RIGHT, "legs": [{"side": "hold"}]}, "wrong type"),
        ({**RIGHT, "strikes": ["5900"]}, "wrong type"),
        ({**RIGHT, "strategy": "moon shot"}, "'moon shot'"),
        ({**RIGHT, "view": "hopeful"}, "'hopeful'"),
        ({**RIGHT, "leverage": "10"}, "unknown field"),
    ],
)
def test_an_answer_that_is_none_becomes_a_sentence_and_the_questions(said, match):
    reading = read(said)
    assert reading.request is None
    assert match in reading.problems[0].sentence
    assert {note.about for note in reading.missing} >= {"underlying", "spot", "strategy"}


def test_json_between_other_words_is_found():
    assert read(f"Here it is:\n```json\n{json.dumps(RIGHT)}\n```").request is not None


def test_what_is_unclear_for_the_grammar_is_unclear_from_a_model():
    text = "flog SPX condors, iron ones, spot at 5.900"
    said = {"underlying": "SPX", "strategy": "short iron condor", "spot": "5.900"}
    assert "5,900 or 5.9" in sentence(said, text)


def test_the_model_is_asked_only_where_words_were_left_unread():
    model = Says(RIGHT)
    for text in (
        "sell an iron condor on SPX, spot 5900, VIX 14, 30 days",
        "iron condor on SPX",
        "long call AAPL 200, spot 190, spot 191",
    ):
        understand(text, today=TODAY, writer=model)
    assert model.prompts == []
    assert understand(TEXT, today=TODAY).unread
    assert understand(TEXT, today=TODAY, writer=model).request.reader == "model"
    assert len(model.prompts) == 1


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    server = served.FakeServer()
    yield server
    server.close()


@pytest.fixture
def endpoint(fake):
    quick = {"timeout_s": 5.0, "retries": 0, "backoff_s": 0.01, "deadline_s": 0.5}
    writer = EndpointWriter({"url": fake.url, "model": "small", **quick})
    yield writer
    writer.close()


def test_a_server_is_told_the_schema(fake, endpoint):
    fake.behave = lambda exchange: exchange.reply(json.dumps(RIGHT))
    assert read_by_model(TEXT, today=TODAY, writer=endpoint).request.spot == 5900
    told = fake.posts[-1].body["response_format"]
    assert (told["type"], told["json_schema"]["schema"]) == ("json_schema", SCHEMA)


def test_a_server_that_knows_no_schema_is_asked_without(fake, endpoint):
    def behave(exchange):
        if "response_format" in exchange.body:
            exchange.send_json({"error": {"message": "unknown field response_format"}}, status=400)
        else:
            exchange.reply(json.dumps(RIGHT))

    fake.behave = behave
    assert read_by_model(TEXT, today=TODAY, writer=endpoint).request.spot == 5900


@pytest.mark.parametrize(
    ("behave", "match"),
    [
        (lambda exchange: exchange.hang(), "did not answer"),
        (lambda exchange: exchange.cut(), "did not answer"),
        (lambda exchange: exchange.send("<html>busy</html>"), "did not answer"),
        (lambda exchange: exchange.reply("no idea"), "no JSON object"),
        (lambda exchange: exchange.reply(json.dumps({**RIGHT, "spot": "6000"})), "does not say"),
    ],
)
def test_a_server_that_is_slow_gone_or_wrong_becomes_a_sentence(fake, endpoint, behave, match):
    fake.behave = behave
    reading = read_by_model(TEXT, today=TODAY, writer=endpoint)
    assert reading.request is None
    assert match in reading.problems[0].sentence
