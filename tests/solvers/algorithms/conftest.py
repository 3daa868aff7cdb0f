import pytest

from spoonbench.solvers.algorithms.algebra import AlgebraSolver
from spoonbench.solvers.api import Problem, Settings


@pytest.fixture(scope="session")
def algebra():
    solver = AlgebraSolver()
    solver.prepare(Settings())
    return solver


@pytest.fixture(scope="session")
def ask(algebra):
    """The one answer to a text."""

    def ask_text(text):
        [answer] = algebra.solve([Problem(problem_id="1", text=text, kind="number")])
        return answer

    return ask_text
