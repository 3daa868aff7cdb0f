"""`spoonbench matrix --python`: cells under another interpreter, real or none."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from spoonbench.harness.cli import main

FEW = ("--option", "n_training=40", "--option", "n_validation=10", "--option", "n_items=24")
LIGHT = ("--model", "spoon", *FEW, "--items", "20", "--rounds", "2", "--no-report")


@pytest.fixture
def matrix(tmp_path):
    """Runs `spoonbench matrix` in an empty folder."""

    def run(*words):
        code = "import sys; from spoonbench.harness.cli import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, "matrix", *map(str, words)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=240,
            check=False,
            env={**os.environ, "COLUMNS": "100"},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert list(tmp_path.iterdir()) == []


def runs_of(folder, columns):
    path = folder / "spoonbench-results" / "store.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(f"SELECT {columns} FROM runs").fetchall()


def summary_of(done):
    return json.loads(done.stdout)


def wrapped(folder, startup=""):
    """This interpreter as another program, which its cells then run under."""
    (folder / "sitecustomize.py").write_text(startup)
    path = folder / "python"
    path.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}:$PYTHONPATH" exec "{sys.executable}" "$@"\n')
    path.chmod(0o755)
    return path


def test_cells_of_another_interpreter_are_another_matrix(matrix, tmp_path):
    python = wrapped(tmp_path)
    here = summary_of(matrix(*LIGHT, "--json"))
    there = summary_of(matrix(*LIGHT, "--python", "./python", "--json"))
    again = matrix(*LIGHT, "--python", python, "--dry-run")
    assert here["matrix"]["matrix_id"] != there["matrix"]["matrix_id"]
    assert "0 runs in 2 rounds are to come" in again.stdout
    rows = runs_of(tmp_path, "environment_id, json_extract(record, '$.observed.interpreter')")
    assert {where for _, where in rows} == {None, str(python)}
    assert len(set(rows)) == 2


def test_the_interpreter_of_the_command_is_no_other_one(matrix, tmp_path):
    matrix(*LIGHT)
    done = matrix(*LIGHT, "--python", sys.executable, "--dry-run")
    assert "0 runs in 2 rounds are to come" in done.stdout


def test_a_sweep_file_names_its_interpreter_and_skips_are_asked_there(matrix, tmp_path):
    startup = (
        "import importlib.metadata as metadata\n"
        "version = metadata.version\n"
        "def other(name):\n"
        "    if name == 'bitsandbytes':\n"
        "        raise metadata.PackageNotFoundError(name)\n"
        "    return version(name)\n"
        "metadata.version = other\n"
    )
    wrapped(tmp_path, startup)
    (tmp_path / "sweep.toml").write_text(
        'model = "lm-tiny"\nitems = 10\nrounds = 1\npython = "./python"\n'
        '[axes]\nquantization = ["none", "bnb-int8"]\n'
    )
    done = matrix("sweep.toml", *FEW, "--dry-run")
    assert "Skipped: bnb-int8 needs bitsandbytes: pip install bitsandbytes" in done.stdout
    assert "Cells run under" in done.stderr


@pytest.mark.usefixtures("in_an_empty_folder")
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--python", "/no/such/python"), 3, "There is no Python interpreter /no/such/python."),
        (("--python", "/bin/true"), 3, "is no Python interpreter: it does not say its version."),
        (("--python", "/"), 3, "is a folder, not a Python interpreter"),
        (("--python", "python3", "--executor", "ray"), 2, "--python needs --executor local."),
    ],
)
def test_a_wrong_interpreter_gets_one_sentence(words, code, sentence, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["spoonbench", "matrix", *words])
    assert main() == code
    done = capsys.readouterr()
    assert sentence in done.err
    assert done.out == ""
