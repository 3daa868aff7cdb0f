import json
import sys

import pytest

from spoonbench.harness import cli
from spoonbench.harness.frameworks.reading import shipped, shipped_ids
from tests.harness.frameworks.small import SMALL, changed


def run(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["spoonbench", "frameworks", *words])
    code = cli.main()
    told = capsys.readouterr()
    return code, told.out, told.err


@pytest.fixture
def run_command(monkeypatch, capsys):
    return lambda *words: run(monkeypatch, capsys, *words)


def test_the_list_has_every_framework_with_its_faults(run_command):
    code, out, _ = run_command()
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if line[0] != " "] == shipped_ids()
    assert "(as written; faults: 2)" in out
    assert max(map(len, out.splitlines())) <= 80
    assert run_command("list") == (0, out, "")


def test_lists_are_json_too(run_command):
    _, out, _ = run_command("--json")
    rows = json.loads(out)
    assert [row["id"] for row in rows] == shipped_ids()
    assert run_command("list", "--json")[1] == out
    faulty = next(row for row in rows if row["id"] == "device-as-written")
    assert faulty["faults"] == list(shipped("device-as-written").faults)


def test_a_framework_is_shown_as_a_graph_or_as_json(run_command):
    code, out, _ = run_command("show", "device")
    assert code == 0
    assert "├─ less than 8 → cpu-before-cuda (cpu)" in out
    code, out, _ = run_command("show", "device", "--json")
    assert code == 0
    assert json.loads(out)["nodes"]["device"]["asks"] == "device"


def test_a_framework_without_faults_passes(run_command):
    assert run_command("lint", "device") == (0, "device: 0 faults\n", "")


def test_one_with_faults_fails_and_tells_them(run_command):
    code, out, _ = run_command("lint", "device-as-written")
    assert code == 1
    assert "gap: No edge of batch takes batch 9 to 15" in out
    assert "device-as-written: 2 faults, 2 of them stated and kept as written" in out
    code, out, _ = run_command("lint", "device-as-written", "--json")
    assert code == 1
    found = json.loads(out)["faults"]
    assert [fault["kind"] for fault in found] == ["gap", "contradiction"]
    assert found[1]["answers"] == {"parameters": 7e9}


def test_a_file_of_ones_own_is_shown_and_checked(run_command, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SMALL)
    assert run_command("lint", str(path))[:2] == (0, "small: 0 faults\n")
    path.write_text(changed('{ below = "many", to', "{ below = 9, to"))
    code, out, _ = run_command("lint", str(path))
    assert (code, out.splitlines()[-1]) == (1, "small: 1 faults")
    assert run_command("show", str(path))[0] == 0


def test_a_claim_that_the_ledger_does_not_have_is_a_fault(run_command, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(changed('claims = ["G3"]', 'claims = ["G333"]'))
    code, out, _ = run_command("lint", str(path))
    assert code == 1
    assert "unknown: many rests on the claim G333, which is not there." in out


@pytest.mark.parametrize("words", [("show", "none"), ("lint", "none"), ("show", "none.toml")])
def test_what_is_not_there_is_bad_input(run_command, words):
    code, out, err = run_command(*words)
    assert (code, out) == (3, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("show",), ("lint", "device", "--loud"), ("--json", "show", "device"), ("draw",)]
)
def test_wrong_words_are_a_usage_error(run_command, words):
    assert run_command(*words)[0] == 2


def test_nothing_in_a_file_acts_in_the_terminal(run_command, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        changed("How many items at once?", "\\u001b[31mred\\u202e").replace(
            "A small batch", "a\\u001b]0;b\\u0007"
        )
    )
    for words in (("show", str(path)), ("lint", str(path))):
        _, out, err = run_command(*words)
        assert all(char.isprintable() or char == "\n" for char in out + err)
