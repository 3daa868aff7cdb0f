"""Small stores, and sides made by hand."""

from dataclasses import replace

import pytest

from spoonbench.harness.gates.sides import Outcome, Scores, Series, Side, Subject
from tests.harness.gates.made_stores import MACHINE, StoreMaker


@pytest.fixture
def make_store(tmp_path):
    def make(name="a.sqlite", machine=MACHINE):
        return StoreMaker(tmp_path / name, machine)

    return make


@pytest.fixture
def other_machine():
    return replace(MACHINE, processor="Another processor")


def outcomes(marks):
    """ "1" right, "0" wrong, "-" left open where there was an answer, "+" rightly left open."""
    return {
        f"p{i}": Outcome(is_right=mark in "1+", is_answered=mark in "01")
        for i, mark in enumerate(marks)
    }


@pytest.fixture
def make_subject():
    def make(name="rules", marks=None, times=None, peak=None, items_hash="ab" * 32, **more):
        series = {}
        if times is not None:
            rounds = tuple(range(len(times)))
            series["p50_ms"] = Series(values=tuple(times), rounds=rounds)
        if peak is not None:
            series["peak_mb"] = Series(values=(peak,))
        scores = {}
        if marks is not None:
            scores["test"] = Scores(items_hash=items_hash, outcomes=outcomes(marks))
        return Subject(name=name, scores=scores, series=series, **more)

    return make


@pytest.fixture
def make_side():
    def make(*subjects, **more):
        facts = {
            "title": "duel",
            "kind": "contestant",
            "task": "stories (version 1)",
            "machine": {"processor": "A processor"},
            "splits": ("test",),
            "deciding": "test",
        }
        return Side(subjects=tuple(subjects), **{**facts, **more})

    return make
