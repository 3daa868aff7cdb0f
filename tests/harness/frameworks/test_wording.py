import pytest

from spoonbench.harness.frameworks.graph import Condition, Value
from spoonbench.harness.frameworks.reading import parse_framework
from spoonbench.harness.frameworks.wording import answers_text, condition_text, verdict_name
from tests.harness.frameworks.small import SMALL, changed

FRAMEWORK = parse_framework(SMALL)


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
    assert condition_text(FRAMEWORK.questions["batch"], condition, {"many": 16}) == text


def test_answers_are_told_in_a_line():
    answers: dict[str, Value] = {"batch": 2000, "device": "cuda", "is_late": False}
    assert answers_text(FRAMEWORK, answers) == "batch 2,000, device cuda, is_late no"


def test_a_verdict_without_a_choice_has_its_name_only():
    assert verdict_name(FRAMEWORK.verdicts["cpu"]) == "cpu (cpu)"
    without = parse_framework(changed('choice = "mps"', 'choice = ""'))
    assert verdict_name(without.verdicts["mps"]) == "mps"
