"""A flip is where the answer changes, and not just before it: found by asking again."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spoonbench.harness import advise
from spoonbench.harness.advise.asking import make_case
from spoonbench.harness.advise.decision import decide
from spoonbench.harness.advise.facts import questions_of, read_facts
from spoonbench.harness.advise.flip_numbers import NEAR, infers
from spoonbench.harness.advise.flips import find_flips
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.advise.topics import framework_of, topics
from spoonbench.harness.records import Environment

MACHINE = Environment(
    processor="Test CPU", architecture="x86_64", n_cores=2, instruction_sets=(),
    memory_bytes=24_000_000_000, devices=("mps: Apple GPU",), system="", python="", libraries={},
)  # fmt: skip
NOTHING = Sources(None, has_references=False, has_claims=False, machine=MACHINE)


def answers_of(question):
    if question.type == "yes-no":
        return st.booleans()
    if question.type == "choice":
        return st.sampled_from([choice.name for choice in question.choices])
    low, high = max(question.low, 1e-3), question.high or 1e12
    numbers = st.floats(math.log(low), math.log(high)).map(math.exp)
    kept = numbers.map(lambda value: min(max(value, question.low), high))
    return kept.map(lambda value: float(round(value))) if question.is_whole else kept


def facts_of(questions):
    return st.fixed_dictionaries({}, optional={k: answers_of(q) for k, q in questions.items()})


@pytest.mark.parametrize("topic", topics())
@given(data=st.data())
@settings(max_examples=15)
def test_the_answer_changes_at_a_flip_and_not_just_before_it(topic, data):
    framework = framework_of(topic)
    questions = questions_of(framework)
    raw = data.draw(facts_of(questions))
    assume(not (raw.get("approximate_ok") and raw.get("accuracy_need") == 1))  # is refused
    case = make_case(framework, read_facts(questions, raw, "given"), NOTHING)
    decision = decide(framework, case)
    if decision.asks is not None:
        return
    given = case
    for flip in find_flips(framework, case, decision):
        case = given if flip.along is None else given.changed(*flip.along)
        assert decide(framework, case.changed(flip.name, flip.value)).outcome != decision.outcome
        question = questions[flip.name]
        if question.type != "number":
            continue
        now = case.number(flip.name)
        if now is None:
            continue  # the number was assumed
        at = float(flip.value)
        towards = math.copysign(1.0, now - at)
        before = at + towards if question.is_whole else math.nextafter(at, now)
        # Bytes by an outline are jagged within some hundred-thousandths, for widths are rounded:
        # the fourth digit, which is the last that is shown, is beyond that.
        step = 20 * NEAR * at
        if infers(case, decision, flip.name) and abs(before - at) < step < abs(now - at):
            # Of what is inferred, the nearest that is shown otherwise.
            before = float(round(at + towards * step)) if question.is_whole else at + towards * step
        assert decide(framework, case.changed(flip.name, before)).outcome == decision.outcome


@pytest.mark.parametrize("batch", [1, 4, 15])
def test_a_threshold_is_named_exactly(nothing, batch):
    found = advise.device(nothing, parameters=124e6, batch=batch, device="mps", fits=True)
    assert any(one.startswith("With batch 16 or more:") for one in found.flips)


@pytest.mark.parametrize("batch", [16, 17, 1000])
def test_and_from_the_other_side(nothing, batch):
    found = advise.device(nothing, parameters=124e6, batch=batch, device="mps", fits=True)
    assert any(one.startswith("With batch 15 or less:") for one in found.flips)


def test_the_nearest_flip_comes_first(case_of):
    framework, case = case_of("device", parameters=900e6, batch=1, device="mps", fits=True)
    decision = decide(framework, case)
    numbers = [one for one in find_flips(framework, case, decision) if one.distance > 1]
    assert [one.name for one in numbers] == ["parameters", "batch"]


def test_what_is_inferred_flips_with_what_it_was_inferred_from(nothing):
    found = advise.fit(nothing, parameters="7B", dtype="bf16", context=4096, batch=8, memory="24GB")
    names = {one.split()[1] for one in found.flips}
    assert {"memory", "context", "batch", "parameters", "dtype"} <= names


def test_beside_a_bound_the_bound_is_named(nothing):
    large = advise.ask("size-class", {"parameters": "7B"}, nothing)
    assert any(one.startswith("With parameters below 7B:") for one in large.flips)
    assert any(one.startswith("With parameters 13B or more:") for one in large.flips)
