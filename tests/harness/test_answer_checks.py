import dataclasses
from typing import Any

import pytest

from spoonbench.harness.answer_checks import MOST_CHARACTERS, BadAnswers, check_answers
from spoonbench.solvers.api import Answer, TraceStep

GOOD = Answer(status="answered", value="1", confidence=0.5, tokens_in=3, stopped_by="limit")


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        Answer(status="abstained", reason="not sure"),
        Answer(status="answered", value="", confidence=1, cost=0),
        Answer(
            status="answered",
            value="1",
            trace=(TraceStep(stage="rules", level=1, received="x", returned=GOOD),),
        ),
    ],
)
def test_answers_that_keep_the_contract_pass(answer):
    check_answers([answer, GOOD], 2)
    check_answers((answer,), 1)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": "sure"}, "the status 'sure' is none of answered, abstained"),
        ({"value": None}, "answered, but without a value"),
        ({"value": 1}, "value is a int"),
        ({"status": "failed"}, "failed, but without a reason"),
        ({"reason": b"x"}, "reason is a bytes"),
        ({"tokens_out": 1.5}, "tokens_out is a float"),
        ({"confidence": "high"}, "confidence is a str"),
        ({"confidence": -0.1}, "outside [0, 1]"),
        ({"confidence": float("nan")}, "confidence is nan"),
        ({"first_token_s": float("inf")}, "first_token_s is inf"),
        ({"stopped_by": "boredom"}, "stopped_by 'boredom' is none of"),
        ({"trace": ("rules",)}, "its trace holds a str"),
    ],
)
def test_answers_that_break_the_contract_are_named(change, fault):
    with pytest.raises(BadAnswers) as caught:
        check_answers([GOOD, dataclasses.replace(GOOD, **change)], 2)
    assert fault in str(caught.value)
    assert "(2 of 2)" in str(caught.value)


def test_a_fault_inside_a_trace_names_the_stage():
    step = TraceStep(stage="rules", level=1, received="x", returned=Answer(status="answered"))
    with pytest.raises(BadAnswers, match="stage rules of its trace: answered, but without"):
        check_answers([dataclasses.replace(GOOD, trace=(step,))], 1)


@pytest.mark.parametrize("name", ["value", "reason", "raw_text"])
def test_texts_are_bounded_and_never_cut(name):
    change: dict[str, Any] = {name: "x" * MOST_CHARACTERS}
    check_answers([dataclasses.replace(GOOD, **change)], 1)
    change = {name: "x" * (MOST_CHARACTERS + 1)}
    longer = dataclasses.replace(GOOD, **change)
    with pytest.raises(BadAnswers, match=f"{name} has 100,001 characters; at most 100,000 are"):
        check_answers([longer], 1)
    step = TraceStep(stage="rules", level=1, received="x", returned=longer)
    with pytest.raises(BadAnswers, match="stage rules of its trace"):
        check_answers([dataclasses.replace(GOOD, trace=(step,))], 1)


@pytest.mark.parametrize("answers", [None, {}, "11", iter([GOOD]), [], [GOOD, GOOD]])
def test_the_wrong_number_or_no_list_is_refused(answers):
    with pytest.raises(BadAnswers, match="`solve` returned"):
        check_answers(answers, 1)
