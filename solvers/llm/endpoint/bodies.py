"""What is sent: the fields of one request, and how they are said to different servers.

Not covered: images, tools, and output forced into a grammar other than JSON; settings that a server
fills in where the protocol has no name for them (vLLM takes a penalty on repetition from the
model's folder).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from spoonbench.solvers.llm.asking import STOP
from spoonbench.solvers.llm.decoding import check_decoding
from spoonbench.solvers.texts import Decoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.llm.asking import Asking
    from spoonbench.solvers.llm.endpoint.failures import Failure
    from spoonbench.solvers.llm.endpoint.parameters import Endpoint

Body = dict[str, Any]
PATHS = {"chat": "/chat/completions", "completions": "/completions"}

_REJECTED = frozenset({400, 422})
_INVALID = "validation error"
_ALL = -1
"""What vLLM and SGLang say for top_k among all tokens; llama.cpp and MLX refuse it, and say 0."""

_REPETITION = "repeat_penalty"
"""llama.cpp's name. Its Python server punishes repetitions by 1.1, greedy texts too, where it is
not told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What differs between servers, learned from what they refuse.

    Attributes:
        asks_usage: `stream_options` is known, without which a stream may tell no tokens.
        limit: name of the limit of new tokens.
        says_no_penalty: `repeat_penalty` is known, or nobody minds.
        all_tokens: what top_k is for a choice among all tokens.
        counts_likely: a completion is asked for the log probabilities of so many tokens; else it
            is asked for them or not, as a chat is.
        streams: an answer is written to its end, whatever else is asked meanwhile.
        is_settled: a request succeeded in this dialect.
    """

    asks_usage: bool = True
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    says_no_penalty: bool = True
    all_tokens: int = _ALL
    counts_likely: bool = True
    streams: bool = True
    is_settled: bool = False

    def say(self, body: Body) -> bytes:
        """The request as it is sent: ASCII, so that any text can stand in it."""
        said = dict(body)
        said[self.limit] = said.pop("max_tokens")
        if self.says_no_penalty:
            said.setdefault(_REPETITION, 1.0)
        if said.get("top_k") == _ALL:
            said["top_k"] = self.all_tokens
        if "logprobs" in said and not self.counts_likely:
            said["logprobs"] = True
        if not self.streams:
            said.pop("stream", None)
        if said.get("stream") and self.asks_usage:
            said["stream_options"] = {"include_usage": True}
        return json.dumps(said, allow_nan=False).encode("ascii")

    def other(self, body: Body, failure: Failure) -> Dialect | None:
        """How to say it after a refusal; None where there is no other way.

        A server may not name the field that it does not know in its refusal, so any is tried once
        without those that not all know. An answer that was broken off is asked for whole: a
        server that breaks off one stream for the next (llama-cpp-python's does) waits there.
        """
        if failure.is_broken_off and self.streams:
            return replace(self, streams=False)
        # llama-cpp-python's server calls a field that it refuses an error of its own, HTTP 500.
        is_rejected = failure.status in _REJECTED or _INVALID in failure.message
        if self.is_settled or not is_rejected:
            return None
        named = self._without_named(body, failure.message)
        if named is not None:
            return named
        if self.says_no_penalty or (self.asks_usage and body.get("stream")):
            return replace(self, says_no_penalty=False, asks_usage=False)
        return None

    def joined(self, other: Dialect) -> Dialect:
        """What a request that succeeded has shown, beside what others did meanwhile."""
        return replace(other, streams=self.streams and other.streams, is_settled=True)

    def _without_named(self, body: Body, message: str) -> Dialect | None:
        """Without what the refusal names; None where it names nothing that can be left out."""
        if self.limit == "max_tokens" and "max_completion_tokens" in message:
            return replace(self, limit="max_completion_tokens")
        if self.says_no_penalty and _REPETITION in message:
            return replace(self, says_no_penalty=False)
        if self.asks_usage and "stream_options" in message:
            return replace(self, asks_usage=False)
        if self.all_tokens == _ALL and "top_k" in message and body.get("top_k") == _ALL:
            return replace(self, all_tokens=0)
        if self.counts_likely and "logprobs" in message and "bool" in message:
            return replace(self, counts_likely=False)
        return None


def question_body(endpoint: Endpoint, asking: Asking, question: str) -> Body:
    """The request for one problem: greedy."""
    stops = endpoint.stop_strings
    if endpoint.api == "chat":
        body = _body(endpoint, {"messages": asking.messages(question)})
    else:
        body = _body(endpoint, {"prompt": asking.text(question)})
        # A base model goes on with a question of its own.
        stops = (STOP, *stops)
    body |= {"max_tokens": endpoint.max_new_tokens, "temperature": 0.0}
    return body | _stop(stops) | _extensions(endpoint, Decoding())


def prompt_body(endpoint: Endpoint, prompt: str, decoding: Decoding, index: int) -> Body:
    """The request for a text that goes on; a chat takes the prompt as the user's message.

    Args:
        endpoint: the server.
        prompt: as it stands.
        decoding: settings.
        index: of the prompt among those asked together; each draws with a seed of its own.

    Raises:
        ValueError: a setting that means nothing, or that the server cannot take.
    """
    check_decoding(decoding)
    if not prompt:
        raise ValueError("a prompt is empty")
    chat = [{"role": "user", "content": prompt}]
    body = _body(endpoint, {"messages": chat} if endpoint.api == "chat" else {"prompt": prompt})
    body |= {"max_tokens": decoding.max_new_tokens, "temperature": decoding.temperature}
    if decoding.temperature > 0:
        body |= {"top_p": decoding.top_p, "seed": decoding.seed + index}
    return body | _stop(decoding.stop_strings) | _extensions(endpoint, decoding)


def response_format(schema: Mapping[str, Any]) -> Body:
    """The field that holds a text to a JSON schema.

    Source: OpenAI API reference, structured outputs; vLLM, SGLang and llama.cpp know it, too.
    """
    named = {"name": "answer", "strict": False, "schema": dict(schema)}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


def _body(endpoint: Endpoint, prompt: Body) -> Body:
    body: Body = {"model": endpoint.model, **prompt}
    if endpoint.stream:
        body["stream"] = True
    if endpoint.logprobs and endpoint.api == "chat":
        # llama-cpp-python's server tells none of the tokens written where it is to tell no others.
        body |= {"logprobs": True, "top_logprobs": 1}
    elif endpoint.logprobs:
        body["logprobs"] = 1
    return body


def _stop(strings: tuple[str, ...]) -> Body:
    return {"stop": list(strings)} if strings else {}


def _extensions(endpoint: Endpoint, decoding: Decoding) -> Body:
    """Settings that the protocol does not have.

    A server that knows them is told them always: what is not said, it may take from the settings
    that come with the model.
    """
    if endpoint.extensions:
        penalty = decoding.repetition_penalty
        said: Body = {"repetition_penalty": penalty, _REPETITION: penalty}
        if decoding.temperature > 0:
            said["top_k"] = decoding.top_k or _ALL
        return said
    wanted = ["top_k"] if decoding.top_k and decoding.temperature > 0 else []
    wanted += ["repetition_penalty"] if decoding.repetition_penalty != 1.0 else []
    if wanted:
        raise ValueError(
            f"{' and '.join(wanted)}: the protocol of endpoints does not have it, and servers that "
            "do not know it ignore it; if yours knows it (vLLM, SGLang, llama.cpp, MLX), set "
            "extensions=true"
        )
    return {}
