"""Real processes that write in a loop and are killed at moments of chance."""

import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from spoonbench.harness.records import RunRecord, ScoredAnswer
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer

WRITE_FOR_EVER = """
import itertools, sys
from spoonbench.harness.records import RunRecord, ScoredAnswer
from spoonbench.harness.store.writer import open_writer

path, name = sys.argv[1:]
answer = ScoredAnswer(problem_id="p", status="answered", is_correct=True, raw_text="x" * 500)
print("begun", flush=True)
with open_writer(path) as writer:
    for n in itertools.count():
        writer.add_run(RunRecord(
            run_id=f"{name}-{n:06}", cell_key="c", environment_id="e", status="ok",
            started_at="2026-01-01T00:00:00+00:00", metrics={"n": n % 200},
            answers=(answer,) * (n % 200),
        ))
        print(n, flush=True)
"""


def write_until_killed(path, name, seconds):
    """How many runs the child said it had stored when it was killed."""
    child = start(path, name)
    assert child.stdout.readline() == "begun\n"
    time.sleep(seconds)
    return kill(child)


def start(path, name) -> Any:
    return subprocess.Popen(
        [sys.executable, "-c", WRITE_FOR_EVER, str(path), name],
        stdout=subprocess.PIPE,
        text=True,
    )


def kill(child):
    """Runs that the child reported and that were not read yet."""
    with child:
        child.send_signal(signal.SIGKILL)
        # A last line without its end was cut off by the kill.
        n_told = child.stdout.read().count("\n")
    assert child.returncode == -signal.SIGKILL
    return n_told


def check(path, name, n_told):
    """Every run is whole, and none that was reported is lost."""
    with open_reader(path) as reader:
        runs = reader.runs()
        for run in runs:
            assert len(reader.answers(run.run_id) or ()) == run.metrics["n"]
    of_child = [run.run_id for run in runs if run.run_id.startswith(name)]
    assert of_child == [f"{name}-{n:06}" for n in range(len(of_child))]
    # The one whose report was cut off may be there.
    assert n_told <= len(of_child) <= n_told + 1
    return len(runs)


def kill_repeatedly(folder, n_kills):
    moments = random.Random(0)  # nothing secret
    n_runs = 0
    for kill in range(n_kills):
        # One in three starts a new store, so that its making is hit too.
        path = folder / f"{kill // 3}.sqlite"
        seconds = moments.choice([0.0, 0.005, moments.uniform(0, 0.05), moments.uniform(0, 0.4)])
        n_told = write_until_killed(path, f"k{kill}", seconds)
        if not path.exists():
            assert n_told == 0
            continue
        n_runs += check(path, f"k{kill}", n_told)
        with open_writer(path) as writer:
            answer = ScoredAnswer(problem_id="p", status="abstained", is_correct=False)
            record = RunRecord(
                run_id=f"after-{kill}",
                cell_key="c",
                environment_id="e",
                status="ok",
                started_at="2026-01-01T00:00:00+00:00",
                metrics={"n": 1},
                answers=(answer,),
            )
            writer.add_run(record)
    assert n_runs > 0


def test_a_killed_writer_leaves_whole_runs_and_a_usable_store(tmp_path):
    kill_repeatedly(tmp_path, 5)


@pytest.mark.slow
def test_fifty_killed_writers_leave_whole_runs_and_a_usable_store(tmp_path):
    kill_repeatedly(tmp_path, 50)


def test_two_writers_at_once_lose_nothing(tmp_path):
    path = tmp_path / "store.sqlite"
    children = {name: start(path, name) for name in ("a", "b")}
    for child in children.values():
        for _ in range(21):  # "begun" and twenty runs
            assert child.stdout.readline()
    told = {name: 20 + kill(child) for name, child in children.items()}
    for name, n_told in told.items():
        check(path, name, n_told)
