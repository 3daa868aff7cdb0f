"""Where the time of an answering call goes: parts that are timed apart while somebody watches.

On the processor a part is timed by the clock; on CUDA between two events on the stream, so that
nothing waits that would not wait otherwise; on mps the device is waited for first. A part within a
part is taken out of the outer one, so that parts never overlap and add up to no more than the call.

Inside "computing" stands all that goes on from token to token: the model, the choice of the token,
and the looks at stop strings.

Not covered: the time of one layer or kernel; torch's profiler tells it.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

TOKENIZING = "tokenizing"
COPYING_TO_DEVICE = "copying_to_device"
COMPUTING = "computing"
COPYING_BACK = "copying_back"
DETOKENIZING = "detokenizing"

_NOTHING = nullcontext()


class Stopwatch:
    """Times parts of a call, or does nothing."""

    def __init__(
        self,
        mark: Callable[[], Any] | None = None,
        between_ns: Callable[[Any, Any], int] = lambda start, end: end - start,
    ) -> None:
        """Make a stopwatch.

        Args:
            mark: takes a moment; None: the stopwatch is off.
            between_ns: nanoseconds between two moments, asked when the call is over.
        """
        self._mark = mark
        self._between_ns = between_ns
        self._open: list[str] = []
        self._since: Any = None
        self._spans: list[tuple[str, Any, Any]] = []

    def part(self, name: str) -> AbstractContextManager[None]:
        """What runs inside belongs to the part of this name."""
        return _NOTHING if self._mark is None else self._time(self._mark, name)

    def take(self) -> dict[str, int]:
        """Nanoseconds of each part since this was last asked; the device has to be done."""
        found: dict[str, int] = {}
        for name, start, end in self._spans:
            found[name] = found.get(name, 0) + self._between_ns(start, end)
        self._spans.clear()
        return found

    @contextmanager
    def _time(self, mark: Callable[[], Any], name: str) -> Iterator[None]:
        self._cut(mark())
        self._open.append(name)
        try:
            yield
        finally:
            self._cut(mark())
            self._open.pop()

    def _cut(self, moment: Any) -> None:
        """End the span of the innermost open part; another one begins."""
        if self._open:
            self._spans.append((self._open[-1], self._since, moment))
        self._since = moment


OFF = Stopwatch()


def make_stopwatch(device: str) -> Stopwatch:
    """A stopwatch for what runs on a device.

    Args:
        device: "cpu", "cuda", "cuda:1" or "mps".
    """
    if device == "cpu":
        return Stopwatch(time.perf_counter_ns)
    if device.startswith("cuda"):
        return _on_stream(device)
    from spoonbench.solvers.llm.machine import wait_for

    def mark() -> int:
        wait_for(device)
        return time.perf_counter_ns()

    return Stopwatch(mark)


def _on_stream(device: str) -> Stopwatch:
    import torch

    def mark() -> Any:
        event = torch.cuda.Event(enable_timing=True)
        event.record(torch.cuda.current_stream(device))
        return event

    # Milliseconds, to about half a microsecond.
    return Stopwatch(mark, lambda start, end: round(start.elapsed_time(end) * 1e6))
