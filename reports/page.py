"""A duel as one HTML file that opens without a network: style and pictures are in it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape

from spoonbench.reports import facts, findings, ladder, selective, wording
from spoonbench.reports.gallery import gallery, kinds_seen
from spoonbench.reports.gaps import gaps
from spoonbench.reports.method import method_terms
from spoonbench.reports.palette import style_sheet
from spoonbench.reports.plaintext import SHOWN_RULES, make_plain, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.reports.duel import DuelReport
    from spoonbench.reports.plots import Plot

_SHOWN_ROWS = 200

_CURVES = "risk"
"""The plot that stands beside its tables, not among the others."""

_SECTIONS = (
    ("ladder", "Ladder"),
    ("splits", "Splits"),
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
    return _template().render(**_content(report, plots))


def _content(report: DuelReport, plots: Sequence[Plot]) -> dict[str, Any]:
    does, takes = ladder.ladder_parts(report)
    content: dict[str, Any] = {
        "duel": report.duel,
        "recommendation": report.recommendation,
        "words": _words(report),
        "method": method_terms(report).items(),
        "style": Markup(style_sheet(":root") + _resource("report.css")),  # noqa: S704  # ours
        "plots": [plot for plot in plots if plot.name != _CURVES],
        "curves": [plot for plot in plots if plot.name == _CURVES],
        "ladder": does,
        "size": takes,
        "checks": findings.check_table(report),
        "splits": ladder.split_table(report),
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
        "task": facts.task_table(report),
        "split_facts": facts.split_facts_table(report),
        "machine": facts.machine_table(report),
    }
    return {**content, "sections": _present(content)}


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
        "command": facts.command(report),
    }


def _present(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Sections that the page will have, for its list of contents."""
    is_there = {
        name: bool(getattr(content[name], "rows", content[name]))
        for name in ("plots", "selective", "tests", "ratios", "failures", "rules", "costs")
    }
    is_there["inside"] = bool(content["stages"].rows or content["stops"].rows)
    is_there["splits"] = bool(content["ladder"].rows)
    return [(name, title) for name, title in _SECTIONS if is_there.get(name, True)]


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        # Whatever is printed and is not our own markup loses what could act.
        finalize=_finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "picture": _picture,
        "short": shorten,
        "lines": _lines,
        "rules": _rules,
        "most": _most,
    }
    return environment.from_string(_resource("report.html"))


def _resource(name: str) -> str:
    return files("spoonbench.reports").joinpath("templates", name).read_text(encoding="utf-8")


def _finalize(value: Any) -> Any:
    return make_plain(value) if type(value) is str else value


def _picture(plot: Plot) -> Markup:
    """The drawing, with what it shows for who cannot see it. The drawing itself is our own."""
    label = escape(make_plain(plot.alt))
    opening = Markup('<svg role="img" aria-label="{}" ').format(label)
    return Markup(plot.svg.replace("<svg ", opening, 1))  # noqa: S704  # drawn by us


def _lines(text: str) -> Markup:
    return escape(make_plain(shorten(text), keep_newlines=True))


def _rules(text: str) -> Markup:
    return escape(make_plain(shorten(text, SHOWN_RULES), keep_newlines=True))


def _most(rows: Sequence[str]) -> list[str]:
    shown = [shorten(row) for row in rows[:_SHOWN_ROWS]]
    left = len(rows) - len(shown)
    return [*shown, f"... and {left:,} more; all of them are in report.json."] if left else shown
