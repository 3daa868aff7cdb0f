"""Writes JSON lines to standard output, or to a file that is there only when it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import click

from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.tasks.api import BadTask

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def check_out(out: Path | None) -> None:
    """Refuse an output file without a folder before any work is done.

    Raises:
        BadTask: there is no such folder.
    """
    if out is not None and not out.parent.is_dir():
        raise BadTask(f"--out: there is no folder {out.parent}.")


def write_lines(lines: Iterable[str], out: Path | None) -> None:
    """Write each line as soon as it is there.

    Args:
        lines: without line ends.
        out: written as `OUT.partial` first; None: standard output.
    """
    if out is None:
        for line in lines:
            click.echo(line)
        return
    # A half-written file must not pass for a whole one; a device or a link is no file to replace.
    is_replaced = not out.is_symlink() and (out.is_file() or not out.exists())
    partial = out.with_name(out.name + ".partial") if is_replaced else out
    with partial.open("w", encoding="utf-8") as file:
        _write_each(lines, file, partial)
    if is_replaced:
        partial.replace(out)


def _write_each(lines: Iterable[str], file: TextIO, path: Path) -> None:
    """Write the lines; where that ends early, say what is there."""
    written = 0
    try:
        for line in lines:
            file.write(line + "\n")
            file.flush()
            written += 1
    except BaseException:
        if written:
            what = "line is" if written == 1 else "lines are"
            click.echo(make_plain(f"{written} {what} in {path}"), err=True)
        raise
