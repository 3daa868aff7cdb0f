"""`spoonbench compare` as it is called: exit codes, files, hostile texts, narrow and wide."""

import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from spoonbench.harness.store.writer import open_writer
from tests.harness.gates.junit_schema import faults_of
from tests.harness.gates.made_stores import MACHINE, StoreMaker

STEADY = [1.0, 1.01, 0.99, 1.0, 1.01]
LINEUP = {"rules": ("1" * 200, STEADY), "model": ("10" * 100, [50 * one for one in STEADY])}


@pytest.fixture
def compare(call_main, tmp_path):
    """The command with two stores: what it said, and its files."""
    first, second = (StoreMaker(tmp_path / name) for name in ("a.sqlite", "b.sqlite"))
    first.add(LINEUP)

    def run(*words, lineup=LINEUP, **more):
        if not second.path.exists():
            second.add(lineup, **more)
        return call_main("compare", f"{first.path}:latest", f"{second.path}:latest", *words)

    return run


def worse(share=0.8, factor=1.0):
    n = round(200 * share)
    times = [factor * one for one in STEADY]
    return {**LINEUP, "rules": ("1" * n + "0" * (200 - n), times)}


def test_without_gates_it_ends_with_0_whatever_it_finds(compare):
    code, out, err = compare(lineup=worse())
    assert (code, err) == (0, "")
    assert "accuracy: B is worse in 1 and not shown in 1." in out
    assert "-20.0 points" in out


@pytest.mark.parametrize(
    ("gates", "code"),
    [
        (["accuracy<-1%"], 1),
        (["accuracy<-50%"], 0),
        (["p50_ms>+10%"], 0),
        (["model: accuracy<-30%"], 0),
        (["rules: accuracy<-1%", "model: accuracy<-30%"], 1),
        (["accuracy<-1%", "energy_j>+1%"], 3),
        (["missing"], 0),
    ],
)
def test_the_exit_code_is_that_of_the_gates(compare, gates, code):
    words = [word for gate in gates for word in ("--fail-on", gate)]
    assert compare(*words, lineup=worse())[0] == code


def test_a_gate_that_cannot_be_judged_says_why_on_standard_error(compare):
    code, out, err = compare("--fail-on", "energy_j>+1%")
    assert code == 3
    assert err.startswith("energy_j>+1% cannot be judged: no pair has the figure energy_j")
    assert "cannot be judged" in out


def test_undecided_passes_and_is_said_unless_it_is_to_fail(compare):
    gate = ("--fail-on", "accuracy<-1%")
    code, out, _ = compare(*gate, lineup=worse(0.985))
    assert code == 0
    assert "not shown" in out
    assert "--undecided fail" in out
    assert compare(*gate, "--undecided", "fail")[0] == 1
    assert compare(*gate, "--strict")[0] == 1


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["a"], 2, "Two sides are compared, and 1 were given"),
        (["a", "b", "--fail-on", "nonsense"], 2, "is no gate"),
        (["a", "b", "--fail-on", "\x1b[31m<1"], 2, r"\x1b[31m"),
        (["a", "b", "--figure", "wer"], 2, "no figure 'wer'"),
        (["a", "b", "--strict"], 2, "add --fail-on"),
        (["a", "b", "--junit", "x.xml"], 2, "add --fail-on"),
        (["a.json", "b.json"], 3, "cannot be read"),
        (["a", "b"], 3, "does not exist"),
        (["duel:", "b"], 3, "names no duel"),
        ([], 3, "does not exist"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_a_code(call_main, words, code, why):
    found, _, err = call_main("compare", *words)
    assert found == code
    assert why in err
    assert "Traceback" not in err


def test_json_holds_all_that_was_found(compare):
    code, out, _ = compare("--json", "--fail-on", "accuracy<-1%", lineup=worse())
    whole = json.loads(out)
    assert code == whole["exit_code"] == 1
    (rules, _) = whole["pairs"]
    accuracy = next(one for one in rules["changes"] if one["figure"] == "accuracy")
    assert accuracy["change"] == pytest.approx(-0.2)
    assert accuracy["low"] < -0.2 < accuracy["high"] < 0
    assert accuracy["p_holm"] == 2 * accuracy["p_value"]
    assert 0 < accuracy["smallest_shown"] < 0.2
    assert [one["status"] for one in whole["gates"]] == ["failed", "undecided"]


def test_files_are_written(compare, tmp_path):
    words = ("--fail-on", "accuracy<-1%", "--junit", tmp_path / "j.xml", "--markdown", "m.md")
    assert compare(*words, lineup=worse())[0] == 1
    root = ET.parse(tmp_path / "j.xml").getroot()
    assert faults_of(root) == []
    suite = root[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "1")
    text = (tmp_path / "m.md").read_text()
    assert "## accuracy, test" in text
    assert "| rules | 100.0% | 80.0% | -20.0 points |" in text


def test_a_file_that_cannot_be_written_is_said(compare, tmp_path):
    code, _, err = compare("--markdown", tmp_path / "none" / "m.md")
    assert code == 3
    assert "m.md" in err


def test_other_items_are_refused_and_can_be_asked_for(compare):
    code, _, err = compare(items_hash="cd" * 32)
    assert code == 3
    assert "The items of 'test' differ" in err
    code, out, _ = compare("--unpaired")
    assert code == 0
    assert "not paired: the items differ" in out


def test_a_contestant_that_is_gone_is_listed_and_can_be_a_gate(compare):
    code, out, _ = compare(lineup={"rules": LINEUP["rules"]})
    assert code == 0
    assert "Only in A: model." in out
    assert compare("--fail-on", "missing")[0] == 1
    assert compare("--fail-on", "model: accuracy<-1%")[0] == 3


HOSTILE = "\x1b]0;x\x07[bold]<script>|`=1+1`\u202e\n:smile:"


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_hostile_labels_act_nowhere(call_main, tmp_path, monkeypatch, width):
    lineup = {HOSTILE: LINEUP["rules"]}
    maker = StoreMaker(tmp_path / "c.sqlite")
    maker.add(lineup)
    words = ("--fail-on", f"{HOSTILE}: accuracy<-1%", "--junit", "j.xml", "--markdown", "m.md")
    side = f"{maker.path}:latest"
    original = monkeypatch.setenv

    def keep(name, value):
        original(name, width if name == "COLUMNS" else value)

    monkeypatch.setattr(monkeypatch, "setenv", keep)
    code, out, _ = call_main("compare", side, side, *words)
    assert code == 0
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "\u202e" not in out
    text = (tmp_path / "m.md").read_text()
    assert "<script>" not in text
    assert "\x1b" not in text
    assert faults_of(ET.parse(tmp_path / "j.xml").getroot()) == []
    for line in out.splitlines():
        assert len(line) <= max(int(width), 60)


@pytest.mark.parametrize("width", [80, 200])
def test_no_line_is_wider_than_the_terminal(compare, monkeypatch, width):
    original = monkeypatch.setenv
    monkeypatch.setattr(
        monkeypatch,
        "setenv",
        lambda name, value: original(name, str(width) if name == "COLUMNS" else value),
    )
    code, out, _ = compare("--fail-on", "accuracy<-1%", "--fail-on", "p50_ms>+1%")
    assert code == 0
    assert max(len(line) for line in out.splitlines()) <= width
    assert ("p (Holm)" in out.split("accuracy, test")[1].split("\n\n")[0]) or width == 80


def test_damaged_answers_are_said(call_main, tmp_path):
    maker = StoreMaker(tmp_path / "c.sqlite")
    duel = maker.add(LINEUP)
    with open_writer(maker.path) as writer:
        writer._connection.execute("DROP TRIGGER answers_refuses_delete")
        writer._connection.execute("DELETE FROM answers WHERE position = 0")
    side = f"{maker.path}:{duel.duel_id}"
    code, _, err = call_main("compare", side, side)
    assert code == 3
    assert "damaged" in err


def test_a_truncated_store_is_said(call_main, tmp_path):
    maker = StoreMaker(tmp_path / "c.sqlite", MACHINE)
    maker.add(LINEUP)
    whole = maker.path.read_bytes()
    maker.path.write_bytes(whole[: len(whole) // 2])
    code, _, err = call_main("compare", f"{maker.path}:latest", f"{maker.path}:latest")
    assert code == 3
    assert "damaged" in err


def test_it_loads_nothing_heavy(tmp_path):
    maker = StoreMaker(tmp_path / "c.sqlite")
    maker.add(LINEUP)
    side = f"{maker.path}:latest"
    program = (
        "import sys\n"
        "from spoonbench.harness.cli import main\n"
        f"sys.argv = ['spoonbench', 'compare', {side!r}, {side!r}]\n"
        "assert main() == 0\n"
        "heavy = {'torch', 'transformers', 'scipy', 'pandas', 'matplotlib', 'seaborn', 'sympy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
