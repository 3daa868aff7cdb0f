"""The parent beside one child: feeds it, listens, keeps its limits, and never spins.

It sleeps until a pipe has something or the child ends, and wakes up by itself only where a limit
or a progress bar asks for it.

Not covered: memory and time of a child that is still importing have only the limit on time.
"""

from __future__ import annotations

import os
import selectors
import time
from typing import TYPE_CHECKING

from spoonbench.harness.executors.marker import Marker, Place, whereabouts
from spoonbench.harness.executors.transcript import Ending, Transcript
from spoonbench.harness.framing import BadMessage, Frames
from spoonbench.harness.memory import Gauge, descendants, exhaustion, private_bytes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.harness.executors.children import Child

READ_BYTES = 1 << 18
TAIL_BYTES = 8_192
FASTEST_GROWTH_BYTES_S = 4e9
"""No process was seen to touch fresh pages faster: the next look can wait as long as it takes to
reach the limit at this rate."""
SHORTEST_LOOK_S, LONGEST_LOOK_S = 0.005, 0.25
FAMILY_INTERVAL_S = 0.25
PROGRESS_INTERVAL_S = 0.25
EXIT_GRACE_S = 5.0
SILENCE_GRACE_S = 1.0


class Alarm:
    """A moment in the future, or none."""

    def __init__(self, seconds: float | None = None) -> None:
        self.set(seconds)

    def set(self, seconds: float | None) -> None:
        """Ring so many seconds from now; None: never."""
        self._at_ns = None if seconds is None else time.perf_counter_ns() + int(seconds * 1e9)

    @property
    def is_set(self) -> bool:
        """It will ring, or rings."""
        return self._at_ns is not None

    @property
    def remaining_s(self) -> float | None:
        """Seconds until it rings, 0 where it does."""
        if self._at_ns is None:
            return None
        return max(0.0, (self._at_ns - time.perf_counter_ns()) / 1e9)

    @property
    def rings(self) -> bool:
        """Its moment has come."""
        return self.remaining_s == 0.0


class Watch:
    """One conversation with one child."""

    def __init__(
        self,
        child: Child,
        transcript: Transcript,
        payload: bytes,
        on_progress: Callable[[float, str], None] | None = None,
    ) -> None:
        """Watch a child.

        Args:
            child: started.
            transcript: takes its events.
            payload: everything that the child is told.
            on_progress: called with a share and a message, for a person.
        """
        self._child = child
        self._transcript = transcript
        self._unsent = memoryview(payload)
        self._on_progress = on_progress
        self._frames = Frames()
        self._tail = bytearray()
        self._marker = Marker(child.pipes.marker)
        self._deadline = Alarm(transcript.job.limits.seconds)
        self._grace = Alarm()
        self._next_look = Alarm()
        self._next_family = Alarm(FAMILY_INTERVAL_S)
        self._next_show = Alarm(PROGRESS_INTERVAL_S if on_progress else None)
        self._gauge = Gauge(child.pid)
        self._family_bytes = 0
        self._shown = Place()
        self._selector = selectors.DefaultSelector()
        self._register()

    @property
    def output_tail(self) -> str:
        """Last part of what the child printed."""
        return self._tail.decode("utf-8", "backslashreplace")

    @property
    def where(self) -> str:
        """Where the child is, in words."""
        return whereabouts(self._marker.place(), self._transcript.job.cells)

    def follow(self) -> Ending | None:
        """Follow the child until it ends or has to be ended.

        Returns:
            why it has to be ended; None where it ended by itself.
        """
        try:
            while True:
                for key, _ in self._selector.select(self._timeout_s()):
                    if key.data is None:
                        return None
                    key.data()
                ending = self._check()
                if ending is not None:
                    return ending
                if self._child.exit_fd is None and self._is_open("events") is False:
                    return None  # the closest to an exit that this system tells
                self._show_progress()
        except BadMessage as exc:
            return self._no_message(exc)

    def drain(self) -> Ending | None:
        """Take what a dead child has left in its pipes; returns as `follow` does."""
        try:
            while self._is_open("output") and self._read_output():
                pass
            while self._is_open("events") and self._read_events():
                pass
        except BadMessage as exc:
            return self._no_message(exc)
        return None

    def close(self) -> None:
        """Free what this object holds; the pipes are the child's."""
        self._selector.close()
        self._marker.close()
        self._gauge.close()

    def _register(self) -> None:
        pipes = self._child.pipes
        self._selector.register(pipes.events, selectors.EVENT_READ, self._read_events)
        self._selector.register(pipes.output, selectors.EVENT_READ, self._read_output)
        self._selector.register(pipes.jobs, selectors.EVENT_WRITE, self._write)
        if self._child.exit_fd is not None:
            self._selector.register(self._child.exit_fd, selectors.EVENT_READ, None)

    def _is_open(self, name: str) -> bool:
        return bool(getattr(self._child.pipes, name) >= 0)

    def _close(self, name: str) -> None:
        self._selector.unregister(getattr(self._child.pipes, name))
        self._child.pipes.close_one(name)

    def _write(self) -> None:
        try:
            self._unsent = self._unsent[os.write(self._child.pipes.jobs, self._unsent) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._unsent = self._unsent[:0]
        if not self._unsent:
            self._close("jobs")

    def _read_events(self) -> bool:
        """Read once; returns whether there may be more."""
        data = self._read("events")
        for message in self._frames.feed(data):
            self._transcript.take(message)
        if self._transcript.ending is not None and not self._grace.is_set:
            self._grace.set(EXIT_GRACE_S)
        elif not self._is_open("events") and not self._grace.is_set:
            self._grace.set(SILENCE_GRACE_S)
        if self._transcript.baseline_bytes is not None and not self._next_look.is_set:
            self._next_look.set(0 if self._memory_bytes is not None else None)
        return bool(data)

    def _read_output(self) -> bool:
        data = self._read("output")
        self._tail += data
        del self._tail[:-TAIL_BYTES]
        return bool(data)

    def _read(self, name: str) -> bytes:
        """What a pipe has; closed where it has ended."""
        try:
            data = os.read(getattr(self._child.pipes, name), READ_BYTES)
        except BlockingIOError:
            return b""
        if not data:
            self._close(name)
        return data

    @property
    def _memory_bytes(self) -> int | None:
        return self._transcript.job.limits.memory_bytes

    def _timeout_s(self) -> float | None:
        alarms = (self._deadline, self._grace, self._next_look, self._next_show)
        waits = [alarm.remaining_s for alarm in alarms]
        return min((wait for wait in waits if wait is not None), default=None)

    def _check(self) -> Ending | None:
        """Why the child has to be ended now."""
        if self._grace.rings:
            return self._transcript.ending or Ending(
                "error", f"the child closed its message pipe without a word, while {self.where}"
            )
        if self._transcript.ending is not None:
            return None
        if self._deadline.rings:
            seconds = self._transcript.job.limits.seconds
            return Ending(
                "timeout", f"took longer than its limit of {seconds:g} s, while {self.where}"
            )
        return self._check_memory() if self._next_look.rings else None

    def _check_memory(self) -> Ending | None:
        limit, baseline = self._memory_bytes, self._transcript.baseline_bytes
        own = self._gauge.read()
        if limit is None or baseline is None or own is None:
            self._next_look.set(LONGEST_LOOK_S)
            return None
        if self._next_family.rings:
            self._next_family.set(FAMILY_INTERVAL_S)
            self._family_bytes = sum(map(private_bytes_of, descendants(self._child.pid)))
        above = own + self._family_bytes - baseline
        if above <= limit:
            soon = (limit - above) / FASTEST_GROWTH_BYTES_S
            self._next_look.set(min(max(soon, SHORTEST_LOOK_S), LONGEST_LOOK_S))
            return None
        sign = f"resident memory reached {above / 1e6:.0f} MB"
        return Ending("oom", f"{exhaustion(limit, sign)}, while {self.where}")

    def _show_progress(self) -> None:
        """Tell how far the cells are, from the shared page; training tells by events."""
        if self._on_progress is None or not self._next_show.rings:
            return
        self._next_show.set(PROGRESS_INTERVAL_S)
        place = self._marker.place()
        if place == self._shown:
            return
        self._shown = place
        self._on_progress(self._share(place), self.where)

    def _share(self, place: Place) -> float:
        """Share of the problems and texts of all cells that are done."""
        cells = self._transcript.job.cells
        if place.stage not in ("warming up", "solving", "closing") or not cells:
            return 0.0
        total = sum(work.n_items for work in cells)
        done = sum(work.n_items for work in cells[: place.cell])
        if place.cell < len(cells):
            work = cells[place.cell]
            done += min(place.batch * work.texts_per_call, work.n_items)
        return min(done / total, 1.0) if total and place.stage != "closing" else 1.0

    def _no_message(self, exc: BadMessage) -> Ending:
        return Ending("error", f"the child wrote what is no message: {exc}, while {self.where}")
