"""On which cores the threads of a child may run: asked for in words, applied, and looked at.

Cores are logical processors, numbered as Linux numbers them. The kernel moves threads among the
cores that they may use; with as many cores as threads it hardly ever does.

Not covered: one core for each thread (OMP_PROC_BIND), which OpenMP reads before a forked child is
there; memory of distant processors (numactl); systems other than Linux, which have no such call.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

ANY, COMPACT, SPREAD = "any", "compact", "spread"
WORDS = (ANY, COMPACT, SPREAD)
"""Nothing is pinned; as many cores as threads, close to each other; as many, far from each other.
The last two are what OpenMP calls close and spread."""

NEEDS_LINUX = "threads are pinned to cores on Linux alone"

_PART = re.compile(r"(\d{1,4})(?:-(\d{1,4})(?::([1-9]\d{0,3}))?)?", re.ASCII)
_TOPOLOGY = Path("/sys/devices/system/cpu")
_TASKS = Path("/proc/self/task")


class NoAffinity(Exception):
    """Threads cannot be pinned so; the message says why, for a person."""


def read_affinity(text: str) -> str:
    """An affinity as it is kept: a word of `WORDS`, or a list of cores in order, none twice.

    Args:
        text: a word, or cores as `taskset --cpu-list` takes them.

    Raises:
        ValueError: it is neither.

    >>> read_affinity("1,0,2"), read_affinity("0-6:2"), read_affinity("compact")
    ('0-2', '0,2,4,6', 'compact')
    """
    if text in WORDS:
        return text
    cores: set[int] = set()
    for part in text.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            raise ValueError(f"{part!r} names no cores")
        first, last, step = (int(each or 0) for each in found.groups())
        if found[2] is not None and last < first:
            raise ValueError(f"{part!r} ends before it begins")
        cores.update(range(first, (last if found[2] else first) + 1, step or 1))
    return core_list(cores)


def core_list(cores: Iterable[int]) -> str:
    """Cores as people write them.

    >>> core_list([3, 0, 1])
    '0-1,3'
    """
    runs: list[list[int]] = []
    for core in sorted(set(cores)):
        if runs and core == runs[-1][-1] + 1:
            runs[-1].append(core)
        else:
            runs.append([core])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def cores_listed(affinity: str) -> tuple[int, ...] | None:
    """The cores of a list, in order; None for a word."""
    if affinity in WORDS:
        return None
    cores: list[int] = []
    for part in affinity.split(","):
        first, _, last = part.partition("-")
        cores += range(int(first), int(last or first) + 1)
    return tuple(cores)


def why_not(affinity: str, threads: int, allowed: Collection[int]) -> str | None:
    """Why an affinity cannot be had, in words; None where it can.

    Args:
        affinity: of `read_affinity`.
        threads: that are to run on these cores.
        allowed: cores that there are for it.
    """
    listed = cores_listed(affinity)
    if affinity == ANY:
        return None
    if listed is not None:
        missing = sorted(set(listed) - set(allowed))
        if missing:
            return f"no core {core_list(missing)} here: there are {core_list(allowed)}"
    n_cores = len(allowed if listed is None else listed)
    if threads > n_cores:
        noun = "core" if n_cores == 1 else "cores"
        where = f"the {n_cores} {noun} of the affinity {affinity}"
        return f"{threads} threads on {where} would time the scheduler: see --threads"
    return None


def choose_cores(
    affinity: str, threads: int, places: Mapping[int, tuple[int, int]]
) -> tuple[int, ...]:
    """The cores of an affinity, in order; all of them where nothing is to be pinned.

    Args:
        affinity: that `why_not` has nothing against.
        threads: that are to run.
        places: each core that is allowed to its processor and to the physical core in it.
    """
    listed = cores_listed(affinity)
    if listed is not None:
        return listed
    by_place = sorted(places, key=lambda core: (places[core], core))
    if affinity == COMPACT:
        return tuple(sorted(by_place[:threads]))
    if affinity == SPREAD:
        return tuple(sorted(_far_apart(by_place, places)[:threads]))
    return tuple(sorted(places))


def _far_apart(by_place: Sequence[int], places: Mapping[int, tuple[int, int]]) -> list[int]:
    """One core of each processor in turn; a physical core again only once all had their turn."""
    met: dict[tuple[int, int], int] = {}
    ranks: dict[int, tuple[int, int, int]] = {}
    physical: dict[int, dict[int, int]] = {}
    for core in by_place:
        processor, number = places[core]
        turn = met.get((processor, number), 0)
        met[processor, number] = turn + 1
        inside = physical.setdefault(processor, {})
        ranks[core] = (turn, inside.setdefault(number, len(inside)), processor)
    return sorted(by_place, key=lambda core: ranks[core])


def cores_allowed() -> tuple[int, ...] | None:
    """Cores that this process may use; None where the system does not say."""
    if sys.platform != "linux":
        return None
    return tuple(sorted(os.sched_getaffinity(0)))


def cores_in_force() -> tuple[int, ...] | None:
    """Cores that any thread of this process may use now; None where the system does not say."""
    if sys.platform != "linux":
        return None
    cores: set[int] = set()
    for thread in _threads():
        try:
            cores |= os.sched_getaffinity(thread)
        except ProcessLookupError:
            continue  # it has ended meanwhile
    return tuple(sorted(cores))


def pin(affinity: str, threads: int) -> None:
    """Have all threads of this process, and those that they start, run on these cores alone.

    Raises:
        NoAffinity: the system knows no such thing, or has not these cores.
    """
    if affinity == ANY:
        return
    if sys.platform != "linux":
        raise NoAffinity(NEEDS_LINUX)
    allowed = os.sched_getaffinity(0)
    reason = why_not(affinity, threads, allowed)
    if reason is not None:
        raise NoAffinity(reason)
    cores = choose_cores(affinity, threads, {core: _place(core) for core in allowed})
    for thread in _threads():
        os.sched_setaffinity(thread, cores)


def _threads() -> list[int]:
    return [int(each.name) for each in _TASKS.iterdir()]


def _place(core: int) -> tuple[int, int]:
    """Processor and physical core; each core its own where the system does not tell."""
    folder = _TOPOLOGY / f"cpu{core}" / "topology"
    try:
        numbers = [int((folder / name).read_text()) for name in ("physical_package_id", "core_id")]
    except (OSError, ValueError):
        return 0, core
    return numbers[0], numbers[1]
