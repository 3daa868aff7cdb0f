"""`spoonbench report`: one report of many runs, or the report of one of them again."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from spoonbench.harness.advise.quality import SHIPPED, read_quality
from spoonbench.harness.commands.idle_options import refuse_idle
from spoonbench.harness.commands.listing import write_again
from spoonbench.harness.store.reader import open_reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

_OF_MANY = ("select", "tasks", "machines", "since", "everything", "most", "advice_quality", "to")
_STORE = "store.sqlite"


def run_command(**options: Any) -> None:
    """Write the report that the command line asks for, and print what it decides.

    Raises:
        StoreError: there is no store, nothing fits, or what fits is damaged.
    """
    if options["duel_id"] is not None:
        refuse_idle(_OF_MANY, "chooses what a report of many runs shows: leave out the id.")
        names = ("duel_id", "out", "as_json")
        write_again(**{name: options[name] for name in names})
        return
    _report(options)


def _report(options: Mapping[str, Any]) -> None:
    # The reports stand above the harness; this is the moment at which a command needs them.
    content = import_module("spoonbench.reports.overview.content")
    wanted = import_module("spoonbench.reports.overview.selection").Wanted(
        ids=_split(options["select"]),
        tasks=_split(options["tasks"]),
        machines=_split(options["machines"]),
        since=_moment(options["since"]),
        everything=options["everything"],
        most=options["most"],
    )
    quality = import_module("spoonbench.reports.overview.advice_quality")
    advice = quality.advice_quality(read_quality(options["advice_quality"] or SHIPPED))
    out: Path = options["out"]
    with open_reader(out / _STORE) as reader:
        overview = content.gather(reader, wanted, advice, ("spoonbench", *sys.argv[1:]))
    to: Path = options["to"] or out
    written = import_module("spoonbench.reports.overview.files").write_overview(overview, to)
    if options["as_json"]:
        summary = import_module("spoonbench.reports.overview.summary")
        click.echo(json.dumps(summary.summary_json(overview), indent=2))
        return
    places = {"store": out / _STORE, "report": written[0]}
    terminal = import_module("spoonbench.reports.overview.terminal")
    terminal.print_overview(overview, Console(), places)


def _split(words: Iterable[str]) -> tuple[str, ...]:
    """Values that were given several times, or with commas between them."""
    return tuple(part for word in words for part in word.split(",") if part)


def _moment(since: datetime | None) -> str:
    """As moments stand in a store, in UTC."""
    return "" if since is None else since.isoformat(timespec="seconds")
