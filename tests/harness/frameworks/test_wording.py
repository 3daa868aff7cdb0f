import pytest

from spoonbench.harness.frameworks.graph import Condition, Question
from spoonbench.harness.frameworks.reading import parse_framework, shipped
from spoonbench.harness.frameworks.walking import walk
from spoonbench.harness.frameworks.wording import (
    condition_text,
    shown_answer,
    shown_number,
    unit_of,
    verdict_text,
)
from tests.harness.frameworks.small import SMALL, changed


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (16, "items", "16"),
        (53597, "examples", "53,597"),
        (0.1, "", "0.1"),
        (24e9, "bytes", "24 GB"),
        (330e6, "bytes", "330 MB"),
        (1.5e12, "bytes", "1.5 TB"),
        (999, "bytes", "999 bytes"),
        (0, "bytes", "0 bytes"),
        (82e6, "parameters", "82M"),
        (6.7e9, "parameters", "6.7B"),
        (124_439_808, "parameters", "124.439808M"),
        (500, "parameters", "500"),
        (0.95, "share", "95%"),
        (1.4, "share", "140%"),
        (0.3, "seconds", "0.3 s"),
        (6, "hours", "6 h"),
        (-3, "", "-3"),
        (float("inf"), "items", "inf"),
    ],
)
def test_numbers_are_shown_as_their_units_are_written(value, unit, shown):
    assert shown_number(value, unit) == shown


def test_answers_are_shown_in_words():
    question = Question(name="q", text="?", type="number", unit="bytes")
    assert [shown_answer(question, one) for one in (True, False, "cuda", 8e9)] == [
        "yes",
        "no",
        "cuda",
        "8 GB",
    ]


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Condition(otherwise=True), "otherwise"),
        (Condition(one_of=(True,)), "yes"),
        (Condition(one_of=("cuda", "mps")), "cuda or mps"),
        (Condition(least="many", below=32), "at least 16 and less than 32"),
        (Condition(above=0, most="many"), "more than 0 and at most 16"),
    ],
)
def test_conditions_are_told_in_words(condition, text):
    framework = parse_framework(SMALL)
    question = framework.questions["batch"]
    assert condition_text(framework, question, condition, {"many": 16}) == text


def test_a_verdict_tells_answers_and_thresholds_as_they_are():
    framework = parse_framework(SMALL)
    answers = {"batch": 20, "device": "cuda"}
    sentence = verdict_text(framework, walk(framework, answers), None)
    assert sentence == "Batch 20 is 16 or more: take the NVIDIA GPU."
    measured = {"many": 12}
    sentence = verdict_text(framework, walk(framework, answers, measured), measured)
    assert sentence == "Batch 20 is 12 or more: take the NVIDIA GPU."


def test_an_answer_that_was_not_asked_for_is_a_question_mark():
    framework = parse_framework(changed("Take the CPU.", "Take the CPU, not the {device}."))
    assert verdict_text(framework, walk(framework, {"batch": 1})) == "Take the CPU, not the ?."


def test_a_walk_without_a_verdict_has_no_sentence():
    framework = parse_framework(SMALL)
    with pytest.raises(ValueError, match="no verdict"):
        verdict_text(framework, walk(framework, {}))


def test_thresholds_have_the_unit_of_what_they_bound():
    framework = shipped("device")
    assert unit_of(framework, "medium") == "parameters"
    assert unit_of(framework, "cuda_batch") == "items"
