"""What is said of a matrix before it runs."""

from dataclasses import replace

from spoonbench.harness.matrix.announcement import arithmetic_notes, plan_lines
from spoonbench.harness.matrix.estimates import Duration

AXES = {"dtype": ["fp32", "bf16", "fp16"], "batch": [1, 8], "device": ["cpu", "cuda"]}


def test_formats_without_instructions_are_announced_with_the_number_of_their_cells(laboratory):
    environment = replace(
        laboratory.environment,
        architecture="x86_64",
        devices=(),
        instruction_sets=("avx512_bf16", "fma"),
    )
    laboratory.environment = environment
    plan = laboratory.plan(AXES, model="lm-tiny")
    notes = arithmetic_notes(plan.matrix, environment)
    assert notes == [
        "Instruction sets for fp32: fma, in 2 cells.",
        "Instruction sets for bf16: avx512_bf16, in 2 cells.",
        "Instruction sets for fp16: emulated (none of amx_fp16, avx512_fp16), in 2 cells.",
    ]
    took = Duration(seconds=1.0, n_guessed=0)
    lines = plan_lines(plan.matrix, 6, took, notes)
    assert set(notes) < set(lines)


def test_another_kind_of_processor_has_no_notes(laboratory):
    laboratory.environment = replace(laboratory.environment, architecture="riscv64")
    plan = laboratory.plan({"batch": [1]})
    assert arithmetic_notes(plan.matrix, laboratory.environment) == []
