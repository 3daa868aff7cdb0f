"""Answers as people write them, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.advise.quantities import read_answer, show_answer, show_number
from spoonbench.harness.frameworks.graph import Choice, Question
from spoonbench.harness.frameworks.walking import BadAnswer


def number(unit, **more):
    return Question(name="size", text="?", type="number", unit=unit, **more)


YES = Question(name="has_rules", text="?", type="yes-no")
DTYPE = Question(
    name="dtype", text="?", type="choice",
    choices=(Choice(name="float32", text=""), Choice(name="bfloat16", text="")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        ("parameters", "124M", 124e6),
        ("parameters", "7B", 7e9),
        ("parameters", "7b", 7e9),
        ("parameters", "27,073,024", 27_073_024),
        ("bytes", "24GB", 24e9),
        ("bytes", "24 gb", 24e9),
        ("bytes", "8GiB", 8 * 2**30),
        ("bytes", "512 MiB", 2**29),
        ("share", "5%", 0.05),
        ("share", "99.9%", 0.999),
        ("share", "1.0", 1.0),
        ("seconds", "30ms", 0.03),
        ("seconds", "2 s", 2.0),
        ("seconds", "1.5", 1.5),
        ("hours", "30min", 0.5),
        ("hours", "8", 8.0),
        ("items", "12", 12.0),
        ("examples", "3.6k", 3600.0),
        ("dollars", "$10", 10.0),
        ("", "1/4", 0.25),
    ],
)
def test_numbers_are_read_in_the_unit_of_their_question(unit, text, value):
    assert read_answer(number(unit), text) == value


@pytest.mark.parametrize(
    ("unit", "text", "words"),
    [
        ("bytes", "24", "the unit is missing"),
        ("bytes", "24 apples", "is no unit of it"),
        ("parameters", "7GB", "is no unit of it"),
        ("items", "twelve", "is a number"),
        ("items", "", "is a number"),
        ("items", "-4", "at least 0"),
        ("items", "1e999", "is a number"),
        ("items", "1e350", "too large"),
        ("items", "nan", "is a number"),
        ("items", "3%", "is no unit of it"),
        ("share", "5 GB", "is no unit of it"),
        ("items", "1" * 500, "is a number"),
    ],
)
def test_what_is_no_number_of_that_unit_is_refused_with_a_sentence(unit, text, words):
    with pytest.raises(BadAnswer, match=words):
        read_answer(number(unit), text)


@pytest.mark.parametrize(("text", "answer"), [("yes", True), ("Y", True), ("NO", False)])
def test_yes_and_no(text, answer):
    assert read_answer(YES, text) is answer


@pytest.mark.parametrize("text", ["maybe", "1", ""])
def test_nothing_else_is_yes_or_no(text):
    with pytest.raises(BadAnswer, match="yes or no"):
        read_answer(YES, text)


@pytest.mark.parametrize(
    ("text", "name"), [("bf16", "bfloat16"), ("FP32", "float32"), ("float32", "float32")]
)
def test_choices_have_short_names(text, name):
    assert read_answer(DTYPE, text) == name


def test_a_choice_that_is_none_names_those_that_are():
    with pytest.raises(BadAnswer, match="float32, bfloat16"):
        read_answer(DTYPE, "int3")


def test_a_fraction_of_a_whole_thing_is_refused():
    with pytest.raises(BadAnswer, match="whole number"):
        read_answer(number("items", is_whole=True), "1.5")


@pytest.mark.parametrize("unit", ["parameters", "bytes", "seconds", "share", "items", "hours"])
@given(value=st.floats(1e-3, 1e15))
def test_what_is_shown_is_read_back_to_four_digits(unit, value):
    text = show_number(value, unit).replace("bytes", "B").removesuffix("hours")
    assert float(read_answer(number(unit), text)) == pytest.approx(value, rel=1e-3)


def test_answers_are_shown_as_people_say_them():
    assert show_answer(YES, True) == "yes"
    assert show_answer(DTYPE, "bfloat16") == "bfloat16"
    assert show_answer(number("bytes"), 24e9) == "24 GB"
