"""What a server replied: the text, what ended it, and the figures that came with it.

A reply comes whole or in chunks; both have `choices`, so a whole one is read as a single chunk.
Without a `finish_reason` it is half an answer, and never taken for one.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spoonbench.solvers.api import StopReason

_STOPS: dict[str, StopReason] = {
    "stop": "stopped",
    "length": "limit",
    # As text-generation-inference names them.
    "eos_token": "end_token",
    "stop_sequence": "stop_string",
}
_REFUSED = {
    "content_filter": "the server's content filter stopped the answer",
    "tool_calls": "the model called a tool instead of answering",
    "function_call": "the model called a function instead of answering",
}


class BadReply(ValueError):
    """No answer can be read from what the server sent.

    Args:
        reason: why.
        sent: what the server sent, uncut: the key is taken out before it is cut and shown.
        is_broken_off: the server called half an answer done.
    """

    def __init__(self, reason: str, sent: str = "", *, is_broken_off: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.sent, self.is_broken_off = reason, sent, is_broken_off


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole reply.

    Attributes:
        text: what the model wrote; a stop string that the server names is added to it.
        stopped_by: what ended it.
        tokens_in: prompt tokens, as the server counts them.
        tokens_out: new tokens, as the server counts them.
        first_token_s: seconds from the first attempt to the first text; None if not streamed.
        tokens: shape (n,), new tokens as text; empty where the server does not tell.
        log_probabilities: shape (n,), natural logarithms, one for each of `tokens`.
        is_reasoned: the model also wrote what the server keeps apart as reasoning.
    """

    text: str
    stopped_by: StopReason
    tokens_in: int | None
    tokens_out: int | None
    first_token_s: float | None = None
    tokens: tuple[str, ...] = ()
    log_probabilities: tuple[float, ...] = ()
    is_reasoned: bool = False


def parse_json(text: str) -> Any:
    """Read JSON; NaN and infinity, which JSON does not have, become null.

    Raises:
        BadReply: it is none.
    """
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise BadReply("the server sent no valid JSON", text or "nothing") from None


class Collector:
    """Puts a reply together.

    Args:
        started_ns: `time.perf_counter_ns` when the question was first sent.
    """

    def __init__(self, started_ns: int) -> None:
        self._started_ns = started_ns
        self._pieces: list[str] = []
        self._tokens: list[tuple[Any, Any]] = []
        self._usage: dict[str, Any] = {}
        self._first_ns: int | None = None
        self._finish: str | None = None
        self._stop: Any = None
        self._has_choices = self._is_reasoned = False

    @property
    def is_whole(self) -> bool:
        """The server said what ended the text."""
        return self._finish is not None

    def add(self, chunk: Any) -> None:
        """Take one chunk, or a whole reply.

        Raises:
            BadReply: an error, or a form that no answer has.
        """
        if not isinstance(chunk, dict):
            raise BadReply("the server sent JSON that is no object", json.dumps(chunk))
        _raise_error(chunk)
        if isinstance(chunk.get("usage"), dict):
            self._usage = chunk["usage"]
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            raise BadReply("the server sent no choices", json.dumps(chunk))
        if choices:
            self._add_choice(choices[0])

    def _add_choice(self, choice: Any) -> None:
        self._has_choices = True
        content, is_reasoned = _content(choice)
        self._is_reasoned |= is_reasoned
        if content:
            if self._first_ns is None:
                self._first_ns = time.perf_counter_ns()
            self._pieces.append(content)
        self._tokens += _tokens(choice.get("logprobs"))
        if choice.get("finish_reason") is not None:
            self._finish = str(choice["finish_reason"])
            self._stop = choice.get("stop_reason", choice.get("matched_stop"))

    def finish(self, *, is_streamed: bool, is_done: bool = False) -> Reply:
        """The reply.

        Args:
            is_streamed: it came in chunks.
            is_done: the server said after the last of them that it is done.

        Raises:
            BadReply: it is not whole, or ended in what is no answer.
        """
        if not self._has_choices:
            raise BadReply("the server sent no choices")
        text = _whole_text("".join(self._pieces))
        if self._finish is None:
            reason = (
                f"half an answer: it ended after {len(text)} characters without a finish_reason"
            )
            raise BadReply(reason, is_broken_off=is_done)
        stopped_by = self._stopped_by(self._finish)
        if stopped_by == "stop_string" and isinstance(self._stop, str):
            text = text if text.endswith(self._stop) else text + self._stop
        tokens, log_probabilities = _usable(self._tokens)
        first_ns = self._first_ns if is_streamed else None
        return Reply(
            text=text,
            stopped_by=stopped_by,
            tokens_in=_count(self._usage.get("prompt_tokens")),
            tokens_out=_count(self._usage.get("completion_tokens")),
            first_token_s=None if first_ns is None else (first_ns - self._started_ns) / 1e9,
            tokens=tokens,
            log_probabilities=log_probabilities,
            is_reasoned=self._is_reasoned,
        )

    def _stopped_by(self, finish: str) -> StopReason:
        if finish in _REFUSED:
            raise BadReply(_REFUSED[finish])
        if finish not in _STOPS:
            raise BadReply("the server ended the text with the finish_reason", finish)
        # vLLM and SGLang say what the text stopped at: a string, or the id of an end token.
        if finish == "stop" and isinstance(self._stop, str) and self._stop:
            return "stop_string"
        if finish == "stop" and _count(self._stop) is not None:
            return "end_token"
        return _STOPS[finish]


def _raise_error(chunk: dict[str, Any]) -> None:
    error = chunk.get("error")
    if not error and chunk.get("object") == "error":
        error = chunk
    if error:
        message = error.get("message", error) if isinstance(error, dict) else error
        text = message if isinstance(message, str) else json.dumps(message)
        raise BadReply("the server reported an error", text)


def _content(choice: Any) -> tuple[str, bool]:
    """The text of a choice, and whether it holds reasoning."""
    if not isinstance(choice, dict):
        raise BadReply("the server sent a choice that is no object", json.dumps(choice))
    part = choice.get("delta", choice.get("message"))
    holder = part if isinstance(part, dict) else choice
    content = holder.get("content" if isinstance(part, dict) else "text")
    if content is not None and not isinstance(content, str):
        raise BadReply("the server sent content that is no text", json.dumps(content))
    is_reasoned = bool(holder.get("reasoning_content") or holder.get("reasoning"))
    return content or "", is_reasoned


def _tokens(logprobs: Any) -> list[tuple[Any, Any]]:
    """Tokens with their log probabilities, in the form of chats or of completions."""
    if not isinstance(logprobs, dict):
        return []
    if isinstance(logprobs.get("content"), list):
        found = [item for item in logprobs["content"] if isinstance(item, dict)]
        return [(item.get("token"), item.get("logprob")) for item in found]
    tokens, values = logprobs.get("tokens"), logprobs.get("token_logprobs")
    if isinstance(tokens, list) and isinstance(values, list):
        return list(zip(tokens, values, strict=False))
    return []


def _usable(tokens: list[tuple[Any, Any]]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """All tokens, or none where one is not what it should be."""
    good = [(t, v) for t, v in tokens if isinstance(t, str) and is_log_probability(v)]
    if not tokens or len(good) < len(tokens):
        return (), ()
    return tuple(t for t, _ in good), tuple(min(float(v), 0.0) for _, v in good)


def is_log_probability(value: Any) -> bool:
    """A finite number, not above 0 but for rounding."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value <= 1e-3  # noqa: PLR2004  # rounding of half precision
    )


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if is_count else None


def _whole_text(text: str) -> str:
    """Halves of characters that came in two chunks joined; what stays half is replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
