"""Settings to choose among inside the page: cells of one's own matrices, measured and predicted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.lookups.settings import FRAMES, frame, how_told, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spoonbench.harness.advise.lookups.figures import Figures, Work
    from spoonbench.harness.advise.sources import Sources
    from spoonbench.harness.predict.choice import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """A cell that can be chosen.

    Attributes:
        candidate: as `predict.choice` sees it.
        words: the cell with its figures.
        how: it came to be known.
        device: without the number.
        dtype: number format.
    """

    candidate: Candidate
    words: str
    how: str
    device: str
    dtype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingTable:
    """A matrix to choose from.

    Attributes:
        title: model and task.
        frames: what is found to the words before and after a cell's.
        rows: its cells.
    """

    title: str
    frames: Mapping[str, tuple[str, str]]
    rows: tuple[SettingRow, ...]


def setting_tables(sources: Sources) -> Iterator[SettingTable]:
    """The newest matrix of each model, task and work that was measured on this machine.

    Raises:
        StoreError: the store is damaged.
    """
    seen: set[tuple[str, str, Work]] = set()
    for figures in sources.works:
        key = (figures.model, figures.task, figures.work)
        if key in seen or not any(row.rate for row in figures.rows):
            continue
        seen.add(key)
        yield SettingTable(
            title=f"{figures.model} {figures.done}",
            frames={name: frame(figures, name) for name in FRAMES},
            rows=tuple(_rows(figures, sources)),
        )


def _rows(figures: Figures, sources: Sources) -> Iterator[SettingRow]:
    for one in sources.setting_cells(figures).every():
        yield SettingRow(
            candidate=one.candidate,
            words=words_of(one),
            how=how_told(figures, one, sources),
            device=one.row.device.partition(":")[0],
            dtype=one.row.dtype,
        )


def table_json(table: SettingTable) -> dict[str, Any]:
    """As JSON values. A cell whose time is not known is left out: it is never chosen."""
    return {
        "title": table.title,
        "frames": {name: list(words) for name, words in table.frames.items()},
        "cells": [_cell_json(row) for row in table.rows if row.candidate.seconds is not None],
    }


def _cell_json(row: SettingRow) -> dict[str, Any]:
    one = row.candidate
    return {
        "name": one.name,
        "batch": one.batch_size,
        "seconds": one.seconds,
        "atMost": one.at_most,
        "memory": one.memory_bytes,
        "memoryAtMost": one.memory_at_most,
        "accuracy": one.accuracy,
        "words": row.words,
        "how": row.how,
        "device": row.device,
        "dtype": row.dtype,
    }
