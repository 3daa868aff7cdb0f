"""Choosing among cells, of which some were never measured."""

from __future__ import annotations

from functools import cache

import pytest

from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.predict.choice import Candidate, Needs, choose, untried
from spoonbench.harness.predict.neighbours import Known, Neighbours
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


KNOWN = [
    Known(point=point(size, dtype), memory_bytes=1e6 * size, accuracy=share)
    for dtype, share in (("float32", 0.9), ("bfloat16", 0.8))
    for size in SIZES
]


def cell(size, dtype="float32", known=KNOWN):
    where = point(size, dtype)
    return untried(f"{dtype} {size}", where, model().predict(where), Neighbours(known))


CANDIDATES = [cell(size, dtype) for dtype in ("float32", "bfloat16") for size in SIZES]


@pytest.mark.parametrize(
    ("needs", "choice"),
    [
        (Needs(), "bfloat16 64"),
        (Needs(accuracy=0.85), "float32 64"),
        (Needs(memory_bytes=20e6, accuracy=0.85), "float32 16"),
        (Needs(batch_seconds=0.016, accuracy=0.5), "float32 4"),
        (Needs(items_per_second=500.0, accuracy=0.5), "bfloat16 64"),
    ],
)
def test_the_quickest_an_item_is_chosen_of_those_that_certainly_do(needs, choice):
    found = choose(CANDIDATES, needs)
    assert (found.name, found.is_certain) == (choice, True)


def test_what_is_merely_likely_is_said_to_be():
    found = choose(CANDIDATES, Needs(batch_seconds=0.01101))
    assert found.name == "float32 1"
    assert not found.is_certain


def test_what_likely_does_not_is_not_chosen_but_named():
    found = choose(CANDIDATES, Needs(batch_seconds=0.001))
    assert (found.name, found.nearest) == (None, "float32 1")


@pytest.mark.parametrize(
    ("needs", "does"),
    [
        (Needs(batch_seconds=0.5), True),
        (Needs(batch_seconds=0.49), False),
        (Needs(items_per_second=8.0), True),
        (Needs(items_per_second=8.1), False),
    ],
)
def test_a_time_without_spread_does_or_does_not(needs, does):
    exact = Candidate(name="exact", batch_size=4, seconds=0.5, at_most=0.5)
    found = choose([exact], needs)
    assert (found.name == "exact", found.is_certain) == (does, does)


def test_a_time_that_may_vary_without_bound_never_certainly_does():
    once = Candidate(name="once", batch_size=4, seconds=0.5)
    assert choose([once], Needs()).is_certain
    found = choose([once], Needs(batch_seconds=10.0))
    assert (found.name, found.is_certain) == ("once", False)
    assert choose([once], Needs(batch_seconds=0.4)).nearest == "once"


def test_what_is_not_known_is_not_taken_to_be_good():
    unknown = cell(1, known=())
    for needs in (Needs(memory_bytes=1e12), Needs(accuracy=0.0)):
        found = choose([unknown], needs)
        assert found.name is None
        assert "not known" in found.ruled_out["float32 1"]


def test_what_lies_beyond_the_evidence_is_never_chosen():
    found = choose([*CANDIDATES, cell(1000)], Needs())
    assert found.name != "float32 1000"
    assert "none of 1000" in found.ruled_out["float32 1000"]


@pytest.mark.parametrize(
    ("limit", "name", "is_certain"),
    [(21e6, "told", True), (20e6, "told", True), (19e6, "told", False), (17.9e6, None, False)],
)
def test_a_told_peak_certainly_does_only_where_what_it_may_be_does(limit, name, is_certain):
    told = Candidate(
        name="told",
        batch_size=4,
        seconds=0.5,
        at_most=0.5,
        memory_bytes=18e6,
        memory_at_most=20e6,
    )
    found = choose([told], Needs(memory_bytes=limit))
    assert (found.name, found.is_certain) == (name, is_certain)


def test_a_peak_that_certainly_does_goes_before_a_quicker_cell_whose_peak_may_not():
    quick, sure = (
        Candidate(
            name=name,
            batch_size=4,
            seconds=seconds,
            at_most=seconds,
            memory_bytes=18e6,
            memory_at_most=most,
        )
        for name, seconds, most in (("quick", 0.1, 22e6), ("sure", 0.5, 19e6))
    )
    assert choose([quick, sure], Needs(memory_bytes=20e6)).name == "sure"
    assert choose([quick, sure], Needs(memory_bytes=30e6)).name == "quick"


def test_the_nearest_misses_by_least_however_sure_its_time_is():
    sure = Candidate(name="sure", batch_size=1, seconds=0.010, at_most=0.0101)
    vague = Candidate(name="vague", batch_size=1, seconds=0.013, at_most=0.026)
    found = choose([sure, vague], Needs(batch_seconds=1e-9))
    assert (found.name, found.nearest) == (None, "sure")
