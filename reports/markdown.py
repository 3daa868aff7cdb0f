"""A duel as Markdown: the decision, the tables and the plots as pictures beside the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import errors, facts, findings, ladder, selective, wording
from spoonbench.reports.gallery import gallery, kinds_seen
from spoonbench.reports.gaps import gaps
from spoonbench.reports.markdown_parts import as_line, as_list, as_pictures, as_table, section
from spoonbench.reports.method import method_terms
from spoonbench.reports.plaintext import SHOWN_RULES, for_markdown, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.failures import FailureExample
    from spoonbench.reports.gallery import Group
    from spoonbench.reports.plots import Plot

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
        *_errors(report),
        *_selective(report),
        *as_pictures(plots, paths or {}),
        *section("Paired tests", [as_table(findings.paired_test_table(report))]),
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
        as_line(wording.nearest(report)),
        as_line(f"Meets everything too: {also}." if also else None),
        as_line(wording.confidence(report)),
        as_line(wording.asked(report)),
        as_line(wording.task_sentence(report)),
        as_line(wording.origins(report)),
        *section(why, [as_list(recommendation.path)]),
        *section("What would change the answer", [as_list(wording.flips(report))]),
    ]


def _ladder(report: DuelReport) -> list[str]:
    table = ladder.ladder_table(report)
    if not table.rows:
        return section("The ladder", ["Nothing was measured."])
    notes = [*wording.failed(report), *wording.remarks(report)]
    notes += [*gaps(report), *wording.formulas(report)]
    return section(table.title, [as_table(table), as_list(notes)])


def _splits(report: DuelReport) -> list[str]:
    splits = report.duel.task.splits
    if len(splits) == 1 or not report.measurements:
        return []
    summaries = [f"{split.name}: {split.summary}" for split in splits if split.summary]
    return section(
        "Right of all by split", [as_table(ladder.split_table(report)), as_list(summaries)]
    )


def _errors(report: DuelReport) -> list[str]:
    if not errors.has_errors(report):
        return []
    tables = (errors.error_table(report), errors.split_error_table(report))
    return section(errors.TITLE, [as_line(errors.DEFINITION), *map(as_table, tables)])


def _selective(report: DuelReport) -> list[str]:
    found = selective.scopes(report)
    by_subset = selective.right_by_subset(report)
    if not selective.has_choice(report) and not by_subset.rows:
        return []
    is_published = any(scope.published for scope in found)
    body = [as_line(selective.DEFINITIONS)]
    body += [f"**{selective.NOT_MEASURED_HERE}**"] if is_published else []
    for scope in found:
        body += [f"### {for_markdown(scope.title)}", as_table(selective.compared_table(scope))]
    if by_subset.rows:
        body += [f"### {by_subset.title}", as_table(by_subset)]
    return section(selective.TITLE, body)


def _ratios(report: DuelReport) -> list[str]:
    found = findings.ratio_tables(report)
    parts = [text for table in found for text in (as_line(f"{table.title}:"), as_table(table))]
    return section("Resource ratios", [wording.MILLION_TIMES, *parts] if parts else [])


def _failures(report: DuelReport) -> list[str]:
    meanings = [f"{kind}: {meaning}" for kind, meaning in kinds_seen(report)]
    body = [as_table(findings.failure_table(report)), as_list(meanings)]
    for label, groups in gallery(report):
        body += gallery_lines(label, groups)
    return section("What went wrong", body)


def gallery_lines(label: str, groups: Iterable[Group]) -> list[str]:
    """Examples of what went wrong with one contestant."""
    return [f"### {for_markdown(label)}", *(_group(group) for group in groups)]


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
    body = [as_line(wording.effort(report)), as_table(table), as_list(wording.crossings(report))]
    return section("Costs", body)


def _inside(report: DuelReport) -> list[str]:
    tables = [findings.stage_table(report), findings.stop_table(report)]
    parts = [
        text for one in tables if one.rows for text in (as_line(f"{one.title}:"), as_table(one))
    ]
    return section("Inside hybrids and models", parts)


def _rules(report: DuelReport) -> list[str]:
    parts = []
    for label, text in report.rules.items():
        lines = shorten(text, SHOWN_RULES).split("\n")
        parts += [f"### {for_markdown(label)}", as_list(line for line in lines if line.strip())]
    return section("Learned rules", parts)


def _checks(report: DuelReport) -> list[str]:
    table = findings.check_table(report)
    return section(table.title, [as_table(table)])


def _about(report: DuelReport) -> list[str]:
    method = [f"- **{term}.** {meaning}" for term, meaning in method_terms(report).items()]
    contestants = facts.contestant_table(report)
    machine = facts.machine_table(report.environment, report.duel.environment_id)
    return [
        *section("Contestants and their guarantees", [as_table(contestants)]),
        *section("How it was measured", ["\n".join(method)]),
        *section(
            "The task",
            [as_table(facts.task_table(report.duel.task)), as_line(wording.skipped(report))],
        ),
        *section("The machine", [as_table(machine)]),
        as_line(f"To repeat: {facts.command(report.duel.command)}"),
    ]
