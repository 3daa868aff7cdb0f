"""A duel as Markdown: the decision, the tables and the plots as pictures beside the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import facts, findings, ladder, selective, wording
from spoonbench.reports.gallery import gallery, kinds_seen
from spoonbench.reports.gaps import gaps
from spoonbench.reports.method import method_terms
from spoonbench.reports.plaintext import (
    SHOWN_RULES,
    for_markdown,
    line_for_markdown,
    shorten,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.failures import FailureExample
    from spoonbench.reports.gallery import Group
    from spoonbench.reports.plots import Plot
    from spoonbench.reports.tables import Table

_SHOWN_EXAMPLES = 3


def render_markdown(
    report: DuelReport, plots: Sequence[Plot] = (), paths: Mapping[str, str] | None = None
) -> str:
    """The whole text.

    Args:
        report: what to show.
        plots: drawn from the same report.
        paths: name of a plot to the path of its picture, relative to the file; plots without one
            are left out.
    """
    parts = [
        *_decision(report),
        *_ladder(report),
        *_splits(report),
        *_selective(report),
        *_plots(plots, paths or {}),
        *_section("Paired tests", [_table(findings.paired_test_table(report))]),
        *_ratios(report),
        *_failures(report),
        *_inside(report),
        *_rules(report),
        *_costs(report),
        *_checks(report),
        *_about(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _decision(report: DuelReport) -> list[str]:
    recommendation = report.recommendation
    why = "Why not a lower level" if recommendation.choice else "Why none of them"
    also = ", ".join(recommendation.runners_up)
    return [
        f"# {for_markdown(wording.headline(report))}",
        f"**{for_markdown(wording.reason(report))}**",
        _line(wording.nearest(report)),
        _line(f"Meets everything too: {also}." if also else None),
        _line(wording.confidence(report)),
        _line(wording.asked(report)),
        _line(wording.task_sentence(report)),
        _line(wording.origins(report)),
        *_section(why, [_items(recommendation.path)]),
        *_section("What would change the answer", [_items(wording.flips(report))]),
    ]


def _ladder(report: DuelReport) -> list[str]:
    table = ladder.ladder_table(report)
    if not table.rows:
        return _section("The ladder", ["Nothing was measured."])
    notes = [*wording.failed(report), *wording.remarks(report)]
    notes += [*gaps(report), *wording.formulas(report)]
    return _section(table.title, [_table(table), _items(notes)])


def _splits(report: DuelReport) -> list[str]:
    splits = report.duel.task.splits
    if len(splits) == 1 or not report.measurements:
        return []
    summaries = [f"{split.name}: {split.summary}" for split in splits if split.summary]
    return _section(
        "Right of all by split", [_table(ladder.split_table(report)), _items(summaries)]
    )


def _selective(report: DuelReport) -> list[str]:
    found = selective.scopes(report)
    by_subset = selective.right_by_subset(report)
    if not selective.has_choice(report) and not by_subset.rows:
        return []
    is_published = any(scope.published for scope in found)
    body = [_line(selective.DEFINITIONS)]
    body += [f"**{selective.NOT_MEASURED_HERE}**"] if is_published else []
    for scope in found:
        body += [f"### {for_markdown(scope.title)}", _table(selective.compared_table(scope))]
    if by_subset.rows:
        body += [f"### {by_subset.title}", _table(by_subset)]
    return _section(selective.TITLE, body)


def _plots(plots: Sequence[Plot], paths: Mapping[str, str]) -> list[str]:
    parts = []
    for plot in plots:
        if plot.name in paths:
            alt, sentence = for_markdown(plot.alt), for_markdown(plot.sentence)
            parts += [f"### {plot.title}", f"![{alt}]({paths[plot.name]})", sentence]
    return _section("Plots", parts)


def _ratios(report: DuelReport) -> list[str]:
    found = findings.ratio_tables(report)
    parts = [text for table in found for text in (_line(f"{table.title}:"), _table(table))]
    return _section("Resource ratios", [wording.MILLION_TIMES, *parts] if parts else [])


def _failures(report: DuelReport) -> list[str]:
    meanings = [f"{kind}: {meaning}" for kind, meaning in kinds_seen(report)]
    body = [_table(findings.failure_table(report)), _items(meanings)]
    for label, groups in gallery(report):
        body += [f"### {for_markdown(label)}", *(_group(group) for group in groups)]
    return _section("What went wrong", body)


def _group(group: Group) -> str:
    lines = [f"- {for_markdown(group.title)}, {group.counted}:"]
    lines += [f"  - {_example(example)}" for example in group.examples[:_SHOWN_EXAMPLES]]
    return "\n".join(lines)


def _example(example: FailureExample) -> str:
    expected = "to abstain" if example.target is None else _quoted(example.target)
    said = "nothing" if example.value is None else _quoted(example.value)
    because = "" if example.reason is None else f" ({for_markdown(shorten(example.reason, 160))})"
    wrote = "" if example.raw_text is None else f"; it wrote {_quoted(example.raw_text)}"
    return f"{_quoted(example.text)}: expected {expected}, answered {said}{because}{wrote}"


def _quoted(text: str) -> str:
    return f'"{for_markdown(shorten(text, 160))}"'


def _costs(report: DuelReport) -> list[str]:
    table = findings.cost_table(report)
    if not table.rows:
        return []
    body = [_line(wording.effort(report)), _table(table), _items(wording.crossings(report))]
    return _section("Costs", body)


def _inside(report: DuelReport) -> list[str]:
    tables = [findings.stage_table(report), findings.stop_table(report)]
    parts = [text for one in tables if one.rows for text in (_line(f"{one.title}:"), _table(one))]
    return _section("Inside hybrids and models", parts)


def _rules(report: DuelReport) -> list[str]:
    parts = []
    for label, text in report.rules.items():
        lines = shorten(text, SHOWN_RULES).split("\n")
        parts += [f"### {for_markdown(label)}", _items(line for line in lines if line.strip())]
    return _section("Learned rules", parts)


def _checks(report: DuelReport) -> list[str]:
    table = findings.check_table(report)
    return _section(table.title, [_table(table)])


def _about(report: DuelReport) -> list[str]:
    method = [f"- **{term}.** {meaning}" for term, meaning in method_terms(report).items()]
    contestants = facts.contestant_table(report)
    machine = facts.machine_table(report)
    return [
        *_section("Contestants and their guarantees", [_table(contestants)]),
        *_section("How it was measured", ["\n".join(method)]),
        *_section("The task", [_table(facts.task_table(report)), _line(wording.skipped(report))]),
        *_section("The machine", [_table(machine)]),
        _line(f"To repeat: {facts.command(report)}"),
    ]


def _section(title: str, body: Iterable[str]) -> list[str]:
    """A heading with what stands below it; nothing where nothing does."""
    parts = [part for part in body if part]
    return [f"## {for_markdown(title)}", *parts] if parts else []


def _line(text: str | None) -> str:
    return "" if text is None else line_for_markdown(text)


def _items(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {line_for_markdown(shorten(sentence))}" for sentence in sentences)


def _table(table: Table) -> str:
    if not table.rows:
        return ""
    header = _row([column.header for column in table.columns])
    rule = "|" + "|".join("---:" if column.is_figure else "---" for column in table.columns) + "|"
    body = "\n".join([header, rule, *(_row(row) for row in table.rows)])
    notes = _items(table.notes)
    return f"{body}\n\n{notes}" if notes else body


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(for_markdown(cell) for cell in cells) + " |"
