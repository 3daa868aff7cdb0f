"""Numbers written as text are read exactly, in bounded time."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.numbers import number_text, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("145", 145),
        (" 145 ", 145),
        ("+7", 7),
        ("-7", -7),
        ("\N{MINUS SIGN}7", -7),
        ("504.0", 504),
        ("0.8333333333333334", Fraction("0.8333333333333334")),
        (".5", Fraction(1, 2)),
        ("5.", 5),
        ("1,234,567.5", Fraction(2469135, 2)),
        ("3/4", Fraction(3, 4)),
        ("-6 / 4", Fraction(-3, 2)),
        ("1e3", 1000),
        ("25E-2", Fraction(1, 4)),
        ("000", 0),
    ],
)
def test_numbers_are_read(text, value):
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "-",
            ".",
            "abc",
            "12 apples",
            "1,23",
            "12,3456",
            "1/0",
            "1/2/3",
            "1_000",
            "0x10",
            "e5",
        ),
        *(
            "nan",
            "inf",
            "1e401",
            "1e-99999",
            "\u0663",
            "1 2",
            "5%",
            "$5",
            "--5",
            "1.2.3",
            "9" * 401,
        ),
    ],
)
def test_what_is_no_number_is_not_read(text):
    assert read_number(text) is None
    assert number_text(text) is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        *(("145", "145"), ("145.0", "145"), ("1,000", "1000"), ("-0", "0"), ("007", "7")),
        *(("2.50", "2.5"), ("-0.045", "-0.045"), ("1e-3", "0.001"), ("1e3", "1000")),
        *(("2/6", "1/3"), ("4/2", "2"), ("-1/2", "-1/2"), ("1/4", "1/4"), ("0.25", "0.25")),
    ],
)
def test_each_number_is_written_in_one_way(text, written):
    assert number_text(text) == written


@given(st.fractions() | st.integers().map(Fraction))
def test_a_fraction_survives_writing_and_reading(value):
    assert read_number(f"{value.numerator}/{value.denominator}") == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12))
def test_a_decimal_keeps_all_its_digits(value: Decimal):
    written = number_text(str(value))
    assert written is not None
    assert read_number(written) == Fraction(value)
    assert "e" not in written.lower()


@given(st.text())
def test_any_text_is_read_or_not(text):
    value = read_number(text)
    written = number_text(text)
    assert (value is None) == (written is None)
    assert written is None or read_number(written) == value
