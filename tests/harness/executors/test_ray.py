"""A matrix on a cluster of two nodes: what is stored is what one machine would have stored."""

import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from spoonbench.harness.artifacts import ArtifactStore
from spoonbench.harness.canonical import to_json
from spoonbench.harness.duel.lineup import LineupChoice, line_up
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel.run import Bench
from spoonbench.harness.environment import observe, probe
from spoonbench.harness.executors.libraries import load_class
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.executors.ray_cluster import Request, choose, connect
from spoonbench.harness.executors.ray_executor import RayExecutor
from spoonbench.harness.executors.ray_library import NoCluster
from spoonbench.harness.matrix.plan import Wanted, plan_matrix
from spoonbench.harness.matrix.run import run_matrix, train_model, turns
from spoonbench.harness.matrix.sweep import Sweep, placements
from spoonbench.harness.matrix.work import Pacing
from spoonbench.harness.protocol import Limits
from spoonbench.harness.registry import make_task
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer

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


def make_plan(
    name, *, batches, n_rounds=2, n_items=N_ITEMS, target=None, params=None, environment=None
):
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
    wanted = Wanted(
        placements=placements(Sweep(axes={"batch": batches})),
        n_items=n_items,
        n_rounds=n_rounds,
        memory_bytes=1_000_000_000,
    )
    return plan_matrix(task, entry, preset, environment or probe(), wanted)


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
        artifact = train_model(plan, bench)
        run_matrix(plan, bench, turns(plan, done), artifact, lambda _: 1.0, pacing=pacing)
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


# -- nodes come and go ---------------------------------------------------------------------------


class Meddler(Silent):
    """Does something to the nodes when so many jobs have begun."""

    def __init__(self, after, what):
        super().__init__()
        self.after, self.what = after, what

    def begin(self, name):
        super().begin(name)
        if self.names("begin") == self.after:
            self.what()

    def names(self, kind):
        return sum(said[0] == kind for said in self.said)


SLOW = {"target": "TakesItsTime", "params": {"seconds": 0.1}}


def test_a_node_that_is_lost_in_the_middle_leaves_no_trace_in_the_store(two, tmp_path):
    plan = make_plan("slow", batches=(2, 4, 8), n_items=8, **SLOW)
    expected = run_here(plan, tmp_path / "here")
    told: list[str] = []
    meddler = Meddler(4, lambda: two.lose(two.working[1]))
    with ray_executor(two, tell=told.append) as executor:
        found = run(plan, executor, tmp_path / "cluster", meddler)
    assert found == expected
    assert {row[2] for row in found} == {"ok", "killed"}, "one of them crashes by itself"
    assert any("was lost: " in text for text in told)
    assert meddler.names("begin") == len(found) + 1, "no job was begun again"
    assert meddler.names("end") == len(found)


def test_without_any_node_cells_are_killed_and_the_same_command_goes_on(two, tmp_path):
    plan = make_plan("slow", batches=(1, 2), n_items=4, **SLOW)
    expected = run_here(plan, tmp_path / "here")

    def lose_all():
        for node in two.working:
            two.lose(node)

    with ray_executor(two, patience_s=0.0, tell=lambda _: None) as executor:
        found = run(plan, executor, tmp_path / "cluster", Meddler(3, lose_all))
    lost = [row for row in found if row[2] == "killed"]
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    assert len(lost) >= 2
    reasons = {one.reason for one in runs_of(plan, tmp_path / "cluster") if one.status != "ok"}
    assert len(reasons) == 1
    assert "no node of the cluster is left that could run it" in reasons.pop()

    two.set({"num_cpus": 1})
    watcher = Silent()
    with ray_executor(two) as executor:
        run(plan, executor, tmp_path / "cluster", watcher)
    assert sum(said[0] == "begin" for said in watcher.said) == len(lost)
    good = [row for row in stored(plan, tmp_path / "cluster" / "store.sqlite") if row[2] == "ok"]
    assert good == expected


def test_a_node_that_joins_is_used(nodes, tmp_path, monkeypatch):
    monkeypatch.setattr("spoonbench.harness.executors.ray_executor.LOOK_AGAIN_S", 0.5)
    nodes.set({"num_cpus": 1})
    plan = make_plan("slow", batches=(1, 2, 4), n_items=8, n_rounds=4, **SLOW)
    meddler = Meddler(2, lambda: nodes.working.append(nodes.add()))
    with ray_executor(nodes) as executor:
        run(plan, executor, tmp_path, meddler)
    seen = {one.observed["node"]["id"] for one in runs_of(plan, tmp_path)}
    assert seen == {node.node_id for node in nodes.working}
    assert len(seen) == 2


def test_a_process_that_is_killed_on_a_node_is_started_again(nodes, tmp_path):
    nodes.set({"num_cpus": 1})
    plan = make_plan("slow", batches=(1, 2), n_items=4, **SLOW)
    told: list[str] = []

    def kill_runner():
        ours = psutil.Process().children(recursive=True)
        (runner,) = [one for one in ours if "NodeRunner" in " ".join(one.cmdline())]
        runner.kill()

    with ray_executor(nodes, tell=told.append) as executor:
        found = run(plan, executor, tmp_path, Meddler(2, kill_runner))
    assert {row[2] for row in found} == {"ok"}
    assert any("was lost: " in text for text in told)


# -- weights and folders -------------------------------------------------------------------------


@pytest.mark.parametrize("shares_folders", [False, True], ids=["apart", "shared"])
def test_weights_are_learned_on_a_node_and_spread_once(two, tmp_path, shares_folders):
    plan = make_plan("learns", batches=(1, 2, 4), n_items=8, target="Learns")
    expected = run_here(plan, tmp_path / "here")
    with ray_executor(two, shares_folders=shares_folders) as executor:
        found = run(plan, executor, tmp_path / "cluster")
    (artifact,) = ArtifactStore(tmp_path / "cluster" / "models").list()
    (reference,) = ArtifactStore(tmp_path / "here" / "models").list()
    assert artifact.sha256 == reference.sha256

    def without_folder(rows):
        bare = [[{**a, "reason": None} for a in said] if said else said for *_, said in rows]
        return [(*row[:3], said) for row, said in zip(rows, bare, strict=True)]

    assert without_folder(found) == without_folder(expected)
    used = {answer["reason"] for *_, said in found if said for answer in said}
    if shares_folders:
        assert used == {artifact.path}
    else:
        # One folder on each node that ran first rounds, whatever the number of cells.
        assert artifact.path not in used
        assert 1 <= len(used) <= 2
    runs = runs_of(plan, tmp_path / "cluster")
    assert {one.artifact_sha256 for one in runs} == {artifact.sha256}
    assert not any(Path(folder).exists() for folder in used - {artifact.path})


def test_a_folder_that_is_a_parameter_is_sent_too(two, tmp_path):
    model = tmp_path / "model"
    model.mkdir()
    (model / "weights.txt").write_text("7")
    params = {"model": str(model)}
    plan = make_plan("reads", batches=(1, 2), n_items=4, target="ReadsParameter", params=params)
    with ray_executor(two, shares_folders=False) as executor:
        found = run(plan, executor, tmp_path / "cluster")
    answers = [answer for *_, said in found if said for answer in said]
    assert {answer["value"] for answer in answers} == {"7"}
    assert str(model) not in {answer["reason"] for answer in answers}


def greet():
    return "hello"


# -- resources -----------------------------------------------------------------------------------


def test_a_node_that_runs_a_cell_runs_nothing_else_of_ray(two, tmp_path):
    plan = make_plan("slow", batches=(1, 2), n_items=4, **SLOW)
    began = []

    def crowd(executor):
        ray = executor._ray
        task = ray.remote(greet).options(num_cpus=1)
        began.append(task.remote())
        done, _ = ray.wait(began, timeout=3.0)
        assert done == [], "a task ran beside a cell"

    with ray_executor(two) as executor:
        # Both places are held once the third job begins.
        run(plan, executor, tmp_path, Meddler(3, lambda: crowd(executor)))
        executor.close()
        done, _ = executor._ray.wait(began, timeout=20.0)
        assert done == began, "the nodes were not given free"


def test_only_nodes_with_what_is_asked_for_are_used(two, tmp_path):
    plan = make_plan("rules", batches=(1,), n_items=4)
    with ray_executor(two, request=Request(cpus=2)) as executor:
        assert executor.n_places == 1
        run(plan, executor, tmp_path)
    assert {one.observed["node"]["id"] for one in runs_of(plan, tmp_path)} == {
        two.working[1].node_id
    }


def test_records_of_another_machine_are_kept_under_its_own_environment(two, tmp_path):
    # The cluster's nodes tell of themselves; that the plan was made elsewhere changes nothing.
    elsewhere = replace(probe(), processor="another one")
    plan = make_plan("rules", batches=(1,), n_items=4, environment=elsewhere)
    with ray_executor(two) as executor:
        run(plan, executor, tmp_path)
    assert {one.environment_id for one in runs_of(plan, tmp_path)} == {probe().environment_id}
    with open_reader(tmp_path / "store.sqlite") as reader:
        assert reader.environment(probe().environment_id) == probe()


def test_a_cluster_that_is_not_there_is_said_in_one_sentence():
    with (
        pytest.raises(NoCluster, match=r"^No Ray cluster can be used at 127\.0\.0\.1:9: "),
        connect("127.0.0.1:9"),
    ):
        pass
