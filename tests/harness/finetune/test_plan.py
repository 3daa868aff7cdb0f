from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.finetune.checks import check_plan, find_cautions, find_conflicts
from spoonbench.harness.finetune.memory import needed_bytes
from spoonbench.harness.finetune.plan import (
    DEFAULTS,
    METHODS,
    TOOL_NAMES,
    BadPlan,
    FinetunePlan,
    family_of,
    method_and_tool,
    plan_for,
)

NAMED = {"model": "org/model", "data": "rows.jsonl"}


def conflicts_of(method, tool, facts=None, **given):
    return find_conflicts(plan_for(method, tool, {**NAMED, **(facts or {})}, **given))


@pytest.mark.parametrize("one", DEFAULTS, ids=lambda one: one.name)
def test_every_default_is_told_with_its_source(one):
    value = getattr(FinetunePlan(method="lora", tool="peft", model="m"), one.name)
    told = one.value.replace("all linear layers", "all-linear").replace("AdamW", "adamw")
    shown = "all-linear" if isinstance(value, tuple) else value
    assert any(_same(word, shown) for word in told.replace("(", " ").split())
    assert one.source
    assert one.reason


def _same(word, value):
    try:
        return float(word) == value
    except (TypeError, ValueError):
        return word == value


def test_a_plan_follows_method_tool_and_device():
    assert plan_for("full", "trl", NAMED).learning_rate == 2e-5
    assert plan_for("lora", "unsloth", NAMED).dropout == 0.0
    assert plan_for("lora", "mlx", NAMED).device == "mps"
    assert plan_for("lora", "peft", {**NAMED, "device": "cpu"}).precision == "float32"


def test_what_is_given_goes_before_facts_and_facts_before_defaults():
    facts = {**NAMED, "batch": 8.0, "context": 512.0, "dtype": "float32", "parameters": 7e9}
    plan = plan_for("lora", "peft", facts, batch=2)
    assert (plan.batch, plan.context, plan.precision) == (2, 512, "float32")


@pytest.mark.parametrize(
    ("given", "told"),
    [({"model": ""}, "Name the model"), ({"ranks": 3}, "no 'ranks'"), ({"batch": 1.5}, "whole")],
)
def test_a_plan_that_says_too_little_or_too_much_is_refused(given, told):
    with pytest.raises(BadPlan, match=told):
        plan_for("lora", "peft", {"data": "d", "model": "m"}, **given)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Qwen/Qwen3-0.6B", "chatml"),
        ("meta-llama/Llama-3.2-1B-Instruct", "llama3"),
        ("google/gemma-2-2b-it", "gemma"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "mistral"),
        ("microsoft/Phi-3-mini-4k-instruct", "phi3"),
        ("org/model", None),
        ("someone/llama-3-qwen-mix", None),
    ],
)
def test_the_form_of_a_conversation_follows_the_name_where_it_is_plain(name, family):
    assert family_of(name) == family


@given(st.integers(1, 64), st.integers(1, 64), st.integers(1, 10), st.integers(1, 10**5))
def test_steps_cover_every_item_in_every_epoch(batch, accumulation, epochs, examples):
    plan = plan_for("lora", "peft", NAMED, batch=batch, accumulation=accumulation, epochs=epochs)
    steps, size = plan.steps(examples), batch * accumulation
    assert (steps // epochs) * size >= examples
    assert (steps // epochs - 1) * size < examples
    assert 0 <= plan.warmup_steps(examples) <= steps


def test_the_case_study_s_warm_up_is_half_of_its_quick_test():
    plan = plan_for("lora", "peft", NAMED)
    assert plan.steps(1000) == 189


def test_the_case_study_s_route_on_an_apple_gpu_is_refused_for_its_optimizer():
    found = conflicts_of("qlora", "peft", {"device": "mps"}, optimizer="adamw_8bit")
    assert found == ["bitsandbytes 0.50 has no optimizer of 8 bits for Apple GPUs."]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_mlx_is_for_apple_silicon_alone(device):
    assert conflicts_of("lora", "mlx", {"device": device}) == [
        f"MLX is for Apple silicon (device mps), and the device is {device}."
    ]


@pytest.mark.parametrize(
    ("method", "tool", "facts", "given", "told"),
    [
        ("prompt", "peft", {}, {}, "belong together"),
        ("lora", "ollama-modelfile", {}, {}, "belong together"),
        ("qlora", "axolotl", {"device": "mps"}, {"precision": "float32"}, "QLoRA on Apple"),
        ("lora", "axolotl", {"device": "mps"}, {}, "take float32"),
        ("lora", "axolotl", {"device": "cpu"}, {}, "NVIDIA or AMD"),
        ("lora", "mlx", {}, {"optimizer": "adamw_8bit"}, "no optimizer of 8 bits"),
        ("lora", "cloud", {}, {"device": "mps"}, "rented for its GPU"),
        ("lora", "peft", {"device": "cpu"}, {"precision": "float16"}, "take bfloat16"),
        ("lora", "peft", {}, {"rank": 0}, "rank is 0, and should be 1 or more."),
        ("lora", "peft", {}, {"alpha": 0}, "alpha is 0"),
        ("lora", "peft", {}, {"epochs": 0}, "epochs is 0"),
        ("lora", "peft", {}, {"accumulation": 0}, "accumulation is 0"),
        ("lora", "peft", {}, {"dropout": 1.0}, "dropout is 1.0"),
        ("lora", "peft", {}, {"learning_rate": 0.0}, "learning_rate is 0.0"),
        ("lora", "peft", {}, {"learning_rate": float("nan")}, "learning_rate is nan"),
        ("lora", "peft", {}, {"seed": -1}, "seed is -1"),
        ("lora", "peft", {}, {"targets": ()}, "names no layer"),
        ("lora", "peft", {}, {"template": "vicuna"}, "template is one of"),
        ("lora", "peft", {}, {"output": "../x"}, "output is a name"),
        ("lora", "peft", {}, {"model": "a\nb"}, "do not print"),
        ("lora", "peft", {}, {"device": "tpu"}, "device is one of cpu, cuda, mps"),
    ],
)
def test_what_cannot_go_together_is_refused_in_a_sentence(method, tool, facts, given, told):
    found = conflicts_of(method, tool, facts, **given)
    assert len(found) == 1
    assert told in found[0]
    assert found[0].endswith(".")


def test_unsloth_on_an_apple_gpu_is_allowed_and_said_to_go_through_mlx():
    plan = plan_for("lora", "unsloth", {**NAMED, "device": "mps"})
    assert find_conflicts(plan) == []
    assert any("MLX" in sentence for sentence in find_cautions(plan))


def test_full_fine_tuning_of_2b_does_not_fit_into_8_gb_by_prediction():
    plan = plan_for("full", "trl", NAMED)
    needed = needed_bytes(plan, 2e9)
    found = find_conflicts(plan, memory=8e9, needed=needed)
    assert len(found) == 1
    assert "GB by prediction, and there are 8.0 GB." in found[0]
    assert needed > 16 * 2e9


def test_methods_take_less_memory_in_their_order():
    sizes = [
        needed_bytes(plan_for(method, "trl", NAMED, batch=1, context=256), 2e9)
        for method in ("full", "lora", "qlora")
    ]
    assert sizes == sorted(sizes, reverse=True)


def test_a_rented_machine_may_be_larger_than_this_one():
    assert find_conflicts(plan_for("full", "cloud", NAMED), memory=8e9, needed=10**11) == []


def test_a_rented_machine_has_a_gpu_whatever_this_one_has():
    assert conflicts_of("lora", "cloud", {"device": "mps"}) == []


def test_a_step_larger_than_the_data_is_refused():
    with pytest.raises(BadPlan, match=r"16 items \(4 x 4\), and there are 10"):
        check_plan(plan_for("lora", "peft", NAMED), examples=10)


def test_several_faults_are_told_at_once():
    plan = replace(plan_for("lora", "mlx", {**NAMED, "device": "cuda"}), rank=0, batch=0)
    assert len(find_conflicts(plan)) == 3


@pytest.mark.parametrize("method", [one for one in METHODS if one != "prompt"])
@pytest.mark.parametrize("tool", [one for one in TOOL_NAMES if one != "ollama-modelfile"])
def test_every_trainer_takes_every_method_on_its_usual_device(method, tool):
    assert conflicts_of(method, tool) == []


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ("lora/axolotl", ("lora", "axolotl")),
        ("prompt/modelfile", ("prompt", "ollama-modelfile")),
        ("full/cloud", ("full", "cloud")),
    ],
)
def test_a_choice_of_the_framework_names_method_and_tool(choice, found):
    assert method_and_tool(choice) == found


@pytest.mark.parametrize("choice", ["none", "lora", "lora/keras", "magic/peft"])
def test_a_choice_that_trains_nothing_is_refused(choice):
    with pytest.raises(BadPlan):
        method_and_tool(choice)
