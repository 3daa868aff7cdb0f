"""Which nodes of a cluster run cells, and what people are told of the others; no Ray needed."""

import sys
from dataclasses import replace

import pytest

from spoonbench.harness.environment import probe
from spoonbench.harness.executors.ray_cluster import Node, Request, choose, connect
from spoonbench.harness.executors.ray_library import NoCluster

HERE = probe()
OTHER = replace(HERE, processor="another one")


def node(number, *, environment=HERE, boot_id=None, **resources):
    return Node(
        node_id=f"{number}aaaaaa{number}",
        address=f"10.0.0.{number}",
        hostname=f"host{number}",
        resources={"CPU": 4.0, "memory": 8e9, **resources},
        environment=environment,
        boot_id=boot_id,
    )


def test_the_largest_group_of_equal_nodes_is_chosen_and_the_others_are_named():
    nodes = [node(1, environment=OTHER), node(2), node(3)]
    choice = choose(nodes, Request())
    assert [one.address for one in choice.nodes] == ["10.0.0.2", "10.0.0.3"]
    assert choice.environment == HERE
    (note,) = choice.notes
    assert note.startswith("The nodes differ, and times compare within one environment only: 2 of")
    assert f"10.0.0.1 (1aaaaa) ({OTHER.environment_id})" in note


def test_equal_nodes_need_no_word():
    assert choose([node(1), node(2)], Request()).notes == ()


def test_a_group_can_be_asked_for():
    nodes = [node(1, environment=OTHER), node(2), node(3)]
    choice = choose(nodes, Request(), alike=OTHER.environment_id[:6])
    assert [one.address for one in choice.nodes] == ["10.0.0.1"]
    with pytest.raises(
        NoCluster, match=f"begins with 'nothing'; there are .*{HERE.environment_id}"
    ):
        choose(nodes, Request(), alike="nothing")


def test_cells_that_want_a_gpu_go_where_there_is_one():
    nodes = [node(1), node(2), node(3, environment=OTHER, GPU=1.0)]
    assert choose(nodes, Request()).environment == HERE
    assert choose(nodes, Request(), wants_gpu=True).environment == OTHER


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (Request(), ["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        (Request(cpus=8), ["10.0.0.2"]),
        (Request(gpus=1), ["10.0.0.3"]),
        (Request(memory_bytes=16_000_000_000), ["10.0.0.2"]),
        (Request(accelerator_type="H200"), ["10.0.0.3"]),
    ],
)
def test_only_nodes_with_what_is_asked_for_are_chosen(request_, found):
    nodes = [
        node(1),
        node(2, CPU=8.0, memory=32e9),
        node(3, **{"GPU": 1.0, "accelerator_type:H200": 1.0}),
        node(4, CPU=0.0),
    ]
    assert [one.address for one in choose(nodes, request_).nodes] == found


def test_a_node_keeps_all_its_cpus_for_a_cell_unless_told_otherwise():
    assert Request().resources(node(1)) == {"CPU": 4.0}
    assert Request(cpus=2, gpus=1, accelerator_type="A").resources(node(1)) == {
        "CPU": 2,
        "GPU": 1,
        "accelerator_type:A": 0.001,
    }


def test_what_no_node_has_is_said_with_what_they_have():
    with pytest.raises(NoCluster) as caught:
        choose([node(1)], Request(cpus=64, gpus=1), refused={"n2": "it has no spoonbench"})
    assert str(caught.value) == (
        "No node of the cluster has what a cell asks for (64 CPUs, 1 GPUs): 10.0.0.1 (1aaaaa) has "
        "4 CPUs, 0 GPUs, 8.0 GB. The node n2 is not used: it has no spoonbench."
    )


def test_nodes_of_one_machine_are_told():
    nodes = [node(1, boot_id="a"), node(2, boot_id="a"), node(3, boot_id="b")]
    (note,) = choose(nodes, Request()).notes
    assert note == (
        "The nodes 10.0.0.1 (1aaaaa), 10.0.0.2 (2aaaaa) are one machine: cells that run on them "
        "at once disturb each other's times."
    )


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(NoCluster, match=r"pip install 'spoonbench\[ray\]'"), connect(None):
        pass
