from dataclasses import replace
from typing import Any

import pytest

from spoonbench.harness.records import ScoredAnswer, StoredItem
from spoonbench.reports import failures
from spoonbench.reports.failures import FailureCount, failures_of, reason_kind
from spoonbench.reports.gallery import gallery, kinds_in_short
from spoonbench.reports.markdown import render_markdown


class Store:
    """What a reader of a store would give: one run, whose answers all abstain or fail."""

    def __init__(self, reasons):
        self.reasons = reasons

    def items(self, items_hash):
        del items_hash
        return [
            StoredItem(problem_id=f"p{k}", text=f"text {k}", target="1")
            for k in range(len(self.reasons))
        ]

    def answers(self, run_id):
        if run_id != "run-test":
            return None
        return [
            ScoredAnswer(
                problem_id=f"p{k}",
                status="abstained",
                is_correct=False,
                reason=reason,
                failure="abstained",
            )
            for k, reason in enumerate(self.reasons)
        ]


def failed(report, reasons):
    store: Any = Store(reasons)
    return failures_of(store, report.duel, report.measurements[:1])


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("unknown verb: wibbled", "unknown verb"),
        ("two readings: a: b", "two readings"),
        ("no question", "no question"),
        ("No question.", "No question"),
        (": odd", None),
    ],
)
def test_the_kind_of_a_reason_stands_before_its_first_colon(reason, kind):
    assert reason_kind(reason) == kind


def test_reasons_are_grouped_counted_and_shown_with_three_examples(report):
    reasons = ["unknown verb: a", "two readings: b", *(f"unknown verb: {k}" for k in range(9))]
    examples, counts = failed(report, reasons)
    assert [(one.kind, one.n) for one in counts] == [("unknown verb", 10), ("two readings", 1)]
    assert [one.kind for one in examples] == ["unknown verb"] * 3 + ["two readings"]
    assert examples[0].reason == "unknown verb: a"


def test_very_many_reasons_are_put_together_last(report):
    reasons = [f"kind {k}: x" for k in range(40)] + ["kind 0: y"]
    _, counts = failed(report, reasons)
    assert sum(one.n for one in counts) == len(reasons)
    assert (counts[0].kind, counts[0].n) == ("kind 0", 2)
    assert (counts[-1].kind, counts[-1].n) == (failures.OTHER_REASONS, 28)


def test_no_reason_is_no_kind(report):
    _, counts = failed(report, [None, "", "b"])
    assert {(one.kind, one.n) for one in counts} == {(None, 2), ("b", 1)}


def test_a_group_says_how_often_and_how_many_are_shown(report):
    examples, counts = failed(report, ["no verb: a"] * 5)
    shown = replace(report, failures=examples, failure_counts=counts)
    ((label, (group,)),) = gallery(shown)
    assert (label, group.title) == ("spoon", "abstained: no verb")
    assert group.counted == "5 times, 3 of them below"
    text = render_markdown(shown)
    assert "- abstained: no verb, 5 times, 3 of them below:" in text
    assert text.count('expected "1", answered nothing (no verb: a)') == 3


def test_the_short_form_names_the_most_frequent_kinds(report):
    named = (
        FailureCount(label="rules", failure="abstained", kind=f"kind {k}", n=9 - k)
        for k in range(5)
    )
    counts = (*named, FailureCount(label="lm", failure="endless", kind=None, n=3))
    assert kinds_in_short(replace(report, failure_counts=counts)) == (
        "rules: abstained 35 (kind 0 9, kind 1 8, kind 2 7, 2 more kinds).",
    )
