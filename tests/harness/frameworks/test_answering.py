import pytest

from spoonbench.harness.frameworks.answering import expected, read_answer
from spoonbench.harness.frameworks.graph import Choice, Question
from spoonbench.harness.frameworks.walking import BadAnswer

DEVICE = Question(
    name="device",
    text="?",
    type="choice",
    choices=(Choice(name="cuda", text="?"), Choice(name="bfloat16", text="?")),
)
LATE = Question(name="late", text="?", type="yes-no")


def number(unit="", **more):
    return Question(name="n", text="?", type="number", unit=unit, **more)


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        ("", "16", 16),
        ("items", "3.6k", 3600),
        ("items", "3,600", 3600),
        ("items", "1e3", 1000),
        ("parameters", "124M", 124e6),
        ("parameters", " 7b ", 7e9),
        ("bytes", "24GB", 24e9),
        ("bytes", "8 GiB", 8 * 2**30),
        ("share", "95%", 0.95),
        ("share", "0.95", 0.95),
        ("seconds", "50ms", 0.05),
        ("seconds", "2 min", 120),
        ("hours", "90 min", 1.5),
        ("hours", "2d", 48),
        ("days", "12h", 0.5),
        ("currency", "$500", 500),
    ],
)
def test_numbers_are_read_as_people_write_them(unit, text, value):
    assert read_answer(number(unit), text) == value


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        (LATE, "yes", True),
        (LATE, "N", False),
        (LATE, "True", True),
        (DEVICE, "CUDA", "cuda"),
        (DEVICE, "bf16", "bfloat16"),
    ],
)
def test_words_are_read(question, text, value):
    assert read_answer(question, text) == value


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        (number("bytes"), "24", "24GB or 512MB"),
        (number("share", high=1), "95", "at most 1"),
        (number("items", is_whole=True), "1.5", "a whole number"),
        (number(), "-3", "at least 0"),
        (number(), "nan", "a number such as"),
        (number(), "1e999", "a number such as"),
        (number(), "9" * 100, "a number such as"),
        (number(), "", "a number such as"),
        (LATE, "perhaps", "answered with yes or no"),
        (DEVICE, "cud", "one of cuda, bfloat16"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_can(question, text, words):
    with pytest.raises(BadAnswer, match=words):
        read_answer(question, text)


def test_what_is_expected_is_said():
    assert expected(number("parameters")) == "a number such as 124M or 7B"
    assert expected(LATE) == "answered with yes or no"
