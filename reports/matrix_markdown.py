"""A matrix as Markdown: what is shown, the tables, and the plots as pictures beside the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import facts
from spoonbench.reports import matrix_tables as tables
from spoonbench.reports import matrix_wording as wording
from spoonbench.reports.markdown_parts import as_line, as_list, as_pictures, as_table, section
from spoonbench.reports.matrix_method import method_terms
from spoonbench.reports.plaintext import for_markdown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.reports.matrix import MatrixReport
    from spoonbench.reports.plots import Plot


def render_matrix_markdown(
    report: MatrixReport, plots: Sequence[Plot] = (), paths: Mapping[str, str] | None = None
) -> str:
    """The whole text.

    Args:
        report: what to show.
        plots: drawn from the same report.
        paths: name of a plot to the path of its picture, relative to the file; plots without one
            are left out.
    """
    matrix = report.matrix
    method = [f"- **{term}.** {for_markdown(text)}" for term, text in method_terms(report).items()]
    failed = tables.group_table("Failed or not run", tables.groups(report, is_skipped=False))
    skipped = tables.group_table("Skipped", tables.groups(report, is_skipped=True))
    machine = facts.machine_table(report.environment, matrix.environment_id)
    parts = [
        f"# {for_markdown(wording.headline(report))}",
        as_line(wording.baseline(report)),
        as_line(wording.noise(report)),
        *_findings(report),
        *_cells(report),
        *as_pictures(plots, paths or {}),
        *section(
            "Crossovers",
            [as_list(wording.crossovers(report)), as_table(tables.crossover_table(report))],
        ),
        *section(failed.title, [as_table(failed)]),
        *section(skipped.title, [as_table(skipped)]),
        *section("Notes", [as_list(wording.remarks(report))]),
        *section("How it was measured", ["\n".join(method)]),
        *section(
            "The task",
            [
                as_table(facts.task_table(matrix.task)),
                as_table(facts.split_facts_table(matrix.task)),
            ],
        ),
        *section("The machine", [as_table(machine) or "The store does not know this machine."]),
        as_line(f"To repeat: {facts.command(matrix.command)}"),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _findings(report: MatrixReport) -> list[str]:
    parts = []
    for title, sentences in wording.findings(report):
        if sentences:
            parts += [f"### {for_markdown(title)}", as_list(sentences)]
    return section("What is shown, and what is not", parts)


def _cells(report: MatrixReport) -> list[str]:
    times = tables.time_table(report)
    if not times.rows:
        return section(
            "The cells", [as_table(tables.answer_table(report)), "Nothing was measured."]
        )
    parts = []
    further = (tables.memory_table(report), tables.loss_table(report), tables.part_table(report))
    for table in (tables.answer_table(report), times, *further):
        if table.rows:
            parts += [f"### {table.title}", as_table(table)]
    return section("The cells", [*parts, as_list(tables.LEGEND.values())])
