"""The command group `spoonbench frameworks`: decision frameworks listed, shown and checked."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from spoonbench.harness.commands.options import JSON, OUT

_PRINTING = "spoonbench.harness.commands.framework_printing"
_PAGE = "spoonbench.reports.advisor.writing"
_GATE_FAILED = 1


@click.group("frameworks", invoke_without_command=True)
@JSON
@click.pass_context
def frameworks(context: click.Context, /, **options: Any) -> None:
    """List decision frameworks, show one as a graph, or look for its faults.

    ID is one of the list; FILE.toml is one of your own: docs/frameworks.md has the format.
    """
    if context.invoked_subcommand is None:
        import_module(_PRINTING).print_list(**options)
    elif options["as_json"]:
        raise click.UsageError(
            f"Give --json behind {context.invoked_subcommand}, not in front of it."
        )


@frameworks.command("list")
@JSON
def list_frameworks(**options: Any) -> None:
    """List the frameworks that ship with the package."""
    import_module(_PRINTING).print_list(**options)


@frameworks.command("show")
@click.argument("name", metavar="ID|FILE.toml")
@JSON
def show_framework(**options: Any) -> None:
    """Print a framework: questions, edges, verdicts, examples."""
    import_module(_PRINTING).print_framework(**options)


@frameworks.command("lint")
@click.argument("name", metavar="ID|FILE.toml")
@JSON
def lint_framework(**options: Any) -> None:
    """Look for gaps, overlaps, contradictions and what nothing leads to.

    Ends with 1 where there are faults.
    """
    if import_module(_PRINTING).print_faults(**options):
        raise click.exceptions.Exit(_GATE_FAILED)


@frameworks.command("page")
@click.argument("file", metavar="FILE.html", type=click.Path(path_type=Path, dir_okay=False))
@OUT
def write_page(file: Path, out: Path) -> None:
    """Write a page that asks and answers in a browser, without a network.

    It holds every framework with its graph, and calculators of memory and of crossovers. Figures
    that were measured here stand in the place of rules of thumb.
    """
    import_module(_PAGE).write_advisor_page(file, out)
    click.echo(f"page: {file}", err=True)
