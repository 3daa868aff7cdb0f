"""Every framework that ships: its paths, its examples, its faults, its claims."""

import pytest

from spoonbench.harness.claims.reading import read_claims
from spoonbench.harness.finetune.plan import METHODS, TOOL_NAMES, plan_for
from spoonbench.harness.frameworks.linting import lint
from spoonbench.harness.frameworks.paths import every_path
from spoonbench.harness.frameworks.reading import shipped, shipped_ids
from spoonbench.harness.frameworks.walking import walk

IDS = shipped_ids()
LOOKUPS = {
    "crossover.batch.cuda",
    "crossover.batch.mps",
    "decoding.stops",
    "drafting.acceptance",
    "dtype.speed",
    "duel.accuracy",
    "duel.cost",
    "memory.fits",
    "quantize.accuracy",
    "quantize.speed",
    "routing.risk",
}


def test_all_that_the_documents_decide_is_there():
    assert {
        "tool",
        "device",
        "quantize",
        "quantize-factors",
        "format",
        "training-memory",
        "fit",
        "finetune",
        "decoding",
        "drafting",
        "routing",
    } <= set(IDS)


@pytest.mark.parametrize("framework_id", IDS)
def test_the_faults_are_those_that_it_states(framework_id):
    framework = shipped(framework_id)
    found = [fault.sentence for fault in lint(framework, claims=read_claims(), lookups=LOOKUPS)]
    assert found == list(framework.faults)
    assert found == [] or framework.reading == "as written"


@pytest.mark.parametrize("framework_id", IDS)
def test_every_path_ends_in_a_verdict_or_a_stated_gap(framework_id):
    framework = shipped(framework_id)
    gaps = {fault.place for fault in lint(framework) if fault.kind == "gap"}
    for found in every_path(framework):
        assert found.verdict is not None or found.steps[-1].node.name in gaps


@pytest.mark.parametrize("framework_id", IDS)
def test_every_verdict_is_the_end_of_a_path(framework_id):
    framework = shipped(framework_id)
    ends = {found.verdict.name for found in every_path(framework) if found.verdict is not None}
    assert ends == set(framework.verdicts)


@pytest.mark.parametrize("framework_id", IDS)
def test_examples_have_the_verdicts_that_their_author_gives_them(framework_id):
    framework = shipped(framework_id)
    assert framework.examples
    for example in framework.examples:
        assert walk(framework, example.answers).verdict.name == example.verdict


@pytest.mark.parametrize("framework_id", IDS)
def test_it_stands_where_its_id_says_and_rests_on_claims(framework_id):
    framework = shipped(framework_id)
    assert framework.framework_id == framework_id
    assert framework.mends is None or framework.mends in IDS
    assert framework_id.endswith("-as-written") == (framework.reading == "as written")
    assert [one.name for one in framework.nodes.values() if not one.claims] == []
    assert [one.name for one in framework.verdicts.values() if not one.claims] == []


def test_what_is_mended_is_the_default():
    for framework_id in IDS:
        if framework_id.endswith("-as-written"):
            menders = [one for one in IDS if shipped(one).mends == framework_id]
            assert menders or framework_id == "device-bands-as-written"


@pytest.mark.parametrize(
    ("framework_id", "expected"),
    [
        ("tool-as-written", []),
        ("device-as-written", [("gap", "batch 9 to 15"), ("contradiction", "parameters 7B")]),
        (
            "quantize-as-written",
            [
                ("contradiction", "needs fits_float16 yes, and a path to it does not ask it"),
                ("contradiction", "keep-float32 (none) needs fits yes, and a path to it has no"),
                ("partial", "is_speed_critical matters to everyone and is asked of some only"),
            ],
        ),
        (
            "fit-as-written",
            [
                ("overlap", "parameters 1B"),
                ("contradiction", "parameters 7B"),
                ("contradiction", "parameters 13B"),
                ("contradiction", "medium-model (fits) needs fits yes"),
                ("contradiction", "huge-model (too-big) needs fits no"),
            ],
        ),
    ],
)
def test_known_faults_of_the_documents_are_found_for_the_right_reason(framework_id, expected):
    found = lint(shipped(framework_id))
    assert [fault.kind for fault in found] == [kind for kind, _ in expected]
    assert all(words in fault.sentence for fault, (_, words) in zip(found, expected, strict=True))


def test_a_figure_of_the_documents_that_is_put_right_takes_its_fault_away():
    faults = lint(shipped("device-as-written"), {"large_batch": 9})
    assert [fault.kind for fault in faults] == ["contradiction"]
    faults = lint(shipped("device-as-written"), {"small_batch": 16})
    assert [fault.kind for fault in faults] == ["contradiction", "contradiction"]


def test_the_documents_do_and_do_not_lists_are_examples():
    texts = " ".join(example.text.lower() for example in shipped("tool").examples)
    for item in (
        "image and video recognition",
        "natural language understanding",
        "speech processing",
        "sentiment analysis",
        "pattern recognition",
        "options trading pattern analysis",
        "simple arithmetic",
        "format validation",
        "rule-based parsing",
        "deterministic calculations",
        "known formulas",
        "options pricing",
    ):
        assert item in texts


@pytest.mark.parametrize(
    ("crossover", "batch", "choice"),
    [(16, 12, "cpu"), (12, 12, "mps"), (12, 11, "cpu"), (float("inf"), 4096, "cpu")],
)
def test_a_measured_crossover_takes_the_place_of_the_rule_of_thumb(crossover, batch, choice):
    answers = {"device": "mps", "fits": True, "parameters": 82e6, "batch": batch}
    found = walk(shipped("device"), answers, {"mps_batch": crossover})
    assert found.verdict.choice == choice


def test_crossovers_are_the_only_thresholds_that_look_ups_replace():
    """Other look-ups have another unit than the thresholds of their framework."""
    named = {
        threshold.evidence
        for framework_id in IDS
        for threshold in shipped(framework_id).thresholds.values()
        if threshold.evidence is not None
    }
    assert named == {"crossover.batch.cuda", "crossover.batch.mps"}


def test_facts_of_one_name_are_one_fact():
    """The same name has the same type and unit everywhere, so that one answer serves all."""
    kinds: dict[str, tuple[object, ...]] = {}
    for framework_id in IDS:
        for question in shipped(framework_id).questions.values():
            names = tuple(sorted(choice.name for choice in question.choices))
            kind = (question.type, question.unit, question.low, question.high, names)
            assert kinds.setdefault(question.name, kind) == kind, (framework_id, question.name)


@pytest.mark.parametrize("verdict", shipped("finetune").verdicts.values(), ids=lambda one: one.name)
def test_methods_and_tools_of_fine_tuning_are_those_that_plans_know(verdict):
    if verdict.choice == "none":
        return
    method, tool = verdict.choice.split("/")
    assert method in METHODS
    assert tool in TOOL_NAMES
    plan = plan_for(method, tool, {"model": "m"}, device=DEVICE.get(tool, "cuda"))
    for name, value in verdict.settings.items():
        assert name == "merge_into" or getattr(plan, name) == value


DEVICE = {"mlx": "mps", "peft": "cpu"}
