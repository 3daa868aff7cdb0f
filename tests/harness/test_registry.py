import json
import textwrap
import types

import pytest

from spoonbench.harness import registry
from spoonbench.harness.commands import listing
from spoonbench.harness.registry import (
    CannotLoad,
    UnknownName,
    find_solver,
    find_task,
    make_solver,
    make_task,
    solver_info,
)
from spoonbench.harness.tasks.api import BadTask

MODULE = "contestants_of_others"
SOURCE = """
    from spoonbench.harness.tasks.api import BadTask
    from spoonbench.solvers.api import SolverInfo

    class Good:
        info = SolverInfo(
            name="good", version="1", level=1, summary="Good \\x1b[31m.", kinds=("number",)
        )
        def prepare(self, settings):
            pass
        def solve(self, problems):
            return []
        def close(self):
            pass

    class Raises(Good):
        def __init__(self):
            raise ValueError("no \\x1b licence")

    class Leaves(Good):
        def __init__(self):
            raise SystemExit(2)

    class Lacks:
        info = Good.info

    class Anonymous(Good):
        info = {"name": "anonymous"}

    class Highest(Good):
        info = SolverInfo(name="highest", version="1", level=9, summary="", kinds=("number",))

    def task_that_raises(options):
        "Never makes one."
        raise KeyError("size")

    def task_that_is_none(options):
        return {}

    def picky_task(options):
        raise BadTask("size must be positive")

    NUMBER = 5
"""


def entry(name, value):
    return types.SimpleNamespace(
        name=name, value=value, dist=types.SimpleNamespace(name="their-dist")
    )


@pytest.fixture
def register(tmp_path, monkeypatch):
    """Entry points of another distribution, as if it were installed."""
    (tmp_path / f"{MODULE}.py").write_text(textwrap.dedent(SOURCE), "utf-8")
    (tmp_path / "module_that_raises.py").write_text("1 / 0\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def register(**targets):
        entries = [entry(name, target) for name, target in targets.items()]
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: entries)
        registry._with_entry_points.cache_clear()

    yield register
    registry._with_entry_points.cache_clear()


def test_an_unknown_name_says_what_was_probably_meant():
    with pytest.raises(UnknownName, match="Did you mean 'rules'") as caught:
        find_solver("ruls")
    assert "spoon" in str(caught.value)


def test_an_unknown_task_lists_the_known_ones():
    with pytest.raises(UnknownName, match="word-problems"):
        find_task("nothing like it")


def test_solvers_of_others_are_found_by_entry_point(register):
    register(theirs="their.module:Solver", rules="their.module:Solver")
    found = find_solver("theirs")
    assert (found.target, found.distribution) == ("their.module:Solver", "their-dist")
    assert find_solver("rules").distribution == "spoonbench", "a name of ours was taken over"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("no_such_module_at_all:Solver", "ModuleNotFoundError: No module named"),
        ("module_that_raises:Solver", "ZeroDivisionError"),
        (f"{MODULE}:Missing", "AttributeError"),
        (MODULE, "AttributeError"),
        (f"{MODULE}:Raises", "ValueError: no \x1b licence"),
        (f"{MODULE}:Leaves", "SystemExit: 2"),
        (f"{MODULE}:Lacks", "it lacks one of info, prepare, solve and close"),
        (f"{MODULE}:Anonymous", "its info is a dict, not a SolverInfo"),
        (f"{MODULE}:Highest", "its level is 9"),
        (f"{MODULE}:NUMBER", "TypeError"),
    ],
)
def test_a_broken_solver_of_others_says_whose_it_is_and_why(register, target, why):
    register(theirs=target)
    with pytest.raises(CannotLoad) as caught:
        solver_info("theirs")
    assert "'theirs' of the distribution their-dist cannot be loaded" in str(caught.value)
    assert why in str(caught.value)


def test_a_broken_solver_of_ours_is_a_fault(monkeypatch):
    with pytest.raises(ModuleNotFoundError):
        make_solver("spoonbench.no_such_module:Solver")


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("no_such_module_at_all:make", "ModuleNotFoundError"),
        (f"{MODULE}:NUMBER", "it is a int, not a function"),
        (f"{MODULE}:task_that_raises", "KeyError: 'size'"),
        (f"{MODULE}:task_that_is_none", "it returned a dict, not a Task"),
    ],
)
def test_a_broken_task_of_others_says_whose_it_is_and_why(register, target, why):
    register(theirs=target)
    with pytest.raises(CannotLoad) as caught:
        make_task("theirs", {})
    assert "their-dist" in str(caught.value)
    assert why in str(caught.value)


def test_a_task_of_others_may_refuse_its_options(register):
    register(theirs=f"{MODULE}:picky_task")
    with pytest.raises(BadTask, match="size must be positive"):
        make_task("theirs", {})


def test_the_list_of_solvers_shows_broken_ones_as_rows(register, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    register(good=f"{MODULE}:Good", broken=f"{MODULE}:Raises")
    listing.list_solvers(as_json=True)
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["good"]["level"] == 1
    assert "their-dist" in rows["broken"]["cannot_be_loaded"]
    assert "level" in rows["rules"]
    listing.list_solvers(as_json=False)
    text = capsys.readouterr().out
    assert "cannot be loaded: 'broken' of the distribution their-dist" in text
    assert "no \\x1b licence" in text
    assert "Good \\x1b[31m." in text
    assert "\x1b" not in text


def test_the_list_of_tasks_shows_broken_ones(register, capsys):
    register(lost="no_such_module_at_all:make", theirs=f"{MODULE}:task_that_raises")
    listing.list_tasks(as_json=True)
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert "ModuleNotFoundError" in rows["lost"]["cannot_be_loaded"]
    assert rows["theirs"]["documentation"] == "Never makes one."
    listing.list_tasks(as_json=False)
    text = capsys.readouterr().out
    assert "cannot be loaded: 'lost' of the distribution their-dist" in text
    assert "word-problems" in text


def test_a_task_is_made_by_name_with_its_options():
    task = make_task("word-problems", {"n_training": 20, "n_validation": 5, "n_items": 5})
    assert task.name == "word-problems"
    assert len(task.training.items) == 20
