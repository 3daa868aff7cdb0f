"""A process that has imported the heavy libraries and forks children that find them there.

It speaks over one socket, one request at a time, each answered by one message (JSON in a
datagram, descriptors beside it):

- load (distributions): import their modules; answers with seconds by module, or why it failed.
- start (cwd, paths, import_s; descriptors of the child): fork; answers with the child's pid.
- reap (pid): wait for a child that has ended; answers with its wait status.

It starts no thread and computes nothing, because a child forked from a process with threads may
hang. The child makes a session of its own, so that it and what it starts can be killed together.
The server dies with its parent in the same way as a child does (`lifeline`).

Not covered: CUDA, which does not survive a fork; systems other than Linux.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from spoonbench.harness import worker
from spoonbench.harness.executors import lifeline
from spoonbench.harness.executors.libraries import import_modules, modules_of

MAX_DATAGRAM_BYTES = 1 << 16
CHILD_DESCRIPTORS = ("jobs", "events", "lifeline", "marker", "output")


class ForkServer:
    """Answers the requests of one parent until that is gone."""

    def __init__(self, parent: socket.socket, own_lifeline: int) -> None:
        self._parent = parent
        self._own_lifeline = own_lifeline
        self._seconds: dict[str, float] = {}

    def serve(self) -> None:
        """Answer requests until the parent hangs up."""
        while True:
            text, fds, _, _ = socket.recv_fds(
                self._parent, MAX_DATAGRAM_BYTES, len(CHILD_DESCRIPTORS)
            )
            if not text:
                return
            self._parent.send(json.dumps(self._answer(json.loads(text), fds)).encode())

    def _answer(self, request: dict[str, Any], fds: list[int]) -> dict[str, Any]:
        match request["do"]:
            case "load":
                return self._load(request["distributions"])
            case "start":
                return {"pid": self._start(request, fds)}
            case _:
                return {"status": os.waitpid(request["pid"], 0)[1]}

    def _load(self, distributions: list[str]) -> dict[str, Any]:
        """Import what is not imported yet, and freeze it: children then share its pages longer."""
        try:
            modules = modules_of(distributions)
            missing = [name for name in modules if name not in self._seconds]
            self._seconds |= import_modules(missing)
        except Exception as exc:  # a library may raise anything when it is imported
            return {"failed": f"{type(exc).__name__}: {exc}"}
        if missing:
            gc.collect()
            gc.freeze()
        n_threads = len(list(Path("/proc/self/task").iterdir()))
        if n_threads > 1:
            return {"failed": f"importing {', '.join(missing)} started {n_threads - 1} threads"}
        return {"seconds": {name: self._seconds[name] for name in modules}}

    def _start(self, request: dict[str, Any], fds: list[int]) -> int:
        pid = os.fork()
        if pid == 0:
            self._become_child(request, dict(zip(CHILD_DESCRIPTORS, fds, strict=True)))
        for fd in fds:
            os.close(fd)
        return pid

    def _become_child(self, request: dict[str, Any], fds: dict[str, int]) -> NoReturn:
        try:
            os.setsid()
            lifeline.hold(fds["lifeline"])
            self._parent.close()
            os.close(self._own_lifeline)
            output = fds.pop("output")
            for standard in (1, 2):
                os.dup2(output, standard)
            os.close(output)
            for fd in fds.values():
                os.set_inheritable(fd, False)
            os.chdir(request["cwd"])
            sys.path[:0] = [path for path in request["paths"] if path not in sys.path]
            signal.signal(signal.SIGINT, signal.default_int_handler)
            gc.enable()
            _reseed()
            worker.take_over_output()
            worker.serve(worker.Descriptors(**fds), request["import_s"])
        except BaseException:  # nothing of a child may go on in the server's loop
            traceback.print_exc()
            os._exit(1)
        finally:
            os._exit(0)


def _reseed() -> None:
    """NumPy's global generator: fresh in a fresh interpreter, so not inherited here either."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def main() -> None:
    """Serve the parent at the other end of the socket."""
    parser = argparse.ArgumentParser(description="Forks children; started by an executor.")
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--lifeline", type=int, required=True)
    arguments = parser.parse_args()
    lifeline.hold(arguments.lifeline)
    gc.disable()
    with socket.socket(fileno=arguments.socket) as parent:
        ForkServer(parent, arguments.lifeline).serve()


if __name__ == "__main__":
    main()
