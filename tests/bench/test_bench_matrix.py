"""The matrix as a pytest-benchmark suite: selection, the plugin's flags, records, import."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spoonbench.harness.matrix.saved import add_saved, read_saved
from spoonbench.harness.matrix_records import is_of_pytest
from spoonbench.harness.store.reader import open_reader

ROOT = Path(__file__).parent.parent.parent
SWEEP = """
model = "spoon"
items = 5
rounds = 1
[axes]
batch = [1, 4]
dtype = ["fp32", "bf16"]
"""
NAMES = ["fp32-batch1", "fp32-batch4", "bf16-batch1", "bf16-batch4"]
ROUNDS = 3


class Session:
    """Runs pytest on the suite, in one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.sweep = folder / "sweep.toml"
        self.sweep.write_text(SWEEP)
        self.first = self.bare = None

    def run(self, *words):
        return self.python("-m", "pytest", *self.words(*words))

    def words(self, *words):
        suite = [str(ROOT / "bench" / "bench_matrix.py"), "-p", "no:cacheprovider", "-v"]
        own = [f"--spoonbench-sweep={self.sweep}", f"--benchmark-storage={self.folder / 'saved'}"]
        return [*suite, *own, f"--benchmark-min-rounds={ROUNDS}", *words]

    def python(self, *words):
        return subprocess.run(
            [sys.executable, *words],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environment(),
            check=False,
        )


def environment():
    """A session of its own times its cells, also where this one is one of several."""
    kept = {name: value for name, value in os.environ.items() if "XDIST" not in name}
    return {**kept, "COLUMNS": "200"}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Its suite was run once, with a JSON file, a store and two saved runs."""
    made = Session(tmp_path_factory.mktemp("suite"))
    store = f"--spoonbench-store={made.folder / 'results'}"
    made.first = made.run(f"--benchmark-json={made.folder / 'all.json'}", store)
    made.bare = made.run("--benchmark-save=bare", "-k", "fp32 and batch4")
    return made


@pytest.fixture(scope="module")
def benchmarks(session):
    data = json.loads((session.folder / "all.json").read_text())
    return {one["extra_info"]["cell_name"]: one for one in data["benchmarks"]}


def stored(folder):
    with open_reader(folder / "store.sqlite") as reader:
        (matrix,) = reader.matrices()
        names = {cell.key: cell.name for cell in matrix.cells}
        runs = [run for run in reader.runs() if run.cell_key in names]
        answers = {run.run_id: reader.answers(run.run_id) for run in runs}
        cells = {run.cell_key: reader.cell(run.cell_key) for run in runs}
        return matrix, {names[run.cell_key]: run for run in runs}, answers, cells


def test_a_test_is_called_as_its_cell_and_what_cannot_run_says_why(session):
    assert session.first.returncode == 0, session.first.stdout
    for name in NAMES:
        outcome = "SKIPPED" if name.startswith("bf16") else "PASSED"
        (line,) = [
            one for one in session.first.stdout.splitlines() if f"[{name}] " in one and "::" in one
        ]
        assert outcome in line
    assert "spoon does not compute in bfloat16" in session.first.stdout


def test_words_of_a_name_choose_cells(session):
    assert session.bare.returncode == 0, session.bare.stdout
    assert "1 passed, 3 deselected" in session.bare.stdout


def test_every_cell_says_what_came_out_and_where(benchmarks):
    assert set(benchmarks) == {"fp32-batch1", "fp32-batch4"}
    for name, one in benchmarks.items():
        told = one["extra_info"]
        assert one["param"] == name
        assert len(one["stats"]["data"]) == ROUNDS
        assert (told["process"], told["status"], told["n_items"]) == ("pytest", "ok", 5)
        assert told["accuracy"] == told["n_right"] / 5
        assert told["cell"]["placement"]["batch_size"] == told["items_per_call"]
        assert "shared process" in told["memory_note"]
        assert told["resident_bytes"] is not None
        assert told["peak_bytes"] is not None or "peak_bytes" in told["record"]["missing"]


def test_the_store_has_the_samples_of_the_benchmark(session, benchmarks):
    matrix, runs, answers, cells = stored(session.folder / "results")
    assert {cell.name for cell in matrix.cells} == set(NAMES)
    assert set(runs) == set(benchmarks)
    for name, run in runs.items():
        seconds = benchmarks[name]["stats"]["data"]
        assert run.samples_ns == tuple(round(one * 1e9) for one in seconds)
        assert set(run.items_per_sample) == {benchmarks[name]["extra_info"]["items_per_call"]}
        assert len(run.warmup_ns) == 2
        assert is_of_pytest(run)
        assert len(answers[run.run_id]) == 5
        assert cells[run.cell_key].key == run.cell_key


def test_import_gives_the_records_that_the_store_option_gave(session, tmp_path):
    saved = read_saved(session.folder / "all.json")
    assert add_saved(saved, tmp_path) == 2
    assert add_saved(saved, tmp_path) == 0
    assert add_saved(saved, session.folder / "results") == 0
    assert stored(tmp_path) == stored(session.folder / "results")


def test_the_command_imports_and_reports(session, tmp_path):
    program = "from spoonbench.harness.cli import main; raise SystemExit(main())"
    words = ["-P", "-c", program, "import", str(session.folder / "all.json")]
    done = session.python(*words, "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "2 records were added, 0 were there already." in done.stdout
    assert "Measured inside one pytest process" in " ".join(done.stdout.split())
    assert (tmp_path / "matrix.html").exists()
    again = session.python(*words, "--out", str(tmp_path), "--json")
    assert json.loads(again.stdout)["records_added"] == 0


def test_saved_without_raw_times_is_refused_with_the_flag_that_keeps_them(session, tmp_path):
    (path,) = (session.folder / "saved").glob("*/0001_bare.json")
    program = "from spoonbench.harness.cli import main; raise SystemExit(main())"
    done = session.python("-P", "-c", program, "import", str(path), "--out", str(tmp_path))
    assert done.returncode == 3
    assert "--benchmark-save-data" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_two_saved_runs_are_compared_by_the_plugin(session):
    again = session.run(
        "--benchmark-autosave",
        "--benchmark-save-data",
        "--benchmark-compare",
        "--benchmark-group-by=param:cell_name",
        "-k",
        "fp32 and batch4",
    )
    assert again.returncode == 0, again.stdout
    assert "test_cell[fp32-batch4] (NOW)" in again.stdout
    assert "test_cell[fp32-batch4] (0001_bare)" in again.stdout
    done = session.python(
        "-m", "pytest_benchmark", f"--storage={session.folder / 'saved'}", "compare"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("test_cell[fp32-batch4] (") == 2


def test_the_matrix_command_still_runs_what_pytest_has_measured(session, tmp_path):
    done = session.run(
        "--spoonbench-preset=standard", f"--spoonbench-store={tmp_path}", "-k", "fp32 and batch4"
    )
    assert done.returncode == 0, done.stdout
    matrix, runs, _, _ = stored(tmp_path)
    assert set(runs) == {"fp32-batch4"}
    program = "from spoonbench.harness.cli import main; raise SystemExit(main())"
    words = ["matrix", str(session.sweep), "--out", str(tmp_path), "--dry-run", "--json"]
    told = json.loads(session.python("-P", "-c", program, *words).stdout)
    assert told["matrix"]["matrix_id"] == matrix.matrix_id
    assert told["runs_to_come"] == 3  # two cells, one of them twice


def test_disabled_answers_once_and_stores_nothing(session, tmp_path):
    done = session.run(
        "--benchmark-disable", f"--spoonbench-store={tmp_path}", "-k", "fp32 and batch4"
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    with open_reader(tmp_path / "store.sqlite") as reader:
        assert reader.runs() == []


def test_only_and_skip_and_profile_work(session):
    only = session.run("--benchmark-only", "--benchmark-cprofile=tottime", "-k", "fp32 and batch1")
    assert only.returncode == 0, only.stdout
    assert "cProfile" in only.stdout
    skipped = session.run("--benchmark-skip")
    assert "4 skipped" in skipped.stdout


def test_another_clock_goes_into_no_store(session, tmp_path):
    clock = "--benchmark-timer=time.process_time"
    refused = session.run(clock, f"--spoonbench-store={tmp_path}")
    assert refused.returncode == 4
    assert "keeps times of perf_counter, not of process_time" in refused.stderr


def test_a_bad_sweep_is_told_in_words(session, tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[axes]\nbatches = [1]\n")
    done = session.run(f"--spoonbench-sweep={wrong}")
    assert done.returncode != 0
    assert "batches" in done.stdout + done.stderr
    wrong.write_text('model = "nobody"\n[axes]\nbatch = [1]\n')
    done = session.run(f"--spoonbench-sweep={wrong}")
    assert done.returncode == 1
    assert "Neither a contestant nor a folder is called 'nobody'" in done.stdout


def test_collecting_imports_nothing_heavy(session):
    words = session.words("--collect-only", "-q")
    program = (
        "import sys, pytest\n"
        f"code = pytest.main({words!r})\n"
        "heavy = {'torch', 'transformers', 'sklearn'} & set(sys.modules)\n"
        "raise SystemExit(f'{code} {heavy}' if code or heavy else 0)"
    )
    done = session.python("-c", program)
    assert done.returncode == 0, done.stdout + done.stderr
