"""Options of a cluster become what is asked of it, and are refused without one."""

import sys

import pytest
from click.testing import CliRunner

from spoonbench.harness import cli
from spoonbench.harness.commands.workplaces import OF_CLUSTER, n_gpus, request_of
from spoonbench.harness.executors.ray_cluster import Request

NOTHING = dict.fromkeys(OF_CLUSTER)


@pytest.mark.parametrize(
    ("devices", "expected"),
    [((), 0), (("cpu",), 0), (("cuda", "cpu"), 1), (("cuda:0",), 1), (("cuda:2", "cuda:0"), 3)],
)
def test_a_node_keeps_the_gpus_that_its_cells_name(devices, expected):
    assert n_gpus(frozenset(devices)) == expected
    assert request_of(NOTHING, frozenset(devices)).gpus == expected


def test_what_is_said_goes_before_what_cells_name():
    options = {
        **NOTHING,
        "cell_cpus": 2.0,
        "cell_gpus": 0.0,
        "cell_memory_mb": 1500.0,
        "accelerator_type": "H200",
    }
    assert request_of(options, frozenset({"cuda"})) == Request(
        cpus=2.0, gpus=0.0, memory_bytes=1_500_000_000, accelerator_type="H200"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--ray-address", "auto"),
        ("--cell-cpus", "2"),
        ("--cell-gpus", "1"),
        ("--cell-memory-mb", "100"),
        ("--accelerator-type", "H200"),
        ("--nodes-like", "ab"),
    ],
)
def test_options_of_a_cluster_need_one(words):
    result = CliRunner().invoke(cli.cli, ["matrix", "--dry-run", "--batch", "1", *words])
    assert result.exit_code == 2
    assert f"{words[0]} needs --executor ray." in result.output


def test_without_ray_the_command_names_the_extra_and_ends_as_bad_input(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setattr(sys, "argv", ["spoonbench", "matrix", "--executor", "ray", "--dry-run"])
    assert cli.main() == cli.BAD_INPUT
    said = capsys.readouterr().err
    assert said.startswith("Error: Ray is not installed here")
    assert "pip install 'spoonbench[ray]'" in said
    assert said.count("\n") == 1
