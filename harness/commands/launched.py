"""A launcher starts several processes of one command; only training shares its work among them."""

from __future__ import annotations

import os

import click

from spoonbench.harness.executors.ranks import read_launch
from spoonbench.solvers.api import Unsupported


def refuse(command: str | None) -> None:
    """Refuse what each of several processes would do for itself.

    Args:
        command: as it is typed.

    Raises:
        UsageError: in the first of them.
        Exit: in the others.
    """
    try:
        launch = read_launch(os.environ)
    except Unsupported:
        # Something else uses a variable of that name: here is one process.
        return
    if launch is None:
        return
    if not launch.is_first:
        raise click.exceptions.Exit(click.UsageError.exit_code)
    raise click.UsageError(
        f"{command} is the work of one process, and a launcher started {launch.n_processes}: "
        "start it without (only train shares its work)."
    )
