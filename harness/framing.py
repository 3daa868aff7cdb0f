"""Messages on a pipe: a 4-byte big-endian length, then that many bytes of JSON.

The types of `protocol` say what stands in a message; this module cuts the stream into messages
and refuses what is none.

Not covered: a high surrogate directly followed by a low one comes back as the one character
that the pair encodes, because JSON cannot tell the two apart. Every other string, lone
surrogates and control characters included, comes back as it was.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

from spoonbench.harness.canonical import canonical_json, to_json

LENGTH = struct.Struct(">I")
MAX_MESSAGE_BYTES = 1 << 30
"""A longer message is taken for garbage: a length read from stray bytes is usually larger."""
EXCERPT_BYTES = 60


class BadMessage(ValueError):
    """What came is no message; the text says what came instead."""


def encode(message: Any) -> bytes:
    """One message as bytes.

    Args:
        message: a record or a JSON object.

    Raises:
        ValueError: it holds NaN or an infinity, or is longer than `MAX_MESSAGE_BYTES`.
        TypeError: it holds something that JSON has no form for.
    """
    body = canonical_json(to_json(message)).encode("ascii")
    if len(body) > MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of {len(body)} bytes is longer than {MAX_MESSAGE_BYTES}")
    return LENGTH.pack(len(body)) + body


def decode(body: bytes) -> dict[str, Any]:
    """The JSON object of one message.

    Raises:
        BadMessage: the bytes are no JSON object.
    """
    try:
        message = json.loads(body.decode("ascii"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as exc:
        raise BadMessage(_excerpt(body)) from exc
    if not isinstance(message, dict):
        raise BadMessage(_excerpt(body))
    return message


class Frames:
    """Cuts a stream of bytes into messages, however the stream was cut before."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def is_partial(self) -> bool:
        """The stream so far ends inside a message."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Take the next bytes; return the messages that they complete, in order.

        Raises:
            BadMessage: the bytes are no messages; nothing after them can be trusted.
        """
        self._buffer += data
        messages = []
        while (body := self._cut()) is not None:
            messages.append(decode(body))
        return messages

    def _cut(self) -> bytes | None:
        if len(self._buffer) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack_from(self._buffer)
        if length > MAX_MESSAGE_BYTES:
            raise BadMessage(_excerpt(bytes(self._buffer)))
        end = LENGTH.size + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[LENGTH.size : end])
        del self._buffer[:end]
        return body


def read_message(fd: int) -> dict[str, Any]:
    """Read one message, blocking.

    Raises:
        EOFError: the other side is gone.
        BadMessage: the bytes are no message.
    """
    (length,) = LENGTH.unpack(_read_exactly(fd, LENGTH.size))
    if length > MAX_MESSAGE_BYTES:
        raise BadMessage(f"a length of {length} bytes")
    return decode(_read_exactly(fd, length))


def write_message(fd: int, message: Any) -> None:
    """Write one message, blocking; errors as in `encode`, and OSError from the pipe."""
    rest = memoryview(encode(message))
    while rest:
        rest = rest[os.write(fd, rest) :]


def _read_exactly(fd: int, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = os.read(fd, min(count - len(parts), 1 << 20))
        if not part:
            raise EOFError("the pipe ended inside a message" if parts else "the pipe ended")
        parts += part
    return bytes(parts)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _excerpt(body: bytes) -> str:
    shown = repr(body[:EXCERPT_BYTES])[1:]  # without the b of bytes
    n_more = len(body) - EXCERPT_BYTES
    return shown + (f" and {n_more} bytes more" if n_more > 0 else "")
