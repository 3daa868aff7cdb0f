"""The child: prepares one contestant, trains or loads it, and runs its cells.

Started fresh as `python -P -m spoonbench.harness.worker` with the numbers of its descriptors, or
forked from `executors.fork_server`. A job comes in on one pipe, events go out on another
(`protocol`, `framing`). Standard output and error belong to the contestant.

In order: hello of the parent; the job; its cores; imports; a look at packages and instruction
sets; baseline of memory; hello of the child; prepare; load or train and save; building the engine;
the cells.
`load_s` is the time of imports, prepare and load, the start of the interpreter left out. The
contestant's size is asked for after the first cell: some count it by running, and the first call
of a child is to be a cold one.

A cell whose call raises is a failed cell, and the next one is tried: a batch that does not fit
the memory says nothing about a smaller one. Everything before the cells ends the job.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import os
import sys
import time
import traceback
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from spoonbench.harness.affinity import ANY, NoAffinity, core_list, cores_in_force, pin
from spoonbench.harness.answer_checks import BadAnswers
from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.cells import Stand, run_cell
from spoonbench.harness.executors import lifeline
from spoonbench.harness.executors.libraries import (
    MissingLibrary,
    check_installed,
    import_modules,
    load_class,
    modules_of,
    required,
)
from spoonbench.harness.executors.marker import Marker
from spoonbench.harness.executors.surroundings import set_threads
from spoonbench.harness.framing import read_message, write_message
from spoonbench.harness.matrix_records import OWN_TENSORS
from spoonbench.harness.memory import (
    MemoryMeter,
    exhaustion,
    is_exhaustion,
    lift_limit,
    limit_private_bytes,
    message_of,
)
from spoonbench.harness.passes import BadWork
from spoonbench.harness.predict.overhead import measure_engine, measure_kernel, measure_overhead
from spoonbench.harness.probing import probe_part
from spoonbench.harness.protocol import PROTOCOL_VERSION, CellResult, Event, Job, Training
from spoonbench.harness.timing import set_aside
from spoonbench.solvers.api import (
    FitReport,
    Keeps,
    Measures,
    Problem,
    Size,
    Solves,
    Trains,
    Unsupported,
)
from spoonbench.solvers.engines import BuildsEngine, EngineReport, TriesEngine
from spoonbench.solvers.quantizations import Calibrates, Quantized, Quantizes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.records import RunStatus

PROGRESS_INTERVAL_S = 0.1
SIZED_PROBLEMS = 32
MESSAGE_CHARACTERS = 2_000


class Refused(Exception):
    """The job cannot be done; the message is for a person."""


class Channel(Protocol):
    """Takes the events of a job."""

    def __call__(self, kind: str, data: Mapping[str, Any], /) -> None:
        """Send one event."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptors:
    """Open files of a child.

    Attributes:
        jobs: reading end: hello and job of the parent.
        events: writing end.
        lifeline: reading end of the pipe that ends with the parent.
        marker: shared page.
    """

    jobs: int
    events: int
    lifeline: int
    marker: int


def serve(descriptors: Descriptors, import_s: float = 0.0) -> None:
    """Do one job and report it. Returns when everything is said, whatever happened.

    Args:
        descriptors: open files; `lifeline` is held already.
        import_s: seconds of imports that a fork server did for this job.
    """
    marker = Marker(descriptors.marker)

    def send(kind: str, data: Mapping[str, Any]) -> None:
        event = Event(kind=kind, data=data)  # type: ignore[arg-type]  # kinds are literals below
        write_message(descriptors.events, event)

    memory_bytes = None
    try:
        job = receive_job(descriptors.jobs)
        memory_bytes = job.limits.memory_bytes
        JobRun(job, send, marker).run(import_s)
    except BaseException as exc:  # the contestant may raise anything, SystemExit included
        lift_limit()
        print_traceback(exc)
        status, reason = verdict(exc, memory_bytes)
        send("failed", {"status": status, "reason": reason})
    finally:
        flush_output()


def receive_job(fd: int) -> Job:
    """Read the parent's hello and its job.

    Raises:
        Refused: the parent speaks another version.
        ValueError: the job is none.
    """
    version = read_message(fd).get("data", {}).get("version")
    if version != PROTOCOL_VERSION:
        raise Refused(
            f"the parent speaks protocol {version}, this interpreter's spoonbench "
            f"{PROTOCOL_VERSION}: install the same version of spoonbench in both"
        )
    job: Job = from_json(Job, read_message(fd)["data"])
    return job


class JobRun:
    """One job from imports to the last cell."""

    def __init__(self, job: Job, send: Channel, marker: Marker) -> None:
        self._job = job
        self._send = send
        self._marker = marker
        self._cores: tuple[int, ...] | None = None

    def run(self, import_s: float) -> None:
        """Do everything that the job asks for, and report it."""
        start = time.perf_counter_ns()
        # Threads inherit the cores of the one that starts them.
        pin(self._job.affinity, self._job.part.settings.threads)
        self._cores = cores_in_force()
        self._marker.move("importing")
        contestant_class = self._import()
        set_threads(self._job.part.settings.threads)
        probe = probe_part(self._job.part)
        import_s += (time.perf_counter_ns() - start) / 1e9
        memory = MemoryMeter()
        hello = {"version": PROTOCOL_VERSION, "baseline_bytes": memory.baseline_bytes}
        self._send("hello", {**hello, "probe": to_json(probe)})
        if self._job.limits.memory_bytes is not None:
            limit_private_bytes(self._job.limits.memory_bytes)
        if self._job.overhead_dtype is not None:
            self._report_overhead(self._job.overhead_dtype, contestant_class)
            return
        solver = self._prepare(contestant_class, memory, import_s)
        self._report_quantization(solver)
        self._build_engine(solver)
        self._run_cells(solver, memory)
        self._marker.move("closing")
        solver.close()
        self._send("done", {})

    def _report_overhead(self, dtype: str, contestant_class: Any) -> None:
        self._marker.move("measuring what libraries take")
        device = self._job.part.settings.device
        settings = self._job.part.settings
        solver, of_layer = contestant_class(), 0
        if settings.engine in OWN_TENSORS or not isinstance(solver, TriesEngine):
            n_bytes = measure_overhead(dtype, device)
        else:
            n_bytes, of_layer = measure_engine(partial(solver.try_engine, settings), device)
        of_kernel = measure_kernel(dtype, device)
        found = {"bytes": n_bytes, "kernel_bytes": of_kernel, "layer_bytes": of_layer}
        self._send("overhead", found)
        self._send("done", {})

    def _import(self) -> Any:
        contestant_class = load_class(self._job.part.target)
        needs = required(self._job.part)
        check_installed(needs)
        import_modules(modules_of(needs))
        set_aside()
        return contestant_class

    def _prepare(self, contestant_class: Any, memory: MemoryMeter, import_s: float) -> Solves:
        start = time.perf_counter_ns()
        self._marker.move("preparing")
        solver: Solves = contestant_class()
        solver.prepare(self._job.part.settings)
        if self._job.calibration:
            _as(solver, Calibrates, "calibrate_on").calibrate_on(self._job.calibration)
        if self._job.artifact is not None:
            self._marker.move("loading")
            _as(solver, Keeps, "load").load(Path(self._job.artifact))
        load_s = import_s + (time.perf_counter_ns() - start) / 1e9
        if self._job.training is not None:
            self._train(solver, self._job.training, memory)
        self._send("ready", {"load_s": load_s, "resident_bytes": memory.resident()})
        return solver

    def _train(self, solver: Any, training: Training, memory: MemoryMeter) -> None:
        self._marker.move("training")
        checkpoints = Path(training.checkpoints) if training.checkpoints else None
        start = time.perf_counter_ns()
        report = _as(solver, Trains, "fit").fit(
            training.training, training.validation, RareProgress(self._send), checkpoints
        )
        fit_s = (time.perf_counter_ns() - start) / 1e9
        if not isinstance(report, FitReport):
            raise Refused(f"`fit` returned a {type(report).__name__}, not a FitReport")
        peak, _ = memory.peak()
        if training.save_to is not None:
            self._marker.move("saving")
            _as(solver, Keeps, "save").save(Path(training.save_to))
        data = {"fit_s": fit_s, "report": to_json(report), "fit_peak_bytes": peak}
        self._send_own("fitted", "fit", data)

    def _report_size(self, solver: Any) -> None:
        if not isinstance(solver, Measures) or not self._is_made(solver):
            return
        self._marker.move("sizing")
        size = solver.size(self._some_problems())
        if not isinstance(size, Size):
            raise Refused(f"`size` returned a {type(size).__name__}, not a Size")
        self._send_own("sized", "size", {"size": to_json(size)})

    def _is_made(self, solver: Any) -> bool:
        """What has to be trained and is not has no size yet: training steps will make it."""
        is_given = self._job.training is not None or self._job.artifact is not None
        return is_given or not solver.info.needs_training

    def _report_quantization(self, solver: Any) -> None:
        done = solver.quantized() if isinstance(solver, Quantizes) else None
        if done is None:
            return
        if not isinstance(done, Quantized):
            raise Refused(f"`quantized` returned a {type(done).__name__}, not a Quantized")
        self._send_own("quantized", "quantized", to_json(done))

    def _build_engine(self, solver: Any) -> None:
        if not isinstance(solver, BuildsEngine):
            return
        self._marker.move("building")
        done = solver.build_engine()
        if done is None:
            return
        if not isinstance(done, EngineReport):
            raise Refused(f"`build_engine` returned a {type(done).__name__}, not an EngineReport")
        self._send_own("built", "build_engine", to_json(done))

    def _some_problems(self) -> tuple[Problem, ...]:
        for work in self._job.cells:
            given = work.problems or tuple(example.problem for example in work.examples)
            if given:
                return given[:SIZED_PROBLEMS]
        if self._job.training is not None:
            some = self._job.training.training[:SIZED_PROBLEMS]
            return tuple(example.problem for example in some)
        return ()

    def _run_cells(self, solver: Solves, memory: MemoryMeter) -> None:
        stand = Stand(
            solver=solver,
            device=self._job.part.settings.device,
            memory=memory,
            marker=self._marker,
            describe=self._describe,
        )
        if not self._job.cells:
            self._report_size(solver)
        for index in range(len(self._job.cells)):
            result = run_cell(stand, self._job.cells, index)
            if index == 0:
                self._report_size(solver)
            self._send("cell", to_json(self._with_cores(result)))

    def _with_cores(self, result: CellResult) -> CellResult:
        """The cores that were really there for its threads, and a word where others were asked."""
        cores = cores_in_force()
        if cores is None or result.status != "ok":
            return result
        found = replace(result, metrics={**result.metrics, "cores": list(cores)})
        if cores == self._cores or self._job.affinity == ANY:
            return found
        why = f"threads ran on the cores {core_list(cores)}, not {core_list(self._cores or ())}"
        return replace(found, missing={**found.missing, "affinity": why})

    def _describe(self, exc: BaseException) -> tuple[RunStatus, str]:
        print_traceback(exc)
        return verdict(exc, self._job.limits.memory_bytes)

    def _send_own(self, kind: str, method: str, data: Mapping[str, Any]) -> None:
        """Send what the contestant made, which JSON may have no form for."""
        try:
            self._send(kind, data)
        except (TypeError, ValueError) as exc:
            raise Refused(f"`{method}` returned what JSON has no form for: {exc}") from exc


class RareProgress:
    """Passes a contestant's progress on, at most ten times a second."""

    def __init__(self, send: Channel) -> None:
        self._send = send
        self._next_ns = 0

    def __call__(self, fraction: float, message: str) -> None:
        """Called by the contestant as often as it likes."""
        now = time.perf_counter_ns()
        if now < self._next_ns:
            return
        self._next_ns = now + int(PROGRESS_INTERVAL_S * 1e9)
        share = min(max(float(fraction), 0.0), 1.0)
        self._send("progress", {"fraction": share, "message": str(message)[:MESSAGE_CHARACTERS]})


def verdict(exc: BaseException, memory_bytes: int | None = None) -> tuple[RunStatus, str]:
    """Status and reason of what a contestant raised.

    Args:
        exc: whatever it was.
        memory_bytes: the limit that the child was given.
    """
    text = message_of(exc)[:MESSAGE_CHARACTERS]
    if isinstance(exc, (Unsupported, MissingLibrary, NoAffinity)):
        return "skipped", text
    if is_exhaustion(exc):
        return "oom", exhaustion(memory_bytes, f"{type(exc).__name__}: {text}".removesuffix(": "))
    if isinstance(exc, (Refused, BadAnswers, BadWork)):
        return "error", text
    if isinstance(exc, SystemExit):
        return "error", f"asked the interpreter to exit with {exc.code!r}{_place_of(exc)}"
    return "error", f"raised {type(exc).__name__}: {text}{_place_of(exc)}"


def print_traceback(exc: BaseException) -> None:
    """Show it on standard error, which the record keeps; the contestant may have closed it."""
    with contextlib.suppress(Exception):
        traceback.print_exception(exc)


def flush_output() -> None:
    """Hand over what the contestant printed last; it may have closed or replaced the streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue


def _as(solver: Any, protocol: type[Any], name: str) -> Any:
    if not isinstance(solver, protocol):
        raise Refused(f"the contestant has no `{name}`, which the job asks for")
    return solver


def _place_of(exc: BaseException) -> str:
    """File and line of the innermost frame, where there is one."""
    frames = traceback.extract_tb(exc.__traceback__)
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""


def take_over_output() -> None:
    """Make streams that take any text, and tell where a crash happened."""
    sys.stdout, sys.stderr = (
        open(fd, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115  # a descriptor, open as long as the child
        for fd in (1, 2)
    )
    faulthandler.enable(file=2)


def main() -> None:
    """A fresh child; ends without the interpreter's clean-up, which a contestant could hang."""
    parser = argparse.ArgumentParser(description="Runs one job; started by an executor.")
    for name in ("jobs", "events", "lifeline", "marker"):
        parser.add_argument(f"--{name}", type=int, required=True)
    descriptors = Descriptors(**vars(parser.parse_args()))
    lifeline.hold(descriptors.lifeline)
    for fd in (descriptors.jobs, descriptors.events, descriptors.lifeline, descriptors.marker):
        os.set_inheritable(fd, False)
    take_over_output()
    serve(descriptors)
    os._exit(0)


if __name__ == "__main__":
    main()
