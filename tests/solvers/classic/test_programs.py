"""Programs over the numbers of a text."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.solvers.programs import (
    ABSTAIN,
    INEXPRESSIBLE,
    evaluate,
    label_of,
    label_programs,
    masked_text,
    program_names,
    programs_giving,
)

NUMBERS = st.lists(
    st.fractions(min_value=-1000, max_value=1000, max_denominator=12), min_size=1, max_size=6
)
NAMES = st.sampled_from(program_names())


def numbers(*values):
    return [Fraction(value) for value in values]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("n0", "12"),
        ("n0+n1", "15"),
        ("n1-n0", "-9"),
        ("n0*n1", "36"),
        ("n1/n0", "1/4"),
        ("sum", "17"),
        ("n0+n1-n2", "13"),
        ("n2-n0-n1", "-13"),
        ("(n0-n1)/n2", "9/2"),
        ("n0*n1+n2", "38"),
        ("n0/n2-n1", "3"),
    ],
)
def test_programs_compute_exactly(name, expected):
    assert evaluate(name, numbers(12, 3, 2)) == Fraction(expected)


def test_programs_without_their_numbers_give_nothing():
    assert evaluate("n0+n1", numbers(1)) is None
    assert evaluate("n3", numbers(1, 2, 3)) is None
    assert evaluate("sum", numbers(5)) is None
    assert evaluate("sum", numbers(*range(17))) is None
    assert evaluate("n0/n1", numbers(1, 0)) is None
    assert evaluate(ABSTAIN, numbers(1, 2)) is None
    assert evaluate(INEXPRESSIBLE, numbers(1, 2)) is None


def test_unknown_programs_are_refused():
    with pytest.raises(KeyError):
        evaluate("n0**n1", numbers(2, 2))


def test_names_are_stable_and_unique():
    names = program_names()
    assert len(names) == len(set(names))
    assert names[:6] == ("abstain", "n0", "n1", "n2", "n3", "n0+n1")
    assert {"n0-n1", "n1-n0", "n0+n1+n2", "sum", "(n1+n2)*n0"} <= set(names)
    # What may change places is named once.
    assert "n1+n0" not in names
    assert "n2+n1+n0" not in names


@given(name=NAMES, values=NUMBERS)
@settings(deadline=None)
def test_the_search_finds_every_program_that_gives_the_answer(name, values):
    target = evaluate(name, values)
    if target is not None:
        assert name in programs_giving(target, values)


@given(values=NUMBERS, target=st.fractions(min_value=-1000, max_value=1000, max_denominator=9))
@settings(deadline=None)
def test_what_the_search_finds_gives_the_answer(values, target):
    for name in programs_giving(target, values):
        found = evaluate(name, values)
        if target.denominator == 1:
            assert found == target
        else:
            assert abs(found - target) <= abs(target) / 1000


def test_large_numbers_are_searched_exactly():
    values = numbers(10**17 + 1, 10**17)
    assert programs_giving(Fraction(1), values) == ("n0-n1",)
    assert programs_giving(Fraction(0), values) == ()
    assert programs_giving(Fraction(10**400), numbers(10**400, 3)) == ("n0",)


def test_rounded_decimals_are_met_and_whole_numbers_only_exactly():
    assert "n0/n1" in programs_giving(Fraction("0.667"), numbers(2, 3))
    assert "n0/n1" not in programs_giving(Fraction("0.6"), numbers(2, 3))
    assert programs_giving(Fraction(1000), numbers(999, 7)) == ()


def test_unanswerable_problems_have_a_program_of_their_own():
    assert programs_giving(None, numbers(1, 2)) == (ABSTAIN,)
    assert label_of(numbers(1, 2), None, {}) == ABSTAIN


def test_the_most_frequent_program_explains_an_ambiguous_problem():
    # 2 and 2 give 4 by addition and by multiplication.
    add = [numbers(2, 3), numbers(4, 5), numbers(2, 2)]
    assert label_programs(add, numbers(5, 9, 4)) == ["n0+n1"] * 3
    multiply = [numbers(3, 3), numbers(4, 5), numbers(2, 2)]
    assert label_programs(multiply, numbers(9, 20, 4)) == ["n0*n1"] * 3
    assert label_of(numbers(2, 2), Fraction(4), {"n0*n1": 3}) == "n0*n1"
    assert label_of(numbers(2, 2), Fraction(4), {}) == "n0+n1"


def test_an_answer_out_of_reach_has_no_program():
    assert label_programs([numbers(2, 3)], numbers(123)) == [None]
    assert label_programs([[]], numbers(1)) == [None]


def test_numbers_are_masked_by_position():
    found = masked_text("1 and two and 3.5, 4 or 1,000")
    assert found.masked.split() == ["num0", "and", "num1", "and", "num2", ",", "num3", "or", "numx"]
    assert found.numbers == tuple(numbers(1, 2, "7/2", 4, 1000))
    assert masked_text("").numbers == ()
