"""What duels put into a report: the ladder, right answers against cost, risk, what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import findings, ladder, quantities, selective, wording
from spoonbench.reports.gallery import gallery, kinds_seen
from spoonbench.reports.gaps import gaps
from spoonbench.reports.overview.blocks import (
    Bullets,
    Gallery,
    Heading,
    Numbers,
    Part,
    Picture,
    Terms,
    Words,
)
from spoonbench.reports.overview.levels import framing_table
from spoonbench.reports.plots import draw_plots
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.duel_records import TaskFacts
    from spoonbench.reports.overview.blocks import Block
    from spoonbench.reports.overview.content import Overview, ShownDuel

_COSTS, _BATCHES = ("speed", "cost"), ("batches",)


def ladder_part(overview: Overview) -> Part:
    """What each level is for, and every contestant of every duel."""
    blocks: list[Block] = []
    if overview.duels:
        blocks.append(Numbers(name="levels", table=framing_table(overview), label_column=1))
    for one in overview.duels:
        blocks += _ladder(one)
    return Part(part_id="ladder", title="The ladder", chapter="evidence", blocks=tuple(blocks))


def _ladder(one: ShownDuel) -> Iterator[Block]:
    report = one.report
    does, takes = ladder.ladder_parts(report)
    yield Heading(text=one.plan.task)
    if not does.rows:
        yield Words(text="Nothing was measured.")
        return
    caption = f"{does.title}. Times and rates are medians over rounds."
    yield Numbers(name=f"{one.slug}-ladder", table=does, label_column=1, caption=caption)
    yield Numbers(
        name=f"{one.slug}-making",
        table=takes,
        label_column=1,
        folded="What it takes to make and keep",
    )
    told = (*wording.failed(report), *report.recommendation.path)
    if told:
        yield Bullets(sentences=told)


def cost_part(overview: Overview) -> Part:
    """Right answers against time, and against money where prices were given."""
    blocks: list[Block] = []
    for one in overview.duels:
        plots = draw_plots(one.report, _COSTS, one.slug)
        if not plots:
            continue
        blocks.append(Heading(text=one.plan.task))
        blocks += [Picture(plot=plot) for plot in plots]
        blocks += _prices(one)
    return Part(
        part_id="cost", title="Accuracy against cost", chapter="evidence", blocks=tuple(blocks)
    )


def _prices(one: ShownDuel) -> Iterator[Block]:
    report = one.report
    table = findings.cost_table(report)
    if not table.rows:
        return
    effort = wording.effort(report)
    yield Numbers(name=f"{one.slug}-prices", table=table, caption=effort or "")
    crossings = wording.crossings(report)
    if crossings:
        yield Bullets(sentences=crossings)


def risk_part(overview: Overview) -> Part:
    """How often answers are wrong, the more of them are given."""
    blocks: list[Block] = []
    for one in overview.duels:
        # Where nobody has anything to choose by, there is no curve: a point for each is all.
        kind = "risk" if selective.choosing(one.report) else "precision"
        plots = draw_plots(one.report, (kind,), one.slug)
        if not plots:
            continue
        blocks.append(Heading(text=one.plan.task))
        blocks += [Picture(plot=plot) for plot in plots]
        scopes = selective.scopes(one.report)
        if selective.has_choice(one.report) and scopes:
            table = selective.compared_table(scopes[0])
            blocks.append(
                Numbers(name=f"{one.slug}-risks", table=table, label_column=1, caption=table.title)
            )
    if blocks:
        blocks.append(Words(text=selective.DEFINITIONS, is_quiet=True))
    return Part(
        part_id="risk", title="Risk against coverage", chapter="evidence", blocks=tuple(blocks)
    )


def throughput_blocks(overview: Overview) -> Iterator[Block]:
    """Contestants by batch size, for the part on batches."""
    for one in overview.duels:
        plots = draw_plots(one.report, _BATCHES, one.slug)
        if plots:
            yield Heading(text=f"{one.plan.task}, all contestants")
            yield from (Picture(plot=plot) for plot in plots)


def failure_part(overview: Overview) -> Part:
    """What went wrong, counted and with examples."""
    blocks: list[Block] = []
    kinds: dict[str, str] = {}
    for one in overview.duels:
        table = findings.failure_table(one.report)
        if not table.rows:
            continue
        blocks.append(Heading(text=one.plan.task))
        blocks.append(Numbers(name=f"{one.slug}-failures", table=table, caption=table.title))
        groups = tuple((label, tuple(found)) for label, found in gallery(one.report))
        blocks.append(Gallery(groups=groups))
        kinds |= dict(kinds_seen(one.report))
    if kinds:
        blocks.append(Terms(pairs=tuple(kinds.items())))
    return Part(
        part_id="failures", title="What went wrong", chapter="evidence", blocks=tuple(blocks)
    )


def uncertainty_part(overview: Overview) -> Part:
    """Paired tests, what would have been seen, and what would change the decision."""
    blocks: list[Block] = []
    for one in overview.duels:
        report = one.report
        tests = findings.paired_test_table(report)
        remarks, changes = wording.remarks(report), wording.flips(report)
        blocks.append(Heading(text=one.plan.task))
        if changes:
            blocks.append(
                Bullets(sentences=tuple(f"Would change the answer: {x}" for x in changes))
            )
        if tests.rows:
            blocks.append(
                Numbers(
                    name=f"{one.slug}-tests",
                    table=tests,
                    caption=(
                        "Neighbours of the ladder on the same items: McNemar's exact test, "
                        "corrected after Holm. A difference below the smallest one may be there "
                        "without having been seen."
                    ),
                )
            )
        checks = findings.check_table(report)
        if checks.rows:
            blocks.append(Numbers(name=f"{one.slug}-checks", table=checks, folded=checks.title))
        missing = (*remarks, *gaps(report))
        if missing:
            blocks.append(Bullets(sentences=missing))
    return Part(
        part_id="tests", title="How sure the tasks are", chapter="uncertainty", blocks=tuple(blocks)
    )


def task_table(overview: Overview) -> Table:
    """Every task of the report: items, training, and where they come from."""
    columns = (
        Column(header="Task", is_figure=False),
        Column(header="Version", is_figure=False),
        Column(header="Training"),
        Column(header="Measured on", is_figure=False),
        Column(header="Source", is_figure=False),
    )
    facts = {(task.name, task.version): task for task in _tasks(overview)}
    rows = tuple(
        (
            task.name,
            task.version,
            quantities.count(task.n_training),
            "; ".join(f"{split.name} ({split.n_items:,})" for split in task.splits),
            task.source or quantities.DASH,
        )
        for task in facts.values()
    )
    return Table(title="Tasks", columns=columns, rows=rows)


def _tasks(overview: Overview) -> Iterator[TaskFacts]:
    yield from (one.report.duel.task for one in overview.duels)
    yield from (one.report.matrix.task for one in overview.matrices)
