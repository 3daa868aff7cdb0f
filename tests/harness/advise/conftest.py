"""A machine, and stores of it: a duel, a matrix of two devices, one of number formats."""

import pytest

from spoonbench.harness.advise.asking import make_case
from spoonbench.harness.advise.facts import questions_of, read_facts
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.advise.topics import framework_of
from spoonbench.harness.canonical import digest
from spoonbench.harness.duel_records import Duel, Entry, Requirements, SplitFacts, TaskFacts
from spoonbench.harness.matrix_records import Conditions, Matrix, MatrixCell
from spoonbench.harness.records import Environment, RunRecord, ScoredAnswer, StoredItem
from spoonbench.harness.store.writer import open_writer

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


@pytest.fixture
def nothing(machine):
    """This machine, and no evidence at all."""
    return Sources(None, has_references=False, has_claims=False, machine=machine)


@pytest.fixture
def case_of(nothing):
    """A framework and a case of it."""

    def make(topic, sources=None, **facts):
        framework = framework_of(topic)
        read = read_facts(questions_of(framework), facts, "given")
        return framework, make_case(framework, read, sources or nothing)

    return make


def task_facts():
    split = SplitFacts(name="test", summary="", items_hash=ITEMS, n_items=N_ITEMS, n_unanswerable=0)
    return TaskFacts(
        name="sums",
        version="1",
        kind="number",
        source="made here",
        sha256={},
        n_training=0,
        n_validation=0,
        splits=(split,),
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
    """Writes a duel of the task "sums": label to level, right answers, and nanoseconds of one."""

    def write(contestants, folder="results", on=None, created="2026-01-02T03:04:05+00:00"):
        place, where = on or machine, tmp_path / folder
        with store_of(where, place) as writer:
            writer.add_environment(place)
            add_items(writer)
            entries = []
            for label, (level, n_right, nanoseconds) in contestants.items():
                key = digest(f"{label} {created}")
                entries.append(
                    Entry(
                        label=label,
                        solver=label,
                        level=level,
                        answer_cells={"test": key},
                        latency_cell=key,
                        throughput_cells={"1": key},
                    )
                )
                writer.add_run(
                    RunRecord(
                        run_id=f"run {label} {created}",
                        cell_key=key,
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
                    command=("spoonbench", "duel", "--task", "sums", "--preset", "quick"),
                    preset="quick",
                    environment_id=place.environment_id,
                    n_rounds=1,
                    task=task_facts(),
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
def of_devices():
    """Makes cells of the processor and a GPU that overtakes it at a batch."""

    def make(crossing, batches=(1, 2, 4, 8, 16, 32, 64)):
        cells = []
        for batch in batches:
            cells.append(({"device": "cpu", "batch_size": batch}, 100.0, 300))
            cells.append(({"device": "cuda", "batch_size": batch}, 100.0 * batch / crossing, 300))
        return cells

    return make


@pytest.fixture(scope="session")
def another_machine():
    """Not the one that asks."""
    return machine_of(name="Another CPU")
