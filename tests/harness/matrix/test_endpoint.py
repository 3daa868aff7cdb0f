"""A matrix of a model behind a server: a batch at once, and no figures of the process here."""

import click
import pytest

from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.matrix.elsewhere import without_the_process
from spoonbench.harness.matrix.evidence import CellEvidence
from spoonbench.harness.matrix.model import enter_served
from spoonbench.harness.matrix.work import learner_of
from spoonbench.harness.matrix_records import Conditions, MatrixCell
from spoonbench.harness.stats import estimate
from spoonbench.solvers.llm.endpoint.parameters import read_endpoint

SERVED = {
    "endpoint": "http://127.0.0.1:1/v1",
    "endpoint_models": ("good",),
    "endpoint_api": "chat",
}


@pytest.fixture
def served(laboratory):
    """The contestant behind the server."""
    task = laboratory.plan({"batch": [1]}).training.task
    return enter_served(SERVED, task, PRESETS["quick"], {"shots": 1})


def test_a_batch_is_sent_at_once(served):
    for size in (1, 8):
        lineup, at = learner_of(served, Conditions(batch_size=size))
        endpoint = read_endpoint(lineup.params)
        assert (endpoint.concurrency, endpoint.shots) == (size, 1)
        assert at.batch_size == size


def test_what_the_server_decides_is_skipped(laboratory):
    axes = {
        "dtype": ["fp32", "bf16"],
        "quantization": ["none", "int8"],
        "engine": ["torch", "lean"],
    }
    plan = laboratory.plan_for(lambda task: enter_served(SERVED, task, PRESETS["quick"]), axes)
    tried = [cell.name for cell in plan.matrix.cells if cell.why_skipped is None]
    assert tried == ["fp32-full-native"]


def a_cell(**figures):
    cell = MatrixCell(name="c", key="k", placement=Conditions())
    return CellEvidence(cell=cell, status="ok", answers_per_s=estimate([2.0]), **figures)


def test_memory_and_energy_are_missing_with_the_reason():
    cell = a_cell(peak_bytes=5, resident_bytes=4, load_s=1.0, energy_j_per_item=2.0)
    bare = without_the_process(cell, "server")
    assert (bare.peak_bytes, bare.resident_bytes, bare.load_s) == (None, None, None)
    assert bare.answers_per_s == cell.answers_per_s
    assert "a server answered" in bare.missing["peak_bytes"]
    assert without_the_process(cell, "process") == cell


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"endpoint_models": ()}, "belong together"),
        ({"endpoint": None}, "belong together"),
        ({"endpoint": "https://me:key@x/v1"}, "without user name"),
    ],
)
def test_options_that_do_not_go_together_are_refused(laboratory, changed, reason):
    task = laboratory.plan({"batch": [1]}).training.task
    with pytest.raises(click.UsageError, match=reason):
        enter_served({**SERVED, **changed}, task, PRESETS["quick"])
