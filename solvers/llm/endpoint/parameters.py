"""Parameters of an endpoint, checked: unknown names and impossible values are refused."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.refusals import read_strings, refuse_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.api import Json

Api = Literal["chat", "completions"]
DEADLINE_FACTOR = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """How a server is asked. The key is no parameter: only the name of its variable is.

    Attributes:
        url: base address, with or without /v1.
        model: the name that the server knows the model by.
        api: "chat" (messages, for models with a chat template) or "completions" (plain text).
        shots: examples of the training part in every prompt.
        max_new_tokens: limit of an answer.
        stop_strings: the server ends an answer before one of them.
        timeout_s: longest wait for a connection, and for the next bytes.
        deadline_s: longest time for one question, with all its attempts; 0: five times `timeout_s`.
        retries: further attempts after a failure that may pass.
        backoff_s: the first wait between attempts is drawn from [0, backoff_s]; the bound doubles.
        concurrency: requests under way at once.
        stream: the answer is read as it is written, which tells the time of its first token.
        logprobs: ask for the probabilities of tokens, from which confidence is read.
        extensions: the server knows `top_k` and `repetition_penalty` (vLLM, SGLang, llama.cpp and
            MLX do), which the protocol itself does not have; they are said with every request
            then.
        price_in: US dollars per million prompt tokens; None: unknown.
        price_out: US dollars per million new tokens; None: unknown.
        key_variable: environment variable that holds the key; empty: none is sent.
        allow_http: the key may go unencrypted to another machine.
    """

    url: str
    model: str
    api: Api = "chat"
    shots: int = 4
    max_new_tokens: int = 64
    stop_strings: tuple[str, ...] = ()
    timeout_s: float = 60.0
    deadline_s: float = 0.0
    retries: int = 4
    backoff_s: float = 0.5
    concurrency: int = 8
    stream: bool = True
    logprobs: bool = False
    extensions: bool = False
    price_in: float | None = None
    price_out: float | None = None
    key_variable: str = "OPENAI_API_KEY"
    allow_http: bool = False

    @property
    def total_s(self) -> float:
        """Seconds for one question with all its attempts."""
        return self.deadline_s or DEADLINE_FACTOR * self.timeout_s

    def cost(self, tokens_in: int | None, tokens_out: int | None) -> float | None:
        """US dollars; None where a price or a number of tokens is unknown."""
        if self.price_in is None or self.price_out is None:
            return None
        # What is free is free, however much of it there was.
        if self.price_in == self.price_out == 0:
            return 0.0
        if tokens_in is None or tokens_out is None:
            return None
        return (self.price_in * tokens_in + self.price_out * tokens_out) / 1e6


_RANGES: dict[str, tuple[float, float]] = {
    "shots": (0, 100),
    "max_new_tokens": (1, 1_000_000),
    "timeout_s": (0.01, 86_400),
    "deadline_s": (0, 864_000),
    "retries": (0, 20),
    "backoff_s": (0, 60),
    "concurrency": (1, 512),
    "price_in": (0, 1e6),
    "price_out": (0, 1e6),
}


def read_endpoint(params: Mapping[str, Json]) -> Endpoint:
    """Check parameters; the address itself is checked by `address.base_url`.

    Args:
        params: JSON values by name; those of `Endpoint`.

    Raises:
        Unsupported: a name that is unknown or missing, or a value of the wrong kind or size.
    """
    known = {spec.name: spec for spec in fields(Endpoint)}
    for name in params:
        if name not in known:
            raise refuse_name("endpoint", "parameter", name, tuple(known))
    for name in ("url", "model"):
        if not params.get(name):
            raise Unsupported(f"endpoint needs {name}: --endpoint URL --endpoint-model NAME")
    values = {name: _checked(name, value, str(known[name].type)) for name, value in params.items()}
    endpoint = Endpoint(**values)
    if (endpoint.price_in is None) != (endpoint.price_out is None):
        raise Unsupported("give both price_in and price_out, or neither: a cost needs both")
    return endpoint


def _checked(name: str, value: Json, kind: str) -> Any:
    if name == "api":
        if value not in ("chat", "completions"):
            raise Unsupported(f"api must be 'chat' or 'completions', not {value!r}")
        return value
    if kind == "str":
        return _string(name, value)
    if kind == "bool":
        if not isinstance(value, bool):
            raise Unsupported(f"{name} must be true or false, not {value!r}")
        return value
    if kind.startswith("tuple"):
        return read_strings(name, value)
    return _amount(name, value, kind)


def _string(name: str, value: Json) -> str:
    # A key given by mistake must not be shown, so the value is not.
    if not isinstance(value, str) or not value.isprintable():
        raise Unsupported(f"{name} must be a text without control characters")
    if name == "key_variable" and value and not value.replace("_", "a").isalnum():
        raise Unsupported("key_variable must be the name of an environment variable")
    return value


def _amount(name: str, value: Json, kind: str) -> float | None:
    # Prices may be null: unknown.
    if value is None and name.startswith("price_"):
        return None
    kinds = (int,) if kind == "int" else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
        what = "an integer" if kind == "int" else "a number"
        raise Unsupported(f"{name} must be {what}, not {value!r}")
    least, most = _RANGES[name]
    if not least <= value <= most:
        raise Unsupported(f"{name} must lie from {least:g} to {most:g}, not be {value!r}")
    return value
