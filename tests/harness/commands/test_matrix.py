"""`spoonbench matrix` in processes of its own, with rules for a model: light, and the same path."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from spoonbench.harness.cli import main

FEW = ("--option", "n_training=40", "--option", "n_validation=10", "--option", "n_items=24")
WITH_REPORT = ("--model", "spoon", *FEW, "--items", "20", "--rounds", "2")
LIGHT = (*WITH_REPORT, "--no-report")
BATCHES = ("--batch", "1,2,4")


def command(*words):
    code = "import sys; from spoonbench.harness.cli import main; sys.exit(main())"
    return [sys.executable, "-P", "-c", code, "matrix", *map(str, words)]


@pytest.fixture
def matrix(tmp_path):
    """Runs `spoonbench matrix` in an empty folder."""

    def run(*words, code=0):
        done = subprocess.run(
            command(*words),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=240,
            check=False,
            env={**os.environ, "COLUMNS": "100"},
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert list(tmp_path.iterdir()) == []


def runs_of(folder, columns="cell_key, round_index, status"):
    path = folder / "spoonbench-results" / "store.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(f"SELECT {columns} FROM runs").fetchall()


def summary_of(done):
    return json.loads(done.stdout)


def test_from_the_cells_to_the_report(matrix, tmp_path):
    done = matrix(*WITH_REPORT, *BATCHES)
    for text in ("batch1", "batch4", "Noise (A/A)", "Right of all", "matrix.html"):
        assert text in done.stdout
    folder = tmp_path / "spoonbench-results"
    for name in ("matrix.html", "matrix.md", "matrix.json", "matrix.csv", "store.sqlite"):
        assert (folder / name).stat().st_size > 0
    # Three cells in two rounds, and the baseline twice in each.
    assert len(runs_of(tmp_path)) == 8


def test_the_same_command_again_measures_nothing_and_says_the_same(matrix, tmp_path):
    first = summary_of(matrix(*LIGHT, *BATCHES, "--json"))
    before = runs_of(tmp_path)
    again = summary_of(matrix(*LIGHT, *BATCHES, "--json"))
    assert runs_of(tmp_path) == before
    for told in (first, again):
        del told["matrix"]["created_at"]
    assert first == again


def test_fresh_measures_again(matrix, tmp_path):
    matrix(*LIGHT, "--batch", "2")
    matrix(*LIGHT, "--batch", "2", "--fresh")
    assert len(runs_of(tmp_path)) == 8


def test_a_wider_matrix_keeps_what_was_measured(matrix, tmp_path):
    matrix(*LIGHT, "--batch", "1,2")
    matrix(*LIGHT, "--batch", "1,2,4")
    # The cell that is new, in two rounds.
    assert len(runs_of(tmp_path)) == 6 + 2


def test_a_dry_run_tells_everything_and_does_nothing(matrix, tmp_path):
    done = matrix(
        *LIGHT, "--batch", "1,8", "--device", "cpu,cuda:0,mps", "--dtype", "fp32,bf16", "--dry-run"
    )
    assert "cpu-fp32-batch1" in done.stdout
    assert "rules runs on cpu, not cuda" in done.stdout or "spoon runs on cpu" in done.stdout
    assert "4 runs" not in done.stderr
    assert "runs in 2 rounds are to come" in done.stdout
    assert not (tmp_path / "spoonbench-results").exists()


def test_a_dry_run_as_json(matrix):
    told = summary_of(matrix(*LIGHT, *BATCHES, "--dry-run", "--json"))
    assert told["runs_to_come"] == 8
    assert told["runs_guessed"] == 8
    assert [cell["name"] for cell in told["matrix"]["cells"]] == ["batch1", "batch2", "batch4"]


def test_seconds_of_a_pass_count_in_what_is_foreseen(matrix):
    lines = (*LIGHT, "--mode", "score", "--dry-run", "--json")
    short, long = (
        summary_of(matrix(*lines, "--seconds", seconds))["seconds"] for seconds in (1, 61)
    )
    n_runs = 4
    assert long - short == pytest.approx(60 * n_runs)


def test_a_pass_ends_after_its_seconds(matrix, tmp_path):
    matrix(*LIGHT, "--batch", "2", "--items", "24", "--seconds", "1e-9")
    records = [json.loads(record) for (record,) in runs_of(tmp_path, "record")]
    only_timed = [one for one in records if one["round_index"] % 2]
    assert only_timed
    assert all("cut short" in one["reason"] for one in only_timed)


def test_a_sweep_in_a_file(matrix, tmp_path):
    (tmp_path / "sweep.toml").write_text(
        'model = "spoon"\nitems = 10\nrounds = 1\n[axes]\nbatch = [1, 2]\n[[include]]\nbatch = 10\n'
    )
    told = summary_of(matrix("sweep.toml", *FEW, "--dry-run", "--json"))
    assert [cell["name"] for cell in told["matrix"]["cells"]] == ["batch1", "batch2", "batch10"]
    assert told["matrix"]["task"]["splits"][0]["n_items"] == 10


@pytest.mark.usefixtures("in_an_empty_folder")
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--dtype", "fp8"), 3, "The number format"),
        (("--batch", "0"), 3, "A batch size is at least 1"),
        (("--seconds", "0"), 2, "Invalid value for '--seconds': 0.0 is not in the range x>0."),
        (("--batch", "2,2"), 3, "has the value 2 twice"),
        (("--device", "gpu"), 3, "A device is cpu, cuda, cuda:N or mps, not 'gpu'."),
        (("--quantization", "int3"), 3, "The quantization"),
        (("--engine", "vllm"), 3, "The engine"),
        (("--model", "no-such-model"), 3, "Neither a contestant nor a folder"),
        (("--model", "rules+lm-tiny"), 3, "a matrix measures a single contestant"),
        (("--task", "no-such-task"), 3, "no-such-task"),
        (("missing.toml",), 3, "missing.toml cannot be read"),
        (("missing.toml", "--batch", "2"), 2, "Give a file, or --preset, or axes as options."),
        (("--preset", "quick", "--batch", "2"), 2, "Give --preset, or axes as options"),
    ],
)
def test_wrong_inputs_get_one_sentence(words, code, sentence, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["spoonbench", "matrix", *words])
    assert main() == code
    done = capsys.readouterr()
    assert sentence in done.err
    assert done.out == ""


def test_a_matrix_is_listed_shown_and_reported_again(matrix, tmp_path):
    matrix(*LIGHT, "--batch", "1")
    assert not (tmp_path / "spoonbench-results" / "matrix.html").exists()

    def spoonbench(*words):
        done = subprocess.run(
            [*command()[:-1], *words], capture_output=True, text=True, cwd=tmp_path, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    listed = json.loads(spoonbench("runs", "--json"))
    (found,) = listed["matrices"]
    assert f"matrix {found['matrix_id']}" in spoonbench("runs")
    assert "Noise (A/A)" in spoonbench("show", found["matrix_id"][:6])
    assert "matrix.html" in spoonbench("report", found["matrix_id"][:6])
    assert (tmp_path / "spoonbench-results" / "matrix.html").exists()


@pytest.mark.parametrize(
    ("engines", "n_runs"), [("lean", 3), pytest.param("torch,lean", 5, marks=pytest.mark.slow)]
)
def test_a_model_of_a_folder_answers_in_every_cell(matrix, tmp_path, gpt2_folder, engines, n_runs):
    axes = ("--engine", engines, "--quantization", "none,int8", "--batch", "2")
    words = ("--model", gpt2_folder, "--items", "4", "--rounds", "1", *FEW[:4], *axes)
    told = matrix(*words, "--option", "n_items=24", "--dry-run").stdout
    assert "int8 stands for the method bnb-int8." in told
    matrix(*words, "--option", "n_items=24", "--set", "max_new_tokens=4", "--no-report")
    runs = runs_of(tmp_path, "status")
    assert runs == [("ok",)] * n_runs
