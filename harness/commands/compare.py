"""`spoonbench compare`: two measurements in pairs, and gates for pipelines."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from spoonbench.harness.commands.options import JSON

_WORK = "spoonbench.harness.commands.compared"


@click.command()
@click.argument("sides", nargs=-1, metavar="[A B]")
@click.option(
    "--fail-on",
    "gates",
    multiple=True,
    metavar="GATE",
    help='A gate: "accuracy<-1%" (points), "p95_ms>+10%", "p95_ms>50", "NAME: accuracy<-1%", '
    "or missing. Repeatable.",
)
@click.option("--strict", "is_strict", is_flag=True, help="Gates judge the figures as they stand.")
@click.option(
    "--undecided",
    type=click.Choice(["pass", "fail"]),
    default="pass",
    show_default=True,
    help="What becomes of a gate whose interval lies on both sides of its limit.",
)
@click.option("--split", "splits", multiple=True, metavar="NAME|all", help="[the one that decides]")
@click.option("--figure", "figures", multiple=True, metavar="NAME", help="Show these figures only.")
@click.option(
    "--unpaired", "is_unpaired", is_flag=True, help="Compare different items, as two samples."
)
@click.option(
    "--across-machines",
    "is_across_machines",
    is_flag=True,
    help="Compare times and memory of different machines too.",
)
@click.option(
    "--store-a",
    type=click.Path(path_type=Path),
    metavar="DIR|FILE",
    help="Results that A is in [--out].",
)
@click.option(
    "--store-b",
    type=click.Path(path_type=Path),
    metavar="DIR|FILE",
    help="Results that B is in [--out].",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("spoonbench-results"),
    show_default=True,
    help="Folder of the store.",
)
@click.option(
    "--markdown",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write all figures as Markdown.",
)
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the gates as JUnit XML.",
)
@JSON
def compare(**options: Any) -> None:
    """Compare B with A, pair by pair: same items, same rounds where there are any.

    A and B are each the beginning of an id (of a duel, a matrix or a run), duel:ID/CONTESTANT,
    matrix:ID/CELL, latest or previous (:TASK), STORE.sqlite:ID, a JSON file of pytest-benchmark
    (FILE.json#BENCHMARK) or a FOLDER/ of several, a reference by name, or a reference FILE.jsonl.
    Without A and B the latest measurement is compared with the one before it.

    Ends with 1 where a gate failed, with 3 where one cannot be judged.
    """
    code = import_module(_WORK).run_command(**options)
    if code:
        raise click.exceptions.Exit(code)
