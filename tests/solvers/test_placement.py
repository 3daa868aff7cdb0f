"""What a contestant is asked to run on, against what it says of itself."""

import pytest

from spoonbench.solvers.api import Part, Settings, SolverInfo, Unsupported
from spoonbench.solvers.placement import check_placement
from spoonbench.solvers.recorded.solver import RecordedSolver
from spoonbench.solvers.rules.spoon import SpoonSolver

INFO = SolverInfo(
    name="one",
    version="1",
    level=4,
    summary="s",
    kinds=("number",),
    devices=("cpu", "cuda"),
    dtypes=("float32", "bfloat16"),
)
PART = Part(name="two", target="m:C", settings=Settings())


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(device="cuda"),
        Settings(device="cuda:1", dtype="bfloat16", threads=8),
        Settings(params={"anything": 1}),
    ],
)
def test_what_is_offered_passes(settings):
    check_placement(INFO, settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(device="mps"), "runs on cpu, cuda, not mps"),
        (Settings(device="cpu:1"), "not cpu:1"),
        (Settings(dtype="float16"), "computes in float32, bfloat16, not float16"),
        (Settings(quantization="int8"), "no quantization 'int8'"),
        (Settings(engine="lean"), "runs on the engine native, not lean"),
        (Settings(attention="eager"), "no attention 'eager'"),
        (Settings(padding="right"), "no padding 'right'"),
        (Settings(threads=0), "at least 1, not 0"),
        (Settings(parts=(PART,)), "has no parts"),
    ],
)
def test_what_is_not_offered_is_refused(settings, said):
    with pytest.raises(Unsupported, match=said):
        check_placement(INFO, settings)


@pytest.mark.parametrize("solver", [SpoonSolver, RecordedSolver])
@pytest.mark.parametrize("settings", [Settings(threads=0), Settings(parts=(PART,))])
def test_rules_and_records_do_not_take_what_they_would_ignore(solver, settings):
    with pytest.raises(Unsupported, match=r"threads|parts"):
        solver().prepare(settings)
