import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.framing import (
    LENGTH,
    MAX_MESSAGE_BYTES,
    BadMessage,
    Frames,
    decode,
    encode,
    read_message,
    write_message,
)
from spoonbench.harness.protocol import CellResult, Event
from spoonbench.solvers.api import Answer

# Any code point, surrogates and control characters included. A high surrogate before a low one
# is left out: JSON cannot tell the two from the character that they encode.
characters = st.characters(categories=["L", "M", "N", "P", "S", "Z", "C"])
texts = st.text(characters).filter(
    lambda text: text == text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
messages = st.dictionaries(texts, values, max_size=4)


@settings(deadline=None)
@given(st.lists(messages, max_size=4), st.integers(1, 40))
def test_messages_come_back_however_the_stream_is_cut(sent, cut):
    stream = b"".join(encode(message) for message in sent)
    frames = Frames()
    received = []
    for start in range(0, len(stream), cut):
        received += frames.feed(stream[start : start + cut])
    assert received == sent
    assert not frames.is_partial


@settings(deadline=None)
@given(texts, texts)
def test_answers_come_back_as_they_were(value, raw_text):
    cell = CellResult(
        cell_key="k",
        status="ok",
        answers=(Answer(status="answered", value=value, raw_text=raw_text),),
    )
    assert from_json(CellResult, decode(encode(cell)[LENGTH.size :])) == cell


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_garbage_gives_objects_or_is_refused(data):
    frames = Frames()
    try:
        found = frames.feed(data)
    except BadMessage:
        return
    assert all(isinstance(message, dict) for message in found)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"3", b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000, b'{"a": Infinity}']
)
def test_what_is_no_object_is_refused(body):
    with pytest.raises(BadMessage):
        decode(body)


def test_a_length_that_nobody_sends_is_refused():
    with pytest.raises(BadMessage, match=r"\\xff\\xff\\xff\\xff"):
        Frames().feed(b"\xff\xff\xff\xff")
    assert MAX_MESSAGE_BYTES < 0xFFFFFFFF


@pytest.mark.parametrize("message", [{"a": float("nan")}, {"a": float("inf")}])
def test_numbers_without_a_json_form_are_refused(message):
    with pytest.raises(ValueError, match="Out of range"):
        encode(message)


def test_the_form_on_the_pipe_is_pinned():
    event = Event(kind="progress", data={"fraction": 0.5, "message": "\ud800"})
    body = rb'{"data":{"fraction":0.5,"message":"\ud800"},"kind":"progress"}'
    assert encode(event) == len(body).to_bytes(4, "big") + body
    assert json.loads(body) == to_json(event)


def test_pipes_carry_messages_until_they_end():
    reading, writing = os.pipe()
    try:
        write_message(writing, {"a": 1})
        os.write(writing, b"\0\0")
        os.close(writing)
        assert read_message(reading) == {"a": 1}
        with pytest.raises(EOFError, match="inside a message"):
            read_message(reading)
        with pytest.raises(EOFError, match="the pipe ended"):
            read_message(reading)
    finally:
        os.close(reading)


def test_a_length_that_nobody_sends_is_refused_on_a_pipe():
    reading, writing = os.pipe()
    os.write(writing, b"\xff" * 4)
    os.close(writing)
    with pytest.raises(BadMessage):
        read_message(reading)
    os.close(reading)
