import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.reports import mistakes
from spoonbench.reports.mistakes import KINDS, wrong_number

TEXT = "Ann has 5 cups and 1,200 pens. She buys 3 cups for $2.50. How many?"


@pytest.mark.parametrize(
    ("value", "target", "kind"),
    [
        ("-8", "8", mistakes.SIGN_OR_SCALE),
        ("800", "8", mistakes.SIGN_OR_SCALE),
        ("0.08", "8", mistakes.SIGN_OR_SCALE),
        ("1200", "8", mistakes.OF_THE_TEXT),
        ("2.5", "8", mistakes.OF_THE_TEXT),
        ("1205", "8", mistakes.SUM),
        ("2", "8", mistakes.DIFFERENCE),
        ("-2", "8", mistakes.DIFFERENCE),
        ("15", "8", mistakes.PRODUCT),
        ("0.6", "8", mistakes.QUOTIENT),
        ("1.6667", "8", mistakes.QUOTIENT),
        ("1210.5", "8", mistakes.ALL_ADDED),
        ("77", "8", mistakes.OTHER),
        ("about 8", "8", None),
        (None, "8", None),
        ("7", None, None),
    ],
)
def test_a_wrong_number_is_held_against_the_numbers_of_the_text(value, target, kind):
    assert wrong_number(TEXT, value, target) == kind


def test_fractions_and_zeros_of_the_text_are_numbers_too():
    assert wrong_number("0 of 3/4 cups", "0.75", "9") == mistakes.OF_THE_TEXT
    assert wrong_number("0 of 3 cups", "0", "9") == mistakes.OF_THE_TEXT
    assert wrong_number("no number", "0", "9") == mistakes.OTHER
    assert wrong_number("no number", "5", "0") == mistakes.OTHER


@given(st.text(alphabet="0123456789,./ a$", max_size=60), st.integers(-99, 99), st.integers())
def test_every_pair_of_numbers_has_a_kind(text, value, target):
    assert wrong_number(text, str(value), str(target)) in KINDS
