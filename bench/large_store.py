"""A store of several gigabytes and 100,000 runs, and what a report of it takes.

    python bench/large_store.py --out DIR                # writes it, builds a report, measures
    python bench/large_store.py --out DIR --keep         # leaves it there; again: measures only
    python bench/large_store.py --out DIR --runs 2000    # a small one

Duels of ten tasks and matrices of five models on two, again and again as over years of use: every
duel has eight contestants in three rounds with their answers to three splits, every matrix 32 cells
in three rounds. Rows go straight into the tables of a new store, in the forms that the writer gives
them, many in one transaction. Everything is drawn by lot from a seed; nothing in it was measured.

The report is built by `spoonbench report` in a process of its own, whose wall-clock time, processor
time and highest resident memory are printed, with what the first page of it holds.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spoonbench.harness.duel_records import Duel, Entry, Requirements, SplitFacts, TaskFacts
from spoonbench.harness.matrix.sweep import cell_name
from spoonbench.harness.matrix_records import Conditions, Matrix, MatrixCell
from spoonbench.harness.records import (
    Cell,
    Contestant,
    Environment,
    RunRecord,
    ScoredAnswer,
    StoredItem,
    Workload,
)
from spoonbench.harness.store.rows import ANSWER_COLUMNS, answer_row, encode_record, item_row
from spoonbench.harness.store.writer import open_writer

MOST_SECONDS, MOST_BYTES = 60.0, 2e9
"""What a report may take."""
TASKS, MODELS, ROUNDS, SPLITS = 10, 5, 3, ("test", "larger", "unanswerable")
ITEMS, MATRIX_ITEMS, LATENCIES = 400, 200, 300
CONTESTANTS = (
    # Label, level, share of right answers, seconds of one answer, characters that it writes.
    ("rules", 1, 0.97, 4e-5, 0),
    ("algebra", 2, 0.9, 2e-3, 0),
    ("regression", 3, 0.3, 9e-4, 0),
    ("boosting", 3, 0.6, 2e-3, 0),
    ("text network", 4, 0.7, 2e-3, 0),
    ("small model", 5, 0.5, 4e-2, 300),
    ("large model", 5, 0.8, 2e-1, 900),
    ("rules + large model", 5, 0.98, 9e-3, 120),
)
DTYPES, QUANTIZATIONS = ("float32", "bfloat16"), ("none", "bnb-int8", "bnb-nf4", "torch-int8dyn")
BATCHES = (1, 4, 16, 64)
MACHINE = Environment(
    processor="A processor that nobody has",
    architecture="x86_64",
    n_cores=16,
    instruction_sets=("avx2",),
    memory_bytes=64_000_000_000,
    devices=(),
    system="Linux",
    python="3.12",
    libraries={"torch": "2"},
)
INSERT_RUN = (
    "INSERT INTO runs (run_id, cell_key, round_index, environment_id, status, started_at, "
    "n_answers, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
INSERT_ANSWER = (
    f"INSERT INTO answers (run_id, position, {', '.join(ANSWER_COLUMNS)}) "
    f"VALUES ({', '.join('?' * (2 + len(ANSWER_COLUMNS)))})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One run to be written: its cell, its round, its times and its answers as rows."""

    cell: Cell
    round_index: int
    samples_ns: tuple[int, ...]
    items_per_sample: tuple[int, ...]
    answers: list[tuple[Any, ...]] | None


class Filling:
    """Writes rows straight into the tables of a new store."""

    def __init__(self, path: Path, seed: int) -> None:
        open_writer(path).close()
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = OFF")
        self.random = random.Random(seed)
        self.n_runs = 0
        self._answers: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        self.connection.execute(
            "INSERT INTO environments VALUES (?, ?)",
            (MACHINE.environment_id, encode_record("The machine", MACHINE)),
        )

    def add_plan(self, table: str, column: str, key: str, plan: Duel | Matrix) -> None:
        self.connection.execute(
            f"INSERT INTO {table} ({column}, created_at, record) VALUES (?, ?, ?)",
            (key, plan.created_at, encode_record("A plan", plan)),
        )

    def add_items(self, facts: SplitFacts) -> None:
        rows = [
            (facts.items_hash, place, *item_row(item))
            for place, item in enumerate(self.items(facts))
        ]
        self.connection.executemany("INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?, ?)", rows)

    def items(self, facts: SplitFacts) -> list[StoredItem]:
        return [
            StoredItem(
                problem_id=f"{facts.name}-{place}",
                text=f"anna had {place} apples and got {place % 7} more. How many has she now?",
                target=str(place + place % 7),
            )
            for place in range(facts.n_items)
        ]

    def answers(self, *, facts: SplitFacts, who: str, right: float, length: int) -> list[Any]:
        """Rows of answers; those of one contestant to one split are drawn once."""
        key = (facts.items_hash, who)
        if key not in self._answers:
            self._answers[key] = [self._answer(item, right, length) for item in self.items(facts)]
        return self._answers[key]

    def _answer(self, item: StoredItem, right: float, length: int) -> tuple[Any, ...]:
        is_right = self.random.random() < right
        value = item.target if is_right else str(self.random.randrange(1000))
        text = f"The answer is {value}. " + "and so on " * (length // 10) if length else None
        return answer_row(
            ScoredAnswer(
                problem_id=item.problem_id,
                status="answered",
                is_correct=is_right,
                value=value,
                confidence=round(self.random.random(), 6),
                raw_text=text,
                tokens_out=length // 4 or None,
                stopped_by="end_token" if length else None,
                failure=None if is_right else "wrong value",
            )
        )

    def add_run(self, planned: Planned, started_at: str) -> None:
        self.n_runs += 1
        run_id = f"{self.n_runs:012d}-{self.random.randrange(16**8):08x}"
        key = planned.cell.key
        record = RunRecord(
            run_id=run_id,
            cell_key=key,
            environment_id=MACHINE.environment_id,
            status="ok",
            started_at=started_at,
            round_index=planned.round_index,
            load_s=1.5,
            warmup_ns=planned.samples_ns[:2],
            samples_ns=planned.samples_ns,
            items_per_sample=planned.items_per_sample,
            baseline_bytes=350_000_000,
            resident_bytes=120_000_000,
            peak_bytes=190_000_000,
            missing={"energy_j": "this machine has no meter"},
            metrics={"weight_bytes": 108_000_000, "lean_peak_bytes": 180_000_000},
        )
        self.connection.execute(
            "INSERT OR IGNORE INTO cells VALUES (?, ?)",
            (key, encode_record("A cell", planned.cell)),
        )
        n_answers = None if planned.answers is None else len(planned.answers)
        row = (run_id, key, planned.round_index, MACHINE.environment_id, "ok", started_at)
        self.connection.execute(INSERT_RUN, (*row, n_answers, encode_record("A run", record)))
        self.connection.executemany(
            INSERT_ANSWER,
            [(run_id, place, *answer) for place, answer in enumerate(planned.answers or ())],
        )

    def times(self, n: int, seconds: float) -> tuple[int, ...]:
        return tuple(round(self.random.lognormvariate(0, 0.2) * seconds * 1e9) for _ in range(n))


def fill(path: Path, n_runs: int, seed: int) -> None:
    """Write duels and matrices in turn until there are so many runs."""
    filling, number = Filling(path, seed), 0
    while filling.n_runs < n_runs:
        filling.connection.execute("BEGIN")
        # Two duels to three matrices: about as many runs of each.
        cycle, place = divmod(number, 5)
        if place < 2:
            add_duel(filling, number, (2 * cycle + place) % TASKS)
        else:
            add_matrix(filling, number, 3 * cycle + place - 2)
        filling.connection.execute("COMMIT")
        number += 1
        if number % 50 == 0:
            print(f"{filling.n_runs:,} runs, {path.stat().st_size / 1e9:.2f} GB", flush=True)
    filling.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filling.connection.close()


def moment(number: int) -> str:
    """A time of day some years long, later for higher numbers."""
    return (
        f"{2020 + number // 360}-{1 + number // 30 % 12:02d}-{1 + number % 30:02d}T12:00:00+00:00"
    )


def task_of(number: int, splits: tuple[str, ...], n_items: int) -> TaskFacts:
    name = f"task-{number}"
    return TaskFacts(
        name=name,
        version="1",
        kind="number",
        source="drawn by lot",
        sha256={},
        n_training=1_000,
        n_validation=100,
        splits=tuple(
            SplitFacts(
                name=split,
                summary="",
                items_hash=f"{name}-{split}-{n_items}",
                n_items=n_items,
                n_unanswerable=0,
            )
            for split in splits
        ),
    )


def add_duel(filling: Filling, number: int, which: int) -> None:
    task, created = task_of(which, SPLITS, ITEMS), moment(number)
    entries = []
    for facts in task.splits:
        filling.add_items(facts)
    for label, level, right, seconds, length in CONTESTANTS:
        cells: dict[str, str] = {}
        for role, planned in planned_runs(filling, task, number, (label, right, seconds, length)):
            filling.add_run(planned, created)
            cells[role] = planned.cell.key
        entries.append(
            Entry(
                label=label,
                solver=label,
                level=level,
                is_hybrid="+" in label,
                answer_cells={split: cells[split] for split in SPLITS},
                latency_cell=cells["latency"],
                throughput_cells={str(size): cells[str(size)] for size in BATCHES},
            )
        )
    duel = Duel(
        duel_id=f"{number:08x}d",
        created_at=created,
        command=("spoonbench", "duel", "--task", task.name),
        preset="standard",
        environment_id=MACHINE.environment_id,
        n_rounds=ROUNDS,
        task=task,
        entries=tuple(entries),
        requirements=Requirements(),
    )
    filling.add_plan("duels", "duel_id", duel.duel_id, duel)


def planned_runs(
    filling: Filling, task: TaskFacts, number: int, who: tuple[str, float, float, int]
) -> Iterator[tuple[str, Planned]]:
    label, right, seconds, length = who

    def cell(split: str, batch: int) -> Cell:
        workload = Workload(task=task.name, task_version="1", split=split, items_hash=split)
        contestant = Contestant(solver=label, solver_version="1")
        plain = Cell(
            workload=workload, contestant=contestant, placement=Conditions().only_placement
        )
        return replace(plain, placement=replace(plain.placement, batch_size=batch), seed=number)

    for facts in task.splits:
        n_calls = -(-facts.n_items // BATCHES[-1])
        yield (
            facts.name,
            Planned(
                cell=cell(facts.name, BATCHES[-1]),
                round_index=0,
                samples_ns=filling.times(n_calls, seconds * BATCHES[-1]),
                items_per_sample=(BATCHES[-1],) * n_calls,
                answers=filling.answers(facts=facts, who=label, right=right, length=length),
            ),
        )
    first = task.splits[0]
    for role, batch, n in (("latency", 1, LATENCIES), *((str(b), b, 256 // b) for b in BATCHES)):
        for index in range(ROUNDS):
            yield (
                role,
                Planned(
                    cell=cell(f"{first.name} {role}", batch),
                    round_index=index,
                    samples_ns=filling.times(n, seconds * batch**0.7),
                    items_per_sample=(batch,) * n,
                    answers=None,
                ),
            )


def add_matrix(filling: Filling, number: int, which: int) -> None:
    task, created = task_of(which // MODELS % 2, ("test",), MATRIX_ITEMS), moment(number)
    facts, model = task.splits[0], f"model-{which % MODELS}"
    filling.add_items(facts)
    places = [
        Conditions(dtype=dtype, quantization=quantization, batch_size=batch)
        for dtype in DTYPES
        for quantization in QUANTIZATIONS
        for batch in BATCHES
    ]
    cells = []
    for place, at in enumerate(places):
        workload = Workload(task=task.name, task_version="1", split="test", items_hash="test")
        contestant = Contestant(solver=model, solver_version="1")
        cell = Cell(
            workload=workload, contestant=contestant, placement=at.only_placement, seed=number
        )
        name = cell_name(at, places)
        cells.append(MatrixCell(name=name, key=cell.key, placement=at, weight_bytes=110_000_000))
        right, seconds = 0.6 - 0.01 * (place % 7), 0.05 * at.batch_size**0.6
        answers = filling.answers(facts=facts, who=f"{model} {name}", right=right, length=300)
        twins = ROUNDS if place == 0 else 0
        for index in range(ROUNDS + twins):
            n = MATRIX_ITEMS // at.batch_size
            run = Planned(
                cell=cell,
                round_index=index,
                samples_ns=filling.times(n, seconds),
                items_per_sample=(at.batch_size,) * n,
                answers=answers if index % ROUNDS == 0 else None,
            )
            filling.add_run(run, created)
    matrix = Matrix(
        matrix_id=f"{number:08x}m",
        created_at=created,
        command=("spoonbench", "matrix"),
        environment_id=MACHINE.environment_id,
        n_rounds=ROUNDS,
        task=task,
        model=Entry(label=model, solver=model, level=5),
        cells=tuple(cells),
        baseline=cells[0].name,
    )
    filling.add_plan("matrices", "matrix_id", matrix.matrix_id, matrix)


def measure_report(out: Path, words: list[str]) -> dict[str, Any]:
    """Build the report in a process of its own, and say what it took."""
    program = "import sys; from spoonbench.harness.cli import main; sys.exit(main())"
    begun = time.perf_counter()
    command = [sys.executable, "-c", program, "report", "--out", str(out), *words]
    child = os.posix_spawn(
        sys.executable,
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - begun
    store = out / "store.sqlite"
    done = json.loads((out / "overview.json").read_text()) if status == 0 else {}
    return {
        "exit_code": os.waitstatus_to_exitcode(status),
        "seconds": round(seconds, 1),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_bytes": usage.ru_maxrss * 1024,
        "store_bytes": store.stat().st_size,
        "runs": done.get("store", {}).get("n_runs"),
        "answers": done.get("store", {}).get("n_answers"),
        "duels_shown": len(done.get("duels", ())),
        "matrices_shown": len(done.get("matrices", ())),
        "page_bytes": (out / "overview.html").stat().st_size if status == 0 else None,
        "holds": status == 0 and seconds <= MOST_SECONDS and usage.ru_maxrss * 1024 <= MOST_BYTES,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, required=True, help="folder; a store in it is used")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", action="store_true", help="leave the store there")
    parser.add_argument("words", nargs="*", help="further words for `spoonbench report`, behind --")
    options = parser.parse_args()
    store = options.out / "store.sqlite"
    is_new = not store.exists()
    if is_new:
        fill(store, options.runs, options.seed)
    found = measure_report(options.out, options.words)
    print(json.dumps(found, indent=2))
    if is_new and not options.keep:
        shutil.rmtree(options.out)
    return 0 if found["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
