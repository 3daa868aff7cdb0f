"""Runs jobs on the nodes of a Ray cluster, one on each node at a time.

On every node that was chosen one process holds what was asked of it (all its CPUs, unless said
otherwise) for as long as the executor lives, so that nothing else of Ray's runs beside a cell.
What jobs share is put into the object store once and fetched once by each node.

A job whose node is lost is begun again on another one; its first attempt leaves nothing. A job
that has lost `MOST_LOSSES` nodes, or for which none is left, is "killed", with the reason. Nodes
that join the cluster later, alike and with what is asked for, are used too.

Not covered: progress within a job; the loss of the cluster's head, which ends the command (what
was done is stored, and the same command goes on).
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from spoonbench.harness.canonical import from_json
from spoonbench.harness.executors.parcels import BadParcel, Parcel, pack, unpack
from spoonbench.harness.executors.ray_cluster import why
from spoonbench.harness.executors.ray_messages import Outbox
from spoonbench.harness.executors.ray_node import NodeRunner
from spoonbench.harness.executors.transcript import Ending, Transcript
from spoonbench.harness.protocol import Host, Job, JobResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spoonbench.harness.executors.ray_cluster import Choice, Cluster, Node, Request
    from spoonbench.harness.protocol import CellResult
    from spoonbench.harness.records import RunStatus

MOST_LOSSES = 3
"""Nodes that one job may lose: it may be the job that ends them."""
LOSSES_OF_NODE = 2
"""A node on which the process was lost so often is not used again."""
POLL_S = 1.0
LOOK_AGAIN_S = 5.0
WAIT_TOLD_S = 20.0
PATIENCE_S = 30.0
CLOSE_S = 10.0
_NOBODY_LEFT = (
    "no node of the cluster is left that could run it; the same command tries again once there is"
)


@dataclass(slots=True, eq=False)
class _Place:
    """The process on one node.

    Attributes:
        node: on which it is.
        runner: handle of the `NodeRunner`.
        pending: reference to what it is doing; None: nothing.
        index: of the job that it is doing; None: it looks for folders.
        lacking: hashes of folders that have to be sent to it.
        n_folders: that it was asked about.
        asked_s: when the process was asked for.
        is_late: a person was told that it is not there yet.
    """

    node: Node
    runner: Any
    pending: Any = None
    index: int | None = None
    lacking: set[str] = field(default_factory=set)
    n_folders: int = -1
    asked_s: float = field(default_factory=time.monotonic)
    is_late: bool = False


class RayExecutor:
    """Runs many jobs at once; a context manager, because processes on nodes are held.

    Attributes:
        notes: what did not go as planned without changing a result.
    """

    def __init__(
        self,
        cluster: Cluster,
        choice: Choice,
        request: Request,
        *,
        tell: Callable[[str], None] | None = None,
        patience_s: float = PATIENCE_S,
        extra_paths: Sequence[str | Path] = (),
        shares_folders: bool = True,
    ) -> None:
        """Prepare; no process is started before the first job.

        Args:
            cluster: that this process is connected to.
            choice: its nodes that run cells.
            request: what is held on each.
            tell: is told at once what a person may want to know while jobs run.
            patience_s: how long to wait for a node once none is left.
            extra_paths: folders, on every node, in which children find further modules.
            shares_folders: nodes look whether a folder is theirs too before it is sent.
        """
        self.notes: list[str] = []
        self._cluster, self._ray = cluster, cluster.ray
        self._choice, self._request = choice, request
        self._tell = tell or self.notes.append
        self._patience_s = patience_s
        self._paths = [str(Path(path).resolve()) for path in extra_paths]
        self._shares_folders = shares_folders
        self._places: list[_Place] = []
        self._losses: Counter[str] = Counter()
        self._outbox = Outbox(self._ray.put)
        self._parcels: dict[str, Parcel] = {}
        self._looked_at_s = 0.0

    @property
    def n_places(self) -> int:
        """Jobs that can be under way at once, if all nodes are free."""
        return len(self._choice.nodes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give all nodes free; what still runs there is killed. May be called twice."""
        places, self._places = self._places, []
        with suppress(self._ray.exceptions.RayError):
            ending = [place.runner.close.remote() for place in places if place.pending is None]
            if ending:
                self._ray.wait(ending, num_returns=len(ending), timeout=CLOSE_S)
        for place in places:
            self._kill(place)

    def run(
        self,
        job: Job,
        on_progress: Callable[[float, str], None] | None = None,
        on_cell: Callable[[CellResult, JobResult], None] | None = None,
    ) -> JobResult:
        """Run one job on one node, and wait for it.

        Args:
            job: what to do.
            on_progress: not called.
            on_cell: called with each cell and the whole result, once the job is done.
        """
        ((_, result),) = self.run_all([job])
        for cell in result.cells if on_cell is not None else ():
            on_cell(cell, result)  # type: ignore[misc]  # the loop is empty without it
        return result

    def run_all(
        self, jobs: Sequence[Job], on_begin: Callable[[int], None] | None = None
    ) -> Iterator[tuple[int, JobResult]]:
        """Run jobs, as many at once as there are nodes, and begin them in order.

        Args:
            jobs: what to do.
            on_begin: called with the number of a job when it is begun, and begun again.

        Yields:
            number of a job and its result, in the order in which they end; each job once.

        Raises:
            BadParcel: a folder that a job needs cannot be sent.
            OSError: such a folder cannot be read, or what was trained cannot be written.
        """
        for job in jobs:
            self._outbox.add_folders(job)
        try:
            yield from self._run_all(jobs, on_begin)
        finally:
            for place in [one for one in self._places if one.index is not None]:
                self._places.remove(place)  # whoever asked has lost interest
                self._kill(place)

    def _run_all(
        self, jobs: Sequence[Job], on_begin: Callable[[int], None] | None
    ) -> Iterator[tuple[int, JobResult]]:
        waiting, lost = deque(range(len(jobs))), Counter[int]()
        n_left = len(jobs)
        while n_left:
            self._look_for_nodes(is_urgent=not self._places)
            if not self._places:
                for index in waiting:
                    yield index, self._without(jobs[index], "killed", _NOBODY_LEFT)
                return
            for index, result in self._begin(jobs, waiting, on_begin):
                n_left -= 1
                yield index, result
            for place in self._ended():
                number, outcome = place.index, self._outcome(place, jobs)
                if number is None:
                    continue
                if outcome is None:
                    lost[number] += 1
                    if lost[number] < MOST_LOSSES:
                        waiting.appendleft(number)
                        continue
                    outcome = self._without(jobs[number], "killed", _lost_too_often(place.node))
                n_left -= 1
                yield number, outcome

    def _begin(
        self, jobs: Sequence[Job], waiting: deque[int], on_begin: Callable[[int], None] | None
    ) -> Iterator[tuple[int, JobResult]]:
        """Give every free place something to do; yields jobs that cannot be sent."""
        for place in self._places:
            if place.pending is not None or not waiting:
                continue
            if place.n_folders < len(self._outbox.folders):
                place.n_folders = len(self._outbox.folders)
                place.pending = place.runner.lacking.remote(self._outbox.folders)
                continue
            index = waiting.popleft()
            try:
                message, texts, folders = self._outbox.message(jobs[index])
            except (TypeError, ValueError) as exc:
                yield index, self._without(jobs[index], "error", f"the job has no JSON form: {exc}")
                continue
            if on_begin is not None:
                on_begin(index)
            place.index = index
            place.pending = place.runner.run.remote(
                message,
                {name: self._outbox.texts[name] for name in texts},
                {sha256: self._parcel(sha256) for sha256 in folders if sha256 in place.lacking},
            )

    def _ended(self) -> list[_Place]:
        """Places that have something to say, after a moment of waiting for it."""
        busy = {place.pending: place for place in self._places if place.pending is not None}
        if not busy:
            return []
        self._tell_who_is_late()
        ready, _ = self._ray.wait(list(busy), num_returns=1, timeout=POLL_S)
        return [busy[reference] for reference in ready]

    def _outcome(self, place: _Place, jobs: Sequence[Job]) -> JobResult | None:
        """What came out of a job; None where its place was lost, or had no job."""
        index, reference = place.index, place.pending
        place.index = place.pending = None
        try:
            answer = self._ray.get(reference)
            if index is None:
                place.lacking = set(answer)
                return None
            reply, saved = answer
            self._keep(saved, jobs[index])
        except (self._ray.exceptions.RayError, BadParcel) as exc:
            self._lose(place, why(exc))
            return None
        said = json.loads(reply)
        self.notes += [f"{place.node.name}: {note}" for note in said["notes"]]
        node = {"address": place.node.address, "hostname": place.node.hostname}
        node["id"] = place.node.node_id
        host = Host(environment=place.node.environment, observed={**said["observed"], "node": node})
        result: JobResult = from_json(JobResult, said["result"])
        return replace(result, host=host)

    def _keep(self, saved: Parcel | None, job: Job) -> None:
        """Fetch what a training left."""
        if saved is not None and job.training is not None and job.training.save_to is not None:
            folder = Path(job.training.save_to)
            shutil.rmtree(folder)  # what an attempt left whose node was lost on the way
            folder.mkdir()
            unpack(saved, folder, self._ray.get)

    def _parcel(self, sha256: str) -> Parcel:
        if sha256 not in self._parcels:
            path = next(p for p, known in self._outbox.folders.items() if known == sha256)
            self._parcels[sha256] = pack(Path(path), self._ray.put)
        return self._parcels[sha256]

    def _tell_who_is_late(self) -> None:
        for place in self._places:
            is_starting = place.index is None and place.pending is not None
            late = is_starting and time.monotonic() - place.asked_s > WAIT_TOLD_S
            if late and not place.is_late:
                place.is_late = True
                self._tell(
                    f"Still waiting for the node {place.node.name}: other work holds what was "
                    f"asked of it ({self._request}), or it is slow."
                )

    # -- nodes -----------------------------------------------------------------------------------

    def _look_for_nodes(self, *, is_urgent: bool) -> None:
        """Use nodes that are there and not in use; if it is urgent, wait until there is one."""
        until_s = time.monotonic() + self._patience_s
        while True:
            if is_urgent or time.monotonic() - self._looked_at_s > LOOK_AGAIN_S:
                self._looked_at_s = time.monotonic()
                for node in self._free_nodes():
                    self._places.append(self._place(node))
            if self._places or not is_urgent or time.monotonic() > until_s:
                return
            time.sleep(POLL_S)

    def _free_nodes(self) -> list[Node]:
        used = {place.node.node_id for place in self._places}
        wanted = self._choice.environment.environment_id
        return [
            node
            for node in self._cluster.nodes()
            if node.node_id not in used
            and self._losses[node.node_id] < LOSSES_OF_NODE
            and node.environment.environment_id == wanted
            and self._request.fits(node)
        ]

    def _place(self, node: Node) -> _Place:
        asked = dict(self._request.resources(node))
        options = {
            "num_cpus": asked.pop("CPU", 0),
            "num_gpus": asked.pop("GPU", 0),
            "memory": asked.pop("memory", None),
            "resources": asked,
            "max_restarts": 0,
            "scheduling_strategy": self._cluster.only_on(node.node_id),
        }
        runner = self._ray.remote(NodeRunner).options(**options)
        handle = runner.remote(self._paths, shares_folders=self._shares_folders)
        return _Place(node=node, runner=handle)

    def _lose(self, place: _Place, reason: str) -> None:
        self._places.remove(place)
        self._losses[place.node.node_id] += 1
        self._kill(place)
        self._tell(f"The node {place.node.name} was lost: {reason}.")

    def _kill(self, place: _Place) -> None:
        with suppress(self._ray.exceptions.RayError, ValueError):
            self._ray.kill(place.runner)

    def _without(self, job: Job, status: RunStatus, reason: str) -> JobResult:
        """The result of a job of which no child tells anything, and nothing was seen of a node."""
        result = Transcript(job).result(Ending(status, reason), "")
        host = Host(environment=self._choice.environment, observed={"node": None})
        return replace(result, host=host)


def _lost_too_often(node: Node) -> str:
    return f"{MOST_LOSSES} nodes were lost while they ran it, the last was {node.name}"
