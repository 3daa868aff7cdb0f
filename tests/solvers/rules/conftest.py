"""Problems and answers in short."""

import pytest

from spoonbench.solvers.api import Problem, Settings


@pytest.fixture
def ask():
    """Ask a solver, or a class of solvers, one text."""

    def ask(solver, text, kind="number"):
        if isinstance(solver, type):
            solver = solver()
            solver.prepare(Settings())
        (answer,) = solver.solve([Problem(problem_id="1", text=text, kind=kind)])
        return answer

    return ask
