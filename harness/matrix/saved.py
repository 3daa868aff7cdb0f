"""Cells of a matrix in a JSON file that pytest-benchmark saved: written into it, read from it.

Each benchmark of a cell carries in its `extra_info` what people read (`cell_name`, `accuracy`) and
the whole record but for the samples, which are the benchmark's own raw data. The machine stands in
`machine_info["spoonbench"]`. The matrix, its cells and its items stand under "spoonbench" beside
the benchmarks, because the plugin compares and prints `machine_info` as a whole.

Not covered: benchmarks of other suites in the same file, which are left aside.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import from_json, to_json, without_defaults
from spoonbench.harness.matrix.run import stored_items
from spoonbench.harness.matrix_records import Matrix
from spoonbench.harness.records import Cell, Environment, RunRecord, StoredItem
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spoonbench.harness.matrix.plan import MatrixPlan

OURS = "spoonbench"
WALL_CLOCKS = ("perf_counter", "monotonic", "time")
"""Timers of the plugin that count what a record means by time; others count a processor's."""
_STORE = "store.sqlite"


class BadBenchmarks(Exception):
    """A file holds no cells that can be taken into a store; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMatrix:
    """What one file holds.

    Attributes:
        environment: the machine.
        matrix: with all its cells, those that were not run included.
        cells: of the matrix.
        items_hash: of its items.
        items: in order.
        records: one for each benchmark of a cell.
        n_others: benchmarks of other suites.
    """

    environment: Environment
    matrix: Matrix
    cells: tuple[Cell, ...]
    items_hash: str
    items: tuple[StoredItem, ...]
    records: tuple[RunRecord, ...] = ()
    n_others: int = 0


def matrix_json(plan: MatrixPlan) -> dict[str, Any]:
    """What is kept of a matrix beside its benchmarks, as JSON values."""
    return {
        "matrix": to_json(plan.matrix),
        "cells": [to_json(cell) for cell in plan.cells.values()],
        "items_hash": plan.split.items_hash,
        "items": to_json(stored_items(plan)),
    }


def extra_info_of(
    record: RunRecord, plan: MatrixPlan, name: str, items_per_call: int
) -> dict[str, Any]:
    """What one benchmark says of its cell, as JSON values.

    Args:
        record: without samples.
        plan: of the matrix.
        name: of the cell that was measured.
        items_per_call: items of each timed call.
    """
    cell, matrix_cell = plan.cells[name], plan.matrix.cell(name)
    answers = record.answers
    n_right = None if answers is None else sum(one.is_correct for one in answers)
    return {
        "cell_name": matrix_cell.name,
        "status": record.status,
        "accuracy": sum(one.is_correct for one in answers) / len(answers) if answers else None,
        "n_right": n_right,
        "n_items": None if answers is None else len(answers),
        "resident_bytes": record.resident_bytes,
        "peak_bytes": record.peak_bytes,
        "device_peak_bytes": record.device_peak_bytes,
        "memory_note": record.metrics.get("memory_note"),
        "predicted_weight_bytes": matrix_cell.weight_bytes,
        "predicted_peak_bytes": plan.matrix.predicted_peak_bytes(matrix_cell),
        "weight_bytes": record.metrics.get("weight_bytes"),
        "layers_quantized": record.layers_quantized,
        "layers_skipped": record.layers_skipped,
        "kernel": record.kernel,
        "process": record.metrics.get("process"),
        "items_per_call": items_per_call,
        "cell": to_json(cell),
        "record": {
            **without_defaults(record),
            "answers": None if answers is None else [without_defaults(one) for one in answers],
        },
    }


def record_of(extra_info: Mapping[str, Any], seconds: Sequence[Any], timer: str) -> RunRecord:
    """The whole record of a benchmark.

    Args:
        extra_info: of `extra_info_of`.
        seconds: of each timed call, raw.
        timer: name of the clock that they were taken with.

    Raises:
        ValueError: they are no times, or the record is none.
    """
    if timer not in WALL_CLOCKS:
        raise ValueError(
            f"its times were taken with {timer}, and a store keeps those of {WALL_CLOCKS[0]}"
        )
    if not seconds or not all(isinstance(s, float) and 0 <= s < math.inf for s in seconds):
        raise ValueError("its raw times are no seconds")
    record: RunRecord = from_json(RunRecord, extra_info["record"])
    return replace(
        record,
        samples_ns=tuple(round(one * 1e9) for one in seconds),
        items_per_sample=(extra_info["items_per_call"],) * len(seconds),
        metrics={**record.metrics, "timer": timer},
    )


def read_saved(path: Path) -> SavedMatrix:
    """Read a file that pytest-benchmark saved.

    Raises:
        BadBenchmarks: there is no such file, it is none of the plugin's, it holds no cell of a
            matrix, or no raw times.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise BadBenchmarks(f"{path} cannot be read: {exc.strerror}.") from exc
    except ValueError as exc:
        raise BadBenchmarks(f"{path} is no JSON: {exc}.") from exc
    if not isinstance(data, dict) or not isinstance(data.get("benchmarks"), list):
        raise BadBenchmarks(f"{path} is no file that pytest-benchmark saved.")
    benchmarks = data["benchmarks"]
    of_cells = [one for one in benchmarks if "record" in one.get("extra_info", {})]
    if not of_cells or OURS not in data:
        raise BadBenchmarks(
            f"{path} holds no cell of a matrix: pytest bench/ -k matrix measures some."
        )
    if any("data" not in one.get("stats", {}) for one in of_cells):
        raise BadBenchmarks(
            f"{path} holds no raw times: save with --benchmark-json FILE, or add "
            "--benchmark-save-data to --benchmark-save or --benchmark-autosave."
        )
    try:
        saved = _saved(data, of_cells)
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise BadBenchmarks(f"{path} is damaged, or of another version: {exc}.") from exc
    return replace(saved, n_others=len(benchmarks) - len(of_cells))


def _saved(data: Mapping[str, Any], of_cells: Sequence[Mapping[str, Any]]) -> SavedMatrix:
    ours = data[OURS]
    environment: Environment = from_json(Environment, data["machine_info"][OURS]["environment"])
    matrix: Matrix = from_json(Matrix, ours["matrix"])
    cells = tuple(from_json(Cell, one) for one in ours["cells"])
    records = tuple(
        record_of(one["extra_info"], one["stats"]["data"], one["options"]["timer"])
        for one in of_cells
    )
    known = {cell.key for cell in cells}
    if {one.key for one in matrix.cells} != known or any(r.cell_key not in known for r in records):
        raise ValueError("its cells are not those of its matrix")
    if {environment.environment_id, *(r.environment_id for r in records)} != {
        matrix.environment_id
    }:
        raise ValueError("its machine is not the one of its matrix")
    return SavedMatrix(
        environment=environment,
        matrix=matrix,
        cells=cells,
        items_hash=ours["items_hash"],
        items=tuple(from_json(StoredItem, one) for one in ours["items"]),
        records=records,
    )


def add_saved(saved: SavedMatrix, out: Path) -> int:
    """Add what a store does not have yet.

    Args:
        saved: of `read_saved`.
        out: folder of the store.

    Returns:
        how many records were added.

    Raises:
        StoreError: the store cannot be used.
    """
    with open_writer(out / _STORE) as store, open_reader(out / _STORE) as reader:
        known = {run.run_id for run in reader.runs(cell_keys=[cell.key for cell in saved.cells])}
        store.add_environment(saved.environment)
        for cell in saved.cells:
            store.add_cell(cell)
        store.add_items(saved.items_hash, saved.items)
        if all(one.matrix_id != saved.matrix.matrix_id for one in reader.matrices()):
            store.add_matrix(saved.matrix)
        to_add = [record for record in saved.records if record.run_id not in known]
        for record in to_add:
            store.add_run(record)
    return len(to_add)
