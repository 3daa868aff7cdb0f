"""Clocks and one timed pass over a cell's problems, or the texts of another mode.

The clock is `time.perf_counter_ns`. A device works behind the interpreter's back, so it is
synchronised before and after each timed call; on the processor there is nothing to wait for.

The garbage collector stays on, because it is on in use: what `solve` allocates, `solve` pays for.
Before the first call everything that exists is collected and then frozen (`gc.freeze`), so that
a collection inside a timed call looks at what solving made and not at the libraries, the
training data or the problems.

Not covered: which figures are made of the samples; they are kept raw.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from spoonbench.solvers.api import Answer

B = TypeVar("B")
R = TypeVar("R")
T = TypeVar("T")

_aside: list[bool] = []
"""Not empty once `set_aside` was called in this process."""

Clock = Callable[[], int]
"""Nanoseconds that only grow."""


@dataclass(slots=True, kw_only=True)
class Samples:
    """What a timed pass gave: one entry per timed call, and the answers of all of them."""

    samples_ns: list[int] = field(default_factory=list)
    items_per_sample: list[int] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    cut_short: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """When a pass may end early.

    Attributes:
        seconds: budget of the pass; None: it goes to the end.
        least_items: done in any case.
        noun: what the items are, for messages.
    """

    seconds: float | None = None
    least_items: int = 0
    noun: str = "problems"

    def is_used_up(self, used_ns: int, n_done: int) -> bool:
        """The budget is used and enough items are done."""
        if self.seconds is None:
            return False
        return used_ns >= self.seconds * 1e9 and n_done >= self.least_items


def synchroniser(device: str) -> Callable[[], None]:
    """A function that returns once the device has finished everything that was asked of it.

    Args:
        device: "cpu", "cuda", "cuda:1" or "mps".
    """
    kind = device.partition(":")[0]
    torch = sys.modules.get("torch")
    if kind == "cpu" or torch is None:
        # Without torch in the process nothing of ours runs on a device.
        return _nothing_to_wait_for
    if kind == "mps":
        wait: Callable[[], None] = torch.mps.synchronize
        return wait
    return lambda: torch.cuda.synchronize(device)


def batches(problems: Sequence[T], batch_size: int) -> list[Sequence[T]]:
    """Problems in batches, in order; the last may hold fewer.

    Raises:
        ValueError: the batch size is below 1.
    """
    if batch_size < 1:
        raise ValueError(f"a batch of {batch_size} problems: the batch size is at least 1")
    return [problems[i : i + batch_size] for i in range(0, len(problems), batch_size)]


def time_call(
    run: Callable[[B], R],
    batch: B,
    synchronise: Callable[[], None],
    clock: Clock = time.perf_counter_ns,
) -> tuple[int, R]:
    """One call and its nanoseconds, the device's work included."""
    synchronise()
    start = clock()
    result = run(batch)
    synchronise()
    return clock() - start, result


def time_pass(
    call: Callable[[int, Sequence[T]], tuple[int, Sequence[Answer]]],
    work: Sequence[Sequence[T]],
    pace: Pace,
) -> Samples:
    """Time every batch, or as many as the pace allows.

    Args:
        call: given the index of a batch and the batch; returns nanoseconds and answers, of which
            there are none in other modes.
        work: the batches.
        pace: when the pass may end early.

    Returns:
        the samples; `cut_short` says how far the pass came, where it ended early.
    """
    samples = Samples()
    sizes = [len(batch) for batch in work]
    used_ns = done = 0
    # Between two calls as little as can be: what only needs to be counted is counted afterwards.
    for index, batch in enumerate(work):
        if index and pace.seconds is not None and pace.is_used_up(used_ns, done):
            samples.cut_short = (
                f"cut short after {used_ns / 1e9:.1f} s: {done} of {sum(sizes)} {pace.noun} done"
            )
            break
        elapsed_ns, answers = call(index, batch)
        samples.samples_ns.append(elapsed_ns)
        used_ns += elapsed_ns
        done += sizes[index]
        if answers:
            samples.answers.extend(answers)
    samples.items_per_sample = sizes[: len(samples.samples_ns)]
    return samples


@contextmanager
def steady_collector() -> Iterator[None]:
    """Collect and freeze what exists, and thaw it afterwards.

    After `set_aside` all of it stays frozen: Python thaws all or nothing.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        if not _aside:
            gc.unfreeze()


def set_aside() -> None:
    """Let the collector never look again at what exists: libraries, in a child of its own.

    Each collection looks at every object of every library otherwise, with torch for half a second.
    """
    gc.freeze()
    _aside.append(True)


def _nothing_to_wait_for() -> None:
    """The processor has finished when the call returns."""
