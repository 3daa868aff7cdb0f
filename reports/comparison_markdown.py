"""A comparison as Markdown, with every figure; what a pipeline shows beside a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.reports import comparison as words
from spoonbench.reports.markdown_parts import as_line, as_list, as_table, section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.gates.comparing import Comparison
    from spoonbench.harness.gates.judging import GateResult


def render_comparison(
    comparison: Comparison, results: Sequence[GateResult], *, fails_undecided: bool = False
) -> str:
    """The whole file."""
    parts = ["# Comparison", as_line(words.headline(comparison))]
    if results:
        summary = words.gate_summary(results, fails_undecided=fails_undecided)
        parts += section("Gates", [as_line(summary), as_table(words.gate_table(results))])
    parts += section("What changed", [as_list(words.findings(comparison))])
    for name in words.figures_of(comparison):
        table = words.figure_table(comparison, name)
        parts += section(table.title, [as_table(table)])
    parts += section("How to read it", [as_list(words.LEGEND)])
    parts += section("Only on one side", [as_list(words.alone(comparison))])
    parts += section("Not compared", [as_list(words.missing(comparison))])
    parts += section("Notes", [as_list(comparison.notes)])
    return "\n\n".join(part for part in parts if part) + "\n"
