"""What a processor has for the number formats of a cell, known beforehand and seen by the child."""

import sys
from importlib import metadata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness import probing
from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.environment import probe
from spoonbench.harness.instruction_sets import (
    INSTRUCTION_SETS,
    INTEGER_PRODUCTS,
    Arithmetic,
    architecture,
    arithmetic_of,
    read_instruction_sets,
)
from spoonbench.harness.probing import probe_part
from spoonbench.harness.protocol import Probe
from spoonbench.solvers.api import Part, Settings, Unsupported
from spoonbench.solvers.quantizations import METHODS

OLD, NEW = ("avx2", "fma", "f16c"), ("avx512_bf16", "avx512_vnni", "amx_bf16", "avx512f", "fma")
RULES = "spoonbench.solvers.rules.spoon:SpoonSolver"


def told(dtype, quantization="none", sets=NEW, device="cpu", machine="x86_64"):
    return [one.text for one in arithmetic_of(device, dtype, quantization, machine, sets)]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"dtype": "float32"}, ["fp32: avx512f, fma"]),
        ({"dtype": "bfloat16"}, ["bf16: amx_bf16, avx512_bf16"]),
        ({"dtype": "float16"}, ["fp16: emulated (none of amx_fp16, avx512_fp16)"]),
        (
            {"dtype": "bfloat16", "sets": OLD},
            ["bf16: emulated (none of amx_bf16, avx512_bf16)"],
        ),
        (
            {"dtype": "float32", "quantization": "torch-int8dyn"},
            ["fp32: avx512f, fma", "int8: avx512_vnni"],
        ),
        ({"dtype": "float32", "quantization": "bnb-nf4"}, ["fp32: avx512f, fma"]),
        ({"dtype": "bfloat16", "machine": "aarch64", "sets": ("bf16",)}, ["bf16: bf16"]),
        ({"dtype": "bfloat16", "device": "cuda:0"}, []),
        ({"dtype": "bfloat16", "machine": "riscv64"}, []),
    ],
)
def test_what_the_processor_has_is_told_for_each_format(asked, text):
    assert told(**asked) == text


def test_methods_that_multiply_integers_are_methods():
    assert set(METHODS) >= INTEGER_PRODUCTS


@given(
    st.sampled_from(["float32", "bfloat16", "float16"]),
    st.sampled_from(["x86_64", "aarch64"]),
    st.sets(st.sampled_from(sorted(INSTRUCTION_SETS))),
)
def test_only_what_is_there_is_found_and_a_format_without_is_emulated(dtype, machine, sets):
    for one in arithmetic_of("cpu", dtype, "torch-int8dyn", machine, sets):
        assert set(one.found) == sets & set(one.known)
        assert one.is_emulated == (not sets & set(one.known))
        assert from_json(Arithmetic, to_json(one)) == one


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/cpuinfo")
def test_the_child_reads_what_the_parent_reads(tmp_path):
    assert read_instruction_sets() == probe().instruction_sets
    assert architecture() == probe().architecture
    assert read_instruction_sets(tmp_path / "none") == ()


def test_a_contestant_is_probed_before_it_is_prepared():
    found = probe_part(Part(name="x", target=RULES, settings=Settings(dtype="bfloat16")))
    known = {one.number_format for one in found.arithmetic}
    assert known <= {"bf16"}
    assert from_json(Probe, to_json(found)) == found


def test_a_hybrid_is_probed_in_all_its_parts():
    parts = tuple(
        Part(name=dtype, target=RULES, settings=Settings(dtype=dtype))
        for dtype in ("float32", "bfloat16", "bfloat16")
    )
    whole = Part(name="x", target=RULES, settings=Settings(parts=parts))
    formats = [one.number_format for one in probe_part(whole).arithmetic]
    assert formats in (["fp32", "bf16"], [])


def test_a_package_that_is_missing_is_named_before_anything_is_loaded(monkeypatch):
    part = Part(name="x", target=RULES, settings=Settings(quantization="bnb-nf4"))

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(Unsupported, match="bnb-nf4 needs bitsandbytes: pip install bitsandbytes"):
        probe_part(part)


def test_a_format_that_a_quantization_has_not_is_refused_by_the_child_too():
    settings = Settings(quantization="torch-int8dyn", dtype="bfloat16")
    with pytest.raises(Unsupported, match="computes in float32"):
        probe_part(Part(name="x", target=RULES, settings=settings))


def test_versions_of_what_a_contestant_needs_are_told(monkeypatch):
    monkeypatch.setattr(probing, "required", lambda part: ("numpy",))
    found = probe_part(Part(name="x", target=RULES, settings=Settings()))
    assert found.packages == {"numpy": metadata.version("numpy")}
