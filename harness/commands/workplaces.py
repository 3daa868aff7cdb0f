"""Where cells of a command run: here, under another interpreter, or on nodes of a Ray cluster."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from spoonbench.harness.affinity import cores_allowed
from spoonbench.harness.commands.idle_options import refuse_idle
from spoonbench.harness.environment import probe
from spoonbench.harness.executors.interpreters import find_interpreter, is_this_one
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.executors.other_interpreter import OtherInterpreterExecutor
from spoonbench.harness.executors.ray_cluster import Request, choose, connect
from spoonbench.harness.executors.ray_executor import RayExecutor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from spoonbench.harness.executors.interpreters import Interpreter
    from spoonbench.harness.executors.ray_cluster import Choice, Cluster
    from spoonbench.harness.records import Environment

OF_CLUSTER = (
    "ray_address",
    "cell_cpus",
    "cell_gpus",
    "cell_memory_mb",
    "accelerator_type",
    "nodes_like",
)
"""Options that say nothing where cells run here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where cells run.

    Attributes:
        environment: of every machine that runs them.
        n_places: cells that run at once, each on a machine of its own.
        threads: of a cell, unless it says otherwise.
        cores: that a cell may use; None where they are not known before it is there.
        notes: sentences that a person should read before.
        executor: makes the executor, of the devices of the cells and of what is told at once.
        interpreter: under which cells run; None: that of the command.
    """

    environment: Environment
    n_places: int
    threads: int
    cores: tuple[int, ...] | None
    notes: tuple[str, ...]
    executor: Callable[
        [frozenset[str], Callable[[str], None]],
        AbstractContextManager[LocalExecutor | OtherInterpreterExecutor | RayExecutor],
    ]
    interpreter: Interpreter | None = None


@contextmanager
def open_workplace(
    options: Mapping[str, Any],
    devices: Callable[[], frozenset[str]],
    python: str | None = None,
) -> Iterator[Workplace]:
    """The place that the options name, for as long as the context lasts.

    Args:
        options: of the command line.
        devices: of the cells; asked only where it matters which nodes have a GPU.
        python: interpreter of the cells; None: that of the command.

    Raises:
        BadInterpreter: nothing can be measured under that interpreter.
        NoCluster: ray is not installed, there is no such cluster, or no node of it will do.
        UsageError: options of a cluster without one.
    """
    if options["executor_name"] == "local":
        refuse_idle(OF_CLUSTER, "needs --executor ray.")
        yield _here() if python is None or is_this_one(python) else _under(python)
        return
    if python is not None:
        raise click.UsageError("--python needs --executor local.")
    with connect(options["ray_address"]) as cluster:
        wanted = devices()
        choice = choose(
            cluster.nodes(),
            request_of(options),
            wants_gpu=n_gpus(wanted) > 0,
            alike=options["nodes_like"],
            refused=cluster.refused,
        )
        yield _of_cluster(options, cluster, choice)


def _here() -> Workplace:
    environment = probe()
    return Workplace(
        environment=environment,
        n_places=1,
        threads=environment.n_cores,
        cores=cores_allowed(),
        notes=(),
        executor=lambda _devices, _tell: LocalExecutor(),
    )


def _under(python: str) -> Workplace:
    interpreter = find_interpreter(python)
    environment = interpreter.environment
    return Workplace(
        environment=environment,
        n_places=1,
        threads=environment.n_cores,
        cores=cores_allowed(),
        notes=(f"Cells run under {interpreter.path} (Python {environment.python}).",),
        executor=lambda _devices, _tell: OtherInterpreterExecutor(interpreter),
        interpreter=interpreter,
    )


def _of_cluster(options: Mapping[str, Any], cluster: Cluster, choice: Choice) -> Workplace:
    n_cores, cpus = choice.environment.n_cores, options["cell_cpus"]
    names = ", ".join(node.name for node in choice.nodes)
    n_nodes = len(choice.nodes)
    where = f"Cells run on {n_nodes} {'node' if n_nodes == 1 else 'nodes'} of the cluster: {names}."

    def executor(devices: frozenset[str], tell: Callable[[str], None]) -> RayExecutor:
        return RayExecutor(cluster, choice, request_of(options, devices), tell=tell)

    return Workplace(
        environment=choice.environment,
        n_places=n_nodes,
        threads=n_cores if cpus is None else min(n_cores, int(cpus)),
        cores=None,
        notes=(where, *choice.notes),
        executor=executor,
    )


def request_of(options: Mapping[str, Any], devices: frozenset[str] = frozenset()) -> Request:
    """What a node keeps for its cell.

    Args:
        options: of the command line.
        devices: of the cells; where nothing else is said a node keeps as many GPUs as they name.
    """
    memory_mb, gpus = options["cell_memory_mb"], options["cell_gpus"]
    return Request(
        cpus=options["cell_cpus"],
        gpus=n_gpus(devices) if gpus is None else gpus,
        memory_bytes=None if memory_mb is None else round(memory_mb * 1e6),
        accelerator_type=options["accelerator_type"],
    )


def n_gpus(devices: frozenset[str]) -> int:
    """GPUs that devices name: one for "cuda" or "cuda:0", two for "cuda:1"."""
    numbers = [
        int(number or 0)
        for kind, _, number in (device.partition(":") for device in devices)
        if kind == "cuda"
    ]
    return max(numbers) + 1 if numbers else 0
