"""`spoonbench matrix` with children that misbehave, with kills at any moment, and twice at once.

The contestant of these tests comes by an entry point, as those of other distributions do. It notes
each start in a file, so that what was repeated can be counted.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections import Counter
from contextlib import closing
from types import SimpleNamespace

import pytest

from spoonbench.harness.store.reader import open_reader

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="statuses are Linux's")

N_ITEMS = 60
"""A multiple of all batch sizes: a last batch that is smaller would be another mischief."""
PATIENCE_S = 120.0
SOURCE = """
    import ctypes, json, os, signal, sys, time
    from pathlib import Path
    from spoonbench.solvers.api import Answer, SolverInfo

    class OutOfMemoryError(RuntimeError):
        pass

    def descriptor_of_events():
        # The one pipe that is open for writing beside standard output and error.
        for number in range(3, 40):
            try:
                link = os.readlink(f"/proc/self/fd/{number}")
                flags = int(Path(f"/proc/self/fdinfo/{number}").read_text().split()[3], 8)
            except OSError:
                continue
            if link.startswith("pipe:") and flags & os.O_ACCMODE == os.O_WRONLY:
                return number
        raise LookupError("no pipe for events")

    def segmentation_fault(answers):
        ctypes.string_at(0)

    def kill(answers):
        os.kill(os.getpid(), signal.SIGKILL)

    def hang(answers):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)

    def hoard(answers):
        hoarded = []
        while True:
            hoarded.append(bytearray(b"x" * 4_000_000))

    def garbage(answers):
        os.write(descriptor_of_events(), b"\\0\\0\\0\\5hello")
        time.sleep(600)

    def half_a_message(answers):
        body = json.dumps({"kind": "cell", "data": {}}).encode()
        os.write(descriptor_of_events(), len(body).to_bytes(4, "big") + body[:5])
        os._exit(0)

    def leave(answers):
        os._exit(3)

    def half_an_answer(answers):
        return answers[: len(answers) // 2]

    def strings(answers):
        return [answer.value for answer in answers]

    def cuda_out_of_memory(answers):
        raise OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has ...")

    def wait_once(answers):
        waited = Path(os.environ["MISCHIEF_WAITED"])
        if not waited.exists():
            waited.with_suffix(".new").write_text(str(os.getpid()))
            waited.with_suffix(".new").rename(waited)
            time.sleep(600)
        return answers

    MISCHIEF = {
        2: segmentation_fault, 3: kill, 4: hang, 5: hoard, 6: garbage, 10: half_a_message,
        12: leave, 15: half_an_answer, 20: strings, 30: cuda_out_of_memory, 60: wait_once,
    }

    class Mischief:
        info = SolverInfo(name="mischief", version="1", level=1, summary="", kinds=("number",))

        def prepare(self, settings):
            self.how = MISCHIEF if settings.params.get("bad") else {60: wait_once}
            with open(os.environ["MISCHIEF_STARTS"], "a") as file:
                file.write("started\\n")

        def solve(self, problems):
            answers = [Answer(status="answered", value="1") for _ in problems]
            return self.how.get(len(problems), lambda answers: answers)(answers)

        def close(self):
            pass
"""
BEHAVED = ("--model", "mischief", "--set", "bad=false")
MISCHIEVOUS = ("--model", "mischief", "--set", "bad=true")
ITEMS = (
    *("--option", "n_training=20", "--option", "n_validation=5"),
    *("--option", f"n_items={N_ITEMS}", "--items", str(N_ITEMS), "--no-report"),
)


@pytest.fixture
def sweeps(tmp_path):
    """Starts and finishes sweeps in one empty folder, and tells what they left there."""
    package = tmp_path / "installed"
    (package / "mischief-1.dist-info").mkdir(parents=True)
    (package / "mischief.py").write_text(textwrap.dedent(SOURCE))
    information = package / "mischief-1.dist-info"
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: mischief\nVersion: 1\n")
    (information / "entry_points.txt").write_text(
        "[spoonbench.solvers]\nmischief = mischief:Mischief\n"
    )
    starts, waited = tmp_path / "starts", tmp_path / "waited"
    starts.touch()
    before = os.environ.get("PYTHONPATH")
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(package), *([before] if before else [])]),
        "MISCHIEF_STARTS": str(starts),
        "MISCHIEF_WAITED": str(waited),
    }
    path = tmp_path / "spoonbench-results" / "store.sqlite"
    started = []

    def start(*words):
        code = "import sys; from spoonbench.harness.cli import main; sys.exit(main())"
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, "matrix", *words, *ITEMS],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environ,
        )
        started.append(process)
        return process

    def finish(process):
        out, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, out + errors
        assert "Traceback" not in errors
        return out

    def runs():
        """Every run, its answers read too."""
        if not path.exists():
            return []
        with open_reader(path) as reader:
            found = reader.runs()
            for run in found:
                said = reader.answers(run.run_id)
                assert said is None or len(said) == sum(run.items_per_sample)
        return found

    def check_whole():
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    yield SimpleNamespace(
        start=start,
        run=lambda *words: finish(start(*words)),
        finish=finish,
        runs=runs,
        check_whole=check_whole,
        n_starts=lambda: starts.read_text().count("\n"),
        waited=waited,
    )
    for process in started:
        process.kill()
        process.communicate()


def wait_until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()


TYPED = {
    "batch1": ("ok", None),
    "batch2": ("killed", "killed by signal 11 (SIGSEGV), while warming up"),
    "batch3": ("killed", "killed by signal 9 (SIGKILL), while warming up"),
    "batch4": ("timeout", "took longer than its limit of 4 s, while warming up"),
    "batch5": ("oom", "needed more than its limit of 100 MB above the baseline"),
    "batch6": ("error", "the child wrote what is no message: 'hello'"),
    "batch10": ("error", "ended with exit code 0 without a word, while warming up"),
    "batch12": ("error", "ended with exit code 3 without a word, while warming up"),
    "batch15": ("error", "`solve` returned 7 answers for 15 problems"),
    "batch20": ("error", "a str, not an Answer"),
    "batch30": ("oom", "OutOfMemoryError: CUDA out of memory"),
}


def test_whatever_a_child_does_its_cell_is_a_typed_row_with_a_reason(sweeps):
    sizes = ",".join(name.removeprefix("batch") for name in TYPED)
    limits = ("--timeout", "4", "--memory-limit-mb", "100")
    words = (*MISCHIEVOUS, "--batch", sizes, "--rounds", "1", "--json", *limits)
    told = {cell["name"]: cell for cell in json.loads(sweeps.run(*words))["cells"]}
    assert {name: cell["status"] for name, cell in told.items()} == {
        name: status for name, (status, _) in TYPED.items()
    }
    for name, (_, reason) in TYPED.items():
        assert (reason or "") in (told[name]["reason"] or "")
    # The baseline runs twice. What was killed is tried again, what failed is not.
    assert sweeps.n_starts() == len(sweeps.runs()) == len(TYPED) + 1
    sweeps.run(*words)
    statuses = Counter(run.status for run in sweeps.runs())
    assert statuses == {"ok": 2, "killed": 4, "timeout": 1, "oom": 2, "error": 5}
    sweeps.check_whole()


def test_a_child_killed_by_hand_is_a_row_and_the_same_command_repeats_that_cell_alone(sweeps):
    words = (*BEHAVED, "--batch", "1,20,60", "--rounds", "2", "--json")
    process = sweeps.start(*words)
    wait_until(sweeps.waited.exists)
    os.kill(int(sweeps.waited.read_text()), signal.SIGKILL)
    told = {cell["name"]: cell for cell in json.loads(sweeps.finish(process))["cells"]}
    assert told["batch60"]["status"] == "killed"
    assert "killed by signal 9 (SIGKILL)" in told["batch60"]["reason"]
    assert Counter(run.status for run in sweeps.runs()) == {"ok": 7, "killed": 1}
    told = {cell["name"]: cell for cell in json.loads(sweeps.run(*words))["cells"]}
    assert {cell["status"] for cell in told.values()} == {"ok"}
    assert sweeps.n_starts() == 8 + 1


def kill_parents(sweeps, words, n_kills, n_cells):
    """Kill the parent again and again; the last command of all ends well.

    In each turn a moment of chance after a number of chance of new starts.
    """
    moments = random.Random(0)  # no secret
    for _ in range(n_kills):
        process, wanted = sweeps.start(*words), sweeps.n_starts() + moments.randint(0, 2)
        wait_until(lambda p=process, n=wanted: sweeps.n_starts() >= n or p.poll() is not None)
        time.sleep(moments.choice([0.0, moments.uniform(0, 0.05), moments.uniform(0, 0.5)]))
        kill(process)
    sweeps.run(*words)
    good = [(run.cell_key, run.round_index) for run in sweeps.runs() if run.status == "ok"]
    assert len(good) == len(set(good)) == n_cells
    # Each kill repeats one cell at most: the one that was under way.
    assert n_cells <= sweeps.n_starts() <= n_cells + n_kills
    sweeps.check_whole()
    sweeps.run(*words)
    assert len(sweeps.runs()) == n_cells


def test_killed_at_any_moment_the_same_command_goes_on_and_repeats_one_cell_at_most(sweeps):
    words = (*BEHAVED, "--batch", "1,2,3,4,5,6", "--rounds", "2")
    kill_parents(sweeps, words, n_kills=3, n_cells=14)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_forty_kills_of_the_parent_repeat_forty_cells_at_most(sweeps):
    sizes = ",".join(str(size) for size in range(1, 16))
    words = (*BEHAVED, "--batch", sizes, "--rounds", "3")
    kill_parents(sweeps, words, n_kills=40, n_cells=48)


def test_two_sweeps_at_once_on_one_store_leave_it_whole_and_lose_nothing(sweeps):
    first = (*BEHAVED, "--batch", "1,2,4", "--rounds", "2")
    second = (*BEHAVED, "--batch", "1,4,5", "--rounds", "2")
    for process in [sweeps.start(*words) for words in (first, second)]:
        sweeps.finish(process)
    sweeps.check_whole()
    runs = sweeps.runs()
    assert {run.status for run in runs} == {"ok"}
    assert len({run.run_id for run in runs}) == len(runs) == sweeps.n_starts()
    # Four cells in two rounds, and the baseline twice; some of them twice over.
    assert len({(run.cell_key, run.round_index) for run in runs}) == 4 * 2 + 2
    for words in (first, second):
        sweeps.run(*words)
    assert len(sweeps.runs()) == len(runs)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_sweeps_at_once_may_be_killed_at_any_moment_too(sweeps):
    moments = random.Random(1)  # no secret
    words = (*BEHAVED, "--batch", "1,2,3,4,5,6,10,12", "--rounds", "3")
    for _ in range(15):
        pair = [sweeps.start(*words) for _ in range(2)]
        time.sleep(moments.uniform(0.3, 3.0))
        for process in pair:
            time.sleep(moments.uniform(0, 0.2))
            kill(process)
    for process in [sweeps.start(*words) for _ in range(2)]:
        sweeps.finish(process)
    sweeps.check_whole()
    good = {(run.cell_key, run.round_index) for run in sweeps.runs() if run.status == "ok"}
    assert len(good) == 8 * 3 + 3
