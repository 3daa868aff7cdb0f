"""Which tool: by rule of thumb, and by what was measured where the task had a duel."""

import pytest

from spoonbench.harness import advise
from spoonbench.harness.advise.sources import Sources

CLEAR = {
    "rules": (1, 400, 1_000),
    "forest": (3, 380, 1_000_000),
    "model": (5, 300, 10_000_000),
}


@pytest.fixture
def own(duel_store, machine):
    """Reads a store with a duel of the task "sums"."""

    def make(contestants=CLEAR, **more):
        return Sources(duel_store(contestants, **more), has_references=False, machine=machine)

    return make


def test_the_lowest_level_that_meets_the_requirement_is_chosen(own):
    found = advise.tool(own(), task="sums", accuracy_need=0.9, has_rules=True)
    assert (found.choice, found.sureness) == ("rules", "measured here")
    assert found.evidence[0].source == "store"
    assert found.evidence[0].run_ids == ("run rules 2026-01-02T03:04:05+00:00",)
    assert found.evidence[0].low < found.evidence[0].value == 1.0


def test_measurement_wins_over_the_framework_and_both_are_shown(own):
    wrong = {**CLEAR, "rules": (1, 200, 1_000)}
    found = advise.tool(own(wrong), task="sums", accuracy_need=0.9, has_rules=True)
    assert found.choice == "forest"
    assert any("framework says rules" in one for one in found.contradictions)
    assert [(step.name, step.shown) for step in found.path] == [
        ("has_rules", "yes"),
        ("accuracy_need", "90%"),
        ("coverage_need", "90%"),
        ("does rules", "no"),
        ("contestant", "forest"),
    ]


def test_they_agree_where_they_agree(own):
    found = advise.tool(own(), task="sums", accuracy_need=0.9, has_rules=True)
    assert not any("framework says" in one for one in found.contradictions)


def test_latency_and_memory_are_requirements_too(own):
    slow = {**CLEAR, "rules": (1, 400, 50_000_000)}
    found = advise.tool(own(slow), task="sums", accuracy_need=0.9, latency="10ms", has_rules=True)
    assert found.choice == "forest"


def test_what_nobody_meets_has_no_choice_and_says_why(own):
    found = advise.tool(own(), task="sums", accuracy_need=1.0, has_rules=True)
    assert found.choice is None  # no sample shows exactness, and nobody guarantees it
    assert "rules" in found.sentence


def test_the_newest_duel_counts(duel_store, machine):
    duel_store(CLEAR)
    duel_store({**CLEAR, "rules": (1, 100, 1_000)}, created="2026-02-02T03:04:05+00:00")
    sources = Sources(
        duel_store({**CLEAR, "rules": (1, 50, 1_000)}, created="2026-03-02T03:04:05+00:00"),
        has_references=False,
        machine=machine,
    )
    found = advise.tool(sources, task="sums", accuracy_need=0.9, has_rules=True)
    assert found.choice == "forest"


def test_a_quick_duel_can_be_firmed_up_by_the_standard_one(own):
    found = advise.tool(own(), task="sums", accuracy_need=0.9, has_rules=True)
    words = found.firm_up.split(" --out ")[0]
    assert words == "spoonbench duel --task sums --accuracy 0.9 --preset standard"


def test_a_duel_of_another_task_or_machine_says_nothing(own, another_machine):
    assert advise.tool(own(), task="words", has_rules=True).sureness == "rule of thumb"
    other = own(folder="other", on=another_machine)
    assert advise.tool(other, task="sums", has_rules=True).sureness == "rule of thumb"


def test_a_requirement_answers_whether_approximate_will_do(nothing):
    exact = advise.tool(nothing, has_rules=False, has_formula=False, accuracy_need=1.0)
    assert exact.choice == "find-deterministic"
    assert (exact.path[-1].name, exact.path[-1].origin) == ("approximate_ok", "inferred")
    near = advise.tool(nothing, has_rules=False, has_formula=False, accuracy_need=0.9)
    assert near.asks == "has_much_data"


def test_an_open_question_flips_with_the_one_before(nothing):
    found = advise.tool(nothing, has_rules=True)
    (only,) = found.flips
    assert only.startswith("With no to 'Are there clear, deterministic rules?': formula, ")
    assert only.endswith("the next question would be: Is there a mathematical formula?")
    assert found.runners_up[0] == (
        "formula, with no to 'Are there clear, deterministic rules?' "
        "and yes to 'Is there a mathematical formula?'"
    )


def test_a_choice_that_the_framework_can_no_longer_come_to_is_a_contradiction(own):
    found = advise.tool(own(), task="sums", accuracy_need=0.9, has_rules=False)
    assert found.choice == "rules"
    (said,) = (one for one in found.contradictions if "framework" in one)
    assert said.startswith("The framework can only come to formula, ")
    assert "what was measured says rules" in said


def test_what_less_time_or_memory_would_make_of_it_is_told(own):
    sources = own()
    found = advise.tool(sources, task="sums", accuracy_need=0.9, has_rules=True)
    told = next(one for one in found.flips if "for 95% of answers" in one)
    number, unit = told.removeprefix("With less than ").split(" for ")[0].split()
    less = f"{0.99 * float(number)}{unit}"
    tighter = advise.tool(sources, task="sums", accuracy_need=0.9, has_rules=True, latency=less)
    assert tighter.choice != "rules"
    assert (tighter.choice or "nothing that was measured") in told


def test_a_task_that_nobody_knows_is_not_proposed(nothing):
    known = advise.tool(nothing, task="digits", has_rules=True)
    assert known.firm_up == "spoonbench duel --task digits"
    unknown = advise.tool(nothing, task="nosuch", has_rules=True)
    assert unknown.firm_up == "spoonbench duel FILE"


def test_what_was_said_and_not_needed_is_told(nothing):
    found = advise.tool(nothing, has_rules=True, latency="30ms")
    assert found.settings["not_asked"] == ("latency",)


def test_a_duel_needs_no_answers_to_the_rules_questions(own):
    found = advise.tool(own(), task="sums", accuracy_need=0.9)
    assert (found.choice, found.asks) == ("rules", None)
