"""Numbers of the command line: exact, of a sensible size, or refused in a sentence."""

from decimal import Decimal

import pytest

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.command_numbers import read_number


@pytest.mark.parametrize("text", ["250000", "250,000", "250_000", " 2.5e5 ", "+250000.00"])
def test_a_number_is_read_exactly(text):
    assert read_number("--account", text) == 250_000


def test_a_number_below_zero_is_read():
    assert read_number("--rate", "-.005") == Decimal("-0.005")


@pytest.mark.parametrize(
    "text",
    ["", "e5", ".", "250k", "50,00,0", "1e200", "1e999999", "1e-99", "nan", "inf", "\u0663", "$5"],
)
def test_what_is_no_such_number_is_refused(text):
    with pytest.raises(BadInput, match="--account"):
        read_number("--account", text)
