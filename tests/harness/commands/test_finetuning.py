import json

import pytest
import yaml

from spoonbench.harness.cli import main


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*words):
        monkeypatch.setattr("sys.argv", ["spoonbench", "finetune", *map(str, words)])
        code = main()
        return code, capsys.readouterr()

    return call


@pytest.fixture
def data_file(tmp_path):
    path = tmp_path / "rows.jsonl"
    rows = [{"question": f"what is {n}?", "answer": str(n)} for n in range(100)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def planned(run, data_file, tmp_path):
    words = ("plan", "--method", "lora", "--tool", "axolotl", "--model", "org/m")
    code, _ = run(*words, "--data", data_file, "--out", tmp_path / "plan", "--rank", "8")
    assert code == 0
    return tmp_path / "plan"


def test_what_is_planned_passes_the_check(run, planned):
    code, told = run("check", planned / "axolotl.yaml", "--tool", "axolotl")
    assert code == 0
    assert "fits Axolotl" in told.out
    assert yaml.safe_load((planned / "axolotl.yaml").read_text())["lora_r"] == 8


def test_a_file_that_does_not_fit_ends_with_1_and_says_why(run, planned):
    path = planned / "axolotl.yaml"
    path.write_text(path.read_text().replace("lora_r:", "lora_rank:"))
    code, told = run("check", path, "--tool", "axolotl", "--json")
    assert code == 1
    found = json.loads(told.out)
    assert found["faults"][0].startswith("lora_rank is not known.")
    assert "axolotl 0.19.0" in found["source"]


def test_a_second_plan_needs_force(run, planned, data_file):
    words = ("plan", "--method", "lora", "--tool", "axolotl", "--model", "m", "--data", data_file)
    code, told = run(*words, "--out", planned)
    assert code == 3
    assert "--force" in told.err
    assert run(*words, "--out", planned, "--force")[0] == 0


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ("--method qlora --tool mlx --device cuda", (3, "Apple silicon")),
        ("--method full --tool trl --parameters 7B --memory 24GB", (3, "GB")),
        ("--method lora --tool trl --parameters many", (2, "--parameters")),
        ("--method magic --tool trl", (2, "magic")),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(run, data_file, tmp_path, words, refusal):
    code, told = refusal
    found, said = run(
        "plan", *words.split(), "--model", "m", "--data", data_file, "--out", tmp_path / "p"
    )
    assert found == code
    assert told in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "p").exists()


def test_a_file_that_cannot_be_read_ends_with_3(run, tmp_path):
    code, told = run("check", tmp_path / "none.yaml", "--tool", "trl")
    assert code == 3
    assert "cannot be read" in told.err


def test_terminal_escapes_of_a_file_are_shown_and_do_not_act(run, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"\x1b[31mred": 1}))
    _, told = run("check", path, "--tool", "peft")
    assert "\x1b" not in told.out
