"""A matrix as one HTML file that opens without a network: style and pictures are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.reports import facts
from spoonbench.reports import matrix_tables as tables
from spoonbench.reports import matrix_wording as wording
from spoonbench.reports.matrix_method import method_terms
from spoonbench.reports.templating import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.reports.matrix import MatrixReport
    from spoonbench.reports.plots import Plot

_SECTIONS = (
    ("findings", "What is shown"),
    ("cells", "Cells"),
    ("plots", "Plots"),
    ("crossovers", "Crossovers"),
    ("failed", "Failed"),
    ("skipped", "Skipped"),
    ("notes", "Notes"),
    ("method", "Method"),
    ("task", "Task"),
    ("environment", "Machine"),
)


def render_matrix_page(report: MatrixReport, plots: Sequence[Plot]) -> str:
    """The whole page.

    Args:
        report: what to show.
        plots: drawn from the same report.

    Returns:
        HTML that needs nothing from outside, in UTF-8-encodable characters.
    """
    return render("matrix.html", _content(report, plots))


def _content(report: MatrixReport, plots: Sequence[Plot]) -> dict[str, Any]:
    matrix = report.matrix
    content: dict[str, Any] = {
        "matrix": matrix,
        "words": {
            "headline": wording.headline(report),
            "baseline": wording.baseline(report),
            "noise": wording.noise(report),
            "crossovers": wording.crossovers(report),
            "command": facts.command(matrix.command),
        },
        "findings": wording.findings(report),
        "answers": tables.answer_table(report),
        "times": tables.time_table(report),
        "memory": tables.memory_table(report),
        "losses": tables.loss_table(report),
        "parts": tables.part_table(report),
        "legend": tables.LEGEND.values(),
        "plots": plots,
        "crossovers": tables.crossover_table(report),
        "failed": tables.group_table("Failed or not run", tables.groups(report, is_skipped=False)),
        "skipped": tables.group_table("Skipped", tables.groups(report, is_skipped=True)),
        "notes": wording.remarks(report),
        "method": method_terms(report).items(),
        "task": facts.task_table(matrix.task),
        "split_facts": facts.split_facts_table(matrix.task),
        "machine": facts.machine_table(report.environment, matrix.environment_id),
    }
    return {**content, "sections": _present(content)}


def _present(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Sections that the page will have, for its list of contents."""
    is_there = {
        name: bool(getattr(content[name], "rows", content[name]))
        for name in ("plots", "crossovers", "failed", "skipped", "notes")
    }
    return [(name, title) for name, title in _SECTIONS if is_there.get(name, True)]
