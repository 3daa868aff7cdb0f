"""Tables of what is given, not measured: contestants, task, machine."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from spoonbench.reports import quantities
from spoonbench.reports.quantities import DASH
from spoonbench.reports.tables import Column, Table, level_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.duel_records import Entry, TaskFacts
    from spoonbench.harness.records import Environment
    from spoonbench.reports.duel import DuelReport


def contestant_table(report: DuelReport) -> Table:
    """Who took part."""
    headers = ("Contestant", "Level", "Solver", "What it does", "Source", "Guarantee")
    rows = tuple(
        (
            entry.label,
            level_name(entry),
            entry.solver,
            entry.summary or DASH,
            entry.source or DASH,
            _guarantee(entry),
        )
        for entry in report.duel.entries
    )
    return _words("Who took part", headers, rows)


def task_table(task: TaskFacts) -> Table:
    """What was asked, and where it comes from."""
    rows = [
        ("Task", f"{task.name}, version {task.version}"),
        ("Answers", task.kind),
        ("Source", task.source or DASH),
        *((f"SHA-256 of {name}", digest) for name, digest in task.sha256.items()),
        ("Training", f"{task.n_training:,} examples, {task.n_validation:,} more to choose by"),
        *((f"Option {name}", json.dumps(value)) for name, value in task.options.items()),
    ]
    return _words("The task", ("What", "Value"), tuple(rows))


def split_facts_table(task: TaskFacts) -> Table:
    """The splits that were measured."""
    columns = (
        Column(header="Split", is_figure=False),
        Column(header="Items"),
        Column(header="Unanswerable"),
        Column(header="SHA-256 of the items", is_figure=False),
    )
    rows = tuple(
        (
            facts.name,
            quantities.count(facts.n_items),
            quantities.count(facts.n_unanswerable),
            facts.items_hash,
        )
        for facts in task.splits
    )
    return Table(title="Splits", columns=columns, rows=rows)


def machine_table(machine: Environment | None, environment_id: str) -> Table:
    """What it was measured on; no rows where the store does not know."""
    if machine is None:
        return _words("The machine", ("What", "Value"), ())
    rows = (
        ("Processor", f"{machine.processor}, {machine.architecture}, {machine.n_cores} cores"),
        ("Instruction sets", ", ".join(machine.instruction_sets) or "none that matter here"),
        ("Memory", quantities.size(machine.memory_bytes)),
        ("Accelerators", ", ".join(machine.devices) or "none"),
        ("System", machine.system),
        ("Python", machine.python),
        *((("Interpreter", machine.interpreter),) if machine.interpreter else ()),
        *(("Library", f"{name} {version}") for name, version in sorted(machine.libraries.items())),
        *(("Allocator", f"{name}={value}") for name, value in sorted(machine.allocator.items())),
        ("Id", environment_id),
    )
    return _words("The machine", ("What", "Value"), rows)


def command(words: Sequence[str]) -> str:
    """The command that repeats what was measured, quoted for a shell."""
    return shlex.join(words)


def _guarantee(entry: Entry) -> str:
    given = entry.guarantee
    if given.kind == "none":
        return "none"
    source = f" ({given.source})" if given.source else ""
    return f"{given.kind}: {given.domain or 'no domain given'}{source}"


def _words(title: str, headers: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Table:
    columns = tuple(Column(header=header, is_figure=False) for header in headers)
    return Table(title=title, columns=columns, rows=rows)
