"""The page says what the code does."""

from pathlib import Path

import pytest

from spoonbench.harness.finetune.plan import DEFAULTS
from spoonbench.harness.finetune.schema import read_schema
from spoonbench.harness.finetune.writers.registry import WRITERS

PAGE = (Path(__file__).parents[3] / "docs" / "finetuning.md").read_text(encoding="utf-8")
OURS = [one for one in DEFAULTS if not one.reason.startswith("kept")]


@pytest.mark.parametrize("one", OURS, ids=lambda one: one.name)
def test_settings_of_ours_are_told_beside_the_case_study_s(one):
    assert f"| `{one.name}` | {one.value} | {one.case_study} | {one.reason} |" in PAGE


@pytest.mark.parametrize("writer", WRITERS.values(), ids=lambda writer: writer.tool)
def test_every_tool_is_named_with_its_file(writer):
    assert f"| `{writer.tool}` | `{writer.file}`" in PAGE


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("axolotl", "Axolotl ({}\nfields)"),
        ("llama-factory", "LLaMA-Factory ({})"),
        ("trl", "TRL ({})"),
    ],
)
def test_the_number_of_fields_is_that_of_the_schema(name, shown):
    assert shown.format(len(read_schema(name)["properties"])) in PAGE
