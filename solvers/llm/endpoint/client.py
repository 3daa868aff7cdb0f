"""Asks a server: several questions at once, again where that may help, and never for ever.

Every wait is bounded: for a connection and between bytes by `timeout_s`, for a question with all
its attempts by `deadline_s`, also where the server sends one byte now and then. Redirects are not
followed, since the key would go along. Proxies of the environment are used, but not to this
machine. Replies are asked for uncompressed, so that their size is known while they are read.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx2

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.endpoint.address import is_loopback, without_secrets
from spoonbench.solvers.llm.endpoint.bodies import PATHS, Dialect
from spoonbench.solvers.llm.endpoint.failures import (
    Failure,
    RequestFailed,
    failed_connection,
    failed_status,
    shown,
)
from spoonbench.solvers.llm.endpoint.replies import BadReply, Collector, Reply, parse_json
from spoonbench.solvers.llm.endpoint.retries import Backoff, Breaker, retry_after_s
from spoonbench.solvers.llm.endpoint.stream import DONE, EventParser

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from spoonbench.solvers.llm.endpoint.bodies import Body
    from spoonbench.solvers.llm.endpoint.key import Key
    from spoonbench.solvers.llm.endpoint.parameters import Endpoint

MOST_BYTES = 1 << 23
MOST_ERROR_BYTES = 1 << 16
LOOK_S = 5.0
"""Longest wait for the list of models, which is asked for to see whether a server is there."""

DRAIN_S = 0.1
"""Longest wait for the end of a stream that said it is done."""

_OK, _REDIRECTS = 200, range(300, 400)
_REFUSED = frozenset({401, 403})
_UNKNOWN = 404
_MOST_MODELS = 20
_ENVIRONMENT = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


class Client:
    """A connection to one server.

    Args:
        endpoint: how it is asked.
        base: address, as `address.base_url` makes it.
        key: sent with every request.
        seed: of the waits between attempts.

    Raises:
        Unsupported: the environment names proxies or certificates that cannot be used.
    """

    def __init__(self, endpoint: Endpoint, base: str, key: Key, seed: int) -> None:
        self._endpoint, self._base, self._key = endpoint, base, key
        self._backoff = Backoff(endpoint.backoff_s, seed)
        self._breaker = Breaker()
        self._dialect = Dialect()
        self._gate = asyncio.Semaphore(endpoint.concurrency)
        self._http = _open(endpoint.timeout_s, is_here=is_loopback(base))

    async def close(self) -> None:
        """Give connections back."""
        await self._http.aclose()

    async def ask_all(self, bodies: Sequence[Body]) -> list[Reply | Failure]:
        """Ask several questions, so many at once as `concurrency` says.

        Args:
            bodies: shape (n,).

        Returns:
            n replies or failures, in the order of the questions.
        """
        return list(await asyncio.gather(*(self._ask(body) for body in bodies)))

    async def post(self, url: str, body: Body) -> Any:
        """Send one request outside the protocol of answers, with the same retries.

        Args:
            url: whole.
            body: JSON values.

        Returns:
            The JSON that came back.

        Raises:
            RequestFailed: nothing usable came back.
        """
        content = json.dumps(body, allow_nan=False).encode("ascii")

        async def attempt() -> Any:
            async with self._sent("POST", url, content) as response:
                return parse_json(await _text(response, MOST_BYTES))

        async with self._gate:
            return await self._persist(url, attempt)

    async def models(self) -> list[str]:
        """Names of the models that the server lists.

        Raises:
            RequestFailed: the list cannot be had.
        """
        return [str(item["id"]) for item in await self.listed()]

    async def listed(self) -> list[dict[str, Any]]:
        """What the server lists at /models: mappings with an `id`.

        Raises:
            RequestFailed: the list cannot be had.
        """
        url = f"{self._base}/models"
        wait_s = min(LOOK_S, self._endpoint.timeout_s)
        try:
            async with (
                asyncio.timeout(2 * wait_s),
                self._sent("GET", url, None, wait_s) as response,
            ):
                found = parse_json(await _text(response, MOST_BYTES))
        except TimeoutError:
            failure = Failure(reason=f"no list of models within {2 * wait_s:g} s")
            raise RequestFailed(_final(url, failure, 1)) from None
        except RequestFailed as exc:
            raise RequestFailed(_final(url, exc.failure, 1)) from None
        data = found.get("data") if isinstance(found, dict) else None
        items = data if isinstance(data, list) else []
        return [item for item in items if isinstance(item, dict) and item.get("id")]

    async def _ask(self, body: Body) -> Reply | Failure:
        url = self._base + PATHS[self._endpoint.api]
        async with self._gate:
            refusal = self._breaker.refusal()
            if refusal is not None:
                return replace(refusal, reason=f"{refusal.reason}; given up on for now")
            try:
                reply: Reply = await self._persist(url, self._attempt_of(url, body))
            except RequestFailed as exc:
                self._breaker.record(exc.failure)
                return await self._explained(exc.failure)
        self._breaker.record(None)
        return replace(reply, text=self._key.hide_in_reply(reply.text))

    def _attempt_of(self, url: str, body: Body) -> Any:
        started_ns = time.perf_counter_ns()

        async def attempt() -> Reply:
            dialect = self._dialect
            while True:
                try:
                    content = dialect.say(body)
                    async with self._sent("POST", url, content) as response:
                        reply = await _read_reply(response, started_ns)
                except RequestFailed as exc:
                    other = dialect.other(body, exc.failure)
                    if other is None:
                        raise
                    dialect = other
                else:
                    self._dialect = self._dialect.joined(dialect)
                    return reply

        return attempt

    async def _persist(self, url: str, attempt: Any) -> Any:
        """Attempts until one succeeds, the failure will not pass, or time is up."""
        total_s = self._endpoint.total_s
        deadline = asyncio.get_running_loop().time() + total_s
        failures: list[Failure] = []
        try:
            async with asyncio.timeout_at(deadline):
                return await self._attempts(attempt, failures, deadline)
        except RequestFailed as exc:
            failure = exc.failure
        except TimeoutError:
            before = f"; the attempt before: {failures[-1].reason}" if failures else ""
            failure = Failure(
                reason=f"no whole reply within {total_s:g} s (deadline_s){before}",
                is_gone=all(failure.is_gone for failure in failures),
            )
        raise RequestFailed(_final(url, failure, len(failures)))

    async def _attempts(self, attempt: Any, failures: list[Failure], deadline: float) -> Any:
        """Attempts with waits between; every failure is added to `failures`."""
        # A server that was given up on is probed once.
        most = 1 if self._breaker.is_open else 1 + self._endpoint.retries
        while True:
            try:
                return await attempt()
            except RequestFailed as exc:
                failures.append(exc.failure)
                if not exc.failure.is_passing or len(failures) == most:
                    raise
            left_s = deadline - asyncio.get_running_loop().time()
            await asyncio.sleep(self._wait_s(failures, left_s))

    def _wait_s(self, failures: list[Failure], left_s: float) -> float:
        """Seconds before the next attempt.

        Raises:
            RequestFailed: that is more time than there is.
        """
        asked_s = failures[-1].wait_s or 0.0
        wait_s = max(asked_s, self._backoff.wait_s(len(failures) - 1))
        if wait_s <= left_s:
            return wait_s
        why = f"the server asks to wait {asked_s:.0f} s" if asked_s > left_s else "no time is left"
        reason = (
            f"{failures[-1].reason}; {why}, and a question may take {self._endpoint.total_s:g} s "
            "(deadline_s)"
        )
        raise RequestFailed(replace(failures[-1], reason=reason))

    @contextlib.asynccontextmanager
    async def _sent(
        self, method: str, url: str, content: bytes | None, timeout_s: float | None = None
    ) -> AsyncIterator[httpx2.Response]:
        """Send a request; what does not come back with status 200 becomes a failure."""
        headers = {**self._key.headers(), "Content-Type": "application/json"}
        wait_s = timeout_s or self._endpoint.timeout_s
        try:
            async with self._http.stream(
                method, url, content=content, headers=headers, timeout=wait_s
            ) as response:
                await self._check_status(response)
                yield response
        except RequestFailed:
            raise
        except BadReply as exc:
            sent = f": {self._shown(exc.sent)}" if exc.sent else ""
            failure = Failure(reason=exc.reason + sent, is_broken_off=exc.is_broken_off)
            raise RequestFailed(failure) from None
        except httpx2.HTTPError as exc:
            failure = failed_connection(exc, self._shown(str(exc)), wait_s)
            raise RequestFailed(failure) from None
        except (httpx2.InvalidURL, httpx2.StreamError, UnicodeError, ValueError, OSError) as exc:
            reason = f"{type(exc).__name__}: {self._shown(str(exc))}"
            raise RequestFailed(Failure(reason=reason)) from None

    async def _check_status(self, response: httpx2.Response) -> None:
        """Raise what the status stands for, with the beginning of what the server wrote."""
        status = response.status_code
        if status == _OK:
            return
        if status in _REDIRECTS:
            location = response.headers.get("location", "nowhere")
            target = shown(without_secrets(self._key.hide(location)))
            reason = f"HTTP {status}, redirects to {target}: give that address as url"
            raise RequestFailed(Failure(reason=reason, status=status))
        body = self._key.hide(await _beginning(response))
        raise RequestFailed(failed_status(status, body, retry_after_s(response.headers)))

    def _shown(self, text: str) -> str:
        return shown(self._key.hide(text))

    async def _explained(self, failure: Failure) -> Failure:
        """With what helps against it: the key that was sent, the models that there are."""
        if failure.status in _REFUSED:
            return replace(failure, reason=f"{failure.reason} ({self._key.described()})")
        if failure.status == _UNKNOWN:
            return replace(failure, reason=f"{failure.reason} ({await self._known()})")
        return failure

    async def _known(self) -> str:
        asked = f"model is {shown(self._endpoint.model)!r}"
        try:
            names = await self.models()
        except RequestFailed:
            return f"{asked}; /models does not answer either: is the path of url right?"
        names = [self._shown(name) for name in names]
        more = f" and {len(names) - _MOST_MODELS} more" if len(names) > _MOST_MODELS else ""
        return f"{asked}; the server lists {', '.join(names[:_MOST_MODELS]) or 'none'}{more}"


def _open(timeout_s: float, *, is_here: bool) -> httpx2.AsyncClient:
    try:
        return httpx2.AsyncClient(
            headers={"User-Agent": "spoonbench", "Accept-Encoding": "identity"},
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=None),
            timeout=timeout_s,
            trust_env=not is_here,
            follow_redirects=False,
        )
    except (httpx2.InvalidURL, ImportError, ValueError, OSError) as exc:
        # What it says is not shown: addresses of proxies may hold passwords.
        raise Unsupported(
            "endpoint: the environment names a proxy or certificates that cannot be used "
            f"({type(exc).__name__}): look at {', '.join(_ENVIRONMENT)}"
        ) from None


def _final(url: str, failure: Failure, n_attempts: int) -> Failure:
    """With the address, and how often it was tried."""
    counted = f" ({n_attempts} attempts)" if n_attempts > 1 else ""
    return replace(failure, reason=f"{without_secrets(url)}: {failure.reason}{counted}")


async def _beginning(response: httpx2.Response) -> str:
    """As much of a body as can be had: the status counts, whatever happens to its text."""
    pieces = b""
    with contextlib.suppress(httpx2.HTTPError):
        async for piece in response.aiter_raw():
            pieces += piece
            if len(pieces) > MOST_ERROR_BYTES:
                break
    return pieces[:MOST_ERROR_BYTES].decode("utf-8", errors="replace")


async def _pieces(response: httpx2.Response, most: int) -> AsyncGenerator[bytes, None]:
    encoding = response.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise BadReply("the server compressed its reply, though not asked to", encoding)
    n_bytes = 0
    async for piece in response.aiter_raw():
        n_bytes += len(piece)
        if n_bytes > most:
            raise BadReply(f"the reply is longer than {most:,} bytes")
        yield piece


async def _text(response: httpx2.Response, most: int) -> str:
    async with contextlib.aclosing(_pieces(response, most)) as pieces:
        content = b"".join([piece async for piece in pieces])
    return content.decode("utf-8", errors="replace")


async def _read_reply(response: httpx2.Response, started_ns: int) -> Reply:
    """Read a reply as its content type says; a server may answer whole where asked to stream."""
    collector = Collector(started_ns)
    kind = response.headers.get("content-type", "none")
    if "event-stream" in kind:
        is_done = await _read_stream(response, collector)
        return collector.finish(is_streamed=True, is_done=is_done)
    text = await _text(response, MOST_BYTES)
    try:
        collector.add(parse_json(text))
    except BadReply as exc:
        if "json" in kind:
            raise
        raise BadReply(f"{exc.reason}", f"{kind}: {exc.sent}") from None
    return collector.finish(is_streamed=False)


async def _read_stream(response: httpx2.Response, collector: Collector) -> bool:
    """Whether the server said that it is done."""
    parser = EventParser()
    try:
        async with contextlib.aclosing(_pieces(response, MOST_BYTES)) as pieces:
            async for piece in pieces:
                if _take(parser.feed(piece), collector):
                    await _drain(pieces)
                    return True
    except httpx2.TransportError:
        # What comes after the reason for the end are figures, not text.
        if not collector.is_whole:
            raise
    return _take(parser.finish(), collector)


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    """Read the end of a stream that is done: a connection that is read out can be used again."""
    with contextlib.suppress(TimeoutError, httpx2.TransportError, BadReply):
        async with asyncio.timeout(DRAIN_S):
            async for _ in pieces:
                pass


def _take(events: Any, collector: Collector) -> bool:
    """Add events; whether the stream is done."""
    for data in events:
        if data.strip() == DONE:
            return True
        collector.add(parse_json(data))
    return False
