"""What the harness costs: the parent beside a cell, the cell's own time, and its start.

    python bench/harness_cost.py

Each line says a figure, its bar and whether it holds:

- CPU seconds of the parent while a cell runs, as the share of one core: watching, limits and
  progress; once without a terminal and once with the bars drawn on one. What it takes before and
  after, to start a child, to hand over the texts and to read what came back, is told besides.
- The same calls by the harness (clock, checks, marker, meters, collector) and bare, in one process
  and in turn: of each call the least time over rounds, as what others compute beside it only adds,
  and for the whole pass the least of what lies between and around the calls too. Then the same
  with calls that do nothing, which shows what the harness does beside each to the microsecond.
- From being asked for to the first call of the contestant, against a bare interpreter that does the
  same imports and loads the same weights. Children with heavy libraries are forked from a server
  that has imported them; the first of them waits for that server.

Intervals are 95%, by resampling rounds.

Not covered: accelerators, whose children start fresh; a cluster.
"""

import argparse
import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from rich.console import Console

from spoonbench.harness.canonical import to_json
from spoonbench.harness.cells import Stand, run_cell
from spoonbench.harness.environment import observe, probe
from spoonbench.harness.executors.libraries import import_modules, load_class, modules_of, required
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.executors.marker import Marker, open_page
from spoonbench.harness.executors.surroundings import set_threads
from spoonbench.harness.memory import MemoryMeter
from spoonbench.harness.progress import ProgressWatcher
from spoonbench.harness.protocol import CellWork, Job, JobResult, Limits, Training
from spoonbench.harness.registry import find_solver, make_task
from spoonbench.harness.stats import estimate
from spoonbench.harness.timing import set_aside
from spoonbench.solvers.api import Answer, Example, Part, Problem, Settings, SolverInfo

HERE = Path(__file__).parent
MOST_OF_A_CORE, MOST_OF_A_CELL, MOST_OF_A_START_S = 0.01, 0.01, 0.3
N_RESAMPLES, N_IDLE_CALLS = 500, 2_000
MEMORY_BYTES = 4_000_000_000
MODEL_SECONDS = 5
PARTS = ("parent", "cell", "start")
LIGHT, MODEL = "rules", "lm-tiny"
STARTING = {
    LIGHT: "starting_contestants:StartingRules",
    MODEL: "starting_contestants:StartingModel",
}
BARE = """
import json, sys, time
target, settings, folder, modules, problems = json.loads(sys.argv[1])
import importlib
from pathlib import Path
from spoonbench.solvers.api import Problem, Settings
module, _, name = target.partition(":")
found = getattr(importlib.import_module(module), name)
for one in modules:
    importlib.import_module(one)
solver = found()
solver.prepare(Settings(**settings))
if folder is not None:
    solver.load(Path(folder))
print(solver.solve([Problem(**one) for one in problems])[0].value)
"""


@dataclass(frozen=True, kw_only=True)
class Given:
    """A contestant with what it needs, and what it is asked."""

    name: str
    part: Part
    artifact: str | None
    problems: tuple[Problem, ...]
    batch_size: int

    def work(self, seconds: float | None, n_warmup: int = 1) -> CellWork:
        return CellWork(
            cell_key="cell",
            problems=self.problems,
            batch_size=self.batch_size,
            n_warmup=n_warmup,
            seconds=seconds,
        )

    def job(self, work: CellWork, target: str | None = None) -> Job:
        part = self.part if target is None else replace(self.part, target=target)
        limits = Limits(memory_bytes=MEMORY_BYTES, seconds=600.0)
        return Job(
            job_id=self.name, part=part, artifact=self.artifact, cells=(work,), limits=limits
        )


def main() -> int:
    arguments = read_arguments()
    environment = probe()
    print(f"{environment.processor}, {environment.n_cores} cores; load {observe()['load_average']}")
    with (
        TemporaryDirectory() as folder,
        LocalExecutor(extra_paths=[HERE]) as executor,
        LocalExecutor(extra_paths=[HERE], preload=False) as fresh,
    ):
        held: list[bool] = []
        for name in arguments.contestants:
            given = give(name, executor, Path(folder), arguments)
            with ready(given) as solver:
                if "parent" in arguments.parts:
                    held += parents(given, solver, executor, arguments.seconds)
                if "cell" in arguments.parts:
                    held += cells(given, solver, arguments)
            if "start" in arguments.parts:
                held += starts(given, executor, fresh, arguments.rounds)
    print("all bars hold" if all(held) else f"{held.count(False)} bars do not hold")
    return 0 if all(held) else 1


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contestants", nargs="+", choices=list(STARTING), default=list(STARTING))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seconds", type=float, default=10.0, help="of the cell watched [10]")
    parser.add_argument("--pass-seconds", type=float, default=3.0, help="of a pass timed [3]")
    parser.add_argument("--rounds", type=int, default=9, help="of passes and of starts [9]")
    parser.add_argument("--threads", type=int, default=1, help="of numeric work [1]")
    return parser.parse_args()


def say(given: Given, what: str, figure: str, bar: str, holds: bool) -> bool:
    print(
        f"{given.name}: {what}: {figure}; bar {bar}: {'holds' if holds else 'MISSED'}", flush=True
    )
    return holds


def give(name: str, executor: LocalExecutor, folder: Path, asked: argparse.Namespace) -> Given:
    """The contestant, trained for some seconds where it has to be."""
    task = make_task("word-problems", {"n_training": 1000, "n_validation": 50, "n_items": 500})
    registered = find_solver(name)
    params = dict(registered.params)
    artifact, batch_size = None, 1
    if name == MODEL:
        params |= {"max_seconds": MODEL_SECONDS}
        batch_size = 8
    settings = Settings(threads=asked.threads, params=params)
    part = Part(name=name, target=registered.target, settings=settings)
    if name == MODEL:
        artifact = str(folder / name)
        Path(artifact).mkdir()
        learned = tuple(
            Example(problem=item.problem, target=item.target) for item in task.training.items
        )
        training = Training(training=learned[:-50], validation=learned[-50:], save_to=artifact)
        result = executor.run(Job(job_id=name, part=part, training=training))
        assert result.status == "ok", result.reason
    problems = tuple(item.problem for item in task.splits[0].items)
    return Given(name=name, part=part, artifact=artifact, problems=problems, batch_size=batch_size)


# -- the parent ----------------------------------------------------------------------------------


def parents(given: Given, solver: Any, executor: LocalExecutor, seconds: float) -> Iterator[bool]:
    """The parent's share of a core while a cell runs."""
    n_items = calls_in(solver, given, seconds) * given.batch_size
    many = replace(given, problems=repeated(given.problems, n_items))
    job = many.job(replace(many.work(None), keep_answers=False))
    watched = {
        "no terminal": Console(file=io.StringIO()),
        "bars on a terminal": Console(file=io.StringIO(), force_terminal=True, width=120),
    }
    for where, console in watched.items():
        before_s = cpu_seconds()
        with ProgressWatcher(console, "matrix") as watcher:
            stamps = Stamps(watcher.advance)
            watcher.expect([(given.name, seconds)])
            watcher.begin(given.name)
            result = executor.run(job, stamps)
            watcher.end(given.name, result.status, result.reason)
        assert result.status == "ok", result.reason
        lasted_s, during_s = stamps.between()
        share = during_s / lasted_s
        rest_s = cpu_seconds() - before_s - during_s
        figure = (
            f"{100 * share:.2f}% of a core during {lasted_s:.1f} s of a cell; {rest_s:.2f} s "
            f"before and after it, for {n_items:,} texts"
        )
        bar = f"under {MOST_OF_A_CORE:.0%}"
        yield say(given, f"the parent, {where}", figure, bar, share < MOST_OF_A_CORE)


class Stamps:
    """Passes progress on, and notes when it came and what this process had taken by then."""

    def __init__(self, advance: Callable[[float, str], None]) -> None:
        self._advance = advance
        self._noted: list[tuple[float, float]] = []

    def __call__(self, share: float, message: str) -> None:
        self._advance(share, message)
        self._noted.append((time.perf_counter(), cpu_seconds()))

    def between(self) -> tuple[float, float]:
        """Seconds by the clock and of the processor, from the first to the last."""
        (first_s, first_cpu_s), (last_s, last_cpu_s) = self._noted[0], self._noted[-1]
        return last_s - first_s, last_cpu_s - first_cpu_s


def repeated(problems: Sequence[Problem], n: int) -> tuple[Problem, ...]:
    return tuple(problems[at % len(problems)] for at in range(n))


def cpu_seconds() -> float:
    """Of this process, its children left out."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# -- the cell ------------------------------------------------------------------------------------


def cells(given: Given, solver: Any, asked: argparse.Namespace) -> Iterator[bool]:
    """The same calls by the harness and bare, in turn."""
    marker = Marker(open_page())
    stand = Stand(
        solver=solver, device="cpu", memory=MemoryMeter(), marker=marker, describe=unexpected
    )
    n_calls = calls_in(solver, given, asked.pass_seconds)
    problems = repeated(given.problems, n_calls * given.batch_size)
    work = replace(given, problems=problems).work(None, n_warmup=0)
    ways: list[Callable[[], list[int]]] = [
        partial(by_the_harness, stand, work),
        partial(bare, solver, work),
    ]
    # Nothing of this script is for the collector to look at, as little as in a child.
    set_aside()
    passes: list[list[Pass]] = [[], []]
    for round_index in range(asked.rounds):
        for which in (0, 1) if round_index % 2 else (1, 0):
            passes[which].append(timed(ways[which]))
    call_s = least_of_calls(passes[1]) / n_calls / 1e9
    told = f"{asked.rounds} rounds of {n_calls:,} calls of {1e3 * call_s:.2f} ms"
    for what, figure_of in FIGURES.items():
        added = resampled(passes, figure_of)
        beside_us = (added[1] - 1) * figure_of(passes[1]) / n_calls / 1e3
        figure = f"{percent(added[1])} ({percent(added[0])} to {percent(added[2])}; {told})"
        figure += f", {beside_us:+.1f} us a call"
        bar = f"under +{MOST_OF_A_CELL:.0%}"
        yield say(given, f"added to {what}", figure, bar, added[1] < 1 + MOST_OF_A_CELL)
    answers = solver.solve(given.problems[: given.batch_size])
    beside_s = beside_each_call(replace(stand, solver=Idle(solver.info, answers)), given, asked)
    figure = f"{1e6 * beside_s:.1f} us, {beside_s / call_s:.3%} of a call of {1e3 * call_s:.2f} ms"
    marker.close()
    bar = f"under {MOST_OF_A_CELL:.0%}"
    yield say(given, "added beside each call", figure, bar, beside_s / call_s < MOST_OF_A_CELL)


class Idle:
    """Gives the same answers again and does nothing, so that only the harness takes time."""

    def __init__(self, info: SolverInfo, answers: list[Answer]) -> None:
        self.info = info
        self._answers = answers

    def prepare(self, settings: Settings) -> None:
        """Nothing to do."""

    def solve(self, problems: Sequence[Problem]) -> list[Answer]:
        return self._answers[: len(problems)]

    def close(self) -> None:
        """Nothing to do."""


def beside_each_call(stand: Stand, given: Given, asked: argparse.Namespace) -> float:
    """Seconds of a pass that are not of its calls, by the harness less bare, for each call.

    The least over rounds, for a long pass less that for an empty one: what a cell costs once, its
    meters and the collector, is left out.
    """
    beside = {}
    for n_calls in (0, N_IDLE_CALLS):
        problems = repeated(given.problems, n_calls * given.batch_size)
        work = replace(given, problems=problems).work(None, n_warmup=0)
        ours, theirs = partial(by_the_harness, stand, work), partial(bare, stand.solver, work)
        pairs = [(timed(ours), timed(theirs)) for _ in range(5 * asked.rounds)]
        least_of_ours = min(one.whole for one, _ in pairs)
        beside[n_calls] = least_of_ours - min(one.whole for _, one in pairs)
    return (beside[N_IDLE_CALLS] - beside[0]) / N_IDLE_CALLS / 1e9


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One pass: nanoseconds of its calls, and of what lay between and around them."""

    calls: np.ndarray
    between: float

    @property
    def whole(self) -> float:
        """Nanoseconds in all."""
        return float(self.calls.sum()) + self.between


def timed(run: Callable[[], list[int]]) -> Pass:
    started = time.perf_counter_ns()
    samples = run()
    spent = time.perf_counter_ns() - started
    return Pass(calls=np.array(samples), between=spent - sum(samples))


def least_of_calls(passes: Sequence[Pass]) -> float:
    """The least time of each call over rounds, added up: what others did beside it only adds."""
    return float(np.min([one.calls for one in passes], axis=0).sum())


def least_of_all(passes: Sequence[Pass]) -> float:
    return least_of_calls(passes) + min(one.between for one in passes)


FIGURES = {"the calls": least_of_calls, "the whole pass": least_of_all}


def resampled(
    passes: Sequence[Sequence[Pass]], figure_of: Callable[[Sequence[Pass]], float]
) -> tuple[float, float, float]:
    """The ratio of the first way to the second between the ends of its interval over rounds."""
    rng = np.random.default_rng(0)
    n_rounds = len(passes[0])
    found = []
    for _ in range(N_RESAMPLES):
        drawn = rng.integers(0, n_rounds, n_rounds)
        first, second = (figure_of([way[index] for index in drawn]) for way in passes)
        found.append(first / second)
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), figure_of(passes[0]) / figure_of(passes[1]), float(high)


def percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.2f}%"


def unexpected(exc: BaseException) -> Any:
    raise exc


@contextmanager
def ready(given: Given) -> Iterator[Any]:
    """The contestant in this process, as a child would have it."""
    import_modules(modules_of(required(given.part)))
    set_aside()
    set_threads(given.part.settings.threads)
    solver = load_class(given.part.target)()
    solver.prepare(given.part.settings)
    if given.artifact is not None:
        solver.load(Path(given.artifact))
    try:
        yield solver
    finally:
        solver.close()


def calls_in(solver: Any, given: Given, seconds: float) -> int:
    """Calls of a pass that takes about so long."""
    batch = repeated(given.problems, given.batch_size)
    solver.solve(batch)
    n_calls, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds / 5:
        at = n_calls * given.batch_size
        solver.solve(repeated(given.problems[at % len(given.problems) :], given.batch_size))
        n_calls += 1
    return max(3, round(n_calls * seconds / spent))


def by_the_harness(stand: Stand, work: CellWork) -> list[int]:
    result = run_cell(stand, (work,), 0)
    assert result.status == "ok", result.reason
    return list(result.samples_ns)


def bare(solver: Any, work: CellWork) -> list[int]:
    """The calls alone; two readings of the clock belong to each, as to anyone's who times."""
    size, problems, samples, answers = work.batch_size, work.problems, [], []
    for at in range(0, len(problems), size):
        before = time.perf_counter_ns()
        said = solver.solve(problems[at : at + size])
        samples.append(time.perf_counter_ns() - before)
        answers.extend(said)
    assert len(answers) == len(problems)
    return samples


# -- the start -----------------------------------------------------------------------------------


def starts(
    given: Given, executor: LocalExecutor, fresh: LocalExecutor, n_rounds: int
) -> Iterator[bool]:
    """From being asked for to the first call, less that of a bare interpreter."""
    job = given.job(given.work(None), STARTING[given.name])
    job = replace(job, cells=(replace(job.cells[0], problems=given.problems[:1]),))
    ways: dict[str, Callable[[], float]] = {"fresh": lambda: start_s(fresh, job)}
    if given.name == MODEL:
        executor.run(job)
        ways["forked"] = lambda: start_s(executor, job)
    added: dict[str, list[float]] = {way: [] for way in ways}
    bare_s = []
    bare_start_s(job)
    for _ in range(n_rounds):
        bare_s.append(bare_start_s(job))
        for way, start in ways.items():
            added[way].append(start() - bare_s[-1])
    for way, differences in added.items():
        found = estimate(differences)
        figure = (
            f"{found.value:+.3f} s ({found.low:+.3f} to {found.high:+.3f}; {n_rounds} rounds) to "
            f"{median(bare_s):.2f} s of a bare interpreter"
        )
        bar = f"under {MOST_OF_A_START_S} s"
        yield say(given, f"added to a {way} start", figure, bar, found.value < MOST_OF_A_START_S)


def start_s(executor: LocalExecutor, job: Job) -> float:
    started = time.perf_counter_ns()
    result: JobResult = executor.run(job)
    assert result.status == "ok", result.reason
    assert result.cells[0].answers, "no answers were kept"
    return (int(result.cells[0].answers[0].value or 0) - started) / 1e9


def bare_start_s(job: Job) -> float:
    settings = job.part.settings
    given = [
        job.part.target,
        {"threads": settings.threads, "params": dict(settings.params)},
        job.artifact,
        modules_of(required(replace(job.part, target=find_solver(job.part.name).target))),
        [to_json(problem) for problem in job.cells[0].problems],
    ]
    started = time.perf_counter_ns()
    done = subprocess.run(
        [sys.executable, "-c", BARE, json.dumps(given)],
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE,
        # As a child has it: on a busy machine a session of its own gets more of the processor.
        start_new_session=True,
    )
    return (int(done.stdout.split()[-1]) - started) / 1e9


if __name__ == "__main__":
    sys.exit(main())
