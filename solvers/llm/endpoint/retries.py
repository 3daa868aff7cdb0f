"""When to ask again, and when to stop asking.

Waits are exponential with full jitter (Brooker 2015, "Exponential backoff and jitter"): drawn
from [0, bound], the bound doubling up to 30 s. What a server asks for in Retry-After goes before.
"""

from __future__ import annotations

import math
import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.llm.endpoint.failures import Failure

MOST_WAIT_S = 30.0
GIVE_UP_AFTER = 3
"""Questions in a row that a server must fail by being gone before the next ones fail at once."""
PROBE_AFTER_S = 30.0
"""Then one question is let through, in one attempt, to see whether the server is back."""


class Backoff:
    """Waits between the attempts of one client.

    Args:
        first_s: bound of the first wait.
        seed: of the draw.
    """

    def __init__(self, first_s: float, seed: int) -> None:
        self._first_s = first_s
        self._random = random.Random(seed)  # noqa: S311  # no secret

    def wait_s(self, attempt: int) -> float:
        """Seconds to wait after a failed attempt, counted from 0."""
        return self._random.uniform(0.0, min(MOST_WAIT_S, self._first_s * 2.0**attempt))


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait; None where it does not, or not in a form that is known.

    Source: RFC 9110, section 10.2.3; `retry-after-ms` is OpenAI's.

    >>> retry_after_s({"retry-after": "7"})
    7.0
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1e3
    text = headers.get("retry-after")
    seconds = _number(text)
    return _seconds_until(text) if seconds is None and text is not None else seconds


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _seconds_until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


class Breaker:
    """Stops asking a server that is gone, so that a dead one does not cost every question."""

    def __init__(self) -> None:
        self._n_gone = 0
        self._last: Failure | None = None
        self._last_ns = 0

    @property
    def is_open(self) -> bool:
        """The server has failed too often in a row."""
        return self._n_gone >= GIVE_UP_AFTER

    def refusal(self) -> Failure | None:
        """Why a question is not to be asked; None if it is."""
        if not self.is_open or self._last is None:
            return None
        now_ns = time.perf_counter_ns()
        if now_ns - self._last_ns < PROBE_AFTER_S * 1e9:
            return self._last
        # Only the question that comes first after the pause is let through.
        self._last_ns = now_ns
        return None

    def record(self, failure: Failure | None) -> None:
        """Take note of how a question ended; None stands for a reply."""
        if failure is None or not failure.is_gone:
            self._n_gone = 0
            return
        self._n_gone += 1
        self._last, self._last_ns = failure, time.perf_counter_ns()
