r"""Server-sent events, as far as language models are streamed in them.

    data: {"choices": [...]}\n\n
    : a comment\n
    data: [DONE]\n\n

Source: WHATWG HTML, section 9.2.6. Chunks may end anywhere, within a character too. An event at
the end of the stream counts even where the empty line after it is missing, as some servers do.

Not covered: event ids and reconnection, which this use has none of.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DONE = "[DONE]"

_LINE_END = re.compile(rb"\r\n|\n|\r")
_MARK = b"\xef\xbb\xbf"


class EventParser:
    """Takes bytes as they come, gives the data of every event that is complete."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._held = b""
        self._data: list[str] = []
        self._is_first = True

    def feed(self, piece: bytes) -> Iterator[str]:
        """Data of the events that this piece completes."""
        piece, self._held, start = self._held + piece, b"", 0
        for match in _LINE_END.finditer(piece):
            # A "\n" may follow in the next piece; it would be an empty line of its own.
            if match.group() == b"\r" and match.end() == len(piece):
                self._held = b"\r"
                break
            line, start = b"".join([*self._rest, piece[start : match.start()]]), match.end()
            self._rest.clear()
            yield from self._take(line)
        self._rest.append(piece[start : len(piece) - len(self._held)])

    def finish(self) -> Iterator[str]:
        """Data of an event that the end of the stream completes."""
        line = b"".join(self._rest)
        self._rest.clear()
        if line:
            yield from self._take(line)
        yield from self._take(b"")

    def _take(self, line: bytes) -> Iterator[str]:
        if self._is_first:
            self._is_first, line = False, line.removeprefix(_MARK)
        if not line:
            if self._data:
                yield "\n".join(self._data)
                self._data = []
            return
        name, _, value = line.decode("utf-8", errors="replace").partition(":")
        if name == "data":
            self._data.append(value.removeprefix(" "))
