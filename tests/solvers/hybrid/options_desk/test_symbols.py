"""Symbols are read from the right, and strikes are exact."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.symbols import (
    OptionSymbol,
    read_symbol,
    write_symbol,
)

symbols = st.builds(
    OptionSymbol,
    root=st.from_regex(r"[A-Z][A-Z0-9]{0,5}", fullmatch=True),
    expiry=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    kind=st.sampled_from(["call", "put"]),
    strike=st.integers(1, 10**8 - 1).map(lambda n: Decimal(n) / 1000),
)


@given(symbols, st.booleans())
def test_what_is_written_is_read_again(symbol, padded):
    text = write_symbol(symbol, padded=padded)
    assert read_symbol(text) == symbol
    assert not padded or len(text) == 21


@pytest.mark.parametrize(
    ("text", "root", "strike"),
    [
        ("SPX   251219C05900000", "SPX", "5900"),
        ("SPXW251219P05912500", "SPXW", "5912.5"),
        ("BABA2251219C00095500", "BABA2", "95.5"),
        ("AMD1  260116P00002010", "AMD1", "2.01"),
        ("f260116c00016150", "F", "16.15"),
        ("  BRKB  260116C00000500 ", "BRKB", "0.5"),
    ],
)
def test_roots_may_end_in_digits_and_strikes_are_exact(text, root, strike):
    found = read_symbol(text)
    assert found.root == root
    assert str(found.strike) == strike


@pytest.mark.parametrize("step", [997, pytest.param(10, marks=pytest.mark.slow)])
def test_every_strike_of_cents_is_exact(step):
    for thousandths in range(10, 2_000_010, step):
        found = read_symbol(f"XYZ260116C{thousandths:08d}").strike
        assert found * 1000 == thousandths


@pytest.mark.parametrize(
    "text",
    [
        "", "SPX", "SPX251219X05900000", "SPX251319C05900000", "SPX250230C05900000",
        "SPX251219C0590000", "TOOLONG251219C05900000", "251219C05900000", "1AB251219C05900000",
        "SPX251219C00000000", "SPX 251219 C05900000", "SPX\uff1251219C05900000",
    ],
)  # fmt: skip
def test_what_is_no_symbol_is_refused_in_a_sentence(text):
    with pytest.raises(BadInput) as caught:
        read_symbol(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("strike", ["0", "-1", "0.0001", "100000"])
def test_strikes_that_do_not_fit_are_refused(strike):
    symbol = OptionSymbol(root="SPX", expiry=date(2026, 1, 16), kind="call", strike=Decimal(strike))
    with pytest.raises(BadInput, match="does not fit"):
        write_symbol(symbol)


def test_roots_that_do_not_fit_are_refused():
    symbol = OptionSymbol(
        root="TOOLONG", expiry=date(2026, 1, 16), kind="call", strike=Decimal(100)
    )
    with pytest.raises(BadInput):
        write_symbol(symbol)
