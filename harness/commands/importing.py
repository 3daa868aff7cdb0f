"""`spoonbench import`: cells that pytest-benchmark saved become records of a store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from rich.console import Console

from spoonbench.harness.commands.matrix import show_matrix
from spoonbench.harness.matrix.saved import add_saved, read_saved

if TYPE_CHECKING:
    from pathlib import Path


def run_command(*, file: Path, out: Path, no_report: bool, as_json: bool) -> None:
    """Add the cells of a file to a store, and print their matrix.

    Raises:
        BadBenchmarks: the file holds none that can be added.
        StoreError: the store cannot be used.
    """
    saved = read_saved(file)
    n_added = add_saved(saved, out)
    n_known = len(saved.records) - n_added
    if as_json:
        told = {
            "matrix_id": saved.matrix.matrix_id,
            "records_added": n_added,
            "records_known": n_known,
            "other_benchmarks": saved.n_others,
        }
        click.echo(json.dumps(told, indent=2))
        return
    others = f" {saved.n_others} benchmarks of other suites were left aside." * bool(saved.n_others)
    click.echo(f"{n_added} records were added, {n_known} were there already.{others}")
    show_matrix(saved.matrix.matrix_id, out, Console(), as_json=False, writes=not no_report)
