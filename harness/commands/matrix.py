"""`spoonbench matrix`: from its options to the cells, their runs and the report."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import click
from rich.console import Console

from spoonbench.harness.advise.sources import keep_summaries
from spoonbench.harness.artifacts import ArtifactStore, DamagedArtifact
from spoonbench.harness.canonical import to_json
from spoonbench.harness.claims.ledger import look_ahead
from spoonbench.harness.commands.assignments import values
from spoonbench.harness.commands.idle_options import refuse_idle, typed
from spoonbench.harness.commands.workplaces import open_workplace
from spoonbench.harness.duel.presets import PRESETS as DUEL_PRESETS
from spoonbench.harness.duel.run import Bench, Executor, part_of
from spoonbench.harness.environment import memory_of_child, observe
from spoonbench.harness.matrix.announcement import arithmetic_notes, plan_lines
from spoonbench.harness.matrix.axes import AXES
from spoonbench.harness.matrix.estimates import duration, seconds_measured, seconds_of
from spoonbench.harness.matrix.model import enter_model, enter_served
from spoonbench.harness.matrix.overhead import measure_overheads
from spoonbench.harness.matrix.plan import Wanted, plan_matrix, with_libraries
from spoonbench.harness.matrix.presets import PRESETS
from spoonbench.harness.matrix.run import AGAIN, run_matrix, train_model, turns
from spoonbench.harness.matrix.sweep import PLAIN, Sweep, methods_meant, placements
from spoonbench.harness.matrix.sweep_file import SweepFile, read_sweep_file
from spoonbench.harness.matrix.work import Pacing
from spoonbench.harness.matrix_records import LibraryMemory, is_of_pytest
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.progress import ProgressWatcher
from spoonbench.harness.protocol import Limits
from spoonbench.harness.registry import make_task
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.commands.workplaces import Workplace
    from spoonbench.harness.duel.lineup import LineupEntry
    from spoonbench.harness.duel.plan import PlannedEntry
    from spoonbench.harness.matrix.plan import MatrixPlan
    from spoonbench.harness.matrix.run import Turn
    from spoonbench.harness.matrix_records import Matrix
    from spoonbench.harness.records import Environment, RunRecord
    from spoonbench.harness.tasks.api import Task
    from spoonbench.solvers.api import Part

_CELL_SECONDS = 900.0
_STORE = "store.sqlite"
_OF_PRESET_OR_FILE = ("model", "task", "items", "rounds", "python")


@runtime_checkable
class BeginsEarly(Protocol):
    """An executor that can import what a contestant needs before the first job."""

    def begin(self, part: Part) -> None:
        """Import it meanwhile; waits for nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is to be run, and where it goes.

    Attributes:
        plan: of the cells; until `told` it says nothing of what they take.
        environment: of the machine on which they run.
        n_places: cells that can be under way at once.
        done: what is not run again.
        measured: of `seconds_measured`.
        limits: of a cell.
        out: folder of the store.
        planned: the whole plan, given the folder of what the model learned.
        knowing: a plan with what libraries take.
        pacing: how long cells may take.
        notes: for a person.
    """

    plan: MatrixPlan
    environment: Environment
    n_places: int
    done: tuple[tuple[str, int], ...]
    measured: Mapping[str, float]
    limits: Limits
    out: Path
    planned: Callable[[Path | None], MatrixPlan]
    knowing: Callable[[MatrixPlan, LibraryMemory], MatrixPlan]
    pacing: Pacing
    notes: tuple[str, ...] = ()

    def told(self) -> _Asked:
        """The same with what cells will take, as far as it can be told before training."""
        return replace(self, plan=self.planned(_learned(self.plan.entry, self.out)))

    @property
    def knows_texts(self) -> bool:
        """How long texts are was known when the plan was made."""
        return self.plan.model.sizes is not None

    @property
    def to_run(self) -> list[Turn]:
        """What is still to be run."""
        return turns(self.plan, self.done)

    def guess_s(self, turn: Turn) -> float:
        """Seconds that a run will take."""
        n_items = len(self.plan.split.items)
        return seconds_of(turn, n_items, self.measured, self.plan.model.shape, self.pacing)


def run_command(**options: Any) -> None:
    """Run the matrix that the command line asks for, print it and write its report.

    Raises:
        BadInterpreter: cells were to run under another interpreter, and cannot.
        BadSweep: there is no such axis, value or cell.
        NoCluster: cells were to run on a cluster, and cannot.
    """
    console = Console(stderr=options["as_json"])
    python = _sweep_file(options, threads=1).python
    with open_workplace(options, lambda: _devices(options), python) as workplace:
        for note in workplace.notes:
            click.echo(make_plain(note), err=True)
        asked = _ask(options, workplace)
        if options["dry_run"]:
            _tell(asked.told(), console, as_json=options["as_json"])
            return
        _run(asked, workplace, console)
    show_matrix(
        asked.plan.matrix.matrix_id,
        asked.out,
        console,
        as_json=options["as_json"],
        writes=not options["no_report"],
    )
    keep_summaries(asked.out)
    look_ahead(asked.out / _STORE)


def _run(asked: _Asked, workplace: Workplace, console: Console) -> None:
    with workplace.executor(_devices_of(asked.plan), lambda text: _say(text, console)) as executor:
        if asked.to_run and isinstance(executor, BeginsEarly):
            # Imports there and traces here take as long as each other.
            executor.begin(part_of(asked.plan.entry.lineup, asked.to_run[0].cell.placement, 0))
        _run_with(executor, asked.told(), workplace, console)
        for note in executor.notes:
            click.echo(make_plain(note), err=True)


def _run_with(executor: Executor, asked: _Asked, workplace: Workplace, console: Console) -> None:
    with (
        open_writer(asked.out / _STORE) as store,
        ProgressWatcher(console, "matrix", workplace.n_places) as watcher,
    ):
        store.add_environment(asked.environment)
        bench = Bench(
            executor=executor,
            store=store,
            artifacts=ArtifactStore(asked.out / "models"),
            watcher=watcher,
            observe=observe,
            limits=asked.limits,
        )
        artifact = None
        if asked.to_run:
            artifact = train_model(asked.plan, bench)
            if artifact is not None and not asked.knows_texts:
                # Its vocabulary is known now, and with it what cells will take.
                asked = replace(asked, plan=asked.planned(Path(artifact.path)))
            libraries = measure_overheads(asked.plan, bench)
            asked = replace(asked, plan=asked.knowing(asked.plan, libraries))
        run_matrix(asked.plan, bench, asked.to_run, artifact, asked.guess_s, pacing=asked.pacing)


def _say(text: str, console: Console) -> None:
    console.print(make_plain(text), style="yellow", markup=False, highlight=False)


def show_matrix(
    matrix_id: str, out: Path, console: Console, *, as_json: bool, writes: bool = True
) -> None:
    """Print a matrix from the store and write its report.

    Args:
        matrix_id: of the matrix.
        out: folder of the store and of the report.
        console: to print on.
        as_json: print JSON, on standard output.
        writes: the report is written; otherwise the matrix is only printed.

    Raises:
        StoreError: the store cannot be read, or holds no such matrix.
    """
    # The reports stand above the harness; this is the moment at which a command needs them.
    reports = import_module("spoonbench.reports.matrix")
    with open_reader(out / _STORE) as reader:
        report = reports.gather(reader, matrix_id)
    places = {"store": out / _STORE}
    if writes:
        written = import_module("spoonbench.reports.matrix_files").write_matrix_report(report, out)
        places["report"] = written[0]
    terminal = import_module("spoonbench.reports.matrix_terminal")
    if as_json:
        click.echo(json.dumps(terminal.summary_json(report), indent=2))
        return
    terminal.print_matrix(report, console, places=places)


def _devices(options: Mapping[str, Any]) -> frozenset[str]:
    """Devices of the cells, before anything is known of where they will run."""
    sweep = _sweep_file(options, threads=1).sweep
    return frozenset(placement.device for placement in placements(sweep))


def _devices_of(plan: MatrixPlan) -> frozenset[str]:
    """Devices of the cells that are run."""
    return frozenset(
        cell.placement.device for cell in plan.matrix.cells if cell.why_skipped is None
    )


def _ask(options: Mapping[str, Any], workplace: Workplace) -> _Asked:
    out: Path = options["out"]
    environment = workplace.environment
    preset = PRESETS[options["preset"]]
    duel_preset = DUEL_PRESETS[preset.duel]
    given = _sweep_file(options, workplace.threads)
    task_options = {
        **duel_preset.task_options.get(given.task, {}),
        **values(options["task_options"], "--option"),
    }
    task = make_task(given.task, task_options)
    model = _model(options, given.model, task)
    memory = memory_of_child(environment, options["memory_limit_mb"])
    wanted = Wanted(
        placements=placements(given.sweep),
        n_items=given.items,
        n_rounds=given.rounds,
        seed=options["seed"],
        memory_bytes=memory,
        is_forced=options["force"],
        command=("spoonbench", *sys.argv[1:]),
        cores=workplace.cores,
    )
    if workplace.interpreter is not None:
        skips = workplace.interpreter.why_skipped(wanted.placements, model.info)
        wanted = replace(wanted, skips=skips)

    bare = plan_matrix(task, model, duel_preset, environment, replace(wanted, is_bare=True))
    before, runs = _stored(out / _STORE, bare)
    wanted = replace(wanted, libraries=LibraryMemory() if before is None else before.libraries)

    def planned(learned: Path | None) -> MatrixPlan:
        known = replace(wanted, learned=learned)
        return plan_matrix(task, model, duel_preset, environment, known)

    kept = () if options["fresh"] else ("ok",) if options["retry_errors"] else AGAIN
    done = [
        (run.cell_key, run.round_index)
        for run in runs
        if run.status in kept and not is_of_pytest(run)
    ]
    return _Asked(
        plan=bare,
        environment=environment,
        n_places=workplace.n_places,
        done=tuple(done),
        measured=seconds_measured([run for run in runs if not is_of_pytest(run)]),
        planned=planned,
        knowing=lambda plan, libraries: with_libraries(plan, libraries, wanted),
        pacing=Pacing() if options["seconds"] is None else Pacing(seconds=options["seconds"]),
        limits=Limits(memory_bytes=memory, seconds=options["timeout"] or _CELL_SECONDS),
        out=out,
        notes=methods_meant(given.sweep),
    )


def _model(options: Mapping[str, Any], name: str, task: Task) -> LineupEntry:
    """Who answers: a server where one is given, else the model of that name."""
    preset = DUEL_PRESETS[PRESETS[options["preset"]].duel]
    params = values(options["overrides"], "--set")
    if options["endpoint"] is None and options["endpoint_model"] is None:
        refuse_idle(("endpoint_api",), "needs --endpoint.")
        return enter_model(name, task, preset, params)
    if options["model"] is not None:
        raise click.UsageError("Give --model or --endpoint, not both.")
    served = {"endpoint": options["endpoint"], "endpoint_api": options["endpoint_api"]}
    served["endpoint_models"] = tuple(filter(None, (options["endpoint_model"],)))
    return enter_served(served, task, preset, params)


def _sweep_file(options: Mapping[str, Any], threads: int) -> SweepFile:
    """The cells of the file, of the options or of the preset, whichever was given."""
    usual = replace(PLAIN, threads=threads)
    axes = {name: _words(options[name]) for name in AXES if options[name] is not None}
    path: Path | None = options["file"]
    if path is not None and (axes or typed(["preset"])):
        raise click.UsageError("Give a file, or --preset, or axes as options.")
    found = PRESETS[options["preset"]].sweep(usual)
    if path is not None:
        found = read_sweep_file(path, usual)
    elif axes:
        if typed(["preset"]):
            raise click.UsageError("Give --preset, or axes as options, not both.")
        found = replace(found, sweep=Sweep(axes=axes, usual=usual))
    given = {name: options[name] for name in _OF_PRESET_OR_FILE if options[name] is not None}
    return replace(found, **given)


def _words(text: str) -> list[object]:
    """Values of an axis, as in "cpu,cuda:0"."""
    return [word.strip() for word in text.split(",")]


def _learned(entry: PlannedEntry, out: Path) -> Path | None:
    """Folder of what the model learned before; None where there is none."""
    if entry.recipe is None:
        return None
    try:
        found = ArtifactStore(out / "models").find(entry.recipe)
    except DamagedArtifact as exc:
        click.echo(make_plain(f"{exc}; it is made again"), err=True)
        return None
    return None if found is None else Path(found.path)


def _stored(path: Path, plan: MatrixPlan) -> tuple[Matrix | None, list[RunRecord]]:
    """The matrix as it was planned before, and what is there of its cells on this machine."""
    if not path.exists():
        return None, []
    keys = [cell.key for cell in plan.matrix.cells]
    with open_reader(path) as reader:
        runs = reader.runs(cell_keys=keys, environment_id=plan.matrix.environment_id)
        ids = [one.matrix_id for one in reader.matrices()]
        mine = plan.matrix.matrix_id
        return reader.matrix(mine) if mine in ids else None, runs


def _tell(asked: _Asked, console: Console, *, as_json: bool) -> None:
    """What would be run, what is skipped and why, and what it will take."""
    matrix, measured = asked.plan.matrix, asked.measured
    n_items, shape = len(asked.plan.split.items), asked.plan.model.shape
    took = duration(asked.to_run, n_items, measured, shape, asked.pacing)
    took = replace(took, seconds=took.seconds / asked.n_places)
    notes = [*asked.notes, *arithmetic_notes(matrix, asked.environment)]
    if as_json:
        told = {
            "matrix": to_json(matrix),
            "runs_to_come": len(asked.to_run),
            "seconds": took.seconds,
            "runs_guessed": took.n_guessed,
            "notes": notes,
        }
        click.echo(json.dumps(told, indent=2))
        return
    for line in plan_lines(matrix, len(asked.to_run), took, notes):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
