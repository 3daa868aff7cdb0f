"""Why a request failed, in a sentence that a person can act on.

What a server wrote is foreign: the key is taken out, and then it is cut, put on one line and rid of
what does not print. In this order, since half a key could not be found.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

SHOWN_CHARACTERS = 200
RETRIED_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Those that may pass: timeouts, conflicts, limits of the rate, faults and overload."""

_UNPAID = "insufficient_quota"
"""OpenAI's word, under status 429, for an account without money: waiting does not help."""

_HINTS = {
    400: "the server did not take the request",
    404: "the server knows no such model or path",
    413: "the question is too long for the server",
    422: "the server did not take the request",
    429: "the server limits the rate of requests",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no reply.

    Attributes:
        reason: for a person, without the address.
        is_passing: another attempt may succeed.
        is_gone: the server could not be reached, or said nothing.
        is_unreached: there was no connection.
        is_broken_off: the server called half an answer done.
        status: HTTP status, where there was one.
        message: what the server wrote.
        wait_s: seconds that the server asks to wait.
    """

    reason: str
    is_passing: bool = False
    is_gone: bool = False
    is_unreached: bool = False
    is_broken_off: bool = False
    status: int | None = None
    message: str = ""
    wait_s: float | None = None


class RequestFailed(Exception):
    """There is no reply."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


def failed_status(status: int, body: str, wait_s: float | None) -> Failure:
    """The failure that an HTTP status other than 200 stands for."""
    message = message_of(body)
    hint = _HINTS.get(status)
    if hint is None and status in RETRIED_STATUSES:
        hint = "the server is overloaded or at fault"
    said = f": {shown(message)}" if message.strip() else ""
    return Failure(
        reason=f"HTTP {status}" + (f", {hint}" if hint else "") + said,
        is_passing=status in RETRIED_STATUSES and _UNPAID not in body,
        status=status,
        message=message,
        wait_s=wait_s,
    )


def failed_connection(exc: httpx2.HTTPError, detail: str, timeout_s: float) -> Failure:
    """The failure that an exception of the client stands for.

    Args:
        exc: what the client raised.
        detail: its text as it may be shown.
        timeout_s: longest wait.
    """
    import httpx2

    gone = Failure(reason="", is_passing=True, is_gone=True)
    unreached = replace(gone, is_unreached=True)
    match exc:
        case httpx2.ConnectTimeout():
            reason = f"no connection within {timeout_s:g} s (timeout_s): is the address right?"
            return replace(unreached, reason=reason)
        case httpx2.TimeoutException():
            return replace(gone, reason=f"the server said nothing for {timeout_s:g} s (timeout_s)")
        case httpx2.ConnectError():
            return replace(unreached, reason=_unconnected(detail))
        case httpx2.ProxyError():
            reason = f"the proxy of the environment (HTTP_PROXY, HTTPS_PROXY) failed: {detail}"
            return replace(unreached, reason=reason)
        case httpx2.NetworkError() | httpx2.RemoteProtocolError():
            reason = f"the connection broke before the reply was whole: {detail}"
            return Failure(reason=reason, is_passing=True)
        case _:
            return Failure(reason=f"{type(exc).__name__}: {detail}")


def _unconnected(detail: str) -> str:
    if "certificate" in detail.casefold() or "ssl" in detail.casefold():
        return f"no encrypted connection: {detail}"
    if "name or service" in detail.casefold() or "getaddrinfo" in detail.casefold():
        return f"the host name is not known: {detail}"
    return f"no connection ({detail}): is the server running?"


def message_of(body: str) -> str:
    """What a server says in the body of a failed request, in the forms that servers have."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return body
    for name in ("error", "detail", "message"):
        if isinstance(found, dict) and found.get(name):
            found = found[name]
    return found if isinstance(found, str) else json.dumps(found)


def shown(text: str) -> str:
    r"""The beginning of a foreign text on one line, without what does not print.

    >>> shown("a\n\x1b[31mb")
    'a ?[31mb'
    """
    line = " ".join(text[: 10 * SHOWN_CHARACTERS].split())
    plain = "".join(char if char.isprintable() else "?" for char in line)
    return plain if len(plain) <= SHOWN_CHARACTERS else f"{plain[: SHOWN_CHARACTERS - 3]}..."
