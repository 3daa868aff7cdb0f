"""`spoonbench claims`: what it prints, writes, runs and refuses."""

import io
import json
import subprocess
import sys
import zipfile

import pytest
from rich.console import Console

from spoonbench.harness.claims.claim import Finding
from spoonbench.harness.claims.ledger import check, read_claims
from spoonbench.harness.commands.claim_text import detail_lines, markdown_lines, print_table

HEAVY = {"torch", "transformers", "numpy", "scipy", "pandas", "sympy", "sklearn", "matplotlib"}


@pytest.fixture(scope="module")
def findings():
    return check()


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_table_fits_the_terminal(findings, width):
    written = io.StringIO()
    print_table(findings, read_claims(), Console(width=width, file=written))
    lines = written.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert ("claimed" in lines[0]) == (width >= 120)
    for name in read_claims():
        assert any(line.startswith(f"{name} ") for line in lines)


@pytest.mark.parametrize("width", [20, 80, 200])
def test_a_claim_in_full_fits_the_terminal(findings, width):
    lines = list(detail_lines(findings, read_claims(), width))
    assert max(map(len, lines)) <= max(width, 30)


def test_claims_are_shown_once_each_in_full(call_main):
    code, out, _ = call_main("claims", "t6", "G9", "T6")
    assert code == 0
    assert out.count("T6  holds only if") == 1
    assert "213 ms" in out
    assert "conflicts" in out


def test_the_table_ends_with_a_sum(call_main):
    code, out, _ = call_main("claims")
    assert code == 0
    assert "99 claims: " in out


def test_json_holds_claim_and_finding(call_main):
    code, out, _ = call_main("claims", "M11", "--json")
    assert code == 0
    (row,) = json.loads(out)
    assert row["verdict"] == "does not hold"
    assert row["value"] == 250e6
    assert row["claim"]["basis"] == read_claims()["M11"].basis
    assert row["claim"]["figures"]["weights"]["low"] == 140e6


def test_markdown_is_a_table(call_main):
    code, out, _ = call_main("claims", "--markdown", "M11", "F4")
    assert code == 0
    assert "### Memory" in out
    assert "| M11 | A draft of 0.5B parameters" in out


def test_text_of_others_does_not_act_in_markdown():
    evil = Finding(
        claim_id="M11", verdict="holds", found="a | b <script> [x](y)\x1b[31m`c`\n# d",
        is_elsewhere=True, machine="*m*",
    )  # fmt: skip
    text = "\n".join(markdown_lines([evil], read_claims()))
    (line,) = [one for one in text.splitlines() if one.startswith("| M11")]
    assert "\x1b" not in line
    assert "a \\| b \\<script\\> \\[x\\](y)" in line
    assert "\\*m\\*" in line


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["X9"], 3, "No claim is called 'X9'"),
        (["--dry-run"], 2, "--dry-run needs --run"),
        (["--json", "--markdown"], 2, "do not go together"),
        (["--run", "--export", "a.zip"], 2, "Only one of"),
        (["--import", "nothing.zip"], 3, "nothing.zip does not exist."),
    ],
)
def test_wrong_input_is_refused_in_words(call_main, words, code, told):
    got, _, err = call_main("claims", *words)
    assert got == code
    assert told in err


def test_a_damaged_store_is_refused(call_main, tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "store.sqlite").write_bytes(b"no store")
    code, _, err = call_main("claims", "B1", "--out", folder)
    assert code == 3
    assert "store.sqlite" in err


def test_a_dry_run_only_tells(call_main, monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    code, out, err = call_main("claims", "--run", "--dry-run", "B1", "R4")
    assert (code, out) == (0, "")
    assert "spoonbench matrix --preset case-study: about 5 minutes, for B1" in err
    assert "No command makes runs for R4" in err


def test_an_advice_needs_the_runs_of_its_claims(call_main):
    _, _, err = call_main("claims", "--run", "--dry-run", "Q9")
    assert "spoonbench matrix --preset case-study: about 5 minutes, for Q3, Q5, Q6" in err
    assert "No command makes runs for Q4" in err


def test_runs_are_made_by_our_own_command_line(call_main, monkeypatch, tmp_path):
    called = []

    def run(words, *, check, stdout):
        assert stdout is sys.stderr
        called.append(words)
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr(subprocess, "run", run)
    code, out, _ = call_main("claims", "--run", "B1", "--out", "results")
    assert code == 0
    ((*_, module, command, _, _, _, folder),) = called
    assert called[0][:3] == [sys.executable, "-m", "spoonbench.harness.cli"]
    assert (module, command, folder) == ("spoonbench.harness.cli", "matrix", "results")
    assert "B1" in out


@pytest.mark.parametrize(("ended", "code"), [(3, 3), (130, 130), (-9, 3)])
def test_a_run_that_fails_is_said(call_main, monkeypatch, ended, code):
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda words, check, stdout: subprocess.CompletedProcess(words, ended),
    )
    got, _, err = call_main("claims", "--run", "B1")
    assert got == code
    assert ("goes on where it stopped" if code == 130 else "did not end well") in err


def test_export_asks_for_what_cannot_be_tested_here(call_main, tmp_path, monkeypatch):
    monkeypatch.setattr("spoonbench.harness.claims.ledger.devices", lambda: ())
    code, out, _ = call_main("claims", "--export", "new/folder/ask.zip")
    assert code == 0
    with zipfile.ZipFile(tmp_path / "new" / "folder" / "ask.zip") as bundle:
        asked = json.loads(bundle.read("claims.json"))
    assert {"G1", "G2", "G3", "G4", "F18"} == set(asked["claims"])
    assert "ask.zip" in out
    code, _, err = call_main("claims", "--import", "new/folder/ask.zip", "T6")
    assert code == 0
    assert "0 new of 0 matrices" in err
    assert call_main("claims", "--export", "new/folder/ask.zip")[0] == 3


def test_the_ledger_imports_nothing_heavy():
    code = (
        "import contextlib, io, sys\n"
        "from spoonbench.harness.cli import main\n"
        "sys.argv = ['spoonbench', 'claims', '--out', 'nowhere']\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    assert main() == 0\n"
        "print('\\n'.join(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines())
    assert loaded & HEAVY == set()
    assert not any(name.startswith("spoonbench.reports") for name in loaded)


def test_help_loads_no_claims():
    code = (
        "import sys\nfrom spoonbench.harness.cli import main\n"
        "sys.argv = ['spoonbench', 'claims', '--help']\nmain()\n"
        "print([name for name in sys.modules if 'harness.claims' in name or name == 'rich'])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
