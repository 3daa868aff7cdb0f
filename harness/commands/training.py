"""`spoonbench train`: the model that a duel with the same words would train, made beforehand.

Its place and its records are those of the duel, which finds it and does not train again. It is
trained in a child process, as in a duel, or in the processes of `accelerate launch`: then each
takes its share of every step, and the first stores what comes out.

Not covered: a time limit on the process, which a duel has; `max_seconds` limits the training.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from spoonbench.harness.artifacts import SHOWN_DIGITS, ArtifactStore, DamagedArtifact
from spoonbench.harness.commands.assignments import values
from spoonbench.harness.commands.task_options import named_task
from spoonbench.harness.duel.brought import bring
from spoonbench.harness.duel.lineup import LineupChoice, line_up
from spoonbench.harness.duel.plan import Wishes, make_plan
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel.recording import Recorder
from spoonbench.harness.duel.run import Bench, train_entry, training_job
from spoonbench.harness.duel_records import Requirements
from spoonbench.harness.environment import devices, memory_of_child, observe, probe
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.executors.ranks import (
    RankExecutor,
    hear_first,
    joined,
    read_launch,
    started_alone,
)
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.progress import ProgressWatcher
from spoonbench.harness.protocol import Limits
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.solvers.api import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from spoonbench.harness.duel.lineup import LineupEntry
    from spoonbench.harness.duel.plan import Plan, PlannedEntry
    from spoonbench.harness.duel.presets import Preset
    from spoonbench.harness.duel.run import Executor
    from spoonbench.harness.executors.ranks import Launch
    from spoonbench.harness.records import Artifact, Environment, RunRecord
    from spoonbench.harness.tasks.api import Task

_STORE = "store.sqlite"
_LINE_SECONDS = 10.0
_GRACE_S = 5.0
_INTERRUPTED = 130
_BRINGS_NOTHING = {"models": (), "endpoint": None, "endpoint_models": (), "answers": ()}
_NOTES = (
    "tokens_per_second",
    "best_validation_accuracy",
    "best_validation_loss",
    "n_processes",
    "threads_per_process",
    "device",
    "resumed_from_step",
)
_ONE_PROCESS = (
    "The launcher started one process: with --cpu it needs mpirun for more. For several "
    "processes without GPUs give it --multi_gpu instead of --cpu."
)


class TrainingFailed(Exception):
    """The training ended, and there is no model; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is to be trained, and where it goes."""

    plan: Plan
    entry: PlannedEntry
    environment: Environment
    out: Path
    as_json: bool


def run_command(**options: Any) -> None:
    """Train what the command line asks for, unless it is there already.

    Raises:
        TrainingFailed: there is no model; the message says why.
        Unsupported: this contestant cannot be trained so.
    """
    launch = read_launch(os.environ)
    if launch is not None:
        with _one_voice(launch):
            _run_rank(launch, options)
        return
    if started_alone(os.environ):
        click.echo(_ONE_PROCESS, err=True)
    asked = _ask(options)
    if not _is_made(asked):
        with LocalExecutor() as executor:
            _train(asked, executor)


def _run_rank(launch: Launch, options: Mapping[str, Any]) -> None:
    """The part of one process of several."""
    asked = _ask(options)
    lineup = asked.entry.lineup
    if not lineup.info.distributed:
        raise Unsupported(f"{lineup.label} is trained by one process: leave out the launcher.")
    device = asked.entry.placement.device.partition(":")[0]
    if launch.is_first and device == "cpu" and devices():
        click.echo("Training on the processors; --device cuda takes the GPUs.", err=True)
    with joined(launch, device) as own_device:
        if hear_first(launch.is_first and _is_made(asked), own_device):
            return
        executor = RankExecutor(launch, own_device)
        if launch.is_first:
            _train(asked, executor)
            return
        result = executor.run(training_job(asked.plan, asked.entry, Limits()))
        if result.status != "ok":
            raise TrainingFailed(f"The training ended as {result.status}: {result.reason}")


@contextmanager
def _one_voice(launch: Launch) -> Iterator[None]:
    """The first process says what went wrong; another one what went wrong there alone."""
    try:
        yield
    except KeyboardInterrupt as exc:
        if launch.is_first:
            raise
        raise click.exceptions.Exit(_INTERRUPTED) from exc
    except Exception as exc:
        if launch.is_first:
            raise
        # If it went wrong in the first process too, the launcher ends this one meanwhile.
        time.sleep(_GRACE_S)
        raise TrainingFailed(f"Process {launch.rank} of {launch.n_processes}: {exc}") from exc


def _ask(options: Mapping[str, Any]) -> _Asked:
    preset = replace(PRESETS[options["preset"]], device=options["device"], training_seconds=None)
    task = named_task(options, preset.task_options)
    lineup = _entry(options, preset, task)
    environment = probe()
    wishes = Wishes(
        requirements=Requirements(),
        effort=None,
        command=("spoonbench", *sys.argv[1:]),
        environment_id=environment.environment_id,
        seed=options["seed"],
    )
    plan = make_plan(task, (lineup,), preset, wishes)
    return _Asked(
        plan=plan,
        entry=plan.entries[0],
        environment=environment,
        out=options["out"],
        as_json=options["as_json"],
    )


def _entry(options: Mapping[str, Any], preset: Preset, task: Task) -> LineupEntry:
    """The contestant as it would take part in a duel.

    Raises:
        Unsupported: it keeps nothing that could be made beforehand.
    """
    given = {name: tuple(filter(None, [options[name.rstrip("s")]])) for name in ("inits", "tune")}
    brought = bring({**_BRINGS_NOTHING, **given})
    if brought and options["solver"] is not None:
        raise click.UsageError("Give --solver or --init, not both.")
    label = brought[0].label if brought else options["solver"] or "lm-tiny"
    known = {entry.label for entry in line_up(task, preset, LineupChoice(brought=brought))}
    params = values(options["overrides"], "--set")
    choice = LineupChoice(
        only=(label,),
        extra=() if label in known else (label,),
        brought=brought,
        overrides={label: params} if params else {},
    )
    (entry,) = line_up(task, preset, choice)
    if not entry.info.keeps_weights:
        raise Unsupported(f"{label} keeps no weights that could be made beforehand.")
    if entry.device_among(preset.device) != preset.device:
        where = ", ".join(entry.info.devices)
        raise Unsupported(f"{label} cannot be trained on {preset.device}: it knows {where}.")
    return entry


def _is_made(asked: _Asked) -> bool:
    """Whether it is there already; then says so."""
    if asked.entry.recipe is None or asked.entry.train_cell is None:
        raise ValueError(f"{asked.entry.lineup.label} has no recipe")
    try:
        artifact = ArtifactStore(asked.out / "models").find(asked.entry.recipe)
    except DamagedArtifact as exc:
        click.echo(make_plain(f"{exc}; it is made again"), err=True)
        return False
    if artifact is None:
        return False
    records = _records(asked, asked.entry.train_cell.key)
    if not records:
        click.echo("A duel here will train again: this machine has no record of it.", err=True)
    _print(asked, artifact, records[-1] if records else None, is_new=False)
    return True


def _records(asked: _Asked, cell_key: str) -> list[RunRecord]:
    """Good records of its training on this machine."""
    path, environment_id = asked.out / _STORE, asked.environment.environment_id
    if not path.exists():
        return []
    with open_reader(path) as reader:
        return reader.runs(cell_keys=[cell_key], environment_id=environment_id, status="ok")


def _train(asked: _Asked, executor: Executor) -> None:
    """Train, store, and say what came out.

    Raises:
        TrainingFailed: nothing came out.
    """
    label, plan = asked.entry.lineup.label, asked.plan
    memory_bytes = memory_of_child(asked.environment)
    recorder = Recorder(
        task=plan.task, environment_id=asked.environment.environment_id, observe=observe
    )
    with (
        open_writer(asked.out / _STORE) as store,
        _Display(Console(stderr=True), "train") as watcher,
    ):
        store.add_environment(asked.environment)
        if asked.entry.train_cell is not None:
            store.add_cell(asked.entry.train_cell)
        bench = Bench(
            executor=executor,
            store=store,
            artifacts=ArtifactStore(asked.out / "models"),
            watcher=watcher,
            observe=observe,
            limits=Limits(memory_bytes=memory_bytes),
        )
        watcher.begin(label)
        record, artifact = train_entry(plan, asked.entry, bench, recorder)
    if artifact is None:
        if record.status == "skipped":
            raise TrainingFailed(f"{label} cannot be trained so: {record.reason}")
        raise TrainingFailed(f"The training of {label} ended as {record.status}: {record.reason}")
    _print(asked, artifact, record, is_new=True)


class _Display(ProgressWatcher):
    """Bars; on no terminal a line now and then."""

    def __init__(self, console: Console, whole: str) -> None:
        super().__init__(console, whole)
        self._lines = None if console.is_terminal else console
        self._next_ns = time.perf_counter_ns() + int(_LINE_SECONDS * 1e9)

    def advance(self, fraction: float, message: str, /) -> None:
        """The training is this far."""
        super().advance(fraction, message)
        now = time.perf_counter_ns()
        if self._lines is not None and now >= self._next_ns:
            self._next_ns = now + int(_LINE_SECONDS * 1e9)
            self._lines.print(make_plain(f"{fraction:.0%} {message}"), markup=False)


def _print(asked: _Asked, artifact: Artifact, record: RunRecord | None, *, is_new: bool) -> None:
    """What came out, and how to use it."""
    facts = {
        "label": asked.entry.lineup.label,
        "artifact_id": artifact.artifact_id,
        "folder": artifact.path,
        "is_new": is_new,
        **(_facts(record) if record else {}),
    }
    if asked.as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    done = "was trained" if is_new else "is there already: it was trained"
    click.echo(make_plain(f"{facts['label']} {done} on {asked.plan.task.name}"))
    shown = {"model": f"{artifact.artifact_id[:SHOWN_DIGITS]} in {artifact.path}"}
    shown |= _shown(facts) if record else {}
    shown["use"] = _use(asked, artifact)
    for name, text in shown.items():
        click.echo(make_plain(f"  {name:<11} {text}"))


def _facts(record: RunRecord) -> dict[str, Any]:
    """What a record says of the training; a contestant may not know all of it."""
    metrics, notes = record.metrics, record.metrics.get("notes") or {}
    return {
        "fit_s": record.fit_s,
        "stopped_by": metrics.get("training_stopped_by"),
        **{name: metrics.get(name) for name in ("n_steps", "best_step", "n_tokens")},
        **{name: notes.get(name) for name in _NOTES},
    }


def _shown(facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts in words, those that are known."""
    shown = {"time": f"{facts['fit_s']:.1f} s of training, {facts['stopped_by']}"}
    if facts["n_steps"]:
        shown["steps"] = f"{facts['n_steps']:,}, the best {facts['best_step']:,}"
    if facts["tokens_per_second"] is not None:
        shown["speed"] = f"{facts['tokens_per_second']:,.0f} tokens/s"
    if facts["best_validation_accuracy"] is not None:
        shown["validation"] = (
            f"{facts['best_validation_accuracy']:.1%} right, "
            f"loss {facts['best_validation_loss']:.4f} at the best step"
        )
    if facts["n_processes"] is not None:
        n, threads = facts["n_processes"], facts["threads_per_process"]
        shown["processes"] = (
            f"{n} on {facts['device']}, {threads} {'thread' if threads == 1 else 'threads'} each"
        )
    return shown


def _use(asked: _Asked, artifact: Artifact) -> str:
    lineup = asked.entry.lineup
    solve = f"spoonbench solve TEXT --solver {lineup.label} --model {artifact.artifact_id[:8]}"
    if asked.out.name != "spoonbench-results" or asked.out.is_absolute():
        solve += f" --results {asked.out}"
    return f"{solve}; spoonbench duel with the same words finds it"
