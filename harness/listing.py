"""Lists and shows what is registered and what is stored."""

from __future__ import annotations

import inspect
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spoonbench.harness.canonical import to_json
from spoonbench.harness.duel.session import show_duel
from spoonbench.harness.measurements import cells_of
from spoonbench.harness.records import LEVELS
from spoonbench.harness.registry import (
    find_solver,
    find_task,
    solver_info,
    solver_names,
    task_names,
)
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.store.reader import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from spoonbench.harness.store.reader import StoreReader

_SHORT = 12
"""Characters of an id that people see."""
_LAST_RUNS = 40


def list_solvers(*, as_json: bool) -> None:
    """Print every registered contestant."""
    infos = sorted(((name, solver_info(name)) for name in solver_names()), key=_level)
    if as_json:
        rows = [
            {**to_json(info), "name": name, "params": dict(find_solver(name).params)}
            for name, info in infos
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("level", "name", "answers", "what it does"):
        table.add_column(title, overflow="fold")
    for name, info in infos:
        level = f"{info.level} {LEVELS[info.level][0]}"
        reads = "image" if info.payload == "image" else ", ".join(info.kinds)
        table.add_row(level, name, reads, Text(info.summary))
    Console().print(table)


def _level(pair: tuple[str, Any]) -> int:
    return int(pair[1].level) if pair[0] != "router" else len(LEVELS) + 1


def list_tasks(*, as_json: bool) -> None:
    """Print every registered task with what its documentation says of its options."""
    rows = []
    for name in task_names():
        module, _, attribute = find_task(name).target.partition(":")
        documentation = inspect.getdoc(getattr(import_module(module), attribute)) or ""
        rows.append({"name": name, "documentation": documentation})
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['name']}\n")
        click.echo("\n".join(f"    {line}" for line in row["documentation"].splitlines()) + "\n")
    click.echo("A file of your own is a task too: spoonbench duel FILE (JSONL or CSV).")


def list_runs(*, out: Path, everything: bool, as_json: bool) -> None:
    """Print duels and runs, newest first."""
    with open_reader(out / "store.sqlite") as reader:
        duels, stored = reader.duels(), reader.runs()
    stored = sorted(stored, key=lambda run: run.run_id, reverse=True)
    shown = stored if everything else stored[:_LAST_RUNS]
    if as_json:
        rows = {"duels": [to_json(duel) for duel in duels], "runs": [_brief(r) for r in shown]}
        click.echo(json.dumps(rows, indent=2))
        return
    names = {
        key: f"{entry.label}: {role}"
        for duel in reversed(duels)
        for entry in duel.entries
        for role, key in cells_of(entry)
    }
    console = Console()
    for duel in duels:
        labels = len(duel.entries)
        line = f"duel {duel.duel_id}  {duel.created_at}  {duel.task.name}  {labels} contestants"
        console.print(Text(line))
    table = Table(box=None, pad_edge=False)
    for title in ("run", "round", "status", "contestant", "reason"):
        table.add_column(title, overflow="fold", no_wrap=title == "run")
    for run in shown:
        name = names.get(run.cell_key, run.cell_key[:_SHORT])
        table.add_row(
            run.run_id, str(run.round_index + 1), run.status, Text(name), Text(run.reason or "")
        )
    console.print(table)
    if len(shown) < len(stored):
        console.print(f"{len(stored) - len(shown)} older runs: spoonbench runs --all")


def _brief(run: Any) -> dict[str, Any]:
    names = (
        "run_id",
        "cell_key",
        "round_index",
        "environment_id",
        "status",
        "reason",
        "started_at",
    )
    return {name: getattr(run, name) for name in names}


def show_run(*, run: str, out: Path, as_json: bool) -> None:
    """Print a duel or a run.

    Raises:
        StoreError: nothing begins with that id, or more than one thing does.
    """
    with open_reader(out / "store.sqlite") as reader:
        duels = [duel for duel in reader.duels() if duel.duel_id.startswith(run)]
        if not duels:
            _show_record(reader, run, as_json=as_json)
            return
    if len({duel.duel_id for duel in duels}) > 1:
        raise StoreError(f"More than one duel begins with {run!r}; give more of its id.")
    show_duel(duels[0].duel_id, out, Console(stderr=as_json), as_json=as_json)


def _show_record(reader: StoreReader, run: str, *, as_json: bool) -> None:
    record = reader.find_run(run)
    cell = reader.cell(record.cell_key)
    answers = reader.answers(record.run_id) or ()
    if as_json:
        whole = {**to_json(record), "cell": to_json(cell), "answers": to_json(answers)}
        click.echo(json.dumps(whole, indent=2))
        return
    facts = {**to_json(record), "answers": f"{len(answers)} (with --json)"}
    facts |= {"samples_ns": f"{len(record.samples_ns)} (with --json)"}
    plain = import_module("spoonbench.reports.plaintext")
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in [("cell", to_json(cell)), *facts.items()]:
        if value not in (None, "", [], {}):
            text = value if isinstance(value, str) else json.dumps(value)
            table.add_row(name, Text(plain.make_plain(text)))
    Console().print(table)


def write_again(*, duel_id: str | None, out: Path, as_json: bool) -> None:
    """Print a duel from the store and write its report again.

    Raises:
        StoreError: there is none.
    """
    with open_reader(out / "store.sqlite") as reader:
        duels = reader.duels()
        if not duels:
            raise StoreError(f"{out / 'store.sqlite'} holds no duel yet: run spoonbench duel.")
        chosen = reader.duel(duel_id) if duel_id else duels[0]
    show_duel(chosen.duel_id, out, Console(stderr=as_json), as_json=as_json)
