"""Answers counted apart by subset: the same answers, and what was not answered is not made up."""

import pytest

from spoonbench.harness.duel_records import SplitFacts, Subset
from spoonbench.harness.records import RunRecord, ScoredAnswer
from spoonbench.harness.split_scores import score_split

RECORD = RunRecord(
    run_id="r",
    cell_key="c",
    environment_id="e",
    status="ok",
    started_at="2026-01-01T00:00:00+00:00",
    items_per_sample=(4, 1),
)


def answer(problem_id, *, right, confidence=None):
    return ScoredAnswer(
        problem_id=problem_id, status="answered", is_correct=right, confidence=confidence
    )


def left_open(problem_id, *, right=False):
    return ScoredAnswer(problem_id=problem_id, status="abstained", is_correct=right)


def facts(**subsets):
    return SplitFacts(
        name="test",
        summary="",
        items_hash="h",
        n_items=5,
        n_unanswerable=0,
        subsets=tuple(Subset(name=name, problem_ids=ids) for name, ids in subsets.items()),
    )


ANSWERS = (
    answer("a", right=True, confidence=0.9),
    answer("b", right=False, confidence=0.8),
    left_open("c"),
    answer("d", right=True),
    left_open("e", right=True),
)


def test_a_subset_holds_its_own_items_only():
    score = score_split(facts(One=("a", "b", "c"), Two=("c", "d")), RECORD, ANSWERS)
    one, two = score.subsets
    assert (one.accuracy.n_successes, one.accuracy.n) == (1, 3)
    assert (one.precision.n_successes, one.precision.n) == (1, 2)
    assert (two.coverage.n_successes, two.coverage.n) == (1, 2)
    assert [point.n_wrong for point in one.curve.points] == [0, 1]
    assert score.subset("Two") == two
    assert score.subset("Three") is None


def test_a_subset_of_everything_is_the_split():
    score = score_split(facts(All=("a", "b", "c", "d", "e")), RECORD, ANSWERS)
    (whole,) = score.subsets
    for name in ("accuracy", "coverage", "precision", "curve"):
        assert getattr(whole, name) == getattr(score, name)
    assert score.coverage.n_successes == 4
    assert score.curve.end.n_answered == 3


@pytest.mark.parametrize("n_done", [0, 1, 3])
def test_items_that_were_not_reached_are_in_no_subset(n_done):
    score = score_split(facts(All=("a", "b", "c", "d", "e")), RECORD, ANSWERS[:n_done])
    assert score.subsets[0].accuracy.n == n_done
    assert score.subsets[0].curve.n_items == n_done
