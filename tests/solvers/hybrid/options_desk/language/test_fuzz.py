"""Whatever is typed, there is a reading or one sentence: never a traceback, never without end."""

import importlib.util
import random
import time
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

PIECES = sorted(vocabulary().words) + """
    SPX AAPL $TSLA BRK.B 5800/5850 5750/5800/6000/6050 5,900 5.900 5.900,50 -500 $500 250k 2% 0.25 .16 16 1 0 x5 5x 30d
    45dte 200c 600p AAPL261218C00200000 261218C00200000 2026-12-18 12/18/2026 5/6/2027 18.12.2026 Dec 18 Dec'26 Friday
    next this monthly 99999999999999999999 1e9 1,5 1,2,3 / - -- . , ; ( ) = : @ & ' " % $ € \n 29 Feb 2027 1/2 0/0 %% $$
    20261218 Feb 30 sell buy call put iron condor spread delta strike of of it 2%of250k
""".split()  # fmt: skip


def soup(draw):
    return " ".join(draw.choice(PIECES) for _ in range(draw.randint(1, 25)))


def check(text):
    """A reading that says something, and whose request makes sense."""
    try:
        reading = read_request(text, today=made.TODAY)
    except BadInput as exc:
        assert str(exc)
        return
    request = reading.request
    if request is None:
        assert reading.sentences
        return
    assert reading.unread == reading.problems == ()
    assert validate(request, today=made.TODAY) == ()
    again = read_request(confirm(request, today=made.TODAY), today=made.TODAY).request
    if all(leg.expiry is None for leg in request.legs) and len(request.legs) != 1:
        assert again is not None, (text, confirm(request, today=made.TODAY))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map(" ".join))
@example("may")
@example("sell")
@example("of of it 2% of")
def test_words_in_any_order(text):
    check(text)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=200))
@example("\ud800")
@example("Δ" * 50)
@example("\x00 sell \x00")
def test_any_characters(text):
    check(text)


@pytest.mark.slow
def test_20_000_inputs():
    draw = random.Random(20261122)
    for number in range(20_000):
        if number % 2:
            check(soup(draw))
        else:
            points = (
                draw.choice((draw.randrange(32, 127), draw.randrange(0x110000))) for _ in range(60)
            )
            check("".join(map(chr, points)))


@pytest.mark.parametrize("text", ["a" * 100_000, "5/" * 50_000, "sell " * 20_000, " " * 100_000])
def test_a_long_text_ends_in_a_sentence(text):
    with pytest.raises(BadInput, match="characters|nothing to read"):
        read_request(text, today=made.TODAY)


@pytest.mark.parametrize(
    "piece",
    ["5/", "1,", "1.", "a ", "sell ", "- ", "put on ", "5800p/", "Dec ", "$", "9", "the next ", "'", "1'", "strike 5 and "],
)  # fmt: skip
def test_no_text_takes_more_than_its_length_allows(piece):
    """A text of the greatest length, repeated as nastily as can be; the bound is loose."""
    text = (piece * MOST_CHARACTERS)[:MOST_CHARACTERS]
    began = time.process_time()
    check(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_is_no_query(text):
    with pytest.raises(BadInput, match="nothing to read"):
        read_request(text, today=made.TODAY)
