"""Runs a job in this process, which is one of several that a launcher started to train together.

`accelerate launch` (or torchrun) says in the environment which process this is. Joined, the
processes share the `fit` of a contestant that is distributed; the first keeps what it learned.
They cannot be children of an executor: the launcher watches them, and ends the others when one
ends badly. When the launcher itself is killed, they end by themselves.

Not covered: mpirun, whose processes know each other by other names; Windows.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import to_json
from spoonbench.harness.environment import n_cores
from spoonbench.harness.executors.marker import Marker, open_page
from spoonbench.harness.executors.surroundings import FIXED, THREADS
from spoonbench.harness.executors.transcript import Ending, Transcript
from spoonbench.harness.worker import JobRun, verdict
from spoonbench.solvers.api import Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from spoonbench.harness.protocol import CellResult, Job, JobResult

LOST_S = 600.0
"""A process that waits this long for the others gives up."""

_ORPHAN_S = 0.5
_LOST = ("closed by peer", "reset by peer", "broken pipe", "timed out waiting", "nccl")
"""How gloo and NCCL say that another process does not answer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What the launcher says of this process.

    Attributes:
        rank: among all processes, from 0.
        n_processes: on all machines.
        n_local: on this machine.
        threads: for the numeric work of this process.
    """

    rank: int
    n_processes: int
    n_local: int
    threads: int

    @property
    def is_first(self) -> bool:
        """This process stores, keeps and prints."""
        return self.rank == 0


def read_launch(variables: Mapping[str, str]) -> Launch | None:
    """Read the environment that a launcher set; None where it started one process, or none did.

    The launcher gives a process one thread unless told otherwise; then the cores of the machine
    are divided among its processes.

    Raises:
        Unsupported: the variables contradict each other.
    """
    if variables.get("WORLD_SIZE", "1") == "1":
        return None
    try:
        numbers = {
            name: int(variables[name]) for name in ("RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE")
        }
        given = int(variables.get("OMP_NUM_THREADS", "1"))
    except (KeyError, ValueError) as exc:
        raise Unsupported(
            f"WORLD_SIZE is {variables['WORLD_SIZE']!r}, but the launcher's other variables are "
            f"not there or no numbers ({exc}): start it by accelerate launch"
        ) from exc
    n_local = max(numbers["LOCAL_WORLD_SIZE"], 1)
    return Launch(
        rank=numbers["RANK"],
        n_processes=numbers["WORLD_SIZE"],
        n_local=n_local,
        threads=given if given > 1 else max(1, n_cores() // n_local),
    )


def started_alone(variables: Mapping[str, str]) -> bool:
    """Whether a launcher was asked for several processes and started one: --cpu, no mpirun."""
    is_launched = variables.get("ACCELERATE_USE_CPU", "").lower() == "true"
    return is_launched and "MASTER_PORT" in variables and "WORLD_SIZE" not in variables


@contextmanager
def joined(launch: Launch, device: str) -> Iterator[str]:
    """Join the processes; gives the device of this one.

    Args:
        launch: of this process.
        device: "cpu", or "cuda" for a GPU of its own.

    Raises:
        Unsupported: there is no such device for each process.
    """
    os.environ.update(FIXED | dict.fromkeys(THREADS, str(launch.threads)))
    _end_with_launcher()
    # Each process would say which kernels for quantized weights it does without.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    torch, accelerate = import_module("torch"), import_module("accelerate")
    if device != "cpu" and torch.cuda.device_count() < launch.n_local:
        raise Unsupported(
            f"{launch.n_local} processes on this machine need as many GPUs, and torch "
            f"{torch.__version__} sees {torch.cuda.device_count()}"
        )
    state = accelerate.PartialState(cpu=device == "cpu", timeout=timedelta(seconds=LOST_S))
    # accelerate gives the processor a number, which it has not.
    yield "cpu" if device == "cpu" else str(state.device)
    # After an error the others may be waiting in the group: it ends with the process then.
    state.destroy_process_group()


def hear_first(word: bool, device: str) -> bool:
    """What the first process says; that of the others is not looked at."""
    torch = import_module("torch")
    said = torch.tensor([int(word)], device=device)
    torch.distributed.broadcast(said, 0)
    return bool(said.item())


class RankExecutor:
    """Runs jobs in this process."""

    def __init__(self, launch: Launch, device: str) -> None:
        self._launch = launch
        self._device = device

    def run(
        self,
        job: Job,
        on_progress: Callable[[float, str], None] | None = None,
        on_cell: Callable[[CellResult, JobResult], None] | None = None,
    ) -> JobResult:
        """Run a job as a child would, without its limits.

        Returns:
            The result, whatever the contestant raised.
        """
        threads = self._launch.threads
        settings = replace(job.part.settings, device=self._device, threads=threads)
        job = replace(job, part=replace(job.part, settings=settings), limits=type(job.limits)())
        transcript = Transcript(job, on_cell, on_progress)

        def send(kind: str, data: Mapping[str, Any]) -> None:
            transcript.take({"kind": kind, "data": to_json(data)})

        page = open_page()
        marker = Marker(page)
        try:
            JobRun(job, send, marker).run(0.0)
        except Exception as exc:  # the contestant may raise anything
            return transcript.result(_ending(exc), traceback.format_exc())
        finally:
            marker.close()
            os.close(page)
        return transcript.result(Ending("ok"), "")


def _ending(exc: Exception) -> Ending:
    status, reason = verdict(exc)
    if any(sign in reason.lower() for sign in _LOST):
        return Ending("killed", f"another process of this training was lost ({reason})")
    return Ending(status, reason)


def _end_with_launcher() -> None:
    """A launcher that is killed leaves its processes behind: they look for it, and end."""
    launcher = os.getppid()

    def watch() -> None:
        while os.getppid() == launcher:
            time.sleep(_ORPHAN_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
