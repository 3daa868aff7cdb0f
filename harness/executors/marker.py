"""Where a child is: a few numbers in a page that parent and child share.

Writing them takes less than a microsecond and wakes nobody up, so it can be done before every
timed call; the parent looks when it has to say where a child was killed, or how far it is.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.protocol import CellWork

Stage = Literal[
    "starting",
    "importing",
    "preparing",
    "loading",
    "training",
    "saving",
    "sizing",
    "building",
    "measuring what libraries take",
    "warming up",
    "solving",
    "closing",
]
STAGES: tuple[Stage, ...] = get_args(Stage)
_NUMBERS = {stage: number for number, stage in enumerate(STAGES)}

_LAYOUT = struct.Struct("<3q")
_BATCH = struct.Struct("<q")
_BATCH_AT = 2 * _BATCH.size
"""Where the last of the three numbers lies."""
_PAGE_BYTES = mmap.PAGESIZE


@dataclass(frozen=True, slots=True)
class Place:
    """A stage, and within the cells: which cell and which batch, counted from 0."""

    stage: Stage = "starting"
    cell: int = 0
    batch: int = 0


def whereabouts(place: Place, cells: Sequence[CellWork]) -> str:
    """A place in words, for example "solving batch 3 of 20 (problems 9 to 12) of cell 1 of 2"."""
    if place.stage not in ("warming up", "solving") or place.cell >= len(cells):
        return place.stage
    work = cells[place.cell]
    nth = f"cell {place.cell + 1} of {len(cells)}"
    if place.stage == "warming up":
        return f"warming up for {nth}"
    if work.mode != "answer":
        return f"timing call {place.batch + 1} of {work.n_calls} ({work.mode}) of {nth}"
    size = max(work.batch_size, 1)
    n_batches = -(-len(work.problems) // size)
    first = place.batch * size + 1
    last = min(first + size - 1, len(work.problems))
    problems = f"problem {first}" if first == last else f"problems {first} to {last}"
    return f"solving batch {place.batch + 1} of {n_batches} ({problems}) of {nth}"


class Marker:
    """The shared page; close it when done."""

    def __init__(self, fd: int) -> None:
        self._page = mmap.mmap(fd, _PAGE_BYTES)

    def move(self, stage: Stage, cell: int = 0, batch: int = 0) -> None:
        """Note where the child is now."""
        _LAYOUT.pack_into(self._page, 0, _NUMBERS[stage], cell, batch)

    def step(self, batch: int) -> None:
        """Note the batch alone, in the stage and the cell of before."""
        _BATCH.pack_into(self._page, _BATCH_AT, batch)

    def place(self) -> Place:
        """Where the child is; a page that a contestant has scribbled on says "starting"."""
        stage, cell, batch = _LAYOUT.unpack_from(self._page, 0)
        if not 0 <= stage < len(STAGES) or cell < 0 or batch < 0:
            return Place()
        return Place(STAGES[stage], cell, batch)

    def close(self) -> None:
        """Unmap the page."""
        self._page.close()


def open_page() -> int:
    """A descriptor of an empty shared page, without a name in the file system."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("spoonbench-marker")
        os.truncate(fd, _PAGE_BYTES)
        return fd
    with tempfile.TemporaryFile() as file:
        file.truncate(_PAGE_BYTES)
        return os.dup(file.fileno())
