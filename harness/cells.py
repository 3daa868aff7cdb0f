"""One cell: warm-up, timed pass, meters, and a check of what came back.

Warm-up calls are kept apart. Memory's peak counts from before the warm-up to the end of the pass;
energy counts over the timed pass. Answers are checked between the timed calls, outside the clock.

Not covered: whether an answer is right; the child knows no targets.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from spoonbench.harness.energy import find_meter
from spoonbench.harness.executors.marker import Marker, whereabouts
from spoonbench.harness.memory import MemoryMeter, device_peak, start_device_peak
from spoonbench.harness.protocol import CellResult, CellWork
from spoonbench.harness.timing import (
    Pace,
    Samples,
    batches,
    steady_collector,
    synchroniser,
    time_call,
    time_pass,
)
from spoonbench.solvers.api import Answer, AnswerStatus, Problem, Solves, StopReason, TraceStep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.harness.records import RunStatus

STATUSES = get_args(AnswerStatus)
STOP_REASONS = get_args(StopReason)
MOST_CHARACTERS = 100_000
"""Of each text of an answer. A longer one is refused, never cut: every answer is stored."""


class BadAnswers(Exception):
    """`solve` did not keep its contract; the message says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where cells are measured: one prepared contestant and the meters of its process.

    Attributes:
        solver: prepared.
        device: that it runs on.
        memory: its baseline was taken before `prepare`.
        marker: tells the parent where the child is.
        describe: status and reason of an exception.
    """

    solver: Solves
    device: str
    memory: MemoryMeter
    marker: Marker
    describe: Callable[[BaseException], tuple[RunStatus, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Warm-up and timed pass of one cell."""

    warmup_ns: tuple[int, ...]
    samples: Samples
    energy_j: float | None
    energy_missing: str | None


def run_cell(stand: Stand, cells: Sequence[CellWork], index: int) -> CellResult:
    """Run one cell of a job; whatever the contestant raises becomes the cell's status."""
    work = cells[index]
    try:
        stand.memory.start()
        start_device_peak(stand.device)
        with steady_collector():
            measured = _measure(stand, work, index)
    except BaseException as exc:  # the contestant may raise anything, SystemExit included
        status, reason = stand.describe(exc)
        where = whereabouts(stand.marker.place(), cells)
        return CellResult(cell_key=work.cell_key, status=status, reason=f"{reason}, while {where}")
    return _result(stand, work, measured)


def check_answers(answers: Any, n_problems: int) -> None:
    """Hold `solve` to its contract.

    Raises:
        BadAnswers: no list, the wrong number, or an answer that is none.
    """
    if not isinstance(answers, (list, tuple)):
        raise BadAnswers(f"`solve` returned a {type(answers).__name__}, not a list of answers")
    if len(answers) != n_problems:
        raise BadAnswers(f"`solve` returned {len(answers)} answers for {n_problems} problems")
    for position, answer in enumerate(answers, start=1):
        fault = fault_of(answer)
        if fault is not None:
            raise BadAnswers(f"`solve` returned a bad answer ({position} of {n_problems}): {fault}")


def fault_of(answer: Any) -> str | None:
    """What is wrong with an answer; None where nothing is."""
    if not isinstance(answer, Answer):
        return f"a {type(answer).__name__}, not an Answer"
    if answer.status not in STATUSES:
        return f"the status {answer.status!r} is none of {', '.join(STATUSES)}"
    if answer.status == "answered" and answer.value is None:
        return "answered, but without a value"
    if answer.status != "answered" and not answer.reason:
        return f"{answer.status}, but without a reason"
    faults = (_fault_of_types, _fault_of_lengths, _fault_of_numbers, _fault_of_trace)
    return next((fault for find in faults if (fault := find(answer)) is not None), None)


def _fault_of_types(answer: Answer) -> str | None:
    kinds = (
        (str, ("value", "reason", "raw_text")),
        (int, ("tokens_in", "tokens_out")),
        ((int, float), ("confidence", "log_probability", "first_token_s", "cost")),
    )
    for kind, names in kinds:
        for name in names:
            found = getattr(answer, name)
            if found is not None and not isinstance(found, kind):
                return f"{name} is a {type(found).__name__}"
    if answer.stopped_by is not None and answer.stopped_by not in STOP_REASONS:
        return f"stopped_by {answer.stopped_by!r} is none of {', '.join(STOP_REASONS)}"
    return None


def _fault_of_lengths(answer: Answer) -> str | None:
    for name in ("value", "reason", "raw_text"):
        n_characters = len(getattr(answer, name) or "")
        if n_characters > MOST_CHARACTERS:
            return f"{name} has {n_characters:,} characters; at most {MOST_CHARACTERS:,} are taken"
    return None


def _fault_of_numbers(answer: Answer) -> str | None:
    for name in ("confidence", "log_probability", "first_token_s", "cost"):
        found = getattr(answer, name)
        if found is not None and not math.isfinite(found):
            return f"{name} is {found}"
    if answer.confidence is not None and not 0 <= answer.confidence <= 1:
        return f"the confidence {answer.confidence} is outside [0, 1]"
    return None


def _fault_of_trace(answer: Answer) -> str | None:
    steps: tuple[Any, ...] = answer.trace
    for step in steps:
        if not isinstance(step, TraceStep):
            return f"its trace holds a {type(step).__name__}"
        fault = fault_of(step.returned)
        if fault is not None:
            return f"stage {step.stage} of its trace: {fault}"
    return None


def _measure(stand: Stand, work: CellWork, index: int) -> Pass:
    groups = batches(work.problems, work.batch_size)
    synchronise = synchroniser(stand.device)

    def call(_: int, batch: Sequence[Problem]) -> tuple[int, list[Answer]]:
        elapsed_ns, answers = time_call(stand.solver.solve, batch, synchronise)
        check_answers(answers, len(batch))
        return elapsed_ns, answers

    def marked_call(position: int, batch: Sequence[Problem]) -> tuple[int, list[Answer]]:
        stand.marker.move("solving", index, position)
        return call(position, batch)

    stand.marker.move("warming up", index)
    warmup_ns = tuple(call(0, groups[0])[0] for _ in range(work.n_warmup if groups else 0))
    meter = find_meter(stand.device)
    pace = Pace(seconds=work.seconds, least_items=work.least_items)
    meter.start()
    start = time.perf_counter_ns()
    samples = time_pass(marked_call, groups, pace)
    joules, missing = meter.stop((time.perf_counter_ns() - start) / 1e9)
    return Pass(warmup_ns=warmup_ns, samples=samples, energy_j=joules, energy_missing=missing)


def _result(stand: Stand, work: CellWork, measured: Pass) -> CellResult:
    peak, no_peak = stand.memory.peak()
    on_device, no_device = device_peak(stand.device)
    reasons = {
        "peak_bytes": no_peak,
        "device_peak_bytes": no_device,
        "energy_j": measured.energy_missing,
    }
    samples = measured.samples
    return CellResult(
        cell_key=work.cell_key,
        status="ok",
        reason=samples.cut_short,
        warmup_ns=measured.warmup_ns,
        samples_ns=tuple(samples.samples_ns),
        items_per_sample=tuple(samples.items_per_sample),
        answers=tuple(samples.answers) if work.keep_answers else None,
        peak_bytes=peak,
        device_peak_bytes=on_device,
        energy_j=measured.energy_j,
        missing={name: reason for name, reason in reasons.items() if reason is not None},
    )
