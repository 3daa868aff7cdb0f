import types

import pytest

from spoonbench.harness import registry
from spoonbench.harness.registry import UnknownName, find_solver, find_task, make_task


def test_an_unknown_name_says_what_was_probably_meant():
    with pytest.raises(UnknownName, match="Did you mean 'rules'") as caught:
        find_solver("ruls")
    assert "spoon" in str(caught.value)


def test_an_unknown_task_lists_the_known_ones():
    with pytest.raises(UnknownName, match="word-problems"):
        find_task("nothing like it")


def test_solvers_of_others_are_found_by_entry_point(monkeypatch):
    entry = types.SimpleNamespace(
        name="theirs", value="their.module:Solver", dist=types.SimpleNamespace(name="their-dist")
    )
    thief = types.SimpleNamespace(name="rules", value="their.module:Solver", dist=None)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [entry, thief])
    registry._with_entry_points.cache_clear()
    try:
        found = find_solver("theirs")
        assert (found.target, found.distribution) == ("their.module:Solver", "their-dist")
        assert find_solver("rules").distribution == "spoonbench", "a name of ours was taken over"
    finally:
        registry._with_entry_points.cache_clear()


def test_a_task_is_made_by_name_with_its_options():
    task = make_task("word-problems", {"n_training": 20, "n_validation": 5, "n_items": 5})
    assert task.name == "word-problems"
    assert len(task.training.items) == 20
