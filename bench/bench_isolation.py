"""What isolation costs: a whole job in a child of its own, start to end, with nothing to do."""

import pytest

from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.protocol import Job
from spoonbench.harness.registry import find_solver
from spoonbench.solvers.api import Part, Settings


@pytest.fixture(scope="module")
def executor():
    with LocalExecutor() as running:
        yield running


@pytest.mark.parametrize("name", ["spoon", "algebra", "tfidf-operations"])
def test_an_empty_job(benchmark, executor, name):
    registered = find_solver(name)
    part = Part(name=name, target=registered.target, settings=Settings(params=registered.params))
    job = Job(job_id=name, part=part)
    result = benchmark.pedantic(executor.run, args=(job,), rounds=5, iterations=1, warmup_rounds=1)
    assert result.status == "ok"
