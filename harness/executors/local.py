"""Runs jobs on this machine, each in one isolated child process.

Whatever the contestant does, a typed result comes back: it may crash, hang, exhaust the memory,
print megabytes, close its streams, return nonsense or start processes of its own. No process
that it started outlives the job, and none outlives a parent that was killed.

Contestants that need heavy libraries are forked from a server that has imported them, in under a
tenth of a second against many seconds of imports; light ones start in a fresh interpreter, so
that their memory holds nothing of the libraries. A device other than the processor, and systems
other than Linux, always start fresh: neither CUDA nor macOS's libraries survive a fork.

Not covered: Windows; a contestant that means harm (it runs with the user's rights).
"""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from spoonbench.harness.executors.children import (
    CannotPreload,
    Child,
    ServerClient,
    ServerLost,
    new_token,
    start_fresh,
)
from spoonbench.harness.executors.libraries import HEAVY, required
from spoonbench.harness.executors.transcript import Ending, Transcript
from spoonbench.harness.executors.watch import Watch
from spoonbench.harness.framing import encode
from spoonbench.harness.memory import exhaustion, is_exhaustion_text
from spoonbench.harness.protocol import PROTOCOL_VERSION, CellResult, Event, Job, JobResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spoonbench.solvers.api import Part

SERVER_ATTEMPTS = 2
_OOM_COUNTERS = (Path("/proc/vmstat"), Path("/sys/fs/cgroup/memory.events"))


class LocalExecutor:
    """Runs jobs one after another; a context manager, because a fork server may be running.

    Attributes:
        notes: what did not go as planned without changing a result, for example a library that
            cannot be preloaded.
        tokens: mark the processes of this executor, fresh ones and those of the fork server.
    """

    def __init__(
        self,
        *,
        preload: bool = True,
        extra_paths: Sequence[str | Path] = (),
        python: str | None = None,
    ) -> None:
        """Prepare; nothing is started before the first job.

        Args:
            preload: fork contestants with heavy libraries from a server; otherwise all start fresh.
            extra_paths: folders in which children find further modules.
            python: interpreter of the children (`interpreters.find_interpreter`); None: this one.
        """
        self.notes: list[str] = []
        self._preload = preload and sys.platform == "linux"
        self._python = python
        self._paths = [str(Path(path).resolve()) for path in extra_paths]
        token = new_token()
        # Two of them, so that what a fresh child leaves is killed without the server.
        self.tokens = (f"{token}-fresh", f"{token}-forked")
        self._server: ServerClient | None = None
        self._unforkable: set[tuple[str, ...]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the fork server; may be called twice."""
        if self._server is not None:
            server, self._server = self._server, None
            server.close()

    def begin(self, part: Part) -> None:
        """Let the fork server import a contestant's heavy libraries meanwhile; waits for nothing.

        What goes wrong shows when a job needs them.
        """
        libraries = self._libraries_to_preload(part)
        if not libraries or self._server is not None:
            return
        try:
            self._server = ServerClient(self._paths, self.tokens[1], self._python)
            self._server.begin_loading(libraries)
        except (OSError, ServerLost):
            self.close()

    def run(
        self,
        job: Job,
        on_progress: Callable[[float, str], None] | None = None,
        on_cell: Callable[[CellResult, JobResult], None] | None = None,
    ) -> JobResult:
        """Run one job in a child of its own, and wait for it.

        Args:
            job: what to do.
            on_progress: called now and then with the share done of the present stage (training,
                or all cells together), in [0, 1], and what is going on, in words.
            on_cell: called with each cell as soon as it is done, and with the job so far.

        Returns:
            the result, whatever happened.

        Raises:
            Exception: what `on_progress` or `on_cell` raise; the child is killed before.
            KeyboardInterrupt: likewise.
        """
        transcript = Transcript(job, on_cell, _training_progress(on_progress))
        if sys.platform == "win32":
            return transcript.result(Ending("skipped", "child processes need Linux or macOS"), "")
        try:
            payload = encode(Event(kind="hello", data={"version": PROTOCOL_VERSION}))
            payload += encode({"kind": "job", "data": job})
        except (TypeError, ValueError) as exc:
            return transcript.result(Ending("error", f"the job has no JSON form: {exc}"), "")
        try:
            child = self._start(job.part)
        except OSError as exc:
            return transcript.result(Ending("error", f"no child could be started: {exc}"), "")
        return _accompany(child, transcript, payload, on_progress)

    def _start(self, part: Part) -> Child:
        libraries = self._libraries_to_preload(part)
        if libraries:
            for _ in range(SERVER_ATTEMPTS):
                if libraries in self._unforkable:
                    break
                try:
                    return self._fork(libraries)
                except CannotPreload as exc:
                    self._unforkable.add(libraries)
                    self._give_up_server(f"{part.name} starts fresh: {exc}")
                except ServerLost as exc:
                    self._give_up_server(str(exc))
        # A fresh child does the same and, where a library is missing, says so itself.
        return start_fresh(part.settings.threads, self._paths, self.tokens[0], self._python)

    def _give_up_server(self, why: str) -> None:
        self.notes.append(why)
        self.close()

    def _fork(self, libraries: tuple[str, ...]) -> Child:
        if self._server is not None and self._server.is_lost:
            self.close()
        if self._server is None:
            self._server = ServerClient(self._paths, self.tokens[1], self._python)
        return self._server.start(self._server.load(libraries))

    def _libraries_to_preload(self, part: Part) -> tuple[str, ...]:
        """Distributions for the fork server; none for a contestant that starts fresh."""
        if not self._preload or not _runs_on_processor(part):
            return ()
        try:
            with _searched(self._paths):
                needs = required(part)
                return needs if HEAVY & set(needs) else ()
        except (Exception, SystemExit):
            return ()  # the child will meet the same error and report it


def _accompany(
    child: Child,
    transcript: Transcript,
    payload: bytes,
    on_progress: Callable[[float, str], None] | None,
) -> JobResult:
    """From a started child to the result; the child is dead and reaped afterwards in any case."""
    n_oom_before = _count_oom_kills()
    try:
        watch = Watch(child, transcript, payload, on_progress)
        try:
            forced = watch.follow()
            code = child.end()
            left = watch.drain() if forced is None else None
            ending = _ending(forced or left, transcript, watch, code)
            if ending.status == "killed" and _count_oom_kills() > n_oom_before:
                ending = Ending("oom", f"{ending.reason}: the machine ran out of memory")
            return transcript.result(ending, watch.output_tail)
        finally:
            watch.close()
    finally:
        child.close()


def _ending(
    forced: Ending | None, transcript: Transcript, watch: Watch, code: int | None
) -> Ending:
    """How the job ended: what the parent decided, what the child said, or how it died."""
    if forced is not None and forced is not transcript.ending:
        return forced
    said = transcript.ending
    if said is None:
        return _death(transcript.job, watch, code)
    if said.status in ("ok", "skipped"):
        return said
    return Ending(said.status, f"{said.reason}, while {watch.where}")


def _death(job: Job, watch: Watch, code: int | None) -> Ending:
    """A child that ended without a word."""
    if code is None:
        return Ending("killed", f"ended together with its fork server, while {watch.where}")
    if code >= 0:
        return Ending("error", f"ended with exit code {code} without a word, while {watch.where}")
    name = _signal_name(-code)
    if -code == signal.SIGABRT and is_exhaustion_text(watch.output_tail):
        reason = exhaustion(job.limits.memory_bytes, f"aborted by {name}")
        return Ending("oom", f"{reason}, while {watch.where}")
    return Ending("killed", f"killed by signal {-code} ({name}), while {watch.where}")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "a real-time signal"


def _count_oom_kills() -> int:
    """Processes that the kernel has killed for lack of memory; 0 where it does not tell."""
    total = 0
    for path in _OOM_COUNTERS:
        try:
            lines = path.read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return total


def _runs_on_processor(part: Part) -> bool:
    settings = part.settings
    return settings.device == "cpu" and all(map(_runs_on_processor, settings.parts))


def _training_progress(
    on_progress: Callable[[float, str], None] | None,
) -> Callable[[float, str], None] | None:
    if on_progress is None:
        return None
    return lambda share, message: on_progress(share, f"training: {message}")


@contextmanager
def _searched(paths: list[str]) -> Iterator[None]:
    """Modules are found in these folders too, as they are in a child."""
    before = sys.path[:]
    sys.path[:0] = paths
    try:
        yield
    finally:
        sys.path[:] = before
