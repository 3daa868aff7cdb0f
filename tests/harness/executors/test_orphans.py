"""No process outlives a parent that was killed, whatever the child is doing."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

MARK = "SPOONBENCH_TEST_MARK"
PATIENCE_S = 30.0
PARENT = """
    import sys
    from spoonbench.harness.executors.local import LocalExecutor
    from spoonbench.harness.protocol import CellWork, Job
    from spoonbench.solvers.api import Part, Problem, Settings

    folder, name, file, how, grandchild = sys.argv[1:]
    params = {"file": file, "how": how, "grandchild": grandchild == "yes"}
    target = f"misbehaving_contestants:{name}"
    part = Part(name="x", target=target, settings=Settings(params=params))
    cell = CellWork(cell_key="k", problems=(Problem(problem_id="1", text="1"),), batch_size=1)
    with LocalExecutor(extra_paths=[folder]) as executor:
        executor.run(Job(job_id="j", part=part, cells=(cell,)))
"""


def living(mark):
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_marked = f"{MARK}={mark}".encode() in (entry / "environ").read_bytes().split(b"\0")
            is_zombie = (entry / "stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"
        except OSError:
            continue
        if is_marked and not is_zombie:
            found.add(int(entry.name))
    return found


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


@pytest.fixture
def parent(contestants, tmp_path):
    """Starts a parent that runs one job; gives the process, its mark and the announcement."""
    started = []

    def start(name, how, *, grandchild=False):
        mark, file = uuid.uuid4().hex, tmp_path / uuid.uuid4().hex
        script = tmp_path / "parent.py"
        script.write_text(textwrap.dedent(PARENT))
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", str(script), str(contestants), name),
                *(str(file), how, "yes" if grandchild else "no"),
            ],
            env=os.environ | {MARK: mark},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process, mark, file

    yield start
    for process in started:
        process.kill()
        process.wait()


def kill_and_look(process, mark):
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: not living(mark), f"still alive: {living(mark)}")


@pytest.mark.parametrize(
    ("name", "how", "grandchild", "n_processes"),
    [
        ("Announces", "sleeps", False, 2),
        ("Announces", "computes", False, 2),
        ("Announces", "computes", True, 3),
        ("AnnouncesForked", "sleeps", True, 4),
        ("AnnouncesForked", "computes", False, 3),
    ],
)
def test_a_killed_parent_takes_everything_with_it(parent, name, how, grandchild, n_processes):
    process, mark, file = parent(name, how, grandchild=grandchild)
    wait_until(lambda: file.exists() and file.read_text(), "the child did not come up")
    wait_until(lambda: len(living(mark)) == n_processes, f"not all came up: {living(mark)}")
    kill_and_look(process, mark)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fifty_parents_killed_at_any_moment_leave_nothing(parent):
    moments = random.Random(0)  # no secret
    for turn in range(50):
        name = ("Announces", "AnnouncesForked")[turn % 2]
        process, mark, _ = parent(name, "computes", grandchild=turn % 3 == 0)
        time.sleep(moments.uniform(0.0, 1.2))
        kill_and_look(process, mark)
