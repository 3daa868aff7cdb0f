"""What cannot be measured here is known before anything is started, each with its reason."""

from dataclasses import replace
from importlib import metadata

import pytest

from spoonbench.harness.matrix.skips import why_skipped
from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.records import Environment
from spoonbench.solvers.api import SolverInfo
from spoonbench.solvers.number_formats import AUTOCAST
from spoonbench.solvers.quantizations import METHODS

HERE = Environment(
    processor="p",
    architecture="x86_64",
    n_cores=2,
    instruction_sets=(),
    memory_bytes=1,
    devices=(),
    system="Linux 6.1",
    python="3.11",
    libraries={},
)
MODEL = SolverInfo(
    name="a-model",
    version="1",
    level=5,
    summary="",
    kinds=("number",),
    devices=("cpu", "cuda", "mps"),
    dtypes=("float32", "bfloat16", AUTOCAST),
    quantizations=("none", *METHODS),
    engines=("native", "lean", "onnxruntime"),
    attentions=("eager", "sdpa"),
    paddings=("left", "right"),
)


def why(environment=HERE, **placement):
    return why_skipped(Conditions(**placement), environment, MODEL)


@pytest.mark.parametrize("name", ["bnb-int8", "bnb-nf4", "torch-int8dyn"])
def test_what_is_here_is_tried(name):
    assert why() is None
    assert why(dtype="bfloat16", threads=2) is None
    assert why(dtype=AUTOCAST) is None
    assert why(dtype=AUTOCAST, mode="train") is None
    assert why(quantization=name) is None


@pytest.mark.parametrize(
    ("placement", "reason"),
    [
        ({"device": "cuda"}, "no CUDA device is here for cuda"),
        ({"device": "cuda:1"}, "no CUDA device is here for cuda:1"),
        ({"device": "mps"}, "mps is Apple silicon's"),
        ({"threads": 3}, "3 threads on 2 cores"),
        ({"dtype": "float16"}, "a-model does not compute in float16"),
        ({"quantization": "torch-int8dyn", "dtype": "bfloat16"}, "computes in float32"),
        ({"dtype": AUTOCAST, "engine": "lean"}, "the engine lean computes in float32, bfloat16"),
        ({"dtype": AUTOCAST, "quantization": "bnb-int8"}, f"bfloat16, not {AUTOCAST}"),
        ({"engine": "compile"}, "a-model runs on the engine native, lean, onnxruntime"),
        ({"engine": "lean", "mode": "train"}, "the engine lean runs answer, prefill, decode"),
        ({"attention": "flash_attention_2"}, "a-model has no attention flash_attention_2"),
        ({"mode": "train", "quantization": "bnb-int8"}, "quantized weights are not trained"),
    ],
)
def test_what_is_not_here_is_skipped_with_the_reason(placement, reason):
    assert reason in why(**placement)


def test_cores_are_looked_for_where_they_are_known():
    pinned = Conditions(affinity="2")
    assert why_skipped(pinned, HERE, MODEL) is None
    assert why_skipped(pinned, HERE, MODEL, (2, 3)) is None
    assert why_skipped(pinned, HERE, MODEL, (0, 1)) == "no core 2 here: there are 0-1"
    many = Conditions(affinity="2", threads=2)
    assert "2 threads on the 1 core of the affinity 2" in why_skipped(many, HERE, MODEL, (2, 3))


def test_threads_are_pinned_on_linux_alone():
    apple = replace(HERE, architecture="arm64", system="Darwin 24")
    assert why(apple, affinity="compact") == "threads are pinned to cores on Linux alone"
    assert why(apple, affinity="any") is None


def test_devices_are_counted():
    two = replace(HERE, devices=("one", "two"))
    assert why(two, device="cuda:1") is None
    assert (
        why(two, device="cuda:2") == "cuda:2 is not here: the machine has 2 of them, from cuda:0 on"
    )
    assert why(two, device="cuda", quantization="torch-int8dyn") == (
        "torch-int8dyn runs on cpu, not cuda"
    )


def test_apple_silicon_has_its_device():
    apple = replace(HERE, architecture="arm64", system="Darwin 24")
    assert why(apple, device="mps") is None
    assert "bnb-int8 runs on cpu, cuda" in why(apple, device="mps", quantization="bnb-int8")


@pytest.mark.parametrize("name", METHODS)
def test_a_missing_library_is_named(monkeypatch, name):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    needed = METHODS[name].requires
    assert why(quantization=name).startswith(f"{name} needs {needed}: pip install {needed}")


def test_a_contestant_that_has_no_such_thing_says_so():
    rules = replace(
        MODEL, name="rules", devices=("cpu",), dtypes=("float32",), quantizations=("none",)
    )
    for placement, reason in (
        (Conditions(device="cuda"), "rules runs on cpu, not cuda"),
        (Conditions(dtype="bfloat16"), "rules does not compute in bfloat16"),
        (Conditions(quantization="bnb-int8"), "rules has no quantization bnb-int8"),
    ):
        assert why_skipped(placement, replace(HERE, devices=("one",)), rules) == reason
