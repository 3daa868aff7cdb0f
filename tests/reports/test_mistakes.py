from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.numbers import MOST_EXPONENT, read_number
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


NUMBERS = st.one_of(
    st.integers(0, 10**15 - 1).map(str),
    st.integers(0, 30).map(str),
    st.decimals(0, 10**6, places=4).map(str),
    st.tuples(st.integers(0, 99), st.integers(1, 99)).map(lambda pair: f"{pair[0]}/{pair[1]}"),
)


@given(st.lists(NUMBERS, max_size=6), st.data())
def test_the_kind_is_that_of_exact_arithmetic_with_every_candidate(numbers, data):
    text = " and ".join(numbers)
    candidates = list(mistakes._candidates([read_number(number) for number in numbers]))
    near = [figure + figure * step / 2000 for _, figure in candidates for step in (0, 1, 2, 3, -2)]
    said = data.draw(st.sampled_from([*near, Fraction(7)]) | st.fractions(-(10**9), 10**9))
    fitting = (kind for kind, figure in candidates if mistakes._is_same(said, figure))
    assert wrong_number(text, str(said), "0") == next(fitting, mistakes.OTHER)


def test_a_number_that_is_larger_than_any_binary_one_is_none_of_these():
    assert wrong_number("3 and 4", f"1e{MOST_EXPONENT}", "7") == mistakes.OTHER
