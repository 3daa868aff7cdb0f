"""What can be known of an engine before any library is imported."""

import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata

import pytest

from spoonbench.solvers.engines import ATTENTIONS, ENGINES, NATIVE, why_no_attention, why_not
from spoonbench.solvers.llm.solver import LanguageModelSolver

USUAL = ("cpu", "float32", "none")


def missing(name):
    raise metadata.PackageNotFoundError(name)


def test_the_facts_bring_no_heavy_library():
    code = "import sys, spoonbench.solvers.engines; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "False"


def test_the_solver_offers_them_all():
    assert LanguageModelSolver.info.engines == tuple(ENGINES)
    assert LanguageModelSolver.info.attentions == tuple(ATTENTIONS)


@pytest.mark.parametrize("name", [NATIVE, "lean", "static-cache"])
def test_what_torch_alone_runs_is_always_here(name):
    assert why_not(ENGINES[name], *USUAL) is None


@pytest.mark.parametrize(
    ("name", "asked", "reason"),
    [
        ("onnxruntime", ("cuda", "float32", "none"), "onnxruntime runs on cpu, not cuda"),
        ("onnxruntime", ("cpu", "bfloat16", "none"), "computes in float32, not bfloat16"),
        ("openvino", ("cuda:1", "float32", "none"), "openvino runs on cpu, not cuda:1"),
        ("compile", ("mps", "float32", "none"), "compile runs on cpu, cuda, not mps"),
        ("compile", ("cpu", "float32", "bnb-int8"), "no weights quantized by bnb-int8"),
        ("openvino", ("cpu", "float32", "bnb-int8"), "no weights quantized by bnb-int8"),
    ],
)
def test_what_an_engine_cannot_run_is_said(name, asked, reason):
    assert reason in why_not(ENGINES[name], *asked)


@pytest.mark.parametrize("name", ["onnxruntime", "openvino"])
def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch, name):
    monkeypatch.setattr(metadata, "version", missing)
    needed = ENGINES[name].requires[0]
    assert why_not(ENGINES[name], *USUAL) == (
        f"the engine {name} needs {needed}: pip install 'spoonbench[{name}]'"
    )


def test_compiling_for_a_processor_takes_a_compiler_and_headers(monkeypatch, tmp_path):
    engine = ENGINES["compile"]
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"include": str(tmp_path)})
    monkeypatch.setattr(shutil, "which", lambda name: name)
    assert "needs the headers of Python" in why_not(engine, *USUAL)
    (tmp_path / "Python.h").touch()
    assert why_not(engine, *USUAL) is None
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("CXX", raising=False)
    assert why_not(engine, *USUAL) == "the engine compile needs a C++ compiler: there is no g++"
    monkeypatch.setenv("CXX", "c++-99")
    assert "there is no c++-99" in why_not(engine, *USUAL)
    assert why_not(engine, "cuda", "float32", "none") is None


@pytest.mark.parametrize(
    ("name", "asked", "reason"),
    [
        (NATIVE, ("eager", "cpu", "float32"), None),
        (NATIVE, (None, "cpu", "float32"), None),
        ("openvino", (None, "cpu", "float32"), None),
        ("openvino", ("sdpa", "cpu", "float32"), "has the attention its own alone, not sdpa"),
        ("lean", ("eager", "cpu", "float32"), "has the attention sdpa, not eager"),
        (NATIVE, ("flash_attention_2", "cpu", "bfloat16"), "runs on cuda in 16 bits, not on cpu"),
        (NATIVE, ("flash_attention_2", "cuda", "float32"), "not on cuda in float32"),
    ],
)
def test_attention_is_checked_with_the_engine(name, asked, reason):
    found = why_no_attention(ENGINES[name], *asked)
    assert found is None if reason is None else reason in found


def test_flash_attention_takes_its_library(monkeypatch):
    monkeypatch.setattr(metadata, "version", missing)
    found = why_no_attention(ENGINES[NATIVE], "flash_attention_2", "cuda", "bfloat16")
    assert found == "flash_attention_2 needs flash-attn"
