"""A matrix on a cluster of two nodes: what is stored is what one machine would have stored."""

import os
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from spoonbench.harness.artifacts import ArtifactStore
from spoonbench.harness.canonical import to_json
from spoonbench.harness.duel.lineup import LineupChoice, line_up
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel.run import Bench
from spoonbench.harness.environment import observe, probe
from spoonbench.harness.executors.libraries import load_class
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.executors.ray_cluster import NoCluster, Request, choose, connect
from spoonbench.harness.executors.ray_executor import RayExecutor
from spoonbench.harness.matrix.plan import Wanted, plan_matrix
from spoonbench.harness.matrix.run import Pacing, run_matrix, turns
from spoonbench.harness.matrix.sweep import Sweep, placements
from spoonbench.harness.protocol import CellWork, Job, Limits
from spoonbench.harness.records import Placement
from spoonbench.harness.registry import make_task
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.solvers.api import Part, Problem, Settings

cluster_utils = pytest.importorskip(
    "ray.cluster_utils", reason="ray is not installed: tox run -e ray has it", exc_type=ImportError
)
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="nodes on one machine need Linux"),
    # Ray's own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HERE = Path(__file__).parent
CONTESTANTS = "ray_contestants"
STORE_BYTES = 100_000_000
N_ITEMS = 24


class Silent:
    """Is told what happens, and remembers it."""

    def __init__(self):
        self.said = []

    def expect(self, jobs):
        self.said.append(("expect", len(jobs)))

    def begin(self, name):
        self.said.append(("begin", name))

    def advance(self, fraction, message):
        pass

    def end(self, name, status, reason):
        self.said.append(("end", name, status))


class Nodes:
    """A head that takes no work, and nodes that come and go."""

    def __init__(self):
        self.cluster = cluster_utils.Cluster(
            initialize_head=True,
            head_node_args={
                "num_cpus": 0,
                "object_store_memory": STORE_BYTES,
                "include_dashboard": False,
            },
        )
        self.working = []

    def set(self, *resources):
        """Exactly these nodes work, each fresh."""
        for node in self.working:
            self.lose(node)
        self.working = [self.add(**one) for one in resources]

    def add(self, **resources):
        given = {"num_cpus": 1, "object_store_memory": STORE_BYTES, **resources}
        return self.cluster.add_node(**given)

    def lose(self, node):
        self.working = [one for one in self.working if one is not node]
        self.cluster.remove_node(node, allow_graceful=False)


@pytest.fixture(scope="module")
def nodes():
    with pytest.MonkeyPatch.context() as patch:
        # Inherited by the nodes, and by what they start.
        patch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")]))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.syspath_prepend(str(HERE))
        started = Nodes()
        yield started
        started.cluster.shutdown()


@pytest.fixture
def two(nodes):
    """Two nodes that work, with different resources."""
    nodes.set({"num_cpus": 1}, {"num_cpus": 2, "resources": {"special": 1}})
    return nodes


@contextmanager
def ray_executor(nodes, *, request=None, **options):
    with connect(nodes.cluster.address) as cluster:
        asked = request or Request()
        choice = choose(cluster.nodes(), asked, refused=cluster.refused)
        with RayExecutor(cluster, choice, asked, **options) as executor:
            yield executor


# -- a matrix ------------------------------------------------------------------------------------


def make_plan(name, *, batches, n_rounds=2, n_items=N_ITEMS, target=None, params=None):
    preset = PRESETS["quick"]
    task = make_task("word-problems", preset.task_options.get("word-problems", {}))
    label = "rules" if target else name
    (entry,) = line_up(task, preset, LineupChoice(only=(label,)))
    if target:
        info = load_class(f"{CONTESTANTS}:{target}").info
        entry = replace(
            entry,
            label=name,
            name=name,
            target=f"{CONTESTANTS}:{target}",
            info=info,
            params=params or {},
        )
    usual = Placement()
    wanted = Wanted(
        placements=placements(Sweep(axes={"batch": batches}, usual=usual)),
        n_items=n_items,
        n_rounds=n_rounds,
        memory_bytes=1_000_000_000,
    )
    return plan_matrix(task, entry, preset, probe(), wanted)


def run(plan, executor, out, watcher=None):
    """Run what is missing of a plan, and return what the store then holds of it."""
    path = out / "store.sqlite"
    keys = [cell.key for cell in plan.matrix.cells]
    with open_writer(path) as store:
        store.add_environment(probe())
        bench = Bench(
            executor=executor,
            store=store,
            artifacts=ArtifactStore(out / "models"),
            watcher=watcher or Silent(),
            observe=observe,
            limits=Limits(memory_bytes=1_000_000_000, seconds=60.0),
        )
        with open_reader(path) as reader:
            done = [(r.cell_key, r.round_index) for r in reader.runs(keys) if r.status == "ok"]
        pacing = Pacing(seconds=0.05, least_items=8)
        run_matrix(plan, bench, turns(plan, done), lambda _: 1.0, pacing)
    return stored(plan, path)


def stored(plan, path):
    """Every run of every cell, in an order of its own: cell, round, ending, answers."""
    names = {cell.key: cell.name for cell in plan.matrix.cells}
    with open_reader(path) as reader:
        rows = []
        for one in reader.runs(list(names)):
            answers = reader.answers(one.run_id)
            said = None if answers is None else [plain(answer) for answer in answers]
            rows.append((names[one.cell_key], one.round_index, one.status, said))
    return sorted(rows, key=lambda row: row[:2])


def plain(answer):
    said = to_json(answer)
    return {name: said[name] for name in ("problem_id", "status", "value", "is_correct", "reason")}


def runs_of(plan, out):
    with open_reader(out / "store.sqlite") as reader:
        return reader.runs([cell.key for cell in plan.matrix.cells])


def run_here(plan, out):
    with LocalExecutor(extra_paths=[HERE]) as executor:
        return run(plan, executor, out)


@pytest.mark.parametrize(
    "plan_of",
    [
        {"name": "rules", "batches": (1, 4, 16)},
        {"name": "crashes", "batches": (1, 4, 8), "target": "CrashesInLargeBatches"},
    ],
    ids=["rules", "crashing"],
)
def test_a_cluster_stores_what_one_machine_stores(two, tmp_path, plan_of):
    plan = make_plan(**plan_of)
    expected = run_here(plan, tmp_path / "here")
    watcher = Silent()
    with ray_executor(two) as executor:
        found = run(plan, executor, tmp_path / "cluster", watcher)
    assert found == expected
    runs = runs_of(plan, tmp_path / "cluster")
    assert {one.environment_id for one in runs} == {plan.matrix.environment_id}
    assert {one.observed["node"]["id"] for one in runs} == {n.node_id for n in two.working}
    statuses = {row[2] for row in found}
    assert ("killed" in statuses) == ("target" in plan_of)
    ended = [said for said in watcher.said if said[0] == "end"]
    assert len(ended) == len(found)
