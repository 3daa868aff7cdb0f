"""The command line as a person uses it, in processes of its own; wrong inputs included."""

import json
import os
import signal
import subprocess
import sys
import time

import click
import pytest

from spoonbench.harness.cli import main

FEW = ("--option", "n_training=40", "--option", "n_validation=10", "--option", "n_items=12")
LIGHT = ("--only", "spoon,rules", "--preset", "quick")


def command(*words):
    code = "import sys; from spoonbench.harness.cli import main; sys.exit(main())"
    return [sys.executable, "-P", "-c", code, *map(str, words)]


@pytest.fixture
def spoonbench(tmp_path):
    """Runs one command in an empty folder."""

    def run(*words, code=0):
        done = subprocess.run(
            command(*words),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
            check=False,
            env={**os.environ, "COLUMNS": "100"},
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def task_file(tmp_path):
    path = tmp_path / "mine.jsonl"
    rows = [
        {
            "id": str(i),
            "question": f"tom had {i} pens, he got {i % 5 + 1} more",
            "answer": i + i % 5 + 1,
        }
        for i in range(60)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_duel_from_start_to_report(spoonbench, tmp_path):
    done = spoonbench("duel", *LIGHT, *FEW)
    assert "rules" in done.stdout
    results = tmp_path / "spoonbench-results"
    assert (results / "report.html").read_text().lower().startswith("<!doctype html>")
    assert (results / "report.md").exists()
    listed = json.loads(spoonbench("runs", "--json").stdout)
    assert len(listed["duels"]) == 1
    shown = json.loads(spoonbench("show", listed["runs"][0]["run_id"], "--json").stdout)
    assert shown["status"] == "ok"
    again = spoonbench("duel", *LIGHT, *FEW, "--no-report")
    assert "round 1" not in again.stdout, "measured again what was there"
    fresh = spoonbench("duel", *LIGHT, *FEW, "--fresh", "--no-report")
    assert "round 1" in fresh.stdout
    assert spoonbench("report", listed["duels"][0]["duel_id"][:6]).stdout
    assert not (results / "overview.html").exists()
    assert "Which tool for" in spoonbench("report", "--to", "shared").stdout
    assert (tmp_path / "shared" / "overview.html").exists()
    assert spoonbench("show", listed["duels"][0]["duel_id"][:6]).stdout


def test_a_duel_prints_json_and_nothing_else(spoonbench):
    done = spoonbench("duel", *LIGHT, *FEW, "--json")
    assert json.loads(done.stdout)


def test_a_task_and_a_function_of_ones_own(spoonbench, task_file, tmp_path):
    (tmp_path / "mine.py").write_text(
        "import re\n\ndef solve(text):\n    return sum(map(int, re.findall(r'[0-9]+', text)))\n"
    )
    words = ("--solver", "mine.py:solve", "--only", "mine.py:solve,rules", "--preset", "quick")
    report = json.loads(spoonbench("duel", task_file, *words, "--json", "--no-report").stdout)
    assert "mine.py:solve" in json.dumps(report)


def test_solve_a_text_and_a_file(spoonbench, task_file, tmp_path):
    text = "john had 100 candies, he got 45 more from his mom"
    assert spoonbench("solve", text).stdout == "145\n"
    assert json.loads(spoonbench("solve", text, "--json").stdout)["value"] == "145"
    spoonbench("solve", task_file, "--solver", "spoon", "--out", "answers.jsonl")
    lines = (tmp_path / "answers.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [str(i) for i in range(60)]
    spoonbench("solve", text, "--out", "one.jsonl")
    assert json.loads((tmp_path / "one.jsonl").read_text())["value"] == "145"
    trained = spoonbench("solve", text, "--solver", "tfidf-ridge", "--train", task_file)
    assert float(trained.stdout) == pytest.approx(float(trained.stdout))


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("duel", "no_such.jsonl"), 3, "no_such.jsonl"),
        (("duel", "--task", "word-problem"), 3, "Did you mean 'word-problems'"),
        (("duel", "--option", "larges=5"), 3, "larges"),
        (("duel", "--option", "largest"), 2, "NAME=VALUE"),
        (("duel", "--option", "largest=1"), 3, "largest"),
        (("duel", "--only", "rulez"), 3, "Did you mean 'rules'"),
        (("duel", "--accuracy", "95"), 2, "--accuracy"),
        (("duel", "--split", "tset"), 3, "test"),
        (("duel", "--solver", "nothing.py:solve", "--only", "nothing.py:solve"), 3, "nothing.py"),
        (("duel", "--cost", "10"), 2, "--answers-per-year"),
        (("duel", "--cost", "10", "--answers-per-year", "5"), 2, "--hour-price"),
        (("duel", "--set", "rules.epochs=3", "--only", "rules"), 3, "unknown parameters epochs"),
        (("duel", "."), 3, "Error: .: this is a folder"),
        (("duel", os.devnull), 3, f"Error: {os.devnull}: this is no regular file"),
        (("solve", "no_such.jsonl"), 3, "no_such.jsonl"),
        (("solve", ""), 3, "The text is empty"),
        (("solve", "text", "--model", "abc"), 3, "leave out --model"),
        (("solve", "text", "--solver", "no\x1b[31m"), 3, "no\\x1b[31m"),
        (("solve", "text", "--solver", "lm-tiny"), 3, "spoonbench duel"),
        (("solve", "text", "--solver", "tfidf-ridge"), 3, "--train"),
        (("runs",), 3, "store.sqlite"),
        (("show", "abc"), 3, "store.sqlite"),
        (("report",), 3, "store.sqlite"),
        (("report", "abc"), 3, "store.sqlite"),
        (("report", "abc", "--task", "x"), 2, "--task chooses what a report of many runs shows"),
        (("report", "--since", "yesterday"), 2, "--since"),
        (("report", "--most", "0"), 2, "--most"),
        (("report", "--advice-quality", "no_such.json"), 3, "no_such.json"),
        (("rnus",), 2, "rnus"),
        (("duel", "--solver", "pretrained"), 3, "pretrained takes part by --model DIR"),
        (("duel", "--only", "rules+lm-tiny"), 3, "needs lm-tiny in the duel"),
        (("solve", "text", "--solver", "pretrained", "--set", "model=x"), 3, "x"),
        (("generate", "a" * 300, "text"), 3, "There is no model"),
    ],
)
def test_wrong_input_is_one_sentence_and_an_exit_code(call_main, words, code, sentence):
    few = (
        FEW
        if words[0] == "duel" and {"--option", "no_such.jsonl", ".", os.devnull}.isdisjoint(words)
        else ()
    )
    preset = ("--preset", "quick") if words[0] == "duel" else ()
    found, output, errors = call_main(*words, *few, *preset)
    assert found == code, output + errors
    assert sentence in output + errors
    assert "\x1b" not in errors
    assert "Traceback" not in errors


def test_a_refusal_is_the_exit_code_and_the_last_word_of_the_process(spoonbench):
    refused = spoonbench("duel", "no_such.jsonl", code=3)
    assert refused.stdout == ""
    assert refused.stderr == "Error: no_such.jsonl: there is no such file\n"


def test_bad_rows_are_named_and_counted(spoonbench, task_file):
    with task_file.open("a") as file:
        file.write('{"question": "no answer"}\nnot json\n')
    refused = spoonbench("duel", task_file, *LIGHT, code=3)
    lines = refused.stderr.splitlines()
    assert lines[0] == "Error: 2 bad rows:"
    assert "line 61: " in lines[1]
    assert "line 62: " in lines[2]
    assert "--skip-bad-rows" in lines[3]
    done = spoonbench("duel", task_file, *LIGHT, "--skip-bad-rows")
    assert "2" in done.stdout


def test_a_function_that_crashes_is_a_row_with_the_line(spoonbench, task_file, tmp_path):
    (tmp_path / "broken.py").write_text("import re\n\n1 / 0\n")
    (tmp_path / "endless.py").write_text("def solve(text):\n    return 'x' * 3_000_000\n")
    names = ["broken.py:solve", "endless.py:solve"]
    words = [word for name in names for word in ("--solver", name)]
    words += ["--only", ",".join(["rules", *names]), "--preset", "quick"]
    spoonbench("duel", task_file, *words)
    reasons = {
        run["reason"]
        for run in json.loads(spoonbench("runs", "--all", "--json").stdout)["runs"]
        if run["status"] == "error"
    }
    assert any("broken.py: line 3: ZeroDivisionError" in reason for reason in reasons)
    assert any("3,000,000 characters; at most 100,000" in reason for reason in reasons)
    store = tmp_path / "spoonbench-results" / "store.sqlite"
    assert store.stat().st_size < 2_000_000
    refused = spoonbench("solve", "text", "--solver", "broken.py:solve", code=3)
    assert "broken.py: line 3: ZeroDivisionError" in refused.stderr


def test_a_corrupt_store_is_refused_and_left_as_it_is(spoonbench, tmp_path):
    store = tmp_path / "spoonbench-results" / "store.sqlite"
    store.parent.mkdir()
    store.write_bytes(b"this is no database, and it is somebody's")
    assert "store.sqlite" in spoonbench("duel", *LIGHT, *FEW, code=3).stderr
    assert store.read_bytes() == b"this is no database, and it is somebody's"


def test_doctor_speaks_of_the_machine(spoonbench):
    findings = json.loads(spoonbench("doctor", "--json").stdout)["findings"]
    assert {"torch", "energy meter", "memory meter", "store"} <= {f["subject"] for f in findings}
    assert all(finding["detail"] for finding in findings)


def test_solvers_and_tasks_are_listed(spoonbench):
    names = {row["name"] for row in json.loads(spoonbench("solvers", "--json").stdout)}
    assert {"spoon", "rules", "lm-tiny", "router"} <= names
    assert "bulldozer" not in spoonbench("tasks").stdout
    assert "word-problems" in spoonbench("tasks").stdout


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_leaves_a_usable_store_and_says_how_to_go_on(tmp_path, spoonbench):
    (tmp_path / "slow.py").write_text(
        "import time\n\ndef solve(text):\n    time.sleep(0.05)\n    return 1\n"
    )
    words = ["duel", *FEW, "--preset", "quick", "--solver", "slow.py:solve"]
    words += ["--only", "slow.py:solve,spoon", "--no-report"]
    running = subprocess.Popen(
        command(*words), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    store = tmp_path / "spoonbench-results" / "store.sqlite"
    for _ in range(600):
        if store.exists():
            break
        time.sleep(0.05)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130, errors
    assert "goes on where it stopped" in errors
    spoonbench(*words)
    assert len(json.loads(spoonbench("runs", "--json").stdout)["duels"]) == 1


def test_a_command_that_ends_with_a_code_of_its_own_passes_it_on(monkeypatch):
    def interrupted(**_):
        raise click.exceptions.Exit(130)

    monkeypatch.setattr("spoonbench.harness.commands.listing.list_solvers", interrupted)
    monkeypatch.setattr(sys, "argv", ["spoonbench", "solvers"])
    assert main() == 130
    monkeypatch.setattr(sys, "argv", ["spoonbench", "--help"])
    assert main() == 0


@pytest.mark.parametrize("words", [("solvers",), ("advise", "tool", "--rules", "yes")])
def test_a_reader_that_has_gone_is_no_failure(tmp_path, words):
    """Whether the lines are rich's or click's: 1 is the code of a failed gate."""
    process = subprocess.Popen(
        command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    )
    process.stdout.close()
    assert (process.wait(60), process.stderr.read()) == (0, b"")
    process.stderr.close()
