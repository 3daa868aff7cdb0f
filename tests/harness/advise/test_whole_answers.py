"""Every answer has all its parts, whatever is asked; a part that is empty says so."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.advise.answering import answer
from spoonbench.harness.advise.asking import make_case
from spoonbench.harness.advise.facts import questions_of, read_facts
from spoonbench.harness.advise.page import NO_FLIP, NO_OTHER, advice_lines
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.advise.topics import framework_of, topics
from spoonbench.harness.frameworks.paths import every_path

NOTHING = Sources(None, has_references=False)


def advised(framework, facts, sources=NOTHING):
    given_facts = read_facts(questions_of(framework), facts, "given")
    return answer(framework, make_case(framework, given_facts, sources))


def answers_of_paths(framework):
    """Answers of every path that ends in a verdict, each set once."""
    walks = (one for one in every_path(framework) if one.verdict is not None)
    found = ({step.question.name: step.answer for step in one.steps} for one in walks)
    return list({tuple(sorted(one.items())): one for one in found}.values())


@pytest.mark.parametrize("topic", topics())
@given(data=st.data())
@settings(max_examples=20)
def test_every_answer_has_every_part(topic, data):
    framework = framework_of(topic)
    facts = data.draw(st.sampled_from(answers_of_paths(framework)))
    found = advised(framework, facts)
    if found.asks is not None:
        return
    assert found.sentence
    assert found.path
    assert found.evidence
    assert found.sureness
    assert found.firm_up.startswith("spoonbench ")
    lines = " ".join(" ".join(advice_lines(found, framework)).split())
    assert ("What would change it: - With " in lines) or NO_FLIP in lines or found.flips
    assert (NO_FLIP in lines) == (not found.flips)
    assert (NO_OTHER in lines) == (not found.runners_up)


@pytest.mark.parametrize(
    ("topic", "facts"),
    [
        ("tool", {"has_rules": True, "accuracy_need": 1.0}),
        ("quantize", {"parameters": "1M", "device": "cpu", "memory": "24GB"}),
        ("size-class", {"parameters": "7B"}),
        ("device", {"parameters": "124M", "batch": 4, "device": "cpu", "memory": "24GB"}),
        ("drafting", {"shares_vocabulary": False, "fits": False}),
        ("routing", {"rules_answer": True}),
    ],
)
def test_questions_of_which_parts_were_missing_have_flips_and_runners_up(topic, facts):
    found = advised(framework_of(topic), facts)
    assert found.asks is None
    assert found.flips
    assert found.runners_up


def test_a_number_beside_a_bound_is_not_shown_as_the_bound():
    found = advised(framework_of("size-class"), {"parameters": "7B"})
    below = next(one for one in found.flips if "below 7B" in one)
    assert "A model of less than 7B is" in below


def test_where_no_single_change_does_it_two_are_named():
    found = advised(
        framework_of("drafting"), {"shares_vocabulary": False, "fits": False, "speedup": 3.0}
    )
    assert found.choice == "none"
    assert any(
        "yes to 'Do both models have the same tokenizer?'" in one and " and yes to 'Do both" in one
        for one in found.flips
    )
    assert any(one.startswith("draft, with ") for one in found.runners_up)
