"""Choosing among cells that were not measured."""

from __future__ import annotations

from functools import cache

import pytest

from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.predict.choice import Candidate, Needs, choose
from spoonbench.harness.predict.observations import Observation, Point
from spoonbench.harness.predict.performance import fit

SIZES = (1, 4, 16, 64)


def point(size, dtype="float32"):
    conditions = Conditions(batch_size=size, dtype=dtype)
    return Point(machine="here", work="a model on a task", conditions=conditions)


@cache
def model():
    times = {"float32": (0.010, 0.0010), "bfloat16": (0.020, 0.0005)}
    return fit(
        [
            Observation(point=point(size, dtype), name="", seconds=overhead + each * size)
            for dtype, (overhead, each) in times.items()
            for size in SIZES
        ]
    )


CANDIDATES = [
    Candidate(
        name=f"{dtype} {size}", point=point(size, dtype), memory_bytes=1e6 * size, accuracy=share
    )
    for dtype, share in (("float32", 0.9), ("bfloat16", 0.8))
    for size in SIZES
]


@pytest.mark.parametrize(
    ("needs", "choice"),
    [
        (Needs(), "bfloat16 64"),
        (Needs(accuracy=0.85), "float32 64"),
        (Needs(memory_bytes=20e6, accuracy=0.85), "float32 16"),
        (Needs(batch_seconds=0.016, accuracy=0.5), "float32 4"),
    ],
)
def test_the_quickest_an_item_is_chosen_of_those_that_certainly_do(needs, choice):
    found = choose(model(), CANDIDATES, needs)
    assert (found.name, found.is_certain) == (choice, True)


def test_what_is_merely_likely_is_said_to_be():
    found = choose(model(), CANDIDATES, Needs(batch_seconds=0.0111))
    assert found.name == "float32 1"
    assert not found.is_certain


def test_what_is_not_known_is_not_taken_to_be_good():
    unknown = Candidate(name="unknown", point=point(1))
    for needs in (Needs(memory_bytes=1e12), Needs(accuracy=0.0)):
        found = choose(model(), [unknown], needs)
        assert found.name is None
        assert "not" in found.ruled_out["unknown"]


def test_what_lies_beyond_the_evidence_is_never_chosen():
    beyond = [Candidate(name="batch 1000", point=point(1000))]
    found = choose(model(), [*CANDIDATES, *beyond], Needs())
    assert found.name != "batch 1000"
    assert "none of 1000" in found.ruled_out["batch 1000"]
