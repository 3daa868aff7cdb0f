"""What a store holds of one machine, among others."""

import pytest

from spoonbench.harness.duel_records import Duel, Entry, Requirements, TaskFacts
from spoonbench.harness.matrix_records import Conditions, Matrix, MatrixCell
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer


def task(name):
    return TaskFacts(
        name=name, version="1", kind="number", source="", sha256={}, n_training=0,
        n_validation=0, splits=(),
    )  # fmt: skip


def duel(duel_id, name, environment_id):
    return Duel(
        duel_id=duel_id, created_at="", command=(), preset="quick", environment_id=environment_id,
        n_rounds=1, task=task(name), entries=(), requirements=Requirements(),
    )  # fmt: skip


def matrix(matrix_id, environment_id, n_rounds=1):
    return Matrix(
        matrix_id=matrix_id, created_at="", command=(), environment_id=environment_id,
        n_rounds=n_rounds, task=task("a"), model=Entry(label="m", solver="m", level=5),
        cells=(MatrixCell(name="c", key="k", placement=Conditions()),), baseline="c",
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "store.sqlite"
    with open_writer(path) as writer:
        for one in (duel("1", "a", "here"), duel("2", "a", "there"), duel("3", "b", "here")):
            writer.add_duel(one)
        for one in (matrix("x", "here"), matrix("y", "there"), matrix("z", "here")):
            writer.add_matrix(one)
        writer.add_matrix(matrix("x", "here", n_rounds=5))
    return path


def test_the_newest_duel_of_a_task_and_machine(store):
    with open_writer(store) as writer:
        writer.add_duel(duel("4", "a", "here"))
    with open_reader(store) as reader:
        found = [reader.duel_form(one) for one in reader.newest_forms("duels", "here", "a")]
        assert [one.duel_id for one in found] == ["4", "1"]
        (newest,) = reader.newest_forms("duels", "here", "a", most=1)
        assert newest.key == "4"
        assert [one.key for one in reader.newest_forms("duels", "there", "a")] == ["2"]
        assert reader.newest_forms("duels", "here", "c") == []


def test_plans_of_every_machine_say_whose_they_are(store):
    with open_reader(store) as reader:
        found = [(one.key, one.environment_id) for one in reader.newest_forms("duels")]
        assert found == [("3", "here"), ("2", "there"), ("1", "here")]
        assert [one.key for one in reader.newest_forms("duels", task="a")] == ["2", "1"]
        assert [one.key for one in reader.newest_forms("matrices", most=2)] == ["x", "z"]


def test_matrices_of_a_machine_are_the_newest_of_each_newest_first(store):
    with open_reader(store) as reader:
        found = [reader.matrix_form(one) for one in reader.newest_forms("matrices", "here")]
        assert [(one.matrix_id, one.n_rounds) for one in found] == [("x", 5), ("z", 1)]
        assert reader.newest_forms("matrices", "nowhere") == []
        assert found == [one for one in reader.matrices() if one.environment_id == "here"]
