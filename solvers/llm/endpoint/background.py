"""An event loop in a thread of its own, so that requests can be waited for from anywhere.

That the caller may itself run in an event loop (a notebook) is why it is not `asyncio.run`.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

_CLOSING_S = 5.0


class Background:
    """Runs coroutines, one call at a time, and hands out what they return or raise."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="endpoint", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for a coroutine; an interrupt of the caller cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Stop the loop. A name look-up that hangs is left behind, not waited for."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSING_S)

    def _serve(self) -> None:
        self._loop.run_forever()
        self._loop.close()
