"""Small stores with contestants whose answers and times are given."""

from dataclasses import replace

from spoonbench.harness.duel_records import Duel, Entry, Requirements, SplitFacts, TaskFacts
from spoonbench.harness.records import (
    Cell,
    Contestant,
    Environment,
    Placement,
    RunRecord,
    ScoredAnswer,
    StoredItem,
    Workload,
)
from spoonbench.harness.store.writer import open_writer

MACHINE = Environment(
    processor="A processor",
    architecture="x86_64",
    n_cores=2,
    instruction_sets=("avx2",),
    memory_bytes=8_000_000_000,
    devices=(),
    system="Linux 6.1",
    python="3.11.9",
    libraries={"torch": "2.8.0"},
)


class StoreMaker:
    """Writes duels of two rounds or more into a store."""

    def __init__(self, path, machine=MACHINE):
        self.path = path
        self.machine = machine
        self.n_runs = 0

    def add(
        self, contestants, *, duel_id="d1" * 8, task="stories", items_hash="ab" * 32, at="10:00"
    ):
        """A duel; contestants are label to (answers, times of each round in ms)."""
        with open_writer(self.path) as store:
            store.add_environment(self.machine)
            n = max(len(right) for right, _ in contestants.values())
            items = [StoredItem(problem_id=f"p{i}", text=f"q{i}", target="1") for i in range(n)]
            store.add_items(items_hash, items)
            entries = [
                self._add_entry(store, label, answered, (task, items_hash))
                for label, answered in contestants.items()
            ]
            duel = Duel(
                duel_id=duel_id,
                created_at=f"2026-01-02T{at}:00+00:00",
                command=("spoonbench", "duel"),
                preset="quick",
                environment_id=self.machine.environment_id,
                n_rounds=3,
                task=TaskFacts(
                    name=task,
                    version="1",
                    kind="number",
                    source="made by hand",
                    sha256={},
                    n_training=0,
                    n_validation=0,
                    splits=(
                        SplitFacts(
                            name="test",
                            summary="Made by hand.",
                            items_hash=items_hash,
                            n_items=n,
                            n_unanswerable=0,
                        ),
                    ),
                ),
                entries=tuple(entries),
                requirements=Requirements(),
            )
            store.add_duel(duel)
        return duel

    def _add_entry(self, store, label, answered, asked):
        (right, times), (task, items_hash) = answered, asked
        work = Workload(task=task, task_version="1", split="test", items_hash=items_hash)
        who = Contestant(solver=label, solver_version="1")
        answering = Cell(workload=work, contestant=who, placement=Placement(batch_size=64))
        single = replace(answering, placement=Placement(batch_size=1))
        for cell in (answering, single):
            store.add_cell(cell)
        self.add_run(store, answering, answers=right)
        for index, milliseconds in enumerate(times):
            self.add_run(store, single, round_index=index, milliseconds=milliseconds)
        return Entry(
            label=label,
            solver=label,
            level=1,
            answer_cells={"test": answering.key},
            latency_cell=single.key,
        )

    def add_run(self, store, cell, *, round_index=0, milliseconds=None, answers=None, status="ok"):
        self.n_runs += 1
        calls = () if milliseconds is None else tuple(round(milliseconds * 1e6) for _ in range(20))
        said = None
        if answers is not None:
            said = tuple(
                ScoredAnswer(
                    problem_id=f"p{i}",
                    status="abstained" if mark == "-" else "answered",
                    is_correct=mark == "1",
                    failure=None if mark == "1" else "wrong value",
                )
                for i, mark in enumerate(answers)
            )
            calls = calls or (1_000_000,)
        store.add_run(
            RunRecord(
                run_id=f"2026010{int(self.path.name[0] == 'b')}-{self.n_runs:06}",
                cell_key=cell.key,
                environment_id=self.machine.environment_id,
                status=status,
                reason=None if status == "ok" else "it was made to fail",
                started_at="2026-01-02T10:00:00+00:00",
                round_index=round_index,
                samples_ns=calls if status == "ok" else (),
                items_per_sample=tuple(1 for _ in calls) if status == "ok" else (),
                peak_bytes=10_000_000,
                answers=said if status == "ok" else None,
            )
        )
