"""What the figures of a matrix mean, and how they are measured, for readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.matrix.crossovers import FEWEST_SIZES
from spoonbench.harness.matrix.summary import STALL_RATIO
from spoonbench.harness.matrix.verdicts import MEMORY_TOLERANCE, SIGNIFICANCE
from spoonbench.harness.stats import interval_kind

if TYPE_CHECKING:
    from spoonbench.reports.matrix import MatrixReport


def method_terms(report: MatrixReport) -> dict[str, str]:
    """Term to how it is measured, with the numbers of this matrix."""
    n_rounds = report.matrix.n_rounds
    over = "of the one round" if n_rounds == 1 else f"the median over the {n_rounds} rounds"
    return {
        "Rounds": (
            "In every round each cell runs once, in a process of its own; the order is shuffled "
            f"anew in each. There were {n_rounds} rounds. All items are answered in the first; "
            "later ones are for time and may end sooner. One that crashes, hangs or takes too "
            "much memory is a row with a reason, and the others go on."
        ),
        "Right of all": (
            "Right answers among all items (accuracy), rightly abstaining from a problem that has "
            "no answer included; of the first round. Intervals are Wilson's, 95%."
        ),
        "p (Holm)": (
            "McNemar's exact test, two-sided, of right and wrong on the same items, between a cell "
            "and the baseline; corrected for all cells after Holm. Below "
            f"{SIGNIFICANCE} the cell is said to have changed right answers. Smallest difference: "
            "the one that this many items would have shown with a power of 80% at a level of 5%, "
            "not corrected for the number of cells. Changed: items answered otherwise than in the "
            "baseline, rightly or wrongly."
        ),
        "Throughput": (
            f"Answers/s: items of a whole pass over its time; the figure is {over}, its interval "
            f"is {interval_kind(n_rounds)}. x baseline: over the median of the baseline, whatever "
            "the batch sizes of the two."
        ),
        "Noise (A/A)": (
            "The baseline runs twice in every round, as if it were two cells: what differs between "
            "the two is noise. A cell is called faster where the low end of its interval lies "
            "above the high end of the baseline's by a factor beyond any that the baseline showed "
            "against itself, and slower likewise; all others are not distinguishable. The noise "
            "is that of the baseline: it may be another elsewhere."
        ),
        "Latency": (
            "ms/call: time of one call with a full batch, every answer of which comes at its end; "
            f"the median of a round, {over}. p95 ms/call: 95th percentile over all full calls of "
            f"all rounds. Stalls: calls beyond {STALL_RATIO:g} times the median of their round."
        ),
        "First token, later tokens": (
            "First token: from the start of a call until the last of its rows has its first new "
            "token. Later token: the rest of the call, over the tokens of its longest row but "
            "one. Both are medians over the calls of the first round. Tokens/s: new tokens of all "
            "rows together over the time of all calls. Natural stops: texts that the model ended "
            "by itself, among all it wrote."
        ),
        "Warm-up": (
            "Calls before the timed ones, which are not counted; they are shown apart, for the "
            "first of them often holds what is compiled or read late."
        ),
        "Cold start": (
            "From the first import of a new process to the end of its first call: importing and "
            "loading, building the engine, and that call, which nothing was run before; the "
            f"start of the interpreter is left out; {over}. Cold first token: from the start of "
            "that call until the last of its rows has its first new token."
        ),
        "Peak memory": (
            "Highest resident memory while the cell ran, of all rounds, above that of the same "
            "process after its imports. Device peak: highest that torch held on the accelerator. "
            "Predicted: what the model's own code holds at the worst moment for the longest "
            "question and the longest answer that it may give, told from its configuration "
            "before the cell ran, and what libraries take beside tensors, measured once for "
            "each number format with a model of a few thousand numbers. Freed memory that the "
            "C library keeps and no later tensor fits into is in no prediction."
        ),
        "Weights": (
            "Bytes of the model's weights as they are held, scales of a quantization included, and "
            "what was predicted from the shape of the model before the cell ran; off where they "
            f"differ by more than {MEMORY_TOLERANCE:.0%} of the prediction."
        ),
        "Crossovers": (
            "Two settings that differ on one axis and share at least "
            f"{FEWEST_SIZES} batch sizes: a straight line through the logarithm of the ratio of "
            "their speeds against that of the batch size, over all rounds. Where it is zero, both "
            "are equally fast; the interval is a 95% bootstrap over rounds. It is left out where "
            "the line disagrees with what was measured, and is no crossover where at no batch size "
            "one of the two was faster in all rounds: then its place is told in words only."
        ),
    }
