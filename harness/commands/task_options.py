"""From the options of a command to the task that they name: a registered one, or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from spoonbench.harness.commands.assignments import values
from spoonbench.harness.commands.idle_options import refuse_idle
from spoonbench.harness.registry import make_task
from spoonbench.harness.tasks.user_file import Columns, read_task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spoonbench.harness.tasks.api import Task

USUAL_TASK = "word-problems"

_COLUMNS = ("question", "answer", "id", "split", "group", "subset", "leave_out")
_OF_FILES = (
    "test_path",
    "kind",
    *(f"{name}_column" for name in _COLUMNS),
    "tolerance",
    "test_share",
    "skip_bad_rows",
)


def named_task(options: Mapping[str, Any], usual: Mapping[str, Mapping[str, object]]) -> Task:
    """The task of a command that takes FILE or --task NAME.

    Args:
        options: of the command.
        usual: options of registered tasks, by name, unless the user gives others.

    Raises:
        BadTask: it cannot be used.
        UsageError: options that do not go together.
    """
    path, name = options["file"], options["task_name"]
    if path is not None and name is not None:
        raise click.UsageError("Give a file or --task, not both.")
    if path is not None:
        return file_task(path, options)
    if name is None and options["data"] is not None:
        raise click.UsageError("--data needs --task: the name of the public set.")
    name = name or USUAL_TASK
    return registered_task(name, options, usual.get(name, {}))


def registered_task(name: str, options: Mapping[str, Any], usual: Mapping[str, object]) -> Task:
    """A registered task with --option and --data.

    Raises:
        BadTask: the options do not fit.
        UnknownName: there is none of that name.
        UsageError: an option that belongs to files.
    """
    refuse_idle(
        _OF_FILES, f"belongs to a file of your own; {name} takes --option NAME=VALUE instead."
    )
    given = values(options["task_options"], "--option")
    if options["data"] is not None:
        given["data"] = options["data"]
    return make_task(name, {**usual, **given})


def file_task(path: str | Path, options: Mapping[str, Any]) -> Task:
    """The user's own file.

    Raises:
        BadTask: it cannot be used.
        UsageError: an option that belongs to registered tasks.
    """
    if options["task_options"] or options["data"] is not None:
        raise click.UsageError("--option and --data belong to registered tasks, not to a file.")
    return read_task(
        path,
        test_path=options["test_path"],
        columns=Columns(**{name: options[f"{name}_column"] for name in _COLUMNS}),
        kind=options["kind"],
        tolerance=options["tolerance"],
        skip_bad_rows=options["skip_bad_rows"],
        test_share=options["test_share"],
    )
