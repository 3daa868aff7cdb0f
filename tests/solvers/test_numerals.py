"""Numbers are read exactly, written one way, and found in running text."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.numerals import MAX_DIGITS, find_numbers, read_number, write_number

FRACTIONS = st.fractions(
    min_value=Fraction(-(10**12)), max_value=Fraction(10**12), max_denominator=10**6
)


@given(FRACTIONS)
def test_what_is_written_is_read_as_the_same_number(value):
    assert read_number(write_number(value)) == value


@given(FRACTIONS)
def test_a_number_is_written_one_way_only(value):
    read = read_number(write_number(value))
    assert read is not None
    assert write_number(read) == write_number(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("145", 145),
        ("-3", -3),
        ("+7", 7),
        ("\u22123", -3),
        ("1,234,567", 1234567),
        ("1,234.50", Fraction(2469, 2)),
        (".5", Fraction(1, 2)),
        ("0.10", Fraction(1, 10)),
        ("6/8", Fraction(3, 4)),
        ("2 1/2", Fraction(5, 2)),
        ("-2 1/2", Fraction(-5, 2)),
        ("\uff11\uff14\uff15", 145),
        ("\u0663", 3),
        (" 12 ", 12),
    ],
)
def test_numbers_are_read_exactly(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "a", "1e5", "1/0", "1,23", "1.2.3", "5.", "1 2", "--1", "12 apples", "1/2/3", "$5", "nan"],
)
def test_what_is_no_number_is_refused(text):
    assert read_number(text) is None


def test_the_number_of_digits_is_bounded():
    assert read_number("1" * MAX_DIGITS) == int("1" * MAX_DIGITS)
    assert read_number("1" * (MAX_DIGITS + 1)) is None
    assert find_numbers("1" * (MAX_DIGITS + 1)) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(145), "145"),
        (Fraction(-1, 4), "-0.25"),
        (Fraction(1, 3), "1/3"),
        (Fraction(7, 40), "0.175"),
        (Fraction(0), "0"),
    ],
)
def test_numbers_are_written_canonically(value, text):
    assert write_number(value) == text


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("She had 3 red and 1,200 blue beads.", [3, 1200]),
        ("numbers 1,2,3", [1, 2, 3]),
        ("10-5 and -5", [10, 5, -5]),
        ("it cost $4.20.", [Fraction(21, 5)]),
        ("twenty five apples and six pears", [25, 6]),
        ("twenty, five", [20, 5]),
        ("a hundred and twenty birds", [120]),
        ("seventy five hundred", [7500]),
        ("two thousand and five", [2005]),
        ("two dozen eggs and a dozen buns", [24, 12]),
        ("5 million and 2 1/2 cups", [5000000, Fraction(5, 2)]),
        ("one of the boys ate three", [3]),
        ("no one saw the first one", []),
        ("the 3rd of twenty first guests", []),
        ("on 3/4/2020, version 3.4.5, mp3, covid19", []),
        ("a cat and a dog", []),
    ],
)
def test_numbers_are_found_in_running_text(text, values):
    assert [number.value for number in find_numbers(text)] == values


@given(st.text())
def test_any_text_is_searched_and_the_places_are_in_order(text):
    ends = [0]
    for number in find_numbers(text):
        assert ends[-1] <= number.start < number.end <= len(text)
        ends.append(number.end)


@given(st.integers(min_value=0, max_value=10**9), st.sampled_from(["{}", "x {} y", "({})", "{}."]))
def test_a_whole_number_is_found_wherever_it_stands(value, frame):
    assert [number.value for number in find_numbers(frame.format(value))] == [value]


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit", ["1 ", "1,", "111,", "a hundred and ", "1/", "1.", "twenty ", "one thousand ", "9 1/2"]
)
def test_long_hostile_text_is_searched_to_its_end(unit):
    text = unit * (200_000 // len(unit))
    found = find_numbers(text)
    assert all(number.end <= len(text) for number in found)
