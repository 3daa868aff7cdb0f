import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.llm.prompt import (
    ABSTAINED,
    CUT_OFF,
    NO_NUMBER,
    NOTHING_FOUND,
    completion_of,
    prompt_of,
    read_answer,
)


def read(text, kind="number", *, cut_off=False, dotted=False):
    reading = read_answer(text, kind, cut_off=cut_off, dotted=dotted)
    return reading.value or reading.reason


def test_the_documents_have_one_form():
    assert prompt_of("2 and 3?") + completion_of("5") == "2 and 3?\n The answer is 5."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" The answer is 145.", "145"),
        ("The answer is 145 .", "145"),
        (" The answer is -3.", "-3"),
        (" The answer is 3.5.", "3.5"),
        (" The answer is 1,200.", "1200"),
        (" The answer is 2/6.", "1/3"),
        (" The answer is 12. The answer is 13. The answer", "12"),
        (" The answer is 12 The answer is 13.", "12"),
        (" The answer is 12 candies.", "12"),
    ],
)
def test_the_first_number_counts(text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", NOTHING_FOUND),
        ("145", NOTHING_FOUND),
        (" The answer is", NOTHING_FOUND),
        (" The answer is ", NOTHING_FOUND),
        (" The answer isn't 5.", NOTHING_FOUND),
        (" The answer is many.", NO_NUMBER),
        (" The answer is 14x.", NO_NUMBER),
        (" The answer is 1/0.", NO_NUMBER),
        (" There is no answer.", ABSTAINED),
        (" There is no answer. The answer is 5.", ABSTAINED),
    ],
)
def test_what_holds_no_number_says_why(text, reason):
    assert read(text) == reason


def test_an_answer_before_a_refusal_is_an_answer():
    assert read(" The answer is 5. There is no answer.") == "5"


@pytest.mark.parametrize("kind", ["number", "label"])
def test_a_value_that_the_limit_may_have_cut_is_no_answer(kind):
    assert read(" The answer is 14", kind, cut_off=True) == CUT_OFF
    assert read(" The answer is 14.", kind, cut_off=True) == "14"
    assert read(" The answer is 14", kind) == "14"
    assert read(" The answer is 14 The answer is", kind, cut_off=True) == "14"
    assert read(" The answer is ", kind, cut_off=True) == CUT_OFF


def test_a_label_ends_at_the_full_stop_unless_labels_have_some():
    text = " The answer is St. Louis. The answer is"
    assert read(text, "label", dotted=True) == "St. Louis"
    assert read(text, "label") == "St"


@given(st.integers())
def test_a_whole_number_comes_back(number):
    assert read(completion_of(str(number))) == str(number)


@given(st.text(st.characters(categories=["L", "N"]), min_size=1), st.booleans())
def test_a_label_comes_back(label, dotted):
    assert read(completion_of(label), "label", dotted=dotted) == label


@given(
    st.lists(
        st.sampled_from([" The answer is", " ", "5", ".", "/", ",", "x", "There is no answer", "-"])
        | st.text(st.characters(exclude_categories=()), max_size=4)
    ).map("".join),
    st.sampled_from(["number", "label", "text"]),
    st.booleans(),
    st.booleans(),
)
def test_any_text_gives_a_value_or_a_reason(text, kind, cut_off, dotted):
    reading = read_answer(text, kind, cut_off=cut_off, dotted=dotted)
    assert (reading.status == "answered") == bool(reading.value)
    assert (reading.status == "answered") != bool(reading.reason)


def test_reading_is_linear_in_the_text():
    for part in (" The answer is", "The ", "1,", "There is ", "\n", "The\n"):
        text = part * (1_000_000 // len(part))
        assert read_answer(text, "number", cut_off=False, dotted=False).status == "failed"
