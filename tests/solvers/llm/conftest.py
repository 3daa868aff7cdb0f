"""Small language models, trained in seconds, for the tests of this folder."""

import pytest

from spoonbench.solvers.api import Example, Problem, Settings
from spoonbench.solvers.llm.solver import LanguageModelSolver

SMALL = {
    "n_layers": 1,
    "n_heads": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "vocabulary_size": 320,
    "positions": 64,
    "batch_size": 8,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "precision": "float32",
}
NAMES = ("ann", "bob", "cara", "dan")


@pytest.fixture(scope="session")
def small():
    """Parameters of a model that one core trains in a second or two."""
    return dict(SMALL)


@pytest.fixture(scope="session")
def make_examples():
    """Questions whose answers are few enough to be learned by heart."""

    def make(count, *, refusals=False):
        made = []
        for i in range(count):
            number = i % 5 + 1
            text = f"{NAMES[i % 4]} has {number} apples and gets {number}, question {i % 7}"
            target = None if refusals and i % 3 == 0 else str(2 * number)
            if target is None:
                text = f"{NAMES[i % 4]} has some apples, question {i % 7}"
            problem = Problem(problem_id=f"p{i}", text=text, kind="number")
            made.append(Example(problem=problem, target=target))
        return made

    return make


@pytest.fixture(scope="session")
def train(small, make_examples):
    """Train a solver: parameters over those of `small`, and how many examples."""

    def run(count=160, *, seed=0, refusals=False, checkpoints=None, progress=None, **params):
        solver = LanguageModelSolver()
        solver.prepare(Settings(seed=seed, params={**small, "epochs": 6, **params}))
        made = make_examples(count, refusals=refusals)
        report = solver.fit(made, made[:24], progress or (lambda *_: None), checkpoints)
        return solver, report

    return run


@pytest.fixture(scope="session")
def trained(train):
    """A solver that knows its answers by heart; not to be trained further."""
    solver, _ = train()
    return solver


@pytest.fixture(scope="session")
def problems(make_examples):
    """Questions of different lengths."""
    texts = (
        "ann has 3 apples and gets 3, question 1",
        "bob has 5 apples",
        "4",
        "dan and cara " * 3,
    )
    made = [Problem(problem_id=f"x{i}", text=t, kind="number") for i, t in enumerate(texts)]
    return made + [example.problem for example in make_examples(12)]
