"""Lists and shows what is registered and what is stored."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spoonbench.harness.canonical import to_json
from spoonbench.harness.commands.matrix import show_matrix
from spoonbench.harness.duel.session import show_duel
from spoonbench.harness.measurements import cells_of
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.records import LEVELS
from spoonbench.harness.registry import (
    CannotLoad,
    find_solver,
    solver_info,
    solver_names,
    task_maker,
    task_names,
)
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.store.reader import open_reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spoonbench.harness.store.reader import StoreReader
    from spoonbench.solvers.api import SolverInfo

_SHORT = 12
"""Characters of an id that people see."""
_LAST_RUNS = 40


def list_solvers(*, as_json: bool) -> None:
    """Print every registered contestant; one that cannot be loaded is a row with the reason."""
    infos, broken = _infos()
    if as_json:
        rows = [
            {**to_json(info), "name": name, "params": dict(find_solver(name).params)}
            for name, info in infos
        ]
        rows += [{"name": name, "cannot_be_loaded": reason} for name, reason in broken]
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("level", "name", "answers", "what it does"):
        table.add_column(title, overflow="fold")
    for name, info in infos:
        level = f"{info.level} {LEVELS[info.level][0]}"
        kinds = ", ".join(info.kinds)
        reads = {"text": kinds, "image": "image", "row": f"row: {kinds}"}[info.payload]
        table.add_row(level, *map(_shown, (name, reads, info.summary)))
    for name, reason in broken:
        table.add_row("-", _shown(name), "-", _shown(f"cannot be loaded: {reason}"))
    Console().print(table)


def _infos() -> tuple[list[tuple[str, SolverInfo]], list[tuple[str, str]]]:
    """Names and facts, level by level, and names and reasons of what cannot be loaded."""
    infos: list[tuple[str, SolverInfo]] = []
    broken: list[tuple[str, str]] = []
    for name in solver_names():
        try:
            infos.append((name, solver_info(name)))
        except CannotLoad as exc:
            broken.append((name, str(exc)))
    return sorted(infos, key=_level), broken


def _level(pair: tuple[str, SolverInfo]) -> int:
    return int(pair[1].level) if pair[0] != "router" else len(LEVELS) + 1


def _shown(text: str) -> Text:
    """Words of others, harmless on a terminal."""
    return Text(make_plain(text))


def list_tasks(*, as_json: bool) -> None:
    """Print every registered task with what its documentation says of its options."""
    rows = [_task_row(name) for name in task_names()]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        text = row.get("documentation", f"cannot be loaded: {row.get('cannot_be_loaded')}")
        click.echo(f"{make_plain(row['name'])}\n")
        click.echo("\n".join(f"    {make_plain(line)}" for line in text.split("\n")) + "\n")
    click.echo("A file of your own is a task too: spoonbench duel FILE (JSONL or CSV).")


def _task_row(name: str) -> dict[str, str]:
    try:
        return {"name": name, "documentation": inspect.getdoc(task_maker(name)) or ""}
    except CannotLoad as exc:
        return {"name": name, "cannot_be_loaded": str(exc)}


def list_runs(*, out: Path, everything: bool, as_json: bool) -> None:
    """Print duels and runs, newest first."""
    with open_reader(out / "store.sqlite") as reader:
        duels, matrices, stored = reader.duels(), reader.matrices(), reader.runs()
    stored = sorted(stored, key=lambda run: run.run_id, reverse=True)
    shown = stored if everything else stored[:_LAST_RUNS]
    if as_json:
        rows = {
            "duels": [to_json(duel) for duel in duels],
            "matrices": [to_json(matrix) for matrix in matrices],
            "runs": [_brief(run) for run in shown],
        }
        click.echo(json.dumps(rows, indent=2))
        return
    names = {
        key: f"{entry.label}: {role}"
        for duel in reversed(duels)
        for entry in duel.entries
        for role, key in cells_of(entry)
    }
    names |= {
        cell.key: f"{matrix.model.label}: {cell.name}"
        for matrix in reversed(matrices)
        for cell in matrix.cells
    }
    console = Console()
    for duel in duels:
        labels = len(duel.entries)
        line = f"duel {duel.duel_id}  {duel.created_at}  {duel.task.name}  {labels} contestants"
        console.print(_shown(line))
    for matrix in matrices:
        console.print(
            _shown(
                f"matrix {matrix.matrix_id}  {matrix.created_at}  {matrix.model.label} on "
                f"{matrix.task.name}  {len(matrix.cells)} cells"
            )
        )
    table = Table(box=None, pad_edge=False)
    for title in ("run", "round", "status", "contestant", "reason"):
        table.add_column(title, overflow="fold", no_wrap=title == "run")
    for run in shown:
        name = names.get(run.cell_key, run.cell_key[:_SHORT])
        table.add_row(
            run.run_id,
            str(run.round_index + 1),
            run.status,
            _shown(name),
            _shown(run.reason or ""),
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
    """Print a duel, a matrix or a run.

    Raises:
        StoreError: nothing begins with that id, or more than one thing does.
    """
    with open_reader(out / "store.sqlite") as reader:
        found = _begin_with(run, reader)
        if not found:
            _show_record(reader, run, as_json=as_json)
            return
    if len(found) > 1:
        raise StoreError(f"More than one duel or matrix begins with {run!r}; give more of its id.")
    show, record_id = found[0]
    show(record_id, out, Console(stderr=as_json), as_json=as_json)


def _begin_with(prefix: str, reader: StoreReader) -> list[tuple[Callable[..., object], str]]:
    """Duels and matrices whose ids begin so: what shows each, and its id."""
    shows: dict[str, Callable[..., object]] = {"duel": show_duel, "matrix": show_matrix}
    return [
        (shows[plan.kind], plan.plan_id)
        for plan in reader.plans()
        if plan.plan_id.startswith(prefix)
    ]


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
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in [("cell", to_json(cell)), *facts.items()]:
        if value not in (None, "", [], {}):
            text = value if isinstance(value, str) else json.dumps(value)
            table.add_row(name, _shown(text))
    Console().print(table)


def write_again(*, duel_id: str, out: Path, as_json: bool) -> None:
    """Print a duel or a matrix from the store and write its report again.

    Args:
        duel_id: beginning of its id.
        out: folder of the store.
        as_json: print JSON.

    Raises:
        StoreError: there is none.
    """
    path = out / "store.sqlite"
    with open_reader(path) as reader:
        found = _begin_with(duel_id, reader)
    if not found:
        raise StoreError(f"{path} holds no duel and no matrix whose id begins with {duel_id!r}.")
    if len(found) > 1:
        raise StoreError(
            f"More than one duel or matrix begins with {duel_id!r}; give more of its id."
        )
    show, record_id = found[0]
    show(record_id, out, Console(stderr=as_json), as_json=as_json)
