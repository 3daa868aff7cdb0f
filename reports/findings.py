"""Tables below the ladder: tests, ratios, failures, costs, requirements, parts of hybrids."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from spoonbench.reports import quantities
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from spoonbench.harness.evidence import Measurement
    from spoonbench.reports.duel import DuelReport

_LEAST_P = 1e-4


def paired_test_table(report: DuelReport) -> Table:
    """Neighbours of the ladder on the same items."""
    headers = ("Items", "Only 1st right", "Only 2nd right", "p", "p (Holm)", "Smallest difference")
    columns = (
        Column(header="Split", is_figure=False),
        Column(header="First", is_figure=False),
        Column(header="Second", is_figure=False),
        *(Column(header=header) for header in headers),
    )
    rows = tuple(
        (
            test.split,
            test.first,
            test.second,
            quantities.count(test.n),
            quantities.count(test.n_first_only),
            quantities.count(test.n_second_only),
            p_value(test.p_value),
            p_value(test.p_holm),
            f"{100 * test.smallest_difference:.1f} points",
        )
        for test in report.tests
    )
    return Table(title="Paired tests", columns=columns, rows=rows)


def ratio_tables(report: DuelReport) -> tuple[Table, ...]:
    """How much more the second takes than the first, resource by resource: one table a pair."""
    pairs = dict.fromkeys((ratio.first, ratio.second) for ratio in report.ratios)
    return tuple(_ratio_table(report, first, second) for first, second in pairs)


def _ratio_table(report: DuelReport, first: str, second: str) -> Table:
    ratios = [ratio for ratio in report.ratios if (ratio.first, ratio.second) == (first, second)]
    columns = (
        Column(header="Resource", is_figure=False),
        *(Column(header=header) for header in (first, second, "Measured", "Case study")),
    )
    rows = tuple(
        (
            ratio.resource,
            quantities.measured(ratio.first_value, ratio.unit),
            quantities.measured(ratio.second_value, ratio.unit),
            quantities.times(ratio.ratio),
            "1,000,000 times",
        )
        for ratio in ratios
    )
    notes = tuple(
        f"No ratio of {ratio.resource}: {(ratio.reason or 'a figure is missing').rstrip('.')}."
        for ratio in ratios
        if ratio.ratio is None
    )
    return Table(title=f"{first} : {second}", columns=columns, rows=rows, notes=notes)


def failure_table(report: DuelReport) -> Table:
    """How often each kind of failure happened, over all splits."""
    counted = [(m, _failures(m)) for m in report.measurements if m.splits]
    kinds = sorted({kind for _, failures in counted for kind in failures})
    columns = (
        Column(header="Contestant", is_figure=False),
        *(Column(header=kind) for kind in kinds),
    )
    rows = tuple(
        (m.entry.label, *(quantities.count(failures[kind]) for kind in kinds))
        for m, failures in counted
        if failures
    )
    return Table(title="Failures by kind, all splits", columns=columns, rows=rows)


def cost_table(report: DuelReport) -> Table:
    """Total cost with the user's effort and prices."""
    columns = (
        Column(header="Contestant", is_figure=False),
        *(
            Column(header=header)
            for header in ("Building and training", "A million answers", "Total")
        ),
    )
    rows = tuple(
        (
            cost.label,
            quantities.money(cost.fixed),
            quantities.money(None if cost.per_answer is None else 1e6 * cost.per_answer),
            quantities.money(cost.total),
        )
        for cost in report.costs
    )
    notes = tuple(
        f"No cost for {cost.label}: {cost.reason or 'no figure'}."
        for cost in report.costs
        if cost.total is None
    )
    return Table(title="Costs", columns=columns, rows=rows, notes=notes)


def check_table(report: DuelReport) -> Table:
    """Every requirement against every contestant."""
    columns = tuple(
        Column(header=header, is_figure=False)
        for header in ("Contestant", "Requirement", "Verdict", "Why")
    )
    rows = tuple(
        (candidate.label, check.requirement, check.verdict, check.text)
        for candidate in report.recommendation.candidates
        for check in candidate.checks
    )
    return Table(title="Every requirement against every contestant", columns=columns, rows=rows)


def stage_table(report: DuelReport) -> Table:
    """Which part of a hybrid answered how many items."""
    columns = tuple(
        Column(header=header, is_figure=header == "Items")
        for header in ("Hybrid", "Split", "Part", "Items")
    )
    rows = tuple(
        (m.entry.label, score.split, part, quantities.count(n_items))
        for m in report.measurements
        for score in m.splits
        for part, n_items in score.by_stage.items()
    )
    return Table(title="Which part of a hybrid answered", columns=columns, rows=rows)


def stop_table(report: DuelReport) -> Table:
    """What ended the texts of the models."""
    columns = tuple(
        Column(header=header, is_figure=header == "Texts")
        for header in ("Model", "Split", "Ended by", "Texts")
    )
    rows = tuple(
        (m.entry.label, score.split, cause.replace("_", " "), quantities.count(n_texts))
        for m in report.measurements
        for score in m.splits
        for cause, n_texts in score.stopped_by.items()
    )
    return Table(title="What ended the texts", columns=columns, rows=rows)


def p_value(value: float) -> str:
    """A p value; tiny ones as a bound.

    >>> p_value(0.04321), p_value(1e-12)
    ('0.043', '<0.0001')
    """
    return "<0.0001" if value < _LEAST_P else f"{value:.2g}"


def _failures(measurement: Measurement) -> Counter[str]:
    total: Counter[str] = Counter()
    for score in measurement.splits:
        total.update(score.failures)
    return total
