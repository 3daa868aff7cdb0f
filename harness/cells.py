"""One cell: warm-up, timed pass, meters.

Warm-up calls are kept apart, and whether they have settled is looked at. Memory's peak counts from
before the warm-up to the end of the pass; energy counts over the timed pass. What came back from
warm-up calls is checked at once, and from the timed ones after the last of them: whatever runs
between two calls makes the next one slower, by what it leaves in the processor's caches.

The metrics of a cell hold `held_out_bits_per_byte`, `held_out_tokens` and `held_out_tokens_right`
where a text was held out, `warmup_settled` (None: too few calls to tell) and the series of its
mode, one figure a timed call: `tokens_per_call` (new tokens in the mode "decode", tokens read in
the others), `first_token_ns`, `later_token_ns`, `loss`, `parts_ns`; after training steps also
`step_dtype`. Where the very first call of the child was a warm-up, and wrote tokens, they hold
`cold_first_token_ns` too. After a call with freed memory given back they hold `lean_peak_bytes`,
its peak above the baseline, and, where the contestant showed its cache, `cache_bytes`,
`cache_texts` and `cache_tokens` of the largest in that call.

Not covered: what a mode times (`spoonbench.harness.passes`).
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from spoonbench.harness.answer_checks import NthBadAnswers, check_answers, check_in_batches
from spoonbench.harness.energy import find_meter
from spoonbench.harness.executors.marker import Marker, whereabouts
from spoonbench.harness.memory import (
    MemoryMeter,
    device_peak,
    keep_returning_freed,
    message_of,
    start_device_peak,
)
from spoonbench.harness.passes import BadWork, Calls, Outcome, make_calls
from spoonbench.harness.protocol import MORE_WARMUP, CellResult, CellWork
from spoonbench.harness.timing import (
    Pace,
    Samples,
    steady_collector,
    synchroniser,
    time_call,
    time_pass,
)
from spoonbench.harness.warmup import Warmup, warm_up
from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.texts import HoldsCache, Reads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.harness.records import RunStatus
    from spoonbench.solvers.api import Answer, Solves


_WITH_CACHE = ("answer", "prefill", "decode")
"""Modes whose calls keep what was read."""


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
    """Warm-up and timed pass of one cell.

    Attributes:
        warmup: calls before the timed ones.
        samples: of the timed ones.
        metrics: see this module.
        energy_j: see `CellResult`, as of the peaks.
        missing: meter to the reason why it gave nothing.
    """

    warmup: Warmup
    samples: Samples
    metrics: Mapping[str, Any]
    energy_j: float | None
    peak_bytes: int | None
    device_peak_bytes: int | None
    missing: Mapping[str, str]


def run_cell(stand: Stand, cells: Sequence[CellWork], index: int) -> CellResult:
    """Run one cell of a job; whatever the contestant raises becomes the cell's status."""
    work = cells[index]
    try:
        stand.memory.start()
        start_device_peak(stand.device)
        with steady_collector():
            measured = _measure(stand, cells, index)
        return _with_foresight(_result(work, measured), stand.solver, work)
    except BaseException as exc:  # the contestant may raise anything, SystemExit included
        status, reason = stand.describe(exc)
        if status == "skipped":
            return CellResult(cell_key=work.cell_key, status=status, reason=reason)
        where = whereabouts(stand.marker.place(), cells)
        return CellResult(cell_key=work.cell_key, status=status, reason=f"{reason}, while {where}")


def _with_foresight(result: CellResult, solver: Solves, work: CellWork) -> CellResult:
    """Add how well the contestant foresees a text; nothing where none is given, or it reads none.

    What it cannot tell of this text is missing with its reason: the pass was measured all the same.
    """
    if work.held_out is None or not isinstance(solver, Reads):
        return result
    try:
        found = solver.text_likelihood(work.held_out)
    except (Unsupported, ValueError) as exc:
        missing = {**result.missing, "held_out_bits_per_byte": message_of(exc)}
        return replace(result, missing=missing)
    figures = {
        "held_out_bits_per_byte": -found.log_likelihood / math.log(2) / found.n_bytes,
        "held_out_tokens": found.n_tokens,
        "held_out_tokens_right": found.n_right,
    }
    return replace(result, metrics={**result.metrics, **figures})


def _measure(stand: Stand, cells: Sequence[CellWork], index: int) -> Pass:
    _check_order(cells, index)
    work = cells[index]
    calls = make_calls(stand.solver, work)
    try:
        return _Measuring(stand, work, calls, index).run()
    finally:
        calls.close()


def _check_order(cells: Sequence[CellWork], index: int) -> None:
    """Refuse to measure what another cell of the job has changed: weights, or the allocator."""
    if any(work.lean_peak for work in cells[:index]):
        raise BadWork("a cell before this one changed how memory is given back: it comes last")
    has_trained = any(work.mode == "train" for work in cells[:index])
    if has_trained and cells[index].mode != "train":
        raise BadWork("a cell before this one trained the contestant: cells that train come last")


@dataclass(slots=True)
class _Measuring:
    """Warm-up and timed pass of one cell, under way."""

    stand: Stand
    work: CellWork
    calls: Calls
    index: int
    figures: dict[str, list[Any]] = field(default_factory=dict)
    first: Outcome | None = None
    unchecked: list[Any] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    synchronise: Callable[[], None] = field(init=False)

    def __post_init__(self) -> None:
        self.synchronise = synchroniser(self.stand.device)

    def run(self) -> Pass:
        work, groups = self.work, self.calls.batches
        self.stand.marker.move("warming up", self.index)
        warmup = Warmup(samples_ns=(), settled=None)
        if groups:
            warmup = warm_up(lambda: self.call(groups[0])[0], work.n_warmup, _more_warmup(work))
        cold = self.cold_figures() if warmup.samples_ns and self.index == 0 else {}
        self.figures.clear()
        noun = "problems" if work.mode == "answer" else "texts"
        pace = Pace(seconds=work.seconds, least_items=work.least_items, noun=noun)
        meter = find_meter(self.stand.device)
        meter.start()
        start = time.perf_counter_ns()
        samples = time_pass(self.marked_call(), groups, pace)
        joules, no_energy = meter.stop((time.perf_counter_ns() - start) / 1e9)
        peak, no_peak = self.stand.memory.peak()
        on_device, no_device = device_peak(self.stand.device)
        self.take(samples)
        metrics = {**self.figures, **self.calls.facts(), **cold}
        lean, no_lean = self.call_leanly() if work.lean_peak else ({}, None)
        reasons = {
            "peak_bytes": no_peak,
            "device_peak_bytes": no_device,
            "energy_j": no_energy,
            "lean_peak_bytes": no_lean,
        }
        return Pass(
            warmup=warmup,
            samples=samples,
            metrics={**metrics, **lean},
            energy_j=joules,
            peak_bytes=peak,
            device_peak_bytes=on_device,
            missing={name: reason for name, reason in reasons.items() if reason is not None},
        )

    def call_leanly(self) -> tuple[dict[str, int], str | None]:
        """Memory of one more call while freed memory is given back, and why there is no peak."""
        if not self.calls.batches:
            return {}, "there is nothing to call with"
        refusal = keep_returning_freed()
        self.stand.memory.start()
        batch = max(self.calls.batches, key=_n_characters)
        found = self.cache_of(lambda: self.calls.run(batch))
        self.synchronise()
        peak, no_peak = self.stand.memory.peak() if refusal is None else (None, refusal)
        return found if peak is None else {**found, "lean_peak_bytes": peak}, no_peak

    def cache_of(self, call: Callable[[], Any]) -> dict[str, int]:
        """Make a call; the largest cache meanwhile, where the contestant shows one."""
        if not isinstance(self.stand.solver, HoldsCache) or self.work.mode not in _WITH_CACHE:
            call()
            return {}
        held = self.stand.solver.cache_of(call)
        if held is None:
            return {}
        return {
            "cache_bytes": held.bytes,
            "cache_texts": held.n_texts,
            "cache_tokens": held.n_tokens,
        }

    def call(self, batch: Sequence[Any]) -> tuple[int, Sequence[Answer]]:
        """One call: its nanoseconds and answers; its figures join their series."""
        elapsed_ns, result = time_call(self.calls.run, batch, self.synchronise)
        return elapsed_ns, self.keep(batch, result, elapsed_ns)

    def keep(self, batch: Sequence[Any], result: Any, elapsed_ns: int) -> Sequence[Answer]:
        """Check what came back; its figures join their series."""
        outcome = self.calls.keep(batch, result, elapsed_ns)
        self.first = self.first or outcome
        self.join(outcome.figures)
        return outcome.answers

    def join(self, figures: Mapping[str, Any]) -> None:
        """Put each figure at the end of its series."""
        for name, figure in figures.items():
            self.figures.setdefault(name, []).append(figure)

    def cold_figures(self) -> dict[str, int]:
        """Nanoseconds to the first token in the first call of the child; none where none came."""
        if self.first is None:
            return {}
        told = self.first.figures.get("first_token_ns")
        said = [one.first_token_s for one in self.first.answers if one.first_token_s is not None]
        found = round(max(said) * 1e9) if said else told
        return {} if found is None else {"cold_first_token_ns": found}

    def marked_call(self) -> Callable[[int, Sequence[Any]], tuple[int, Sequence[Answer]]]:
        """Times a call, given its place and its batch; what it needs is looked up before the first.

        Between two calls the processor's caches are the contestant's: each step there is dear.
        """
        self.stand.marker.move("solving", self.index)
        step, run, synchronise = self.stand.marker.step, self.calls.run, self.synchronise
        keep, keep_all, count = self.unchecked.append, self.unchecked.extend, self.sizes.append

        def call_and_check(position: int, batch: Sequence[Any]) -> tuple[int, Sequence[Answer]]:
            step(position)
            return self.call(batch)

        def call_for_answers(position: int, batch: Sequence[Any]) -> tuple[int, Sequence[Answer]]:
            step(position)
            elapsed_ns, answers = time_call(run, batch, synchronise)
            # All in one list, and not in a list of lists, at which the collector would look.
            if type(answers) is not list:
                check_answers(answers, len(batch))
            keep_all(answers)
            count(len(answers))
            return elapsed_ns, ()

        def call(position: int, batch: Sequence[Any]) -> tuple[int, Sequence[Answer]]:
            step(position)
            elapsed_ns, result = time_call(run, batch, synchronise)
            # A list of the contestant's own may be another one after its next call.
            keep(result.copy() if type(result) is list else result)
            return elapsed_ns, ()

        if self.calls.keeps_at_once:
            return call_and_check
        return call_for_answers if self.calls.only_answers else call

    def take(self, samples: Samples) -> None:
        """Check what the timed calls gave; where a check fails the child stands at that call."""
        if self.calls.only_answers:
            self.take_answers(samples)
            return
        n_checked, keep, answers = 0, self.calls.keep, samples.answers
        given = zip(self.calls.batches, self.unchecked, samples.samples_ns, strict=False)
        try:
            for batch, result, elapsed_ns in given:
                outcome = keep(batch, result, elapsed_ns)
                answers += outcome.answers
                if outcome.figures:
                    self.join(outcome.figures)
                n_checked += 1
        except BaseException:
            self.stand.marker.step(n_checked)
            raise

    def take_answers(self, samples: Samples) -> None:
        """The same, where what came back are answers and nothing else is kept."""
        try:
            check_in_batches(self.unchecked, self.sizes, samples.items_per_sample)
        except NthBadAnswers as exc:
            self.stand.marker.step(exc.position)
            raise
        samples.answers = self.unchecked


def _n_characters(batch: Sequence[Any]) -> int:
    """Of problems or examples; of rows that are drawn, which are all alike, none."""
    problems = (getattr(each, "problem", each) for each in batch)
    return sum(len(getattr(problem, "text", "")) for problem in problems)


def _more_warmup(work: CellWork) -> int:
    if work.more_warmup is None:
        return 0 if work.mode == "answer" else MORE_WARMUP
    return work.more_warmup


def _result(work: CellWork, measured: Pass) -> CellResult:
    samples = measured.samples
    return CellResult(
        cell_key=work.cell_key,
        status="ok",
        reason=samples.cut_short,
        warmup_ns=measured.warmup.samples_ns,
        samples_ns=tuple(samples.samples_ns),
        items_per_sample=tuple(samples.items_per_sample),
        answers=tuple(samples.answers) if _keeps_answers(work) else None,
        peak_bytes=measured.peak_bytes,
        device_peak_bytes=measured.device_peak_bytes,
        energy_j=measured.energy_j,
        missing=measured.missing,
        metrics={"warmup_settled": measured.warmup.settled, **measured.metrics},
    )


def _keeps_answers(work: CellWork) -> bool:
    return work.keep_answers and work.mode == "answer"
