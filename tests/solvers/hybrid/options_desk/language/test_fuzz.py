"""Whatever is typed, there is a reading or one sentence: never a traceback, never without end."""

import importlib.util
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.language.checks import validate
from spoonbench.solvers.hybrid.options_desk.language.confirmation import confirm
from spoonbench.solvers.hybrid.options_desk.language.desk_grammar import (
    MOST_CHARACTERS,
    read_request,
)
from spoonbench.solvers.hybrid.options_desk.language.vocabulary import vocabulary

_SPEC = importlib.util.spec_from_file_location(
    "requests_made", Path(__file__).with_name("requests_made.py")
)
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)

FIGURES = """
    SPX AAPL $TSLA BRK.B 5800/5850 5750/5800/6000/6050 5,900 5.900 5.900,50 -500 $500 250k 2% 0.25
    .16 16 1 0 x5 5x 30d 45dte 200c 600p AAPL261218C00200000 261218C00200000 2026-12-18 12/18/2026
    5/6/2027 18.12.2026 Dec 18 Dec'26 Friday next this monthly 99999999999999999999 1e9 1,5 1,2,3 /
    - -- . , ; ( ) = : @ & ' " % $ 29 Feb 2027 1/2 0/0 %% $$ 20261218 30 2%of250k \N{EURO SIGN}
"""
PIECES = [*sorted(vocabulary().words), *2 * FIGURES.split(), "\n"]


def soup(draw):
    return " ".join(draw.choice(PIECES) for _ in range(draw.randint(1, 25)))


def check(text):
    """A reading that says something, and whose request makes sense and can be confirmed."""
    try:
        reading = read_request(text, today=made.TODAY)
    except BadInput:
        assert not text.strip()
        return
    request = reading.request
    if request is None:
        assert reading.sentences
        return
    assert not reading.unread
    assert not reading.problems
    assert validate(request, today=made.TODAY) == ()
    said = confirm(request, today=made.TODAY)
    again = read_request(said, today=made.TODAY).request
    assert again is not None, (text, said)
    assert replace(again, text="", remarks=()) == replace(request, text="", remarks=()), said


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map(" ".join))
@example("may")
@example("sell")
@example("of of it 2% of")
def test_words_in_any_order(text):
    check(text)


@settings(deadline=None, max_examples=80)
@given(st.text(max_size=100))
@example("\ud800")
@example("Δ" * 50)
@example("\x00 sell \x00")
def test_any_characters(text):
    check(text)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_20_000_inputs():
    draw = random.Random(20261122)
    for number in range(20_000):
        check(soup(draw) if number % 2 else scrawl(draw))


def scrawl(draw):
    """Characters, half of them of this alphabet."""
    points = (draw.choice((draw.randrange(32, 127), draw.randrange(0x110000))) for _ in range(60))
    return "".join(map(chr, points))


@pytest.mark.parametrize("text", ["a" * 100_000, "5/" * 50_000, "sell " * 20_000])
def test_a_long_text_ends_in_a_sentence(text):
    with pytest.raises(BadInput, match="characters, and at most"):
        read_request(text, today=made.TODAY)


NASTY = ["5/", "1,", "1.", "a ", "sell ", "- ", "put on ", "5800p/", "Dec ", "$", "9", "the next "]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", [*NASTY, "'", "1'", "strike 5 and ", "of it 2% "])
def test_no_text_within_the_limit_takes_without_end(piece):
    check((piece * MOST_CHARACTERS)[:MOST_CHARACTERS])


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_is_no_query(text):
    with pytest.raises(BadInput, match="nothing to read"):
        read_request(text, today=made.TODAY)
