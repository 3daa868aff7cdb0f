"""`spoonbench reference`: matrices that were measured elsewhere, and one of yours for others."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from spoonbench.harness.canonical import to_json
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.reference.records import (
    BadReference,
    Reference,
    read_reference,
    read_shipped,
    reference_lines,
    shipped_names,
)
from spoonbench.harness.store.reader import open_reader


def list_references(*, as_json: bool) -> None:
    """Print the references that ship with the package."""
    rows = [(name, _facts(read_shipped(name))) for name in shipped_names()]
    if as_json:
        click.echo(json.dumps([{"name": name, **facts} for name, facts in rows], indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("name", "measured", "model", "cells", "machine"):
        table.add_column(title, overflow="fold", no_wrap=title == "name")
    for name, facts in rows:
        shown = (facts["measured"], facts["model"], facts["cells"], facts["machine"])
        table.add_row(name, *(make_plain(str(each)) for each in shown))
    Console().print(table)


def show_reference(*, name: str, as_json: bool) -> None:
    """Print a reference as its own machine's report.

    Raises:
        BadReference: there is none, or the file is damaged.
    """
    reference = _find(name)
    # The reports stand above the harness; this is the moment at which a command needs them.
    report = import_module("spoonbench.reports.matrix").report_of_reference(reference)
    terminal = import_module("spoonbench.reports.matrix_terminal")
    if as_json:
        click.echo(json.dumps(terminal.summary_json(report), indent=2))
        return
    terminal.print_matrix(report, Console(), places={})


def export_reference(*, matrix_id: str, file: Path, out: Path) -> None:
    """Write a matrix of a store for others.

    Raises:
        StoreError: the store holds no such matrix.
        BadReference: the store does not know the machine, or the file is there already.
    """
    with open_reader(out / "store.sqlite") as reader:
        report = import_module("spoonbench.reports.matrix").gather(reader, matrix_id)
    if report.environment is None:
        raise BadReference(f"The store does not know the machine of the matrix {matrix_id}.")
    if file.exists():
        raise BadReference(f"{file} is there already; nothing was written.")
    reference = Reference(evidence=report.evidence, environment=report.environment)
    text = "".join(f"{line}\n" for line in reference_lines(reference))
    file.write_text(text, encoding="utf-8")
    n_cells = len(report.evidence.cells)
    click.echo(f"{file}: {n_cells} cells of {report.matrix.model.label}, {len(text):,} bytes")


def _find(name: str) -> Reference:
    """A reference by its name, or from a file."""
    if name in shipped_names() or not name.endswith(".jsonl"):
        return read_shipped(name)
    return read_reference(Path(name))


def _facts(reference: Reference) -> dict[str, Any]:
    matrix, machine = reference.evidence.matrix, reference.environment
    return {
        "measured": matrix.created_at[:10],
        "model": f"{matrix.model.label} on {matrix.task.name}",
        "cells": len(matrix.cells),
        "machine": ", ".join(
            [machine.processor, f"{machine.n_cores} cores", *map(str, machine.devices)]
        ),
        "command": list(matrix.command),
        "environment": to_json(machine),
    }
