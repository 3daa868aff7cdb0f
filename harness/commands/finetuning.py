"""What `spoonbench finetune` does."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from spoonbench.harness.finetune.checks import find_cautions
from spoonbench.harness.finetune.plan import plan_for
from spoonbench.harness.finetune.rendering import read_configuration
from spoonbench.harness.finetune.schema import find_faults, read_schema, source_of
from spoonbench.harness.finetune.writing import write_plan
from spoonbench.harness.plaintext import make_plain

if TYPE_CHECKING:
    from pathlib import Path

_GATE_FAILED = 1
_SIZES = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9, "G": 10**9, "T": 10**12}
_COUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([KMBGT]?)", re.IGNORECASE)


def write(
    *,
    method: Any,
    tool: Any,
    folder: Path,
    force: bool,
    skip_bad_rows: bool,
    parameters: str | None,
    memory: str | None,
    targets: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Write the files of a plan, and print their names.

    Raises:
        BadPlan: it cannot be carried out.
        BadTask: the data cannot be used.
        UsageError: a size cannot be read.
    """
    settings = {name: value for name, value in given.items() if value is not None}
    if targets is not None:
        settings["targets"] = tuple(name.strip() for name in targets.split(","))
    plan = plan_for(method, tool, {}, **settings)
    paths = write_plan(
        plan,
        folder,
        parameters=_size("--parameters", parameters),
        memory_bytes=_size("--memory", (memory or "").upper().removesuffix("B") or None),
        is_forced=force,
        skip_bad_rows=skip_bad_rows,
    )
    cautions = find_cautions(plan)
    if as_json:
        told = {"files": [str(path) for path in paths], "cautions": cautions}
        click.echo(json.dumps(told, indent=2))
        return
    for path in paths:
        click.echo(make_plain(str(path)))
    for sentence in cautions:
        click.echo(make_plain(sentence), err=True)


def check(*, file: Path, tool: str, as_json: bool) -> int:
    """Print what in a configuration does not fit, and the source of the schema.

    Returns:
        Exit code.

    Raises:
        BadConfiguration: the file cannot be read.
    """
    faults = find_faults(read_configuration(file, tool), read_schema(tool))
    if as_json:
        click.echo(json.dumps({"faults": faults, "source": source_of(tool)}, indent=2))
    else:
        for fault in faults:
            click.echo(make_plain(fault))
        fits = "does not fit" if faults else "fits"
        click.echo(make_plain(f"{file} {fits} {read_schema(tool)['title']}."))
    return _GATE_FAILED if faults else 0


def _size(name: str, text: str | None) -> float | None:
    if text is None:
        return None
    match = _COUNT.fullmatch(text.strip())
    if match is None or not Decimal(match[1]):
        raise click.UsageError(f"{name} is a number such as 7B or 24GB, not {text!r}.")
    return float(Decimal(match[1]) * _SIZES[match[2].upper()])
