"""One `spoonbench duel` from its options to the printed decision and the written report."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from spoonbench.harness.advise.sources import keep_summaries
from spoonbench.harness.artifacts import ArtifactStore
from spoonbench.harness.claims.ledger import look_ahead
from spoonbench.harness.commands.assignments import hours, nested_values
from spoonbench.harness.commands.idle_options import refuse_idle
from spoonbench.harness.commands.task_options import named_task
from spoonbench.harness.costs import unknown_names
from spoonbench.harness.duel.brought import bring
from spoonbench.harness.duel.lineup import LineupChoice, line_up
from spoonbench.harness.duel.plan import Wishes, make_plan
from spoonbench.harness.duel.presets import PRESETS, Preset
from spoonbench.harness.duel.requests import announced
from spoonbench.harness.duel.run import Bench, Finished, run_duel
from spoonbench.harness.duel_records import Effort, Requirements
from spoonbench.harness.environment import memory_of_child, observe, probe
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.progress import ProgressWatcher
from spoonbench.harness.protocol import Limits
from spoonbench.harness.registry import UnknownName
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.harness.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spoonbench.harness.duel.lineup import LineupEntry
    from spoonbench.harness.duel.plan import Plan
    from spoonbench.harness.evidence import Measurement
    from spoonbench.harness.records import Environment
    from spoonbench.harness.tasks.api import Task

_STORE = "store.sqlite"


def run_command(**options: Any) -> None:
    """Run the duel that the command line asks for, print the decision and write the report."""
    out: Path = options["out"]
    console = Console(stderr=options["as_json"])
    preset = _preset(options)
    task = named_task(options, preset.task_options)
    task = _only_measured(task, options["measure"], options["split"])
    environment = probe()
    lineup = line_up(task, preset, _choice(options))
    _check_placement(lineup, options)
    wishes = Wishes(
        requirements=_requirements(options),
        effort=_effort(options, [entry.label for entry in lineup]),
        command=("spoonbench", *sys.argv[1:]),
        environment_id=environment.environment_id,
        seed=options["seed"],
    )
    plan = make_plan(task, lineup, preset, wishes)
    _run(plan, environment, console, options)
    measurements = show_duel(
        plan.duel.duel_id, out, console, as_json=options["as_json"], writes=not options["no_report"]
    )
    keep_summaries(out, task.name)
    look_ahead(out / _STORE)
    if not any(measurement.splits for measurement in measurements):
        raise NobodyAnswered("No contestant came through; the report says why for each.")


class NobodyAnswered(Exception):
    """A duel without a single score."""


def show_duel(
    duel_id: str, out: Path, console: Console, *, as_json: bool, writes: bool = True
) -> tuple[Measurement, ...]:
    """Print a duel from the store and write its report.

    Args:
        duel_id: of the duel.
        out: folder of the store and of the report.
        console: to print on.
        as_json: print JSON, on standard output.
        writes: the report is written; otherwise the duel is only printed.

    Returns:
        one measurement for each contestant.

    Raises:
        StoreError: the store cannot be read, or holds no such duel.
    """
    # The reports stand above the harness; this is the moment at which a command needs them.
    reports = import_module("spoonbench.reports.duel")
    store_path = out / _STORE
    with open_reader(store_path) as reader:
        report = reports.gather(reader, duel_id)
    measured: tuple[Measurement, ...] = report.measurements
    places = {"store": store_path, "models": out / "models"}
    if writes:
        places["report"] = import_module("spoonbench.reports.files").write_report(report, out)[0]
    terminal = import_module("spoonbench.reports.terminal")
    if as_json:
        click.echo(json.dumps(terminal.summary_json(report), indent=2))
        return measured
    terminal.print_report(report, console, places=places)
    return measured


def _run(
    plan: Plan, environment: Environment, console: Console, options: Mapping[str, Any]
) -> None:
    out: Path = options["out"]
    with open_writer(out / _STORE) as store:
        finished = _finished(out / _STORE, plan, fresh=options["fresh"])
        for sentence in announced(plan, finished.cells):
            click.echo(make_plain(sentence), err=True)
        with LocalExecutor() as executor, ProgressWatcher(console) as watcher:
            store.add_environment(environment)
            bench = Bench(
                executor=executor,
                store=store,
                artifacts=ArtifactStore(out / "models"),
                watcher=watcher,
                observe=observe,
                limits=_limits(plan.preset, environment, options),
            )
            run_duel(plan, bench, finished)


def _finished(path: Path, plan: Plan, *, fresh: bool) -> Finished:
    """Good records of this environment, by cell and round; of trainings alone to measure afresh."""
    keys = [entry.train_cell.key for entry in plan.entries if entry.train_cell]
    if not fresh:
        keys += [cell.cell.key for entry in plan.entries for cell in entry.cells]
    with open_reader(path) as reader:
        runs = reader.runs(cell_keys=keys, environment_id=plan.duel.environment_id, status="ok")
    return Finished(cells=frozenset((run.cell_key, run.round_index) for run in runs))


def _preset(options: Mapping[str, Any]) -> Preset:
    preset = PRESETS[options["preset"]]
    if options["no_timing"]:
        _refuse_timing(options)
        preset = replace(preset, n_rounds=1)
    elif options["rounds"] is not None:
        preset = replace(preset, n_rounds=options["rounds"])
    if options["timeout"] is not None:
        preset = replace(preset, job_seconds=options["timeout"])
    return replace(
        preset,
        is_timed=not options["no_timing"],
        device=options["device"],
        dtype=options["dtype"],
    )


def _refuse_timing(options: Mapping[str, Any]) -> None:
    """Nothing is timed: what only timing can show cannot be asked for.

    Raises:
        UsageError: names the option.
    """
    if options["latency_ms"] is not None:
        raise click.UsageError("--latency-ms needs timing: leave out --no-timing.")
    if options["cost"] is not None and options["machine_hour_price"]:
        raise click.UsageError(
            "--cost needs timing where an hour of this machine has a price: leave out --no-timing."
        )
    if (options["rounds"] or 1) > 1:
        raise click.UsageError("--rounds are rounds of timing: leave out --no-timing.")


def _only_measured(task: Task, asked: Sequence[str], deciding: str | None) -> Task:
    """The task with the splits that are to be measured, in its own order.

    Raises:
        UnknownName: it has no split of that name.
        UsageError: the split that is to decide is left out.
    """
    names = [name for word in asked for name in word.split(",")]
    known = tuple(split.name for split in task.splits)
    for name in names:
        if name not in known:
            raise UnknownName(f"--measure: the split {suggest(name, known)}")
    if names and deciding in known and deciding not in names:
        raise click.UsageError(f"--split {deciding} is to decide, and --measure leaves it out.")
    kept = tuple(split for split in task.splits if split.name in names)
    return replace(task, splits=kept) if names else task


def _check_placement(lineup: Sequence[LineupEntry], options: Mapping[str, Any]) -> None:
    """Contestants without a device or number format do without; where all do, nobody was asked.

    Raises:
        UsageError: no contestant has it.
    """
    leaves = [leaf for entry in lineup for leaf in entry.leaves]
    device, dtype = options["device"], options["dtype"]
    if all(leaf.device_among(device) != device for leaf in leaves):
        raise click.UsageError(f"--device {device}: no contestant of this duel can run there.")
    if all(leaf.dtype_among(dtype) != dtype for leaf in leaves):
        raise click.UsageError(f"--dtype {dtype}: no contestant of this duel has it.")


def _choice(options: Mapping[str, Any]) -> LineupChoice:
    asked = options["solvers"]
    return LineupChoice(
        only=tuple(name for names in options["only"] for name in names.split(",")),
        functions=tuple(spec for spec in asked if ":" in spec),
        extra=tuple(spec for spec in asked if ":" not in spec),
        brought=bring(options),
        routes=tuple(tuple(route.split(",")) for route in options["routes"]),
        overrides=nested_values(options["overrides"], "--set"),
    )


def _requirements(options: Mapping[str, Any]) -> Requirements:
    latency_ms, memory_mb = options["latency_ms"], options["memory_mb"]
    needed = ("answers_per_year", "hour_price", "machine_hour_price")
    if options["cost"] is not None and any(options[name] is None for name in needed):
        names = ", ".join("--" + name.replace("_", "-") for name in needed)
        raise click.UsageError(f"--cost needs {names}.")
    return Requirements(
        accuracy=options["accuracy"],
        coverage=options["coverage"],
        latency_s=None if latency_ms is None else latency_ms / 1e3,
        memory_bytes=None if memory_mb is None else round(memory_mb * 1e6),
        cost=options["cost"],
        split=options["split"],
    )


def _effort(options: Mapping[str, Any], labels: Sequence[str]) -> Effort | None:
    names = ("hour_price", "machine_hour_price", "answers_per_year")
    if not options["build_hours"] and all(options[name] is None for name in names):
        refuse_idle(("years",), "needs prices: --hour-price and --answers-per-year.")
        return None
    effort = Effort(
        build_hours=hours(options["build_hours"], "--build-hours"),
        years=options["years"],
        **{name: options[name] or 0.0 for name in names},
    )
    for name in unknown_names(effort, labels):
        raise UnknownName(f"--build-hours: the contestant or level {suggest(name, tuple(labels))}")
    return effort


def _limits(preset: Preset, environment: Environment, options: Mapping[str, Any]) -> Limits:
    memory = memory_of_child(environment, options["memory_limit_mb"])
    return Limits(memory_bytes=memory, seconds=preset.job_seconds)
