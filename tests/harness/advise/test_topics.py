"""Every topic: the worked examples of every framework, and what the machine adds."""

import json
from typing import Any

import pytest

from spoonbench.harness import advise
from spoonbench.harness.advise.facts import UnknownFact
from spoonbench.harness.advise.models import BadModel
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.advise.topics import UnknownTopic, framework_of, topics
from spoonbench.harness.canonical import to_json
from spoonbench.harness.frameworks.reading import BadFramework
from spoonbench.harness.frameworks.walking import BadAnswer

EXAMPLES = [
    pytest.param(topic, example, id=f"{topic}: {example.text}")
    for topic in topics()
    for example in framework_of(topic).examples
]
GPT2 = {
    "model_type": "gpt2", "n_layer": 6, "n_head": 12, "n_embd": 768, "vocab_size": 50257,
    "n_positions": 1024,
}  # fmt: skip


@pytest.fixture
def model(tmp_path):
    """A folder with the shape of DistilGPT2."""
    folder = tmp_path / "distilgpt2"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(GPT2))
    return folder


@pytest.mark.parametrize(("topic", "example"), EXAMPLES)
def test_examples_have_their_own_verdict_by_rule_of_thumb(topic, example, nothing):
    found = advise.ask(topic, example.answers, nothing)
    verdict = framework_of(topic).verdicts[example.verdict]
    assert (found.asks, found.choice) == (None, verdict.choice or None)
    assert found.sentence
    assert "{" not in found.sentence


@pytest.mark.parametrize("topic", topics())
def test_every_answer_is_whole_and_is_json(topic, nothing):
    example = framework_of(topic).examples[0]
    found = advise.ask(topic, example.answers, nothing)
    assert found.topic
    assert found.framework.split()[0] == topic
    assert found.path
    assert json.loads(json.dumps(to_json(found)))["sentence"] == found.sentence


@pytest.mark.parametrize("topic", topics())
def test_without_a_fact_it_says_what_is_missing_or_answers(topic, nothing):
    found = advise.ask(topic, {}, nothing)
    if found.asks is not None:
        assert found.choice is None
        assert found.sentence.startswith("This is not known yet: ")


def test_functions_are_the_topics():
    for topic in topics():
        name = topic.replace("-", "_")
        assert callable(getattr(advise, name, advise.ask))
    assert {"tool", "device", "quantize", "fit", "finetune", "format"} <= set(topics())


def test_parameters_come_from_the_model(model, nothing):
    found = advise.quantize(nothing, model=model, task_kind="arithmetic", memory="24GB")
    assert found.choice == "none"
    assert (found.path[0].name, found.path[0].origin) == ("fits", "inferred")
    small = advise.quantize(nothing, model=model, task_kind="arithmetic", memory="300MB")
    assert small.choice == "float16"


def test_a_task_is_a_kind_or_one_of_the_results_as_at_the_command_line(model, nothing):
    said: dict[str, Any] = {"model": model, "memory": "300MB"}
    by_kind = advise.quantize(nothing, task_kind="arithmetic", **said)
    assert advise.quantize(nothing, task="arithmetic", **said) == by_kind
    assert advise.quantize(nothing, task="arithmetic", task_kind="arithmetic", **said) == by_kind
    of_results = advise.quantize(nothing, task="word-problems", **said)
    assert of_results.path[:2] == by_kind.path[:2]
    assert advise.quantize(nothing, **said).asks == "is_precise"
    with pytest.raises(BadAnswer, match="different things"):
        advise.quantize(nothing, task="code", task_kind="arithmetic", **said)


@pytest.mark.parametrize("topic", topics())
def test_every_topic_takes_a_task_and_a_model(topic, model, nothing):
    function = getattr(advise, topic.replace("-", "_"))
    assert function(nothing, task="sums", model=model).framework.startswith(f"{topic} ")


@pytest.mark.parametrize("n", [1e13, 1e20, 1e30])
def test_what_does_not_fit_by_its_weights_alone_is_told(nothing, n):
    said: dict[str, Any] = {"parameters": n, "memory": "24GB"}
    assert advise.fit(nothing, **said).choice == "too-big"
    assert advise.quantize(nothing, task="code", **said).choice is not None
    assert advise.fit(nothing, parameters=n, memory=n * 1e3).asks == "memory_share"


def test_memory_and_device_come_from_the_machine(nothing):
    found = advise.device(nothing, parameters="124M", batch=4)
    assert found.asks == "memory"  # of a GPU it is not seen from here
    found = advise.device(nothing, parameters="124M", batch=4, memory="16GB")
    assert (found.path[0].answer, found.path[0].origin) == ("cuda", "measured")


def test_a_model_that_does_not_fit(nothing):
    found = advise.fit(
        nothing, parameters="13B", dtype="bf16", context=4096, batch=8, memory="24GB"
    )
    assert found.choice in {"int8", "int4", "too-big"}
    assert found.sureness == "predicted"


def test_finetuning_answers_with_what_is_usually_said(nothing):
    found = advise.finetune(nothing, parameters="2B", memory="16GB", device="mps", examples=3600)
    assert found.choice == "lora/mlx"
    assumed = {step.name for step in found.path if step.origin == "assumed"}
    assert assumed == {"wants_knowledge", "hours", "skill"}


def test_a_framework_of_ones_own(tmp_path, nothing):
    file = tmp_path / "lunch.toml"
    file.write_text(
        """
format = 1
id = "lunch"
version = 3
title = "What to eat"
topic = "lunch"
reading = "ours"
source = "the kitchen"
start = "hunger"

[questions.hunger]
text = "How many are hungry?"
type = "number"
unit = "people"
whole = true

[thresholds.many]
value = 5
text = "Many people."

[nodes.hunger]
asks = "hunger"
edges = [{ below = "many", to = "soup" }, { least = "many", to = "buffet" }]

[verdicts.soup]
choice = "soup"
text = "Soup for {hunger}: fewer than {many}."

[verdicts.buffet]
choice = "buffet"
text = "A buffet."
"""
    )
    found = advise.ask("lunch", {"hunger": 3}, nothing, framework=file)
    assert (found.choice, found.framework) == ("soup", "lunch 3")
    assert found.sentence == "Soup for 3 people: fewer than 5 people."
    assert found.flips == ("With hunger 5 people or more: A buffet.",)


def test_a_gap_of_a_framework_as_written_is_said(nothing):
    framework = framework_of("device", as_written=True)
    answers = {"parameters": 82e6, "batch": 12}
    found = advise.ask("device-as-written", answers, nothing)
    assert framework.faults
    assert (found.choice, found.asks) == (None, None)
    assert found.sentence == "The framework says nothing about batch 12."


@pytest.mark.parametrize(
    ("topic", "facts", "error", "words"),
    [
        ("bogus", {}, UnknownTopic, "there are: "),
        ("device", {"batch": "twelve"}, BadAnswer, "is a number"),
        ("device", {"batch": -4}, BadAnswer, "at least 1"),
        ("device", {"memory": "24 apples"}, BadAnswer, "such as 24GB"),
        ("device", {"bach": 4}, UnknownFact, "Nothing asks for 'bach'"),
        ("tool", {"has_rules": 1}, BadAnswer, "yes or no"),
    ],
)
def test_wrong_facts_are_refused(topic, facts, error, words, nothing):
    with pytest.raises(error, match=words):
        advise.ask(topic, facts, nothing)


def test_a_model_that_is_not_there_is_refused(tmp_path, nothing):
    with pytest.raises(BadModel, match=r"no config\.json"):
        advise.quantize(nothing, model=tmp_path)
    (tmp_path / "config.json").write_text("[1")
    with pytest.raises(BadModel, match="cannot be read"):
        advise.quantize(nothing, model=tmp_path)


def test_a_framework_that_is_none_is_refused(tmp_path, nothing):
    file = tmp_path / "none.toml"
    file.write_text("format = 1")
    with pytest.raises(BadFramework, match="none"):
        advise.ask("x", {}, nothing, framework=file)


def test_python_needs_no_sources(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert advise.tool(has_rules=True).choice == "rules"
    assert Sources(tmp_path).reader is None


def test_a_speed_up_follows_from_theory(nothing):
    facts: dict[str, Any] = {
        "shares_vocabulary": True, "fits": True, "acceptance": "75%", "draft_cost": "6%"
    }  # fmt: skip
    found = advise.drafting(nothing, **facts)
    assert (found.choice, found.sureness) == ("draft", "predicted")
    assert found.path[-1].answer == pytest.approx(3.288 / 1.3, rel=1e-3)
    names = {one.split()[1] for one in found.flips}
    assert {"acceptance", "draft_cost"} <= names
    assert advise.drafting(nothing, shares_vocabulary=True, fits=True).asks == "acceptance"


def test_a_prediction_that_is_too_near_to_call_is_said(nothing):
    facts: dict[str, Any] = {
        "parameters": "7B",
        "dtype": "bf16",
        "context": 4096,
        "batch": 8,
    }
    near = advise.fit(nothing, memory="23GB", **facts)
    assert any("without a measurement" in one for one in near.flips)
    far = advise.fit(nothing, memory="80GB", **facts)
    assert not any("without a measurement" in one for one in far.flips)
