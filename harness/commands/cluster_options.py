"""Options that say where cells run, and what a node of a cluster keeps for each."""

from __future__ import annotations

import click

from spoonbench.harness.commands.options import grouped

CLUSTER_OPTIONS = grouped(
    click.option(
        "--executor",
        "executor_name",
        type=click.Choice(["local", "ray"]),
        default="local",
        show_default=True,
        help="Where cells run: here, or on the nodes of a Ray cluster, one on each at a time.",
    ),
    click.option(
        "--ray-address",
        envvar="RAY_ADDRESS",
        show_envvar=True,
        metavar="HOST:PORT|auto",
        help="Head of the cluster [one is started here].",
    ),
    click.option(
        "--cell-cpus",
        type=click.FloatRange(min=1),
        help="CPUs that a node keeps for its cell [all it has].",
    ),
    click.option(
        "--cell-gpus",
        type=click.FloatRange(min=0),
        help="GPUs that a node keeps for its cell [as many as the devices of the cells name].",
    ),
    click.option(
        "--cell-memory-mb",
        type=click.FloatRange(min=1),
        help="Memory that a node keeps for its cell, in Ray's books [none].",
    ),
    click.option(
        "--accelerator-type", metavar="NAME", help="Only nodes with this one, for example H200."
    ),
    click.option(
        "--nodes-like",
        metavar="ID",
        help="Only nodes whose environment id begins so [the largest group of equal nodes].",
    ),
)
