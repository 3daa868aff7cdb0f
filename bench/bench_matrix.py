"""Cells of a matrix: one model at every crossing of number format, quantization and batch size.

`pytest bench/ -k "bf16 and batch8"`: a test is called as its cell. `--spoonbench-sweep FILE` takes
other cells. One call answers one full batch; it is repeated as often as `--benchmark-min-rounds`
says, after two calls that are not timed. Accuracy comes from one more pass over all items.
"""

import pytest

from spoonbench.harness.executors.libraries import MissingLibrary
from spoonbench.harness.matrix.axes import BadSweep
from spoonbench.harness.matrix.in_process import failed_record, load_cell
from spoonbench.harness.matrix.saved import extra_info_of, record_of
from spoonbench.harness.matrix.suite import cell_names, suite_sweep
from spoonbench.harness.timing import steady_collector
from spoonbench.solvers.api import Unsupported

N_WARMUP = 2


def pytest_generate_tests(metafunc):
    try:
        names = cell_names(suite_sweep(metafunc.config.getoption("spoonbench_sweep", None)))
    except BadSweep as exc:
        raise pytest.UsageError(str(exc)) from exc
    metafunc.parametrize("cell_name", names, ids=names)


@pytest.fixture
def suite(request, matrix_suite, cell_name):
    """With a trained model; a cell that cannot be measured here is skipped before that."""
    why = matrix_suite.plan.matrix.cell(cell_name).why_skipped
    if why is not None:
        pytest.skip(why)
    return request.getfixturevalue("trained_suite")


def test_cell(benchmark, suite, cell_name, pytestconfig):
    try:
        with steady_collector():
            record = measure(benchmark, suite, cell_name, pytestconfig)
    except Exception as exc:
        if not benchmark.disabled:
            suite.add(failed_record(suite.plan, cell_name, exc))
        if isinstance(exc, (Unsupported, MissingLibrary)):
            pytest.skip(str(exc))
        raise
    if record is not None:
        suite.add(record)


def measure(benchmark, suite, name, config):
    """Time one cell; its record, or None where nothing is timed (--benchmark-disable)."""
    loaded = load_cell(suite.plan, name, suite.artifact)
    try:
        n_warmup = 0 if benchmark.disabled else N_WARMUP
        repeated, at = loaded.repeated, suite.plan.matrix.cell(name).placement
        benchmark.group = f"{at.mode}, batch {at.batch_size}"
        n_rounds = config.getoption("benchmark_min_rounds")
        benchmark.pedantic(
            repeated.run,
            args=(repeated.batch,),
            teardown=repeated.check,
            rounds=n_rounds,
            iterations=1,
            warmup_rounds=n_warmup,
        )
        if benchmark.disabled:
            repeated.check(repeated.batch)
        answers = loaded.answer_all()
        record = loaded.record(suite.plan, answers, n_warmup, n_rounds)
    finally:
        loaded.close()
    benchmark.extra_info.update(extra_info_of(record, suite.plan, name, len(repeated.batch)))
    if benchmark.disabled:
        return None
    timer = config.getoption("benchmark_timer").rpartition(".")[2]
    return record_of(benchmark.extra_info, benchmark.stats.stats.data, timer)
