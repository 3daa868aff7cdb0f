"""What `spoonbench frameworks` prints: frameworks as a list, as a graph, and their faults."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from spoonbench.harness.canonical import to_json
from spoonbench.harness.claims.reading import read_claims
from spoonbench.harness.frameworks.drawing import drawn
from spoonbench.harness.frameworks.exporting import framework_json
from spoonbench.harness.frameworks.linting import lint
from spoonbench.harness.frameworks.reading import read_framework, shipped, shipped_ids
from spoonbench.harness.plaintext import make_plain

if TYPE_CHECKING:
    from spoonbench.harness.frameworks.graph import Framework

_WIDTH = 80


def print_list(*, as_json: bool) -> None:
    """Print the frameworks that ship with the package."""
    rows = [shipped(name) for name in shipped_ids()]
    if as_json:
        click.echo(json.dumps([_facts(row) for row in rows], indent=2))
        return
    width = max(len(row.framework_id) for row in rows)
    for row in rows:
        faults = f"; faults: {len(row.faults)}" if row.faults else ""
        start = f"{row.framework_id:{width}}  "
        text = f"{start}{row.title} ({row.reading}{faults})"
        click.echo("\n".join(wrap(text, _WIDTH, subsequent_indent=" " * len(start))))


def print_framework(*, name: str, as_json: bool) -> None:
    """Print a framework as a graph.

    Raises:
        BadFramework: there is none of that name, or the file is none.
    """
    framework = find_framework(name)
    if as_json:
        click.echo(json.dumps(framework_json(framework), indent=2))
        return
    for line in drawn(framework, width=_WIDTH):
        click.echo(make_plain(line))


def print_faults(*, name: str, as_json: bool) -> int:
    """Print what is wrong with a framework.

    Returns:
        The number of faults.

    Raises:
        BadFramework: there is none of that name, or the file is none.
    """
    framework = find_framework(name)
    faults = lint(framework, claims=read_claims())
    if as_json:
        facts = {"framework": framework.framework_id, "version": framework.version}
        click.echo(json.dumps({**facts, "faults": to_json(faults)}, indent=2))
        return len(faults)
    for fault in faults:
        lines = wrap(
            make_plain(f"{fault.kind}: {fault.sentence}"), _WIDTH, subsequent_indent="    "
        )
        click.echo("\n".join(lines))
    stated = set(framework.faults) & {fault.sentence for fault in faults}
    known = f", {len(stated)} of them stated and kept as written" if stated else ""
    click.echo(f"{make_plain(framework.framework_id)}: {len(faults)} faults{known}")
    return len(faults)


def find_framework(name: str) -> Framework:
    """A framework by its id, or from a file that ends in .toml.

    Raises:
        BadFramework: there is none of that id, or the file is none.
    """
    return read_framework(Path(name)) if name.endswith(".toml") else shipped(name)


def _facts(framework: Framework) -> dict[str, object]:
    return {
        "id": framework.framework_id,
        "version": framework.version,
        "title": framework.title,
        "topic": framework.topic,
        "reading": framework.reading,
        "mends": framework.mends,
        "faults": list(framework.faults),
    }
