"""A duel as one HTML file that opens without a network: style and pictures are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.reports import errors, facts, findings, ladder, selective, wording
from spoonbench.reports.gallery import gallery, kinds_seen
from spoonbench.reports.gaps import gaps
from spoonbench.reports.method import method_terms
from spoonbench.reports.templating import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.plots import Plot

_CURVES = "risk"
"""The plot that stands beside its tables, not among the others."""

_SECTIONS = (
    ("ladder", "Ladder"),
    ("splits", "Splits"),
    ("errors", "Errors"),
    ("selective", "When it answers"),
    ("plots", "Plots"),
    ("tests", "Paired tests"),
    ("ratios", "Resource ratios"),
    ("failures", "What went wrong"),
    ("inside", "Inside hybrids and models"),
    ("rules", "Learned rules"),
    ("costs", "Costs"),
    ("contestants", "Contestants"),
    ("method", "Method"),
    ("task", "Task"),
    ("environment", "Machine"),
)


def render_page(report: DuelReport, plots: Sequence[Plot]) -> str:
    """The whole page.

    Args:
        report: what to show.
        plots: drawn from the same report.

    Returns:
        HTML that needs nothing from outside, in UTF-8-encodable characters.
    """
    return render("report.html", _content(report, plots))


def _content(report: DuelReport, plots: Sequence[Plot]) -> dict[str, Any]:
    does, takes = ladder.ladder_parts(report)
    content: dict[str, Any] = {
        "duel": report.duel,
        "recommendation": report.recommendation,
        "words": _words(report),
        "method": method_terms(report).items(),
        "plots": [plot for plot in plots if plot.name != _CURVES],
        "curves": [plot for plot in plots if plot.name == _CURVES],
        "ladder": does,
        "size": takes,
        "checks": findings.check_table(report),
        "splits": ladder.split_table(report),
        "errors": _errors(report),
        "selective": _selective(report),
        "tests": findings.paired_test_table(report),
        "ratios": findings.ratio_tables(report),
        "failures": findings.failure_table(report),
        "kinds": kinds_seen(report),
        "gallery": gallery(report),
        "stages": findings.stage_table(report),
        "stops": findings.stop_table(report),
        "rules": report.rules,
        "costs": findings.cost_table(report),
        "contestants": facts.contestant_table(report),
        "task": facts.task_table(report.duel.task),
        "split_facts": facts.split_facts_table(report.duel.task),
        "machine": facts.machine_table(report.environment, report.duel.environment_id),
    }
    return {**content, "sections": _present(content)}


def _errors(report: DuelReport) -> dict[str, Any]:
    """What the section on errors of numbers shows; nothing where they are right or wrong only."""
    if not errors.has_errors(report):
        return {}
    return {
        "title": errors.TITLE,
        "deciding": errors.error_table(report),
        "by_split": errors.split_error_table(report),
    }


def _selective(report: DuelReport) -> dict[str, Any]:
    """What the section on coverage and risk shows; nothing where there is nothing to choose by."""
    found = selective.scopes(report)
    if not selective.has_choice(report) and len(found) < 2:  # noqa: PLR2004  # no subset
        return {}
    return {
        "title": selective.TITLE,
        "definitions": selective.DEFINITIONS,
        "published": selective.NOT_MEASURED_HERE if any(s.published for s in found) else "",
        "subsets": selective.right_by_subset(report),
        "tables": [selective.compared_table(scope) for scope in found],
    }


def _words(report: DuelReport) -> dict[str, Any]:
    return {
        "headline": wording.headline(report),
        "reason": wording.reason(report),
        "flips": wording.flips(report),
        "nearest": wording.nearest(report),
        "confidence": wording.confidence(report),
        "asked": wording.asked(report),
        "task": wording.task_sentence(report),
        "origins": wording.origins(report),
        "failed": wording.failed(report),
        "remarks": wording.remarks(report),
        "gaps": gaps(report),
        "formulas": wording.formulas(report),
        "million_times": wording.MILLION_TIMES,
        "effort": wording.effort(report),
        "crossings": wording.crossings(report),
        "skipped": wording.skipped(report),
        "command": facts.command(report.duel.command),
    }


def _present(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Sections that the page will have, for its list of contents."""
    is_there = {
        name: bool(getattr(content[name], "rows", content[name]))
        for name in (
            "plots",
            "errors",
            "selective",
            "tests",
            "ratios",
            "failures",
            "rules",
            "costs",
        )
    }
    is_there["inside"] = bool(content["stages"].rows or content["stops"].rows)
    is_there["splits"] = bool(content["ladder"].rows)
    return [(name, title) for name, title in _SECTIONS if is_there.get(name, True)]
