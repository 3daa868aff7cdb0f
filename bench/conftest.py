"""What the suites share: options, problems, contestants ready to solve, facts on the machine.

`pytest bench/` times everything; every flag of pytest-benchmark works as its users know it.
Times are taken inside the pytest process: `extra_info["process"]` says so.
"""

from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from spoonbench.harness.canonical import to_json
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.environment import observe, probe
from spoonbench.harness.errors import explain
from spoonbench.harness.matrix.saved import OURS, WALL_CLOCKS, matrix_json
from spoonbench.harness.matrix.suite import SUITE_PRESET, MatrixSuite, suite_sweep
from spoonbench.harness.registry import find_solver, make_solver, make_task
from spoonbench.solvers.api import Example, Settings

N_TRAINING = 2000
SUITE = pytest.StashKey[MatrixSuite]()


def pytest_addoption(parser):
    group = parser.getgroup("spoonbench", "cells of a matrix (bench_matrix.py)")
    group.addoption(
        "--spoonbench-sweep",
        metavar="FILE",
        type=Path,
        help="Cells of this sweep, in TOML, instead of the small one that comes with the suite.",
    )
    group.addoption(
        "--spoonbench-store",
        metavar="DIR",
        type=Path,
        help="Write a record of each cell into the store of this folder; its models are used.",
    )
    group.addoption(
        "--spoonbench-preset",
        metavar="NAME",
        choices=[SUITE_PRESET, *PRESETS],
        default=SUITE_PRESET,
        help="How much the model learns: as in the duel of this preset. Default: %(default)s, "
        "5 seconds on 1,000 examples.",
    )


def pytest_configure(config):
    timer = config.getoption("benchmark_timer").rpartition(".")[2]
    if config.getoption("spoonbench_store", None) is not None and timer not in WALL_CLOCKS:
        raise pytest.UsageError(
            f"--spoonbench-store keeps times of {WALL_CLOCKS[0]}, not of {timer}: "
            "leave --benchmark-timer out."
        )


def pytest_benchmark_update_machine_info(config, machine_info):
    environment = probe()
    machine_info[OURS] = {
        "environment_id": environment.environment_id,
        "environment": to_json(environment),
    }


def pytest_benchmark_update_json(config, benchmarks, output_json):
    """What changes from run to run, and what belongs to the cells: not part of the machine.

    The plugin warns when the machine of two runs differs, and prints both.
    """
    suite = config.stash.get(SUITE, None)
    output_json[OURS] = {
        "observed": to_json(observe()),
        **({} if suite is None else matrix_json(suite.plan)),
    }


@pytest.fixture(scope="session")
def matrix_sweep(pytestconfig):
    return suite_sweep(pytestconfig.getoption("spoonbench_sweep", None))


@pytest.fixture(scope="session")
def matrix_suite(pytestconfig, matrix_sweep, tmp_path_factory):
    """The matrix of this session, planned; its model is not trained yet."""
    kept = pytestconfig.getoption("spoonbench_store", None)
    folder = kept or tmp_path_factory.mktemp("matrix")
    preset = pytestconfig.getoption("spoonbench_preset", SUITE_PRESET)
    with in_words():
        suite = MatrixSuite(matrix_sweep, preset, folder, pytestconfig.invocation_params.args)
    pytestconfig.stash[SUITE] = suite
    with suite:
        yield suite


@pytest.fixture(scope="session")
def trained_suite(matrix_suite):
    """The same once its model is trained; tests ask for it when they know that they need it."""
    with in_words():
        matrix_suite.train()
    return matrix_suite


@contextmanager
def in_words():
    """What is a user's business fails with a sentence, as on the command line."""
    try:
        yield
    except Exception as exc:
        sentence = explain(exc)
        if sentence is None:
            raise
        pytest.fail(sentence, pytrace=False)


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
