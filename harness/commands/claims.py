"""The command `spoonbench claims`: the ledger of the case study's claims."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from spoonbench.harness.commands.options import JSON, OUT

_WORK = "spoonbench.harness.commands.claim_ledger"


@click.command("claims")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--run", "is_run", is_flag=True, help="First make the runs that are missing; goes on."
)
@click.option("--dry-run", "is_dry", is_flag=True, help="With --run: only say what would run.")
@click.option(
    "--export",
    "export_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.zip",
    help="Write a bundle: what another machine is to run, and what was measured here.",
)
@click.option(
    "--import",
    "import_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.zip",
    help="Take in what another machine measured.",
)
@click.option("--markdown", "is_markdown", is_flag=True, help="Print a table in Markdown.")
@JSON
@OUT
def claims(**options: Any) -> None:
    """Check the case study's claims, and say which hold.

    Without IDs all of them, one a line; with IDs (T6 G8 ...) each in full. What can be computed is
    computed at once; what is measured comes from your results, or else from matrices that were
    measured elsewhere, with their machine.
    """
    import_module(_WORK).run_command(**options)
