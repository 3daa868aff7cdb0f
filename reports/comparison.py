"""Two sides compared, as sentences and tables: terminal and Markdown show the same ones."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from spoonbench.harness.gates.figure_changes import NOT_MEASURED
from spoonbench.harness.gates.figures import FIGURES
from spoonbench.harness.gates.wording import (
    change_words,
    interval_words,
    level_words,
    more_words,
    p_words,
    result_interval_words,
    result_words,
    smallest_words,
    value_words,
)
from spoonbench.reports.quantities import DASH, listed
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spoonbench.harness.gates.changes import Change
    from spoonbench.harness.gates.comparing import Comparison, Pair
    from spoonbench.harness.gates.judging import GateResult, Status
    from spoonbench.harness.gates.sides import Subject

CONFIDENCE = 0.95
FIRST_SHOWN = ("accuracy", "p50_ms", "p95_ms", "throughput", "peak_mb")
"""What a terminal shows unless figures are named."""
_STATUSES: tuple[tuple[Status, str], ...] = (
    ("failed", "failed"),
    ("missing", "cannot be judged"),
    ("undecided", "not shown either way"),
    ("not compared", "not compared"),
    ("passed", "passed"),
)
_RANKS = ("missing", "failed", "undecided", "not compared", "passed")
_QUIET = ("not shown", "no interval", "the same")


def headline(comparison: Comparison) -> str:
    """What was compared with what."""
    n = len(comparison.pairs)
    pairs = "one pair" if n == 1 else f"{n:,} pairs"
    return f"A: {comparison.first.title}. B: {comparison.second.title}. {pairs}."


def findings(comparison: Comparison) -> list[str]:
    """One sentence for each figure that has a test: what B is, beside A."""
    told = []
    for figure in FIGURES.values():
        verdicts = Counter(
            change.verdict
            for pair in comparison.pairs
            for change in pair.changes
            if change.figure is figure and change.grounds.p_value is not None
        )
        if verdicts:
            parts = [
                f"{verdict} in {n:,}"
                for verdict, n in sorted(verdicts.items(), key=lambda one: one[0] in _QUIET)
            ]
            told.append(
                f"{figure.title}: B is {listed(parts)}.".replace("B is not", "a change is not")
            )
    return told


def figures_of(comparison: Comparison) -> list[str]:
    """Names of the figures that any pair has, in order."""
    there = {change.figure.name for pair in comparison.pairs for change in pair.changes}
    return [name for name in FIGURES if name in there]


def shown_first(comparison: Comparison, results: Sequence[GateResult]) -> list[str]:
    """Figures that matter at first sight: the usual ones, those of gates, those that changed."""
    changed = {
        change.figure.name
        for pair in comparison.pairs
        for change in pair.changes
        if change.grounds.p_value is not None and change.verdict not in _QUIET
    }
    wanted = {*FIRST_SHOWN, *(result.gate.figure for result in results), *changed}
    return [name for name in figures_of(comparison) if name in wanted]


def figure_table(comparison: Comparison, name: str) -> Table:
    """All pairs in one figure."""
    figure = FIGURES[name]
    found = [
        (pair, change)
        for pair in comparison.pairs
        for change in pair.changes
        if change.figure is figure
    ]
    details = dict.fromkeys(change.detail for _, change in found if change.detail)
    is_split = len(details) > 1
    title = figure.title + (f", {next(iter(details))}" if len(details) == 1 else "")
    notes = dict.fromkeys(f"{pair.name}: {c.note}." for pair, c in found if c.note)
    return Table(
        title=title,
        columns=_columns(comparison, is_split=is_split),
        rows=tuple(_row(pair, change, is_split=is_split) for pair, change in found),
        notes=(*notes, *_methods(change for _, change in found)),
    )


def _columns(comparison: Comparison, *, is_split: bool) -> tuple[Column, ...]:
    kind = comparison.first.kind
    columns = [Column(header=kind, is_figure=False)]
    if is_split:
        columns.append(Column(header="of", is_figure=False))
    return (
        *columns,
        Column(header="A"),
        Column(header="B"),
        Column(header="change"),
        Column(header="95% interval", priority=1),
        Column(header="verdict", is_figure=False, is_whole=True),
        Column(header="p (Holm)", priority=2),
        Column(header="would show", priority=3),
        Column(header="n", priority=4),
    )


def _row(pair: Pair, change: Change, *, is_split: bool) -> tuple[str, ...]:
    grounds, figure = change.grounds, change.figure
    cells = [pair.name, change.detail] if is_split else [pair.name]
    interval = grounds.interval(CONFIDENCE)
    is_narrow = interval is not None and interval[0] == interval[1]
    return (
        *cells,
        level_words(figure, grounds.first),
        level_words(figure, grounds.second),
        change_words(figure, grounds.change),
        DASH if is_narrow else interval_words(figure, interval) or DASH,
        change.verdict,
        p_words(change.p_holm) or DASH,
        smallest_words(change) or DASH,
        f"{grounds.n:,}",
    )


def _methods(changes: Iterable[Change]) -> list[str]:
    """How the intervals came about, most frequent first."""
    counted = Counter(change.grounds.method for change in changes)
    return [f"{method[0].upper()}{method[1:]}." for method, _ in counted.most_common()]


LEGEND = (
    "Shares change in points, all other figures by their ratio; of rounds the median counts.",
    "p (Holm): corrected for all pairs in the figure; a change is shown below 0.05.",
    "would show: the smallest change that would have been shown with 80% power.",
)


def alone(comparison: Comparison) -> list[str]:
    """What only one side has, one sentence each."""
    return [
        *(_alone(one, "A") for one in comparison.only_first),
        *(_alone(one, "B") for one in comparison.only_second),
    ]


def _alone(subject: Subject, side: str) -> str:
    problem = f" ({subject.problem.rstrip('.')})" if subject.problem else ""
    return f"Only in {side}: {subject.name}{problem}."


def missing(comparison: Comparison) -> list[str]:
    """Why pairs have no figure, each reason once with the pairs that it holds for."""
    grouped: dict[str, tuple[list[str], list[str]]] = {}
    for pair in comparison.pairs:
        problems = [one.problem for one in (pair.first, pair.second) if one.problem]
        for figure, why in pair.missing:
            # That neither side has a figure of its own accord is no news.
            if why == NOT_MEASURED:
                continue
            figures, pairs = grouped.setdefault(why, ([], []))
            figures += [figure] if figure not in figures else []
            pairs += [pair.name] if pair.name not in pairs else []
        for problem in dict.fromkeys(problems):
            grouped.setdefault(problem, ([], []))[1].append(pair.name)
    return [_reason(why, *about) for why, about in grouped.items()]


def _reason(why: str, figures: Sequence[str], pairs: Sequence[str]) -> str:
    names = list(dict.fromkeys(pairs))
    who = names[0] if len(names) == 1 else f"{len(names)} pairs"
    what = f", {listed(list(figures))}" if figures else ""
    return f"{who}{what}: {why.rstrip('.')}."


def ranked(results: Sequence[GateResult]) -> list[GateResult]:
    """What fails a pipeline first."""
    return sorted(results, key=lambda result: _RANKS.index(result.status))


def gate_table(results: Sequence[GateResult]) -> Table:
    """All gates, those that failed first; what failed is told in sentences too."""
    return Table(
        title="Gates",
        columns=(
            Column(header="result", is_figure=False, is_whole=True),
            Column(header="gate", is_figure=False, is_whole=True),
            Column(header="of", is_figure=False),
            Column(header="found", priority=1),
            Column(header="interval", priority=2),
            Column(header="more needed", priority=3),
        ),
        rows=tuple(_gate_row(one) for one in ranked(results)),
        notes=tuple(gate_failures(results)),
    )


def _gate_row(result: GateResult) -> tuple[str, ...]:
    about = f"{result.pair} ({result.detail})" if result.detail else result.pair
    return (
        gate_word(result),
        result.gate.text,
        about or DASH,
        value_words(result) or DASH,
        result_interval_words(result) or DASH,
        more_words(result) or DASH,
    )


def gate_failures(results: Sequence[GateResult]) -> list[str]:
    """One sentence for each gate that failed or cannot be judged."""
    return [
        f"{gate_word(one).capitalize()}: {one.gate.text}, {result_words(one)}"
        for one in ranked(results)
        if one.status in ("failed", "missing")
    ]


def gate_word(result: GateResult) -> str:
    """A status as it is shown."""
    return {"undecided": "not shown", "missing": "cannot be judged"}.get(
        result.status, result.status
    )


def gate_summary(results: Sequence[GateResult], *, fails_undecided: bool) -> str:
    """One sentence that the exit code follows from."""
    counts = Counter[str](result.status for result in results)
    parts = [f"{counts[status]:,} {word}" for status, word in _STATUSES if counts[status]]
    told = f"Gates: {listed(parts)}."
    if counts["undecided"]:
        told += (
            " What is not shown counts as failed (--undecided fail)."
            if fails_undecided
            else " What is not shown passes (--undecided fail lets it fail)."
        )
    return told
