"""A folder of results with one language model, trained in seconds; interrupts that arrive.

A machine, and stores of it: a duel, a matrix.
"""

import signal
import sys
from typing import Any

import pytest

from spoonbench.harness.artifacts import ArtifactStore, Recipe
from spoonbench.harness.canonical import digest
from spoonbench.harness.cli import main
from spoonbench.harness.duel_records import Duel, Entry, Requirements, SplitFacts, TaskFacts
from spoonbench.harness.matrix_records import Conditions, Matrix, MatrixCell
from spoonbench.harness.records import Environment, RunRecord, ScoredAnswer, StoredItem
from spoonbench.harness.registry import find_solver, make_solver
from spoonbench.harness.store.writer import open_writer
from spoonbench.solvers.api import Example, Problem, Settings

PARAMS = {
    "n_layers": 1,
    "n_heads": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "vocabulary_size": 320,
    "positions": 64,
    "batch_size": 8,
    "learning_rate": 0.01,
    "epochs": 6,
    "precision": "float32",
}


@pytest.fixture
def interruptible():
    """Interrupts reach this process and its children, also where the tests run in the background.

    A shell starts a background command with interrupts ignored, and children inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def call_main(tmp_path, monkeypatch, capsys):
    """The command line in this process and an empty folder, for inputs that are refused.

    Exit code, standard output and standard error; what would be a traceback is raised.
    """

    def run(*words):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr(sys, "argv", ["spoonbench", *map(str, words)])
        code = main()
        return code, *capsys.readouterr()

    return run


@pytest.fixture(scope="session")
def trained_results(tmp_path_factory):
    """A folder of results whose model "lm-mine" knows its answers by heart; not to be changed."""
    registered = find_solver("lm-tiny")
    params = {**registered.params, **PARAMS}
    solver: Any = make_solver(registered.target)
    solver.prepare(Settings(params=params))
    made = [
        Example(
            problem=Problem(problem_id=str(i), text=f"ann has {i % 5} pens", kind="number"),
            target=str(i % 5),
        )
        for i in range(100)
    ]
    solver.fit(made, made[:20], lambda *_: None, None)
    results = tmp_path_factory.mktemp("results")
    keep(results, solver, {"label": "lm-mine", "task": "mine", "params": params})
    keep(results, solver, {"label": "lm-twice", "task": "one", "params": params})
    keep(results, solver, {"label": "lm-twice", "task": "two", "params": params})
    solver.close()
    return results


def keep(results, solver, settings):
    recipe = Recipe(kind="weights", solver="lm-tiny", solver_version="1", settings=settings)
    store = ArtifactStore(results / "models")
    with store.begin(recipe) as making:
        solver.save(making.content)
        store.finish(making)


N_ITEMS = 400
PEAKS = ("peak_bytes", "told_bytes")
ITEMS = digest("items of advice")


def machine_of(*, devices=("cuda: NVIDIA T1",), memory=24e9, name="Test CPU"):
    return Environment(
        processor=name,
        architecture="x86_64",
        n_cores=2,
        instruction_sets=("avx2",),
        memory_bytes=int(memory),
        devices=devices,
        system="Linux",
        python="3.11",
        libraries={},
    )


@pytest.fixture
def machine():
    """Two cores and an NVIDIA GPU."""
    return machine_of()


def task_facts(name="sums", splits=("test",)):
    return TaskFacts(
        name=name,
        version="1",
        kind="number",
        source="made here",
        sha256={},
        n_training=0,
        n_validation=0,
        splits=tuple(
            SplitFacts(name=one, summary="", items_hash=ITEMS, n_items=N_ITEMS, n_unanswerable=0)
            for one in splits
        ),
    )


def answers(n_right, *, n=N_ITEMS):
    return tuple(
        ScoredAnswer(problem_id=f"p{k}", status="answered", is_correct=k < n_right, value=str(k))
        for k in range(n)
    )


def store_of(folder, machine):
    folder.mkdir(exist_ok=True)
    return open_writer(folder / "store.sqlite")


def add_items(writer):
    items = tuple(StoredItem(problem_id=f"p{k}", text="1?", target="1") for k in range(N_ITEMS))
    writer.add_items(ITEMS, items)


@pytest.fixture
def duel_store(tmp_path, machine):
    """Writes a duel of the task "sums": label to level, right answers, and nanoseconds of one.

    A contestant with a plus in its label is a hybrid. All splits after the first are answered in
    cells of their own.
    """

    def write(
        contestants,
        folder="results",
        on=None,
        created="2026-01-02T03:04:05+00:00",
        *,
        task="sums",
        splits=("test",),
    ):
        place, where = on or machine, tmp_path / folder
        with store_of(where, place) as writer:
            writer.add_environment(place)
            add_items(writer)
            entries = []
            for label, (level, n_right, nanoseconds) in contestants.items():
                names = {split: f"{label} {created}{split[4:]}" for split in splits}
                cells = {split: digest(name) for split, name in names.items()}
                key = cells[splits[0]]
                entries.append(
                    Entry(
                        label=label,
                        solver=label,
                        level=level,
                        is_hybrid="+" in label,
                        answer_cells=cells,
                        latency_cell=key,
                        throughput_cells={"1": key},
                    )
                )
                for split, name in names.items():
                    writer.add_run(
                        RunRecord(
                            run_id=f"run {name}",
                            cell_key=cells[split],
                            environment_id=place.environment_id,
                            status="ok",
                            started_at=created,
                            samples_ns=(nanoseconds,) * N_ITEMS,
                            items_per_sample=(1,) * N_ITEMS,
                            answers=answers(n_right),
                        )
                    )
            writer.add_duel(
                Duel(
                    duel_id=f"duel {created}",
                    created_at=created,
                    command=("spoonbench", "duel", "--task", task, "--preset", "quick"),
                    preset="quick",
                    environment_id=place.environment_id,
                    n_rounds=1,
                    task=task_facts(task, splits),
                    entries=tuple(entries),
                    requirements=Requirements(accuracy=0.9, coverage=0.9),
                )
            )
        return where

    return write


@pytest.fixture
def matrix_store(tmp_path, machine):
    """Writes a matrix: cells as (conditions, answers a second, right answers).

    Args:
        cells: as above; the first is the baseline. A "peak_bytes" among conditions was measured, a
            "told_bytes" predicted; a cell without a rate was planned and did not run.
        weight_bytes: of the plain float32 weights.
        suffix: of the ids of its runs.
    """

    def write(cells, *, weight_bytes=496_000_000, folder="results", on=None, rounds=3, suffix=""):
        place, where = on or machine, tmp_path / folder
        planned = []
        with store_of(where, place) as writer:
            writer.add_environment(place)
            add_items(writer)
            for wanted, rate, n_right in cells:
                at = {name: value for name, value in wanted.items() if name not in PEAKS}
                conditions = Conditions(**at)
                name = "-".join(str(value) for value in at.values()) or "plain"
                key = digest(f"{folder} {name}")
                parts = {"weights": wanted["told_bytes"]} if "told_bytes" in wanted else {}
                planned.append(
                    MatrixCell(name=name, key=key, placement=conditions, peak_parts=parts)
                )
                for index in range(rounds if rate else 0):
                    # Rounds differ by a percent or two, as they do.
                    seconds = N_ITEMS / rate * (1 + 0.01 * (index - 1))
                    writer.add_run(
                        RunRecord(
                            run_id=f"{name} {index}{suffix}",
                            cell_key=key,
                            environment_id=place.environment_id,
                            status="ok",
                            started_at="2026-01-02T03:04:05+00:00",
                            round_index=index,
                            load_s=0.1,
                            samples_ns=(round(seconds * 1e9),),
                            items_per_sample=(N_ITEMS,),
                            peak_bytes=wanted.get("peak_bytes"),
                            metrics={"weight_bytes": weight_bytes},
                            answers=answers(n_right) if index == 0 else None,
                        )
                    )
            writer.add_matrix(
                Matrix(
                    matrix_id=digest(folder),
                    created_at="2026-01-02T03:04:05+00:00",
                    command=("spoonbench", "matrix"),
                    environment_id=place.environment_id,
                    n_rounds=rounds,
                    task=task_facts(),
                    model=Entry(label="lm", solver="lm", level=5),
                    cells=tuple(planned),
                    baseline=planned[0].name,
                )
            )
        return where

    return write


@pytest.fixture(scope="session")
def another_machine():
    """Not the one that asks."""
    return machine_of(name="Another CPU")
