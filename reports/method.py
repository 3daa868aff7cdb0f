"""What the figures of a report mean, and how they are measured, for readers."""

from __future__ import annotations

METHOD: dict[str, str] = {
    "Processes": (
        "Every contestant runs in a process of its own, in every round; rounds are shuffled. "
        "One that crashes, hangs or takes too much memory is a row with a reason, and the "
        "others go on."
    ),
    "Accuracy": (
        "Right answers among all items; rightly abstaining from a problem that has no answer "
        "counts as right. Coverage is the share of items that were answered, precision the "
        "share of right answers among those. Intervals are Wilson's, 95%."
    ),
    "Latency": (
        "Wall-clock time of one call with one item, after warm-up. p50, p95 and p99 are "
        "quantiles of a round; the figure is the median over the rounds."
    ),
    "Throughput": (
        "Items per second of whole passes at a batch size, median over the rounds; the best "
        "batch size stands beside it."
    ),
    "Memory": (
        "Resident memory above that of the same process after its imports. Resident: after "
        "loading; peak: the highest while it answered."
    ),
    "Paired tests": (
        "McNemar's exact test, two-sided, on the same items, between neighbours of the "
        "ladder; corrected for all tests of the duel after Holm. The smallest difference is "
        "the one that this sample would have shown with a power of 80% at a level of 5%."
    ),
    "Operations": (
        "Additions and multiplications for an average problem, counted by a formula that is "
        "given below the ladder where there is one."
    ),
    "Decision": (
        "The lowest level that certainly meets every requirement. Of accuracy it asks for the "
        "precision: right answers among those given. Shares count with the lower bound of "
        "their interval. Exactness cannot be shown by a sample: it takes a guarantee on the "
        "domain, and measurement checks it."
    ),
}
"""Term to how it is measured."""
