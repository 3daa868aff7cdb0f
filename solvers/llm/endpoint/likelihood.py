"""How likely a text is to the model of a server, through `/completions` with `echo`.

Servers that echo the prompt with the log probabilities of its tokens (vLLM does) tell it. A text
longer than a window goes as windows of token ids, for which the server's `/tokenize` is needed
(vLLM has it, beside /v1). One new token is asked for, since few servers generate none, and left
out. A window means what it means for local models: up to `window` tokens are read, and each says
how likely the one after it is.

Some servers give each token of an echo the log probability of its place one further on
(llama-cpp-python 0.3.36 does), which looks like any other number. So the model first writes a few
tokens, and the same tokens echoed must be as likely as they were when they were written.

Not covered: chats, whose templates stand between a text and its tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.endpoint.failures import RequestFailed
from spoonbench.solvers.llm.endpoint.replies import is_log_probability
from spoonbench.solvers.llm.windows import check_window, make_windows
from spoonbench.solvers.texts import TextLikelihood

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.llm.endpoint.client import Client

_NO_ECHO = (
    "this server does not tell how likely the tokens of a text are: that takes /completions with "
    "echo and logprobs, which vLLM offers"
)

_TOO_LONG = (
    "the text is longer than what the model of this server reads at once, and the server has no "
    "/tokenize to cut it with"
)

_LEAST_TOKENS = 2
_OPENING_CHARACTERS = 200
"""Of a text, after which the model writes a few tokens of its own."""

_N_WRITTEN = 4
_LARGEST_GAP = 0.25
"""Between two log probabilities of one token: number formats and batches make up less."""

Scored = list[tuple[str, float | None]]
"""Tokens of a prompt as text, with their log probability where something stands before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Has texts scored by one model of a server.

    Attributes:
        client: of the server.
        base: its address.
        model: name of the model.
    """

    client: Client
    base: str
    model: str

    async def score(self, text: str, window: int | None, stride: int | None) -> TextLikelihood:
        """Score every token of a text given those before it in its window.

        Args:
            text: not empty.
            window: tokens read at once; None: as many as the server says that the model has
                places for; where it does not say, the whole text.
            stride: tokens by which the window moves; None: half a window.

        Raises:
            Unsupported: the server does not tell; the message says what is missing.
            ValueError: a text that is too short, or a window or stride that does not fit.
        """
        await self._check_echo(text)
        places = await self._places() if window is None else window
        if places is None:
            return await self._score_whole(text, window, stride)
        most, step = check_window(places, stride, None)
        ids = await self._tokenize(text)
        if ids is None:
            return await self._score_whole(text, window, stride)
        if len(ids) < _LEAST_TOKENS:
            raise ValueError("the text has one token and none before it: it is too short")
        scored: Scored = []
        windows = make_windows(len(ids) - 1, most, step)
        for start, end, n_scored in windows:
            part = await self._echo(ids[start : end + 1])
            if len(part) != end + 1 - start:
                raise Unsupported(f"the server made {len(part)} tokens of {end + 1 - start}")
            scored += part[-n_scored:] if scored else part
        return _likelihood(text, scored, (len(windows), most, step))

    async def _score_whole(
        self, text: str, window: int | None, stride: int | None
    ) -> TextLikelihood:
        """One window, whose stride does nothing but must be one."""
        if stride is not None:
            check_window(max(stride, 1) if window is None else window, stride, None)
        scored = await self._echo(text)
        n_tokens = len(scored)
        if n_tokens < _LEAST_TOKENS:
            raise ValueError("the text has one token and none before it: it is too short")
        if window is not None and n_tokens > window + 1:
            raise Unsupported(
                f"the text has {n_tokens} tokens, more than the window of {window}, and this "
                "server has no /tokenize to cut it with: leave the window out"
            )
        return _likelihood(text, scored, (1, n_tokens - 1, n_tokens - 1))

    async def _places(self) -> int | None:
        """Tokens that fit before one that is scored and one that is generated."""
        try:
            listed = await self.client.listed()
        except RequestFailed:
            return None
        sizes = [item.get("max_model_len") for item in listed if item["id"] == self.model]
        size = sizes[0] if sizes else None
        return size - 2 if isinstance(size, int) and size > _LEAST_TOKENS else None

    async def _tokenize(self, text: str) -> list[int] | None:
        """Token ids of a text; None where the server has no `/tokenize`."""
        url = f"{self.base.rpartition('/')[0]}/tokenize"
        try:
            found = await self.client.post(url, {"model": self.model, "prompt": text})
        except RequestFailed:
            return None
        ids = found.get("tokens") if isinstance(found, dict) else None
        is_ids = isinstance(ids, list) and bool(ids) and all(isinstance(item, int) for item in ids)
        return ids if is_ids else None

    async def _check_echo(self, text: str) -> None:
        """See that tokens are as likely in an echo as they were when the model wrote them.

        Where it writes none that an echo shows again, nothing can be seen.

        Raises:
            Unsupported: they are not.
        """
        opening = text[:_OPENING_CHARACTERS]
        try:
            tokens, values, _ = await self._completed(opening, max_tokens=_N_WRITTEN)
        except Unsupported:
            return
        if not tokens or not _are_scores(tokens, values) or values[0] is None:
            return
        echoed = (await self._echo(opening + "".join(tokens)))[-len(tokens) :]
        if [token for token, _ in echoed] != tokens:
            return
        pairs = [(told, seen) for told, (_, seen) in zip(values, echoed, strict=True) if seen]
        told, seen = max(pairs, key=lambda pair: abs(pair[0] - pair[1]), default=(0.0, 0.0))
        if abs(told - seen) > _LARGEST_GAP:
            raise Unsupported(
                "what this server echoes is not how likely a text is: of a token that its model "
                f"wrote with a log probability of {told:.3g} it says {seen:.3g} in an echo"
            )

    async def _completed(self, prompt: str | Sequence[int], **more: Any) -> tuple[Any, Any, Any]:
        """Tokens of a completion, their log probabilities, and how many are the prompt's."""
        asked = {"model": self.model, "prompt": prompt, "logprobs": 1, "temperature": 0.0}
        try:
            found = await self.client.post(f"{self.base}/completions", {**asked, **more})
        except RequestFailed as exc:
            why = _TOO_LONG if "context length" in exc.failure.message else _NO_ECHO
            raise Unsupported(f"{why} ({exc.failure.reason})") from None
        try:
            logprobs = found["choices"][0]["logprobs"]
            return logprobs["tokens"], logprobs["token_logprobs"], found["usage"]["prompt_tokens"]
        except (TypeError, KeyError, IndexError) as exc:
            raise Unsupported(_NO_ECHO) from exc

    async def _echo(self, prompt: str | Sequence[int]) -> Scored:
        """Tokens of a prompt with their log probabilities."""
        tokens, values, n_told = await self._completed(prompt, echo=True, max_tokens=1)
        try:
            n_prompt = int(n_told)
            is_whole = n_prompt <= len(tokens) == len(values) <= n_prompt + 1
        except (TypeError, ValueError) as exc:
            raise Unsupported(_NO_ECHO) from exc
        if not is_whole or not _are_scores(tokens[:n_prompt], values[:n_prompt]):
            raise Unsupported(_NO_ECHO)
        return list(zip(tokens[:n_prompt], values[:n_prompt], strict=True))


def _are_scores(tokens: list[Any], values: list[Any]) -> bool:
    """Texts and log probabilities, of which the first may be missing."""
    good = all(isinstance(token, str) for token in tokens)
    good = good and all(map(is_log_probability, values[1:]))
    return good and bool(values) and (values[0] is None or is_log_probability(values[0]))


def _likelihood(text: str, scored: Scored, passes: tuple[int, int, int]) -> TextLikelihood:
    """Sums; `passes` holds the number of windows, their width and their stride."""
    values = [value for _, value in scored if value is not None]
    n_unscored_bytes = _unscored_bytes(text, scored)
    n_windows, width, step = passes
    return TextLikelihood(
        log_likelihood=float(sum(values)),
        n_tokens=len(values),
        n_bytes=len(text.encode()) - n_unscored_bytes,
        n_unscored_bytes=n_unscored_bytes,
        n_windows=n_windows,
        window=width,
        stride=step,
    )


def _unscored_bytes(text: str, scored: Scored) -> int:
    """Bytes of the first token, unless it is a mark before the text."""
    if scored[0][1] is not None:
        return 0
    first, *others = (token for token, _ in scored)
    if text.startswith(first):
        return len(first.encode())
    if others and text.startswith(others[0]):
        return 0
    raise Unsupported("the tokens that the server echoes do not make up the text")
