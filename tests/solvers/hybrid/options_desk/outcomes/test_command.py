"""`spoonbench options learn` as it is typed."""

import json

import pytest

from spoonbench.harness.cli import main
from spoonbench.solvers.hybrid.options_desk.outcomes import command, learning
from spoonbench.solvers.hybrid.options_desk.outcomes.model import OutcomeModel


@pytest.fixture
def run(monkeypatch, capsys):
    """Types the command; gives exit code, output and messages."""

    def type_it(*arguments):
        typed = ["spoonbench", "options", "learn", *map(str, arguments)]
        monkeypatch.setattr("sys.argv", typed)
        return main(), *capsys.readouterr()

    return type_it


@pytest.fixture
def quick(monkeypatch, history):
    """The simulation gives the history of these tests, and few histories are drawn again."""
    learn = learning.learn
    monkeypatch.setattr(command, "learn", lambda *a, **k: learn(*a, **k, n_resampled=2))
    monkeypatch.setattr(command, "simulate_trades", lambda *_, **__: history)


@pytest.mark.usefixtures("quick")
def test_it_learns_compares_decides_and_keeps(run, tmp_path):
    code, told, _ = run("--simulated", "--seed", 1, "--out", tmp_path)
    assert code == 0
    for word in ("closed form", "base rate", "so the desk uses", "no investment advice"):
        assert word in told
    assert OutcomeModel.load(tmp_path).parts


@pytest.mark.usefixtures("quick")
def test_as_json(run, tmp_path):
    _code, told, _ = run("--simulated", "--seed", 1, "--out", tmp_path, "--json")
    parts = json.loads(told)["parts"]
    assert {part["target"] for part in parts} == {"win", "severe"}
    for part in parts:
        better = part["over_closed_form"]["high"] < 0
        assert part["uses"] == ("outcome model" if better else "closed form")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "one of both"),
        (["trades.csv", "--simulated", "--seed", "1"], "one of both"),
        (["--simulated"], "needs a --seed"),
        (["--simulated", "--seed", "1", "--world", "flat"], "no world 'flat'"),
        (["trades.csv", "--world", "market"], "--world is for --simulated"),
        (["nowhere.csv"], "there is no file"),
        (["--simulated", "--seed", "-1"], "seed"),
    ],
)
def test_wrong_input_is_told_in_one_line(run, tmp_path, arguments, said):
    code, told, message = run(*arguments, "--out", tmp_path)
    assert (code, told) == (3, "")
    assert said in message
    assert len(message.strip().splitlines()) == 1
