"""A whole duel on option contracts, from the command line to what the store adds up to."""

import json
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a small duel prints as JSON."""
    out = tmp_path_factory.mktemp("duel")
    sizes = ("n_training=150", "n_validation=10", "n_items=20")
    command = [sys.executable, "-m", "spoonbench.harness.cli", "duel", "--task", "option-pricing"]
    command += [word for size in sizes for word in ("--option", size)]
    command += ["--only", "black-scholes,black-scholes-text,option-ridge"]
    command += ["--set", "option-ridge.degree=2", "--measure", "test,longer", "--json"]
    command += ["--accuracy", "0.8", "--coverage", "0.8"]
    command += ["--no-timing", "--no-report", "--rounds", "1", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_formula_is_chosen(told):
    assert told["recommendation"]["choice"] == "black-scholes"


def test_every_contestant_has_errors_on_every_split(told):
    for measurement in told["measurements"]:
        assert [score["split"] for score in measurement["splits"]] == ["test", "longer"]
        for score in measurement["splits"]:
            assert score["errors"]["n"] == 20
    formula, _, ridge = told["measurements"]
    assert formula["splits"][0]["errors"]["largest_relative"] < 1e-9
    assert ridge["splits"][0]["errors"]["largest_relative"] > 1e-9
