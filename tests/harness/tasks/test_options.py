"""Options of a task: numbers or text, anything else refused by name."""

import pytest

from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.options import refuse_unknown, share, whole_number


@pytest.mark.parametrize("value", [7, "7", " 7 ", "+7", "007"])
def test_whole_numbers_are_read(value):
    assert whole_number("n", value, least=0, most=9) == 7


@pytest.mark.parametrize("value", [7.0, "7.0", "seven", "", None, True, [7], "1e3", "\u0667"])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(BadTask, match="n must be a whole number, got "):
        whole_number("n", value, least=0, most=9)


@pytest.mark.parametrize("value", [-1, 10, "10"])
def test_whole_numbers_out_of_range_are_refused(value):
    with pytest.raises(BadTask, match=r"n must be from 0 to 9, got -?\d+"):
        whole_number("n", value, least=0, most=9)


@pytest.mark.parametrize("value", [0.25, "0.25", ".25"])
def test_shares_are_read(value):
    assert share("part", value) == 0.25


@pytest.mark.parametrize("value", [0, 1, 1.5, -0.1, float("nan"), float("inf"), "1", "0.0"])
def test_shares_must_be_between_nothing_and_all(value):
    with pytest.raises(BadTask, match="part must be above 0 and below 1"):
        share("part", value)


@pytest.mark.parametrize("value", ["half", None, True, "", "nan", "-0.5", "."])
def test_what_is_no_number_is_no_share(value):
    with pytest.raises(BadTask, match="part must be a number, got "):
        share("part", value)


def test_an_unknown_option_is_refused_with_the_nearest_one():
    with pytest.raises(BadTask, match=r"no option 'sed'; did you mean 'seed'\? its options are"):
        refuse_unknown("digits", {"sed": 1}, ["seed", "test_share"])
    refuse_unknown("digits", {"seed": 1}, ["seed", "test_share"])
