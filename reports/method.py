"""What the figures of a report mean, and how they are measured, for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spoonbench.reports.duel import DuelReport

_BEFORE_TIMES: dict[str, str] = {
    "Processes": (
        "Every contestant runs in a process of its own, in every round; rounds are shuffled. "
        "One that crashes, hangs or takes too much memory is a row with a reason, and the "
        "others go on."
    ),
    "Accuracy, coverage, right of all": (
        "Accuracy is the share of right answers among the answers given, coverage the share of "
        "items that were answered, right of all the share of right answers among all items; "
        "rightly abstaining from a problem that has no answer counts as right there. The "
        "decision rests on accuracy and coverage. Intervals are Wilson's, 95%."
    ),
}

_AFTER_TIMES: dict[str, str] = {
    "Memory": (
        "Resident memory above that of the same process after its imports. Resident: after "
        "loading; peak: the highest while it answered."
    ),
    "On disk": (
        "What a contestant keeps: what it learned here, and weights that were given to it and "
        "that it needs to answer. An adapter (LoRA) needs the model that it belongs to."
    ),
    "Paired tests": (
        "McNemar's exact test, two-sided, of right and wrong on the same items, between "
        "neighbours of the ladder; corrected for all tests of the duel after Holm. The smallest "
        "difference (in right of all) is the one that this sample would have shown with a power "
        "of 80% at a level of 5%."
    ),
    "Operations": (
        "Additions and multiplications for an average problem, counted for models by a formula "
        "that is given below the ladder."
    ),
    "Lines": (
        "Lines of code of a contestant's own logic, comments and blank lines left out; for rules "
        "and algorithms, and hybrids made only of those. Word lists are lines of its data files, "
        "counted apart in the same way."
    ),
    "Decision": (
        "The lowest level that certainly meets every requirement. Accuracy and coverage count "
        "with the lower bound of their interval. Exactness cannot be shown by a sample: it takes "
        "a guarantee on the domain, and measurement checks it. Full coverage, where it is asked "
        "for, means that every item of the sample was answered. A contestant that failed in any "
        "run of the duel is not recommended."
    ),
}


_ELSEWHERE: dict[str, tuple[str, str]] = {
    "Models behind a server": (
        "server",
        (
            "The process here only asks and waits: times hold the way there, the server's queue "
            "and further attempts after failures, and a batch is as many requests. Memory, energy "
            "and training at the server are not seen."
        ),
    ),
    "Answers from a file": (
        "file",
        (
            "They were given before, and are scored as those of others. Nothing else of whoever "
            "gave them is known here."
        ),
    ),
}
"""Term to who answered so, and what that means."""


def method_terms(report: DuelReport) -> dict[str, str]:
    """Term to how it is measured, with the numbers of this duel."""
    elsewhere = {entry.answered_by for entry in report.duel.entries} - {"process"}
    told = {term: text for term, (who, text) in _ELSEWHERE.items() if who in elsewhere}
    return {**_BEFORE_TIMES, **_times(report), **told, **_AFTER_TIMES}


def _times(report: DuelReport) -> dict[str, str]:
    n_rounds = report.duel.n_rounds
    over = "of its one round" if n_rounds == 1 else f"the median over the {n_rounds} rounds"
    n_items = max((m.n_latency for m in report.measurements), default=0)
    sample = f"the {n_items:,} items" if n_items else "the items"
    return {
        "Latency": (
            "Wall-clock time of one call with one item, after warm-up. Contestants are timed "
            "warm: what they cached while answering is kept. p50, p95 and p99 are quantiles of a "
            f"round; the figure is {over}."
        ),
        "Throughput": (
            f"Items per second of whole passes at a batch size; the figure is {over}. The best "
            "batch size stands beside it."
        ),
        "Same twice": (
            f"Whether the answers to {sample} of the latency sample were the same in every round."
        ),
    }
