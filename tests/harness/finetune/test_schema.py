import json

import pytest

from spoonbench.harness.finetune.plan import TOOL_NAMES
from spoonbench.harness.finetune.schema import (
    BadSchema,
    _refuse_unknown,
    find_faults,
    read_schema,
    schema_names,
    source_of,
)

GOOD = {"base_model": "m", "learning_rate": 2e-4, "datasets": [{"path": "d", "type": "alpaca"}]}


def test_every_tool_has_a_schema_with_its_source_and_date():
    assert schema_names() == sorted(TOOL_NAMES)
    for name in schema_names():
        assert "2026-" in source_of(name)
        assert read_schema(name)["additionalProperties"] is False


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("axolotl", "axolotl 0.19.0"),
        ("llama-factory", "llamafactory 0.9.5"),
        ("trl", "trl 1.16.0"),
        ("peft", "peft 0.21.2"),
        ("unsloth", "unsloth 2026.10.9"),
        ("mlx", "mlx_lm 0.32.2"),
    ],
)
def test_the_source_names_the_version(name, version):
    assert version in source_of(name)


def test_a_word_that_is_not_checked_is_refused():
    with pytest.raises(BadSchema, match="uniqueItems"):
        _refuse_unknown({"properties": {"a": {"type": "array", "uniqueItems": True}}}, "x")


def test_a_good_configuration_has_no_faults():
    assert find_faults(GOOD, read_schema("axolotl")) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"micro_batchsize": 4}, "micro_batchsize is not known. Perhaps micro_batch_size?"),
        ({"lora_r": "16"}, "lora_r is '16', and should be of type integer or nothing."),
        ({"lora_r": True}, "lora_r is True"),
        ({"lora_r": 16.5}, "lora_r is 16.5"),
        ({"load_in_4bit": 1}, "load_in_4bit is 1, and should be true or false or nothing."),
        ({"sequence_len": None}, "sequence_len is None"),
        ({"optimizer": "adam9"}, "optimizer is 'adam9', and should be one of adamw_torch"),
        ({"bf16": "yes"}, "bf16 is 'yes', and should be one of auto or true or false or nothing."),
        ({"datasets": []}, "datasets is [], and should be"),
        ({"datasets": [{"path": "d", "typ": "x"}]}, "datasets[0].typ is not known. Perhaps type?"),
        ({"lora_dropout": float("nan")}, "lora_dropout is nan"),
        ({"lora_rank_pattern": {}, "gptq": "no"}, "gptq is 'no'"),
    ],
)
def test_a_fault_is_named_with_its_place(changed, told):
    faults = find_faults({**GOOD, **changed}, read_schema("axolotl"))
    assert len(faults) == 1
    assert faults[0].startswith(told)


def test_what_is_missing_is_named():
    assert find_faults({}, read_schema("mlx")) == ["data is missing.", "model is missing."]


def test_what_is_no_mapping_is_a_fault():
    assert find_faults(["a"], read_schema("mlx")) == ["it is ['a'], and should be a mapping."]


@pytest.mark.parametrize(
    ("value", "schema", "is_allowed"),
    [
        (0, {"type": "integer", "minimum": 0}, True),
        (-1, {"type": "integer", "minimum": 0}, False),
        (0, {"type": "number", "exclusiveMinimum": 0}, False),
        (1.5, {"type": "number", "maximum": 1}, False),
        (1.0, {"type": "integer"}, True),
        (1, {"enum": [True]}, False),
        ("ab", {"type": "string", "pattern": "^a"}, True),
        ("b", {"type": "string", "pattern": "^a"}, False),
        ("", {"type": "string", "minLength": 1}, False),
        (None, {"type": ["string", "null"]}, True),
        ([1], {"type": "array", "items": {"type": "string"}}, False),
        ({"a": 1}, {"type": "object"}, True),
        (1, {"anyOf": [{"type": "string"}, {"type": "integer"}]}, True),
        (1.5, {"anyOf": [{"type": "string"}, {"type": "integer"}]}, False),
    ],
)
def test_the_words_of_a_schema_mean_what_the_standard_says(value, schema, is_allowed):
    assert (find_faults(value, schema) == []) is is_allowed


def test_schemas_are_json_of_the_form_that_is_written(pytestconfig):
    folder = pytestconfig.rootpath / "harness" / "finetune" / "schemas"
    for path in folder.glob("*.json"):
        assert json.loads(path.read_text())["$schema"].endswith("2020-12/schema")


def test_a_field_is_known_by_its_other_name_too():
    given = {**GOOD, "model_type": "AutoModelForCausalLM"}
    assert find_faults(given, read_schema("axolotl")) == []
