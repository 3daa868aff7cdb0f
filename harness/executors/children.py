"""Starting, watching and killing children, fresh or forked, with one handle for both.

A child leads a session and a process group of its own. It stays unreaped, a zombie at most, until
`end`: its number can be signalled until then without ever meeting a stranger.

Not covered: Windows, where there are no such groups.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from spoonbench.harness.executors import marker
from spoonbench.harness.executors.fork_server import CHILD_DESCRIPTORS, MAX_DATAGRAM_BYTES
from spoonbench.harness.executors.surroundings import TOKEN, variables

if TYPE_CHECKING:
    from collections.abc import Sequence

SWEEPS = 400
SWEEP_INTERVAL_S = 0.005


class ServerLost(Exception):
    """The fork server is gone; the message says how."""


class CannotPreload(Exception):
    """The fork server cannot import what is asked for; the message says why."""


class Reaper(Protocol):
    """Waits for a child that has ended or been killed."""

    def __call__(self) -> int | None:
        """The return code as in `subprocess`, negative for a signal; None where nobody knows."""
        ...


@dataclass(slots=True, kw_only=True)
class Pipes:
    """The parent's ends, and the child's until it is started.

    Attributes:
        jobs: writing end.
        events: reading end.
        output: reading end of the child's standard output and error.
        lifeline: writing end; never written to.
        marker: shared page.
        childs: the child's ends by name.
    """

    jobs: int
    events: int
    output: int
    lifeline: int
    marker: int
    childs: dict[str, int]

    def close_childs(self) -> None:
        """Close the child's ends on this side, once it has them."""
        for fd in self.childs.values():
            os.close(fd)
        self.childs = {}

    def close(self) -> None:
        """Close everything that is open."""
        self.close_childs()
        for name in ("jobs", "events", "output", "lifeline", "marker"):
            self.close_one(name)

    def close_one(self, name: str) -> None:
        """Close one of the parent's ends, if it is open."""
        fd: int = getattr(self, name)
        if fd >= 0:
            os.close(fd)
            setattr(self, name, -1)


def open_pipes() -> Pipes:
    """All descriptors of one child, none of them inheritable."""
    jobs_in, jobs_out = os.pipe()
    events_in, events_out = os.pipe()
    output_in, output_out = os.pipe()
    lifeline_in, lifeline_out = os.pipe()
    page = marker.open_page()
    childs = {
        "jobs": jobs_in,
        "events": events_out,
        "lifeline": lifeline_in,
        "marker": os.dup(page),
        "output": output_out,
    }
    for fd in (jobs_out, events_in, output_in):
        os.set_blocking(fd, False)
    return Pipes(
        jobs=jobs_out,
        events=events_in,
        output=output_in,
        lifeline=lifeline_out,
        marker=page,
        childs=childs,
    )


@dataclass(slots=True, kw_only=True)
class Child:
    """A running child.

    Attributes:
        pid: of the process, its session and its group.
        pipes: to and from it.
        reap: waits for its end.
        token: in the environment of everything that it started.
        spared: processes with this token that are not the child's.
        exit_fd: becomes readable when it ends; None where the system has no such thing.
    """

    pid: int
    pipes: Pipes
    reap: Reaper
    token: str
    spared: frozenset[int] = frozenset()
    exit_fd: int | None = None
    _is_reaped: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        if hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                self.exit_fd = os.pidfd_open(self.pid)

    def kill(self) -> None:
        """SIGKILL to the child and to everything that it started, until nothing of it runs."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        # One look is not enough: a process may fork between the look and its death.
        for _ in range(SWEEPS):
            left = offspring(self.pid, self.token) - self.spared
            if not left:
                return
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(SWEEP_INTERVAL_S)

    def end(self) -> int | None:
        """Kill what is left, reap, and return the code as `reap` does; pipes stay open."""
        self.kill()
        code = self.reap()
        self._is_reaped = True
        return code

    def close(self) -> None:
        """End it if that is still to be done, and close every descriptor."""
        try:
            if not self._is_reaped:
                self.end()
        finally:
            # Closing the lifeline kills the child, should `end` have been interrupted.
            self.pipes.close()
            if self.exit_fd is not None:
                os.close(self.exit_fd)
                self.exit_fd = None


def offspring(session: int, token: str) -> set[int]:
    """Living processes of a session, and those that carry a token in their environment.

    A contestant's process that left the session is found by the token, which it inherited.
    """
    found = set()
    mark = f"{TOKEN}={token}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            is_zombie = fields[0] == b"Z"
            if not is_zombie and (
                int(fields[3]) == session or mark in (entry / "environ").read_bytes().split(b"\0")
            ):
                found.add(int(entry.name))
    return found - {os.getpid()}


def new_token() -> str:
    """Names one executor among all on this machine."""
    return f"{os.getpid()}-{secrets.token_hex(8)}"


def start_fresh(threads: int, paths: list[str], token: str, python: str | None = None) -> Child:
    """A child in a process of its own, of this interpreter or another."""
    pipes = open_pipes()
    childs = pipes.childs
    options = [f"--{name}={childs[name]}" for name in CHILD_DESCRIPTORS if name != "output"]
    try:
        process = subprocess.Popen(
            [python or sys.executable, "-P", "-m", "spoonbench.harness.worker", *options],
            stdin=subprocess.DEVNULL,
            stdout=childs["output"],
            stderr=childs["output"],
            env=variables(threads, paths, token),
            pass_fds=[childs[name] for name in CHILD_DESCRIPTORS if name != "output"],
            start_new_session=True,
        )
    except BaseException:
        pipes.close()
        raise
    pipes.close_childs()
    return Child(pid=process.pid, pipes=pipes, reap=process.wait, token=token)


class ServerClient:
    """The parent's side of one fork server.

    Attributes:
        is_lost: it can be asked for nothing any more.
    """

    def __init__(self, paths: list[str], token: str, python: str | None = None) -> None:
        self.is_lost = False
        self._begun: tuple[str, ...] | None = None
        self._paths = paths
        self._token = token
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        theirs_lifeline, self._lifeline = os.pipe()
        try:
            self._process = subprocess.Popen(
                [
                    python or sys.executable,
                    *("-P", "-m", "spoonbench.harness.executors.fork_server"),
                    f"--socket={theirs.fileno()}",
                    f"--lifeline={theirs_lifeline}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=variables(1, paths, token),
                pass_fds=[theirs.fileno(), theirs_lifeline],
                start_new_session=True,
            )
        except BaseException:
            self._socket.close()
            os.close(self._lifeline)
            raise
        finally:
            theirs.close()
            os.close(theirs_lifeline)

    @property
    def pid(self) -> int:
        """Of the server."""
        return self._process.pid

    def begin_loading(self, distributions: tuple[str, ...]) -> None:
        """Let the server import their modules, and do not wait; the next request does.

        Raises:
            ServerLost: the server is gone.
        """
        self._send({"do": "load", "distributions": list(distributions)})
        self._begun = distributions

    def load(self, distributions: tuple[str, ...]) -> float:
        """Import their modules there, unless they are; returns the seconds that it took.

        Raises:
            CannotPreload: one of them cannot be imported, or starts threads.
            ServerLost: the server is gone.
        """
        if self._begun == distributions:
            answer = self._answer_to_begun()
        else:
            answer = self._ask({"do": "load", "distributions": list(distributions)})
        if "failed" in answer:
            raise CannotPreload(str(answer["failed"]))
        seconds: dict[str, float] = answer["seconds"]
        return sum(seconds.values())

    def start(self, import_s: float) -> Child:
        """A child forked from the server.

        Raises:
            ServerLost: the server is gone.
        """
        pipes = open_pipes()
        fds = [pipes.childs[name] for name in CHILD_DESCRIPTORS]
        request = {
            "do": "start",
            "cwd": str(Path.cwd()),
            "paths": self._paths,
            "import_s": import_s,
        }
        try:
            pid = int(self._ask(request, fds)["pid"])
        except BaseException:
            pipes.close()
            raise
        pipes.close_childs()
        return Child(
            pid=pid,
            pipes=pipes,
            reap=lambda: self._reap(pid),
            token=self._token,
            spared=frozenset({self.pid}),
        )

    def close(self) -> None:
        """Kill the server."""
        self._process.kill()
        self._process.wait()
        self._socket.close()
        os.close(self._lifeline)

    def _reap(self, pid: int) -> int | None:
        try:
            status: int = self._ask({"do": "reap", "pid": pid})["status"]
        except ServerLost:
            return None
        return os.waitstatus_to_exitcode(status)

    def _ask(self, request: dict[str, Any], fds: Sequence[int] = ()) -> dict[str, Any]:
        if self.is_lost:
            raise ServerLost("the fork server was given up earlier")
        if self._begun is not None:
            self._answer_to_begun()
        # Until the answer is here the two sides are out of step, should this be interrupted.
        self.is_lost = True
        self._send(request, fds)
        return self._received()

    def _answer_to_begun(self) -> dict[str, Any]:
        if self.is_lost:
            raise ServerLost("the fork server was given up earlier")
        self.is_lost, self._begun = True, None
        return self._received()

    def _send(self, request: dict[str, Any], fds: Sequence[int] = ()) -> None:
        try:
            socket.send_fds(self._socket, [json.dumps(request).encode()], fds)
        except OSError as exc:
            raise ServerLost(f"the fork server does not answer: {exc}") from exc

    def _received(self) -> dict[str, Any]:
        """The next answer, with which both sides are in step again."""
        try:
            text = self._socket.recv(MAX_DATAGRAM_BYTES)
        except OSError as exc:
            raise ServerLost(f"the fork server does not answer: {exc}") from exc
        if not text:
            raise ServerLost(f"the fork server ended with {self._process.wait()}")
        self.is_lost = False
        found: dict[str, Any] = json.loads(text)
        return found
