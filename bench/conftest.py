"""What the suites share: problems, contestants ready to solve, and our facts on the machine.

`pytest bench/` times everything; every flag of pytest-benchmark works as its users know it.
Times are taken inside the pytest process: `extra_info["process"]` says so.
"""

from typing import Any

import pytest

from spoonbench.harness.canonical import to_json
from spoonbench.harness.environment import observe, probe
from spoonbench.harness.registry import find_solver, make_solver, make_task
from spoonbench.solvers.api import Example, Settings

N_TRAINING = 2000


def pytest_benchmark_update_machine_info(config, machine_info):
    environment = probe()
    machine_info["spoonbench"] = {
        "environment_id": environment.environment_id,
        "environment": to_json(environment),
        "observed": to_json(observe()),
    }


@pytest.fixture(scope="session")
def word_problems():
    return make_task("word-problems", {"n_training": N_TRAINING, "n_items": 512})


@pytest.fixture(scope="session")
def training_examples(word_problems):
    return examples_of(word_problems.training)


@pytest.fixture(scope="session")
def expressions():
    return make_task("expressions", {"n_training": N_TRAINING, "n_items": 512})


@pytest.fixture(scope="session")
def digits():
    return make_task("digits", {})


def problems_of(task, n):
    return [item.problem for item in task.splits[0].items[:n]]


def examples_of(split):
    return [Example(problem=item.problem, target=item.target) for item in split.items]


@pytest.fixture(scope="session")
def contestant():
    """Makes contestants ready to solve, each trained once a session."""
    made = {}

    def get(name, task, **params):
        key = (name, task.name)
        if key not in made:
            registered = find_solver(name)
            solver: Any = make_solver(registered.target)
            solver.prepare(Settings(params={**registered.params, **params}))
            if solver.info.needs_training:
                training, validation = examples_of(task.training), examples_of(task.validation)
                solver.fit(training, validation, lambda fraction, message: None, None)
            made[key] = solver
        return made[key]

    yield get
    for solver in made.values():
        solver.close()


@pytest.fixture
def time_batch(benchmark, contestant):
    """Times one call of `solve` on a batch and notes what came out."""

    def run(name, task, batch_size, *, slow=False, **params):
        solver = contestant(name, task, **params)
        problems = problems_of(task, batch_size)
        if slow:
            rounds = {"rounds": 5, "iterations": 1, "warmup_rounds": 1}
            answers = benchmark.pedantic(solver.solve, args=(problems,), **rounds)
        else:
            answers = benchmark(solver.solve, problems)
        assert len(answers) == len(problems)
        targets = [item.target for item in task.splits[0].items[:batch_size]]
        right = sum(a.value == t for a, t in zip(answers, targets, strict=True))
        benchmark.extra_info.update(
            solver=name,
            level=solver.info.level,
            task=task.name,
            batch_size=batch_size,
            n_right=right,
            n_answered=sum(a.status == "answered" for a in answers),
            process="pytest",
        )

    return run
