"""A Ray cluster: its nodes, what they are, and which of them are to run cells.

Times compare within one environment only. So of the nodes that have what is asked for, those that
are alike in everything that identifies a machine run the cells, and the others are left out.

Not covered: starting machines; Ray's autoscaler, or a person, does that.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import from_json
from spoonbench.harness.executors import ray_node
from spoonbench.harness.executors.ray_library import NoCluster, load_ray
from spoonbench.harness.records import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LOCAL_STORE_BYTES = 256 << 20
"""Of the object store of a cluster that is started here; what does not fit goes to the disk."""
CONNECT_S = 10.0
"""Time for the head to answer at all."""
LOOK_S = 60.0
"""Time for a node to say what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a node has to keep free for cells.

    Attributes:
        cpus: of Ray's counting; None: all that the node has.
        gpus: likewise.
        memory_bytes: likewise; None: nothing is asked for.
        accelerator_type: as Ray calls it, for example "H200"; None: any or none.
    """

    cpus: float | None = None
    gpus: float = 0.0
    memory_bytes: int | None = None
    accelerator_type: str | None = None

    def resources(self, node: Node) -> dict[str, float]:
        """Ray's names of resources and how much of each is asked of a node."""
        cpus = node.resources.get("CPU", 0.0) if self.cpus is None else self.cpus
        asked = {"CPU": max(cpus, 1.0), "GPU": self.gpus}
        if self.memory_bytes is not None:
            asked["memory"] = float(self.memory_bytes)
        if self.accelerator_type is not None:
            asked[f"accelerator_type:{self.accelerator_type}"] = 0.001
        return {name: amount for name, amount in asked.items() if amount}

    def fits(self, node: Node) -> bool:
        """Whether the node has it, used by others or not."""
        return all(node.resources.get(k, 0.0) >= v for k, v in self.resources(node).items())

    def __str__(self) -> str:
        words = ["a CPU" if self.cpus is None else f"{self.cpus:g} CPUs"]
        if self.gpus:
            words.append(f"{self.gpus:g} GPUs")
        if self.memory_bytes is not None:
            words.append(f"{self.memory_bytes / 1e9:.1f} GB")
        if self.accelerator_type is not None:
            words.append(f"an accelerator of the type {self.accelerator_type}")
        return ", ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node of a cluster.

    Attributes:
        node_id: of Ray.
        address: of its network.
        hostname: of the machine.
        resources: Ray's names to amounts.
        environment: what identifies the machine.
        boot_id: of the running kernel; nodes that share it share a machine. None where unknown.
    """

    node_id: str
    address: str
    hostname: str
    resources: Mapping[str, float]
    environment: Environment
    boot_id: str | None = None

    @property
    def name(self) -> str:
        """For a person: the address, and the beginning of the id, since addresses may repeat."""
        return f"{self.address} ({self.node_id[:6]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which nodes run cells.

    Attributes:
        nodes: alike, at least one.
        notes: sentences that a person should read before.
    """

    nodes: tuple[Node, ...]
    notes: tuple[str, ...] = ()

    @property
    def environment(self) -> Environment:
        """That of all its nodes."""
        return self.nodes[0].environment


class Cluster:
    """A cluster that this process is connected to.

    Attributes:
        ray: the library.
        refused: name of a node to the reason why it cannot run anything.
    """

    def __init__(self, ray: Any) -> None:
        self.ray = ray
        self.refused: dict[str, str] = {}
        self._known: dict[str, Node | None] = {}

    def nodes(self) -> tuple[Node, ...]:
        """Nodes that are alive and can run spoonbench; each is asked once what it is."""
        alive = [row for row in self.ray.nodes() if row["Alive"]]
        new = [row for row in alive if row["NodeID"] not in self._known]
        asked = [self._ask(row["NodeID"]) for row in new]
        for row, answer in zip(new, asked, strict=True):
            self._known[row["NodeID"]] = self._understand(row, answer)
        found = (self._known[row["NodeID"]] for row in alive)
        return tuple(node for node in found if node is not None)

    def _ask(self, node_id: str) -> Any:
        task = self.ray.remote(ray_node.look)
        return task.options(
            num_cpus=0, max_retries=0, scheduling_strategy=self.only_on(node_id)
        ).remote()

    def _understand(self, row: Mapping[str, Any], answer: Any) -> Node | None:
        name = f"{row['NodeManagerAddress']} ({row['NodeID'][:6]})"
        try:
            seen = json.loads(self.ray.get(answer, timeout=LOOK_S))
        except self.ray.exceptions.RayError as exc:
            self.refused[name] = why(exc)
            return None
        mine = importlib.metadata.version("spoonbench")
        if seen["version"] != mine:
            self.refused[name] = f"it has spoonbench {seen['version']}, this machine {mine}"
            return None
        return Node(
            node_id=row["NodeID"],
            address=row["NodeManagerAddress"],
            hostname=seen["hostname"],
            resources=row["Resources"],
            environment=from_json(Environment, seen["environment"]),
            boot_id=seen["boot_id"],
        )

    @staticmethod
    def only_on(node_id: str) -> Any:
        """Ray's way to say that something runs on this node or not at all."""
        strategies = import_module("ray.util.scheduling_strategies")
        return strategies.NodeAffinitySchedulingStrategy(node_id, soft=False)


@contextmanager
def connect(address: str | None) -> Iterator[Cluster]:
    """Connect to a cluster for as long as the context lasts.

    Args:
        address: of its head, "host:port"; "auto" for the one of this machine; None: one is started
            here, and ended with the context.

    Raises:
        NoCluster: ray is not installed, or nothing answers there.
    """
    ray = load_ray()
    if address is not None:
        _refuse_silence(address)
    own = {"include_dashboard": False, "object_store_memory": LOCAL_STORE_BYTES}
    try:
        ray.init(
            address=address or "local",
            log_to_driver=False,
            logging_level=logging.ERROR,
            **({} if address else own),
        )
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as exc:
        raise NoCluster(_unusable(address, exc)) from exc
    try:
        yield Cluster(ray)
    finally:
        ray.shutdown()


def _refuse_silence(address: str) -> None:
    """Refuse an address at which nothing listens: Ray itself tries for minutes.

    Raises:
        NoCluster: nothing listens there.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not port.isdecimal():
        return  # "auto", or what Ray itself understands or refuses
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_S).close()
    except (OSError, OverflowError) as exc:
        raise NoCluster(_unusable(address, exc)) from exc


def _unusable(address: str | None, exc: BaseException) -> str:
    lines = str(exc).strip().splitlines() or [type(exc).__name__]
    where = f"at {address}" if address else "here"
    return f"No Ray cluster can be used {where}: {lines[0].rstrip('.')}."


def why(exc: BaseException) -> str:
    """What ended something on a node, in a few words."""
    known = {
        "ActorDiedError": "its process ended",
        "ActorUnavailableError": "it can no longer be reached",
        "ActorUnschedulableError": "it is gone",
        "TaskUnschedulableError": "it is gone",
        "NodeDiedError": "it is gone",
        "WorkerCrashedError": "its process ended",
        "GetTimeoutError": f"it said nothing for {LOOK_S:.0f} seconds",
        "OutOfMemoryError": "Ray ended its process, since the machine ran out of memory",
    }
    name = type(exc).__name__
    if name in known:
        return known[name]
    lines = [line.strip() for line in str(exc).splitlines() if line.strip()]
    return lines[-1] if lines else name


def choose(
    nodes: Sequence[Node],
    request: Request,
    *,
    wants_gpu: bool = False,
    alike: str | None = None,
    refused: Mapping[str, str] | None = None,
) -> Choice:
    """Choose the nodes that run cells: the largest group of nodes that are alike.

    Args:
        nodes: of the cluster.
        request: what each has to have.
        wants_gpu: groups with GPUs go first.
        alike: beginning of the environment id of the group; None: see above.
        refused: nodes that cannot run anything, and why.

    Raises:
        NoCluster: no node will do.
    """
    refused = refused or {}
    notes = [f"The node {name} is not used: {reason}." for name, reason in refused.items()]
    fitting = [node for node in nodes if request.fits(node)]
    if not fitting:
        raise NoCluster(_nobody(nodes, request, notes))
    groups: dict[str, list[Node]] = {}
    for node in fitting:
        groups.setdefault(node.environment.environment_id, []).append(node)
    named = {key: group for key, group in groups.items() if key.startswith(alike or "")}
    if not named:
        raise NoCluster(
            f"No node's environment id begins with {alike!r}; there are {', '.join(groups)}."
        )

    def rank(key: str) -> tuple[bool, int, str]:
        has_gpu = any(node.resources.get("GPU", 0.0) > 0 for node in named[key])
        return (not (wants_gpu and has_gpu), -len(named[key]), key)

    chosen = min(named, key=rank)
    if len(groups) > 1:
        notes.append(_unlike(groups, chosen))
    notes += _sharing(groups[chosen])
    return Choice(nodes=tuple(groups[chosen]), notes=tuple(notes))


def _nobody(nodes: Sequence[Node], request: Request, notes: Sequence[str]) -> str:
    has = [
        f"{node.name} has {node.resources.get('CPU', 0.0):g} CPUs, "
        f"{node.resources.get('GPU', 0.0):g} GPUs, {node.resources.get('memory', 0.0) / 1e9:.1f} GB"
        for node in nodes
    ]
    there = "; ".join(has) if has else "no node can run spoonbench"
    return " ".join(
        [f"No node of the cluster has what a cell asks for ({request}): {there}.", *notes]
    )


def _unlike(groups: Mapping[str, Sequence[Node]], chosen: str) -> str:
    others = "; ".join(
        f"{', '.join(node.name for node in group)} ({key})"
        for key, group in groups.items()
        if key != chosen
    )
    n_nodes = sum(map(len, groups.values()))
    return (
        "The nodes differ, and times compare within one environment only: "
        f"{len(groups[chosen])} of {n_nodes} (environment {chosen}) run the cells, and these are "
        f"left out: {others}; --nodes-like ID chooses others."
    )


def _sharing(nodes: Sequence[Node]) -> list[str]:
    """Nodes on one machine take time from each other."""
    machines: dict[str, list[str]] = {}
    for node in nodes:
        if node.boot_id is not None:
            machines.setdefault(node.boot_id, []).append(node.name)
    return [
        f"The nodes {', '.join(names)} are one machine: cells that run on them at once disturb "
        "each other's times."
        for names in machines.values()
        if len(names) > 1
    ]
