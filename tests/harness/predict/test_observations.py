"""Measured cells as a model is fitted to them: of references, and of a store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.predict.observations import (
    observations_of,
    observations_of_store,
    work_of,
)
from spoonbench.harness.records import RunRecord
from spoonbench.harness.reference.records import read_shipped


@pytest.fixture(scope="module")
def evidence():
    return read_shipped("epyc-2-cores").evidence


class Store:
    """As much of a reader as is asked for."""

    def __init__(self, matrix, runs):
        self._matrix, self._runs = matrix, runs

    def matrices(self):
        return [self._matrix]

    def runs(self, keys, environment_id, status):
        return [
            run
            for run in self._runs
            if run.cell_key in keys
            and run.environment_id == environment_id
            and run.status == status
        ]


def run_of(matrix, cell, index, milliseconds, **others):
    fields = {
        "run_id": f"{index}-{cell.name}-{milliseconds}",
        "environment_id": matrix.environment_id,
        "status": "ok",
        "started_at": "2026-01-01T00:00:00+00:00",
        "round_index": index,
        "samples_ns": (milliseconds * 1_000_000,),
        "items_per_sample": (cell.placement.batch_size,),
        **others,
    }
    return RunRecord(cell_key=cell.key, **fields)


def test_a_reference_gives_every_cell_that_ended_well(evidence):
    found = observations_of(evidence)
    assert len(found) == 112
    first, cell = found[0], evidence.cells[0]
    assert first.seconds == pytest.approx(1 / cell.answers_per_s.value)
    assert first.run_ids == cell.run_ids
    bad = replace(evidence, cells=(replace(cell, status="oom"), *evidence.cells[1:]))
    assert len(observations_of(bad)) == 111


def test_a_store_gives_the_median_over_rounds_and_leaves_out_what_does_not_count(evidence):
    matrix = evidence.matrix
    cell, other = matrix.cells[3], matrix.cells[4]
    runs = [run_of(matrix, cell, index, ms) for index, ms in enumerate((10, 30, 11))]
    runs += [
        run_of(matrix, cell, 3, 1),  # the twin of a round
        run_of(matrix, cell, 0, 1, status="error"),
        run_of(matrix, cell, 0, 1, environment_id="elsewhere"),
        run_of(matrix, cell, 0, 1, metrics={"process": "pytest"}),
        run_of(matrix, other, 0, 0),
    ]
    (found,) = observations_of_store(cast("Any", Store(matrix, runs)))
    assert found.name == cell.name
    assert found.seconds == pytest.approx(0.011)
    assert len(found.run_ids) == 3


def test_other_work_has_another_name(evidence):
    matrix = evidence.matrix
    works = {
        work_of(matrix, Conditions(**fields))
        for fields in (
            {},
            {"order": "length"},
            {"mode": "prefill", "prompt_tokens": 64},
            {"mode": "prefill", "prompt_tokens": 128},
            {"mode": "decode", "prompt_tokens": 64, "new_tokens": 8},
            {"mode": "train"},
            {"mode": "train", "accumulation": 4},
        )
    }
    assert len(works) == 7
    assert work_of(matrix, Conditions(batch_size=8, dtype="bfloat16")) in works
