"""A folder of results with one language model, trained in seconds; interrupts that arrive."""

import signal
import sys
from typing import Any

import pytest

from spoonbench.harness.artifacts import ArtifactStore, Recipe
from spoonbench.harness.cli import main
from spoonbench.harness.registry import find_solver, make_solver
from spoonbench.solvers.api import Example, Problem, Settings

PARAMS = {
    "n_layers": 1,
    "n_heads": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "vocabulary_size": 320,
    "positions": 64,
    "batch_size": 8,
    "learning_rate": 0.01,
    "epochs": 6,
    "precision": "float32",
}


@pytest.fixture
def interruptible():
    """Interrupts reach this process and its children, also where the tests run in the background.

    A shell starts a background command with interrupts ignored, and children inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def call_main(tmp_path, monkeypatch, capsys):
    """The command line in this process and an empty folder, for inputs that are refused.

    Exit code, standard output and standard error; what would be a traceback is raised.
    """

    def run(*words):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr(sys, "argv", ["spoonbench", *map(str, words)])
        code = main()
        return code, *capsys.readouterr()

    return run


@pytest.fixture(scope="session")
def trained_results(tmp_path_factory):
    """A folder of results whose model "lm-mine" knows its answers by heart; not to be changed."""
    registered = find_solver("lm-tiny")
    params = {**registered.params, **PARAMS}
    solver: Any = make_solver(registered.target)
    solver.prepare(Settings(params=params))
    made = [
        Example(
            problem=Problem(problem_id=str(i), text=f"ann has {i % 5} pens", kind="number"),
            target=str(i % 5),
        )
        for i in range(100)
    ]
    solver.fit(made, made[:20], lambda *_: None, None)
    results = tmp_path_factory.mktemp("results")
    keep(results, solver, {"label": "lm-mine", "task": "mine", "params": params})
    keep(results, solver, {"label": "lm-twice", "task": "one", "params": params})
    keep(results, solver, {"label": "lm-twice", "task": "two", "params": params})
    solver.close()
    return results


def keep(results, solver, settings):
    recipe = Recipe(kind="weights", solver="lm-tiny", solver_version="1", settings=settings)
    store = ArtifactStore(results / "models")
    with store.begin(recipe) as making:
        solver.save(making.content)
        store.finish(making)
