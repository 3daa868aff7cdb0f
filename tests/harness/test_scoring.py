import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.scoring import (
    FAILURES,
    TEXT_FAULTS,
    classify,
    rises,
    score,
    score_answer,
    stated_answers,
    text_faults,
)
from spoonbench.solvers.api import Answer, TraceStep


def said(value, **more):
    return Answer(status="answered", value=value, **more)


@pytest.mark.parametrize(
    ("value", "target", "tolerance", "is_correct"),
    [
        ("145", "145", 0.0, True),
        ("145.0", "145", 0.0, True),
        ("290/2", "145", 0.0, True),
        ("145.0001", "145", 0.01, False),  # whole targets take no tolerance
        ("0.333", "1/3", 0.0, False),
        ("0.333", "1/3", 0.01, True),
        ("-0.333", "1/3", 0.01, False),
        ("0.1", "0.10", 0.0, True),
    ],
)
def test_whole_numbers_must_be_exact_and_others_within_the_tolerance(
    value, target, tolerance, is_correct
):
    assert score("number", said(value), target, tolerance).is_correct is is_correct


def test_a_number_beyond_the_precision_of_floats_is_not_right_by_rounding():
    assert not score("number", said("9007199254740993"), "9007199254740992").is_correct


@pytest.mark.parametrize(
    ("kind", "value", "target", "is_correct"),
    [
        ("label", " card_arrival\n", "card_arrival", True),
        ("label", "Card_Arrival", "card_arrival", False),
        ("text", "The  Big\tApple ", "the big apple", True),
        ("text", "the big apples", "the big apple", False),
    ],
)
def test_labels_are_exact_and_text_ignores_case_and_white_space(kind, value, target, is_correct):
    assert score(kind, said(value), target).is_correct is is_correct


@pytest.mark.parametrize("status", ["abstained", "needs_input"])
def test_abstaining_is_right_only_where_there_is_no_answer(status):
    answer = Answer(status=status, reason="not sure")
    assert score("number", answer, None).is_correct
    assert classify("number", answer, "5") == "abstained"


def test_a_value_where_there_is_none_is_a_failure_of_its_own():
    assert classify("number", said("5"), None) == "answered the unanswerable"
    assert classify("number", Answer(status="failed", reason="crash"), None) == "failed"


def test_a_target_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="'many' is not a number"):
        score("number", said("5"), "many")


STORY = (
    "The answer is 123. The answer is 163. The answer is 218. The answer is 215. The answer is 2"
)


@pytest.mark.parametrize(
    ("answer", "target", "failure"),
    [
        (Answer(status="failed", reason="no"), "5", "failed"),
        (Answer(status="failed", raw_text="dunno", stopped_by="end_token"), "5", "malformed"),
        (Answer(status="failed", raw_text="a b a b a b a b"), "5", "repetition"),
        (said("five"), "5", "malformed"),
        (said("4", raw_text="The answer is 4."), "5", "wrong value"),
        (said("123", raw_text=STORY, stopped_by="limit"), "145", "conflicting answers"),
        (
            said("4", raw_text="The answer is 4. The answer is 4. The", stopped_by="limit"),
            "5",
            "repetition",
        ),
        (said("4", raw_text="The answer is 4. He went to", stopped_by="limit"), "5", "endless"),
        (
            said("135", raw_text="The answer is 135.", stopped_by="end_token"),
            "145",
            "off by a carry",
        ),
        (said("45"), "145", "off by a carry"),
        (said("1145"), "145", "off by a carry"),
        (said("146"), "145", "wrong value"),
        (said("125"), "145", "wrong value"),
        (said("10.5"), "0.5", "off by a carry"),
        (said("10.5"), "0.25", "wrong value"),
    ],
)
def test_failures_are_told_apart(answer, target, failure):
    assert classify("number", answer, target) == failure
    assert failure in FAILURES


def test_wrong_labels_and_texts_have_their_own_names():
    assert classify("label", said("a"), "b") == "wrong label"
    assert classify("text", said("a"), "b") == "wrong text"
    assert classify("label", Answer(status="answered"), "b") == "malformed"


def test_a_right_first_value_stays_right_however_the_text_goes_on():
    answer = said("123", raw_text=STORY, stopped_by="limit")
    assert score("number", answer, "123").is_correct
    assert classify("number", answer, "123") is None
    assert text_faults(answer.raw_text, "limit") == ("conflicting answers", "endless")


def test_the_answer_that_the_limit_cut_in_two_is_no_conflict():
    text = "The answer is 145. The answer is 14"
    assert stated_answers(text, "limit") == ("145",)
    assert text_faults(text, "limit") == ("endless",)
    assert text_faults(text, "end_token") == ("conflicting answers",)


@pytest.mark.parametrize(
    ("text", "stopped_by", "faults"),
    [
        (None, None, ()),
        ("", "end_token", ()),
        ("The answer is 3.5.", "end_token", ()),
        ("The answer is 145.", "limit", ()),
        ("The answer is 145", "limit", ()),
        ("The answer is 7. The answer is 7.0.", "end_token", ("repetition",)),
        ("so so so", "end_token", ("repetition",)),
        ("so so", "end_token", ()),
        ("he had it and he had it and he had it and", "limit", ("repetition", "endless")),
        ("It went on and on until the limit", "limit", ()),
    ],
)
def test_faults_of_a_text(text, stopped_by, faults):
    assert text_faults(text, stopped_by) == faults


@given(st.text(alphabet="the answer is 123.\n", max_size=300), st.sampled_from(["limit", None]))
def test_faults_come_in_their_order_and_never_raise(text, stopped_by):
    faults = text_faults(text, stopped_by)
    assert [fault for fault in TEXT_FAULTS if fault in faults] == list(faults)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("123", "163", "218"), True),
        (("5", "5", "6"), True),
        (("5", "5"), False),
        (("1", "3", "2"), False),
        (("5",), False),
        ((), False),
        (("5", "six"), False),
    ],
)
def test_rising_answers(values, expected):
    assert rises(values) is expected


def test_a_hostile_megabyte_is_judged_in_time_linear_in_its_length():
    text = "the answer is " * 70_000
    assert "repetition" in text_faults(text, "limit")


def test_the_stage_of_a_hybrid_that_gave_the_value_is_named():
    passed = Answer(status="abstained", reason="no rule")
    trace = (
        TraceStep(stage="rules", level=1, received="q", returned=passed),
        TraceStep(stage="tiny", level=5, received="q", returned=said("5")),
    )
    kept = score_answer("number", "p1", said("5", trace=trace, confidence=0.5), "5")
    assert (kept.stage, kept.level, kept.is_correct) == ("tiny", 5, True)
    assert (kept.problem_id, kept.confidence, kept.failure) == ("p1", 0.5, None)


def test_of_several_stages_with_values_the_one_whose_value_was_taken_is_named():
    trace = (
        TraceStep(stage="rules", level=1, received="q", returned=said("5")),
        TraceStep(stage="tiny", level=5, received="q", returned=said("6")),
    )
    assert score_answer("number", "p", said("5", trace=trace), "5").stage == "rules"
    assert score_answer("number", "p", Answer(status="abstained", trace=trace), "5").stage is None
