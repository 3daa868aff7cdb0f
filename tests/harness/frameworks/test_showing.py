import math

import pytest

from spoonbench.harness.frameworks.graph import Question, Value
from spoonbench.harness.frameworks.reading import parse_framework, shipped
from spoonbench.harness.frameworks.showing import (
    bounded_question,
    show_number,
    show_threshold,
    show_value,
    verdict_text,
)
from spoonbench.harness.frameworks.walking import walk
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
        (999, "bytes", "999 B"),
        (999_999, "bytes", "1 MB"),
        (0, "bytes", "0 B"),
        (82e6, "parameters", "82M"),
        (6.7e9, "parameters", "6.7B"),
        (124_439_808, "parameters", "124.4M"),
        (500, "parameters", "500"),
        (0.95, "share", "95%"),
        (1.4, "share", "140%"),
        (0.3, "seconds", "300 ms"),
        (90, "seconds", "1.5 min"),
        (6, "hours", "6 hours"),
        (100, "currency", "100"),
        (-3, "", "-3"),
        (math.inf, "items", "never reached"),
    ],
)
def test_numbers_are_shown_as_their_units_are_written(value, unit, shown):
    assert show_number(value, unit) == shown


def test_answers_are_shown_in_words():
    question = Question(name="q", text="?", type="number", unit="bytes")
    shown = [show_value(question, one) for one in (True, False, "cuda", 8e9)]
    assert shown == ["yes", "no", "cuda", "8 GB"]


def test_a_verdict_tells_answers_and_thresholds_as_they_are():
    framework = parse_framework(SMALL)
    answers: dict[str, Value] = {"batch": 20, "device": "cuda"}
    verdict = walk(framework, answers).verdict
    told = verdict_text(framework, verdict, answers)
    assert told == "Batch 20 is 16 or more: take the NVIDIA GPU."
    told = verdict_text(framework, verdict, answers, {"many": 12})
    assert told == "Batch 20 is 12 or more: take the NVIDIA GPU."


def test_an_answer_that_was_not_asked_for_is_unknown():
    framework = parse_framework(changed("Take the CPU.", "Take the CPU, not the {device}."))
    told = verdict_text(framework, framework.verdicts["cpu"], {"batch": 1})
    assert told == "Take the CPU, not the unknown."


def test_thresholds_have_the_unit_of_what_they_bound():
    framework = shipped("device")
    assert bounded_question(framework, "medium").name == "parameters"
    assert show_threshold(framework, "medium", 1e9) == "1B"
    assert show_threshold(framework, "cuda_batch", 8) == "8"
    assert bounded_question(framework, "nothing") is None
