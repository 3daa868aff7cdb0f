"""Small stores, written as the commands write them: a plain one, and one of hostile texts only."""

import itertools
import random
from dataclasses import replace
from types import SimpleNamespace

import pytest

from spoonbench.harness.duel_records import (
    Duel,
    Effort,
    Entry,
    Requirements,
    SplitFacts,
    Subset,
    TaskFacts,
)
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
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.reports.overview.content import gather
from spoonbench.reports.overview.files import write_overview
from spoonbench.reports.overview.selection import Wanted
from spoonbench.solvers.api import Guarantee

N_ITEMS, N_ROUNDS = 40, 2
STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a formula of a cell of a spreadsheet."""


class Filler:
    """Writes duels and matrices whose free texts go through one function."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.random, self.numbers = random.Random(1), itertools.count()
        self.machine = Environment(
            processor=text("A processor"),
            architecture="x86_64",
            n_cores=2,
            instruction_sets=(text("avx2"),),
            memory_bytes=8_000_000_000,
            devices=(text("a card"),),
            system=text("Linux"),
            python=text("3.12"),
            libraries={text("torch"): text("2")},
            allocator={text("ARENAS"): text("1")},
            interpreter=text("/python"),
        )
        with open_writer(path) as store:
            store.add_environment(self.machine)

    def task(self, name):
        text = self.text
        facts = SplitFacts(
            name=text("test"),
            summary=text("The usual."),
            items_hash=f"items of {name}",
            n_items=N_ITEMS,
            n_unanswerable=0,
            subsets=(Subset(name=text("short"), problem_ids=tuple(map(str, range(10)))),),
        )
        with open_writer(self.path) as store:
            store.add_items(facts.items_hash, self.items())
        return TaskFacts(
            name=text(name),
            version=text("1"),
            kind="number",
            source=text("generated"),
            sha256={text("train.csv"): text("ab")},
            n_training=100,
            n_validation=10,
            splits=(facts,),
            skipped_rows=(text("row 3: no answer"),),
            options={text("largest"): text("9")},
        )

    def items(self):
        return [
            StoredItem(problem_id=str(n), text=self.text(f"{n} apples"), target=self.text(str(n)))
            for n in range(N_ITEMS)
        ]

    def add_duel(self, name, created_at="2026-11-01T00:00:00+00:00", choice_right=1.0):
        text, task = self.text, self.task(name)
        entries = []
        for label, level, right in (("rules", 1, choice_right), ("big model", 5, 0.5)):
            keys = [self.cell(f"{name} {label} {what}") for what in ("test", "one", "1", "8")]
            for number, key in enumerate(keys):
                for round_index in range(N_ROUNDS if number else 1):
                    answers = None if number else self.answers(right)
                    self.add_run(key, round_index, 1e-3 * level, answers)
            entries.append(
                Entry(
                    label=text(label),
                    solver=text(label),
                    level=level,
                    summary=text("It answers."),
                    source=text("a book"),
                    guarantee=Guarantee(kind="tested", domain=text("all"), source=text("us")),
                    trained_from=text("elsewhere") if level == 5 else None,
                    answer_cells={text("test"): keys[0]},
                    latency_cell=keys[1],
                    throughput_cells={"1": keys[2], "8": keys[3]},
                )
            )
        duel = Duel(
            duel_id=f"{next(self.numbers):04x}duel",
            created_at=created_at,
            command=("spoonbench", "duel", text(name)),
            preset=text("quick"),
            environment_id=self.machine.environment_id,
            n_rounds=N_ROUNDS,
            task=task,
            entries=tuple(entries),
            requirements=Requirements(split=text("test"), accuracy=0.8, coverage=0.5),
            effort=Effort(
                build_hours={text("rules"): 1.0},
                hour_price=50.0,
                machine_hour_price=1.0,
                answers_per_year=1e6,
            ),
        )
        with open_writer(self.path) as store:
            store.add_duel(duel)
        return duel

    def add_matrix(self, name, created_at="2026-11-02T00:00:00+00:00", model="model"):
        text, task = self.text, self.task(name)
        places = [
            Conditions(dtype=dtype, quantization=quantization, batch_size=batch)
            for dtype in ("float32", "bfloat16")
            for quantization in ("none", "bnb-int8")
            for batch in (1, 4, 16)
        ]
        cells = []
        for place, at in enumerate(places):
            key = self.cell(f"{name} {model} {place}")
            is_skipped = at.quantization != "none" and at.dtype == "bfloat16"
            cells.append(
                MatrixCell(
                    name=cell_name(at, places),
                    key=key,
                    placement=at,
                    why_skipped=text("cannot") if is_skipped else None,
                    weight_bytes=4_000_000 // (1 + place),
                    peak_parts={"weights": 4_000_000},
                )
            )
            speed = 1e-2 * at.batch_size**0.5 * (1.4 if at.dtype == "bfloat16" else 1.0)
            for index in () if is_skipped else range(N_ROUNDS * (2 if place == 0 else 1)):
                answers = self.answers(0.6) if index % N_ROUNDS == 0 else None
                self.add_run(key, index, speed, answers, at.batch_size)
        matrix = Matrix(
            matrix_id=f"{next(self.numbers):04x}matrix",
            created_at=created_at,
            command=("spoonbench", "matrix", text(name)),
            environment_id=self.machine.environment_id,
            n_rounds=N_ROUNDS,
            task=task,
            model=Entry(label=text(model), solver=text(model), level=5),
            cells=tuple(cells),
            baseline=cells[0].name,
        )
        with open_writer(self.path) as store:
            store.add_matrix(matrix)
        return matrix

    def cell(self, name):
        cell = Cell(
            workload=Workload(task=name, task_version="1", split="test", items_hash="x"),
            contestant=Contestant(solver="x", solver_version="1", params={"x": self.text("y")}),
            placement=Conditions().only_placement,
        )
        with open_writer(self.path) as store:
            return store.add_cell(cell)

    def answers(self, right):
        text = self.text
        said = []
        for item in self.items():
            is_right = self.random.random() < right
            said.append(
                ScoredAnswer(
                    problem_id=item.problem_id,
                    status="answered" if is_right or int(item.problem_id) % 2 else "failed",
                    is_correct=is_right,
                    value=item.target if is_right else text("0"),
                    confidence=self.random.random(),
                    reason=None if is_right else text("broken: it broke"),
                    raw_text=text("The answer is 0."),
                    stopped_by="end_token",
                    failure=None if is_right else "wrong value",
                )
            )
        return tuple(said)

    def add_run(self, key, round_index, seconds, answers, batch=4):
        text = self.text
        noise = tuple(round(1e9 * seconds * self.random.uniform(0.97, 1.03)) for _ in range(20))
        record = RunRecord(
            run_id=f"{next(self.numbers):08d}",
            cell_key=key,
            environment_id=self.machine.environment_id,
            status="ok",
            started_at="2026-11-01T00:00:00+00:00",
            round_index=round_index,
            observed={text("commit"): text("abc")},
            samples_ns=noise,
            items_per_sample=(batch,) * 20,
            baseline_bytes=1_000_000,
            peak_bytes=5_000_000,
            missing={text("energy_j"): text("no meter")},
            kernel=text("a kernel"),
            metrics={
                "weight_bytes": 4_000_000,
                "lean_peak_bytes": 4_500_000,
                "parts_ns": [{text("forward"): 3, "sampling": 1}],
                "notes": {"first_rules": [text("a rule")]},
            },
            output_tail=text("printed"),
            answers=answers,
        )
        with open_writer(self.path) as store:
            store.add_run(record)


@pytest.fixture(scope="session")
def make_filler(tmp_path_factory):
    """A store with one machine; its texts go through the function given."""

    def make(text=str):
        return Filler(tmp_path_factory.mktemp("store") / "store.sqlite", text)

    return make


@pytest.fixture(scope="session")
def plain(make_filler):
    """A store with an older and a newer duel of one task, one of another, and a matrix."""
    filler = make_filler()
    older = filler.add_duel("sums", "2026-10-01T00:00:00+00:00")
    newer = filler.add_duel("sums", choice_right=0.95)
    other = filler.add_duel("odd 'dates'", choice_right=0.2)
    matrix = filler.add_matrix("sums")
    with open_reader(filler.path) as reader:
        yield SimpleNamespace(
            reader=reader, older=older, newer=newer, other=other, matrix=matrix, filler=filler
        )


@pytest.fixture(scope="session")
def plain_overview(plain):
    return gather(plain.reader, Wanted(), command=("spoonbench", "report"))


@pytest.fixture(scope="session")
def hostile(make_filler, hostile_text, tmp_path_factory):
    """The files of a report of a store in which every free text acts somewhere."""
    starts = itertools.cycle(STARTS)
    filler = make_filler(lambda text: f"{next(starts)}{text} {hostile_text}")
    # One and the same text each time, where a name is looked up again.
    known: dict[str, str] = {}
    fresh = filler.text
    filler.text = lambda text: known.setdefault(text, fresh(text))
    filler.machine = replace(filler.machine)
    filler.add_duel("sums")
    filler.add_matrix("sums")
    folder = tmp_path_factory.mktemp("hostile")
    with open_reader(filler.path) as reader:
        command = ("spoonbench", "report", filler.text("x"))
        overview = gather(reader, Wanted(), command=command)
    paths = write_overview(overview, folder)
    return SimpleNamespace(overview=overview, folder=folder, paths=paths)
