"""Contestants made from the tiny folders, and examples to ask them with."""

import shutil

import pytest

from spoonbench.solvers.api import Example, Problem, Settings
from spoonbench.solvers.llm.pretrained.answering import prompts_of
from spoonbench.solvers.llm.pretrained.solver import PretrainedSolver


@pytest.fixture(scope="session")
def shown():
    """Eight examples with numbers."""
    return [
        Example(
            problem=Problem(
                problem_id=f"p{i}", text=f"ann had {i} apples, she got {i * i} more", kind="number"
            ),
            target=str(i + i * i),
        )
        for i in range(1, 9)
    ]


@pytest.fixture
def copied(tmp_path):
    """A copy of a folder, free to be damaged."""

    def copy(folder):
        return shutil.copytree(folder, tmp_path / "model")

    return copy


@pytest.fixture(scope="session")
def prepared():
    """A contestant that is ready to be fitted."""

    def prepare(folder, *, dtype="float32", **params):
        solver = PretrainedSolver()
        solver.prepare(Settings(dtype=dtype, seed=1, params={"model": str(folder), **params}))
        return solver

    return prepare


@pytest.fixture(scope="session")
def fitted(prepared, shown):
    """A contestant that is ready to be asked."""

    def fit(folder, examples=None, **params):
        solver = prepared(folder, **{"max_new_tokens": 8, **params})
        made = shown if examples is None else examples
        solver.fit(made, (), lambda *_: None, None)
        return solver

    return fit


@pytest.fixture(scope="session")
def prompt_text():
    """What stands before a question, special tokens included."""

    def write(solver, problem):
        (prompt,) = prompts_of(solver._loaded, solver._manner(), [problem])
        assert prompt.refusal is None
        return solver._loaded.tokenizer.decode(prompt.ids)

    return write
