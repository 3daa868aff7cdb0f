"""A child dies with its parent, however the parent ends.

The parent holds the writing end of a pipe and never writes. When the parent is gone, the kernel
closes that end and sends SIGKILL to the child's whole process group (F_SETOWN, F_SETSIG,
O_ASYNC): it needs no cooperation from a child that computes, sleeps or ignores signals. A
parent-death signal would not do: under a fork server the parent is the server, and it fires when
the thread that started the child ends.

Elsewhere than on Linux a thread waits for the end of the pipe, which a child that never releases
the interpreter's lock can delay.

Not covered: a process that a contestant started in a session of its own.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading

if sys.platform != "win32":
    import fcntl


def hold(lifeline: int) -> None:
    """Tie this process and its group to the other end of the pipe.

    Args:
        lifeline: reading end; stays open as long as the process lives.
    """
    if sys.platform == "linux":
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC)
        # The parent may have died before the kernel was asked to tell.
        if select.select([lifeline], [], [], 0)[0]:
            _die()
    else:
        threading.Thread(target=_wait, args=(lifeline,), daemon=True).start()


def _wait(lifeline: int) -> None:
    os.read(lifeline, 1)
    _die()


def _die() -> None:
    if sys.platform != "win32":
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)
