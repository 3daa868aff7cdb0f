import math
from dataclasses import replace

import pytest

from spoonbench.solvers.llm.pretrained.confidence import confidence
from spoonbench.solvers.llm.prompt import Reading
from spoonbench.solvers.texts import Generation

PIECES = (
    "The",
    " answer",
    " is",
    " ",
    "1",
    "4",
    "5",
    ".",
    "There",
    "re",
    " no",
    " card",
    "\u2581The",
)


class Pieces:
    """A tokenizer that joins pieces, and drops a space in front that it wrote itself."""

    def decode(self, ids, **_):
        return "".join(PIECES[i] for i in ids).removeprefix("\u2581").replace("\u2581", " ")

    def convert_ids_to_tokens(self, token):
        return PIECES[token]


def written(*pieces):
    """A text of which piece number n has the probability 1 / (n + 2)."""
    return Generation(
        text="".join(pieces),
        tokens_in=1,
        tokens_out=len(pieces),
        token_ids=tuple(PIECES.index(piece) for piece in pieces),
        token_log_probabilities=tuple(-math.log(n + 2) for n in range(len(pieces))),
        stopped_by="limit",
    )


def sure(text, status="answered", *, is_number=True, is_refusable=False):
    value = "x" if status == "answered" else None
    reading = Reading(status=status, value=value, reason=None if value else "r")
    return confidence(Pieces(), text, reading, is_number=is_number, is_refusable=is_refusable)


def test_the_first_token_of_the_value_counts():
    text = written("The", " answer", " is", " ", "1", "4", "5", ".")
    assert sure(text) == pytest.approx(1 / 6)


def test_where_there_may_be_no_answer_the_opening_counts_too():
    text = written("The", " answer", " is", " ", "1", ".")
    assert sure(text, is_refusable=True) == pytest.approx(1 / 2 * 1 / 3 * 1 / 6)


def test_of_a_refusal_the_word_there_counts():
    assert sure(written("There", " is", " no", " answer"), "abstained") == pytest.approx(1 / 2)
    split = written("The", "re", " is", " no", " answer")
    assert sure(split, "abstained") == pytest.approx(1 / 2 * 1 / 3)


def test_of_a_bare_reply_its_beginning_counts():
    assert sure(written(" ", "4", "5")) == pytest.approx(1 / 3)
    assert sure(written(" card", "."), is_number=False) == pytest.approx(1 / 2)


def test_words_before_the_sentence_do_not_count():
    assert sure(written(" no", " card", "The", " answer", " is", " ", "1")) == pytest.approx(1 / 8)


def test_a_space_that_the_decoder_dropped_shifts_nothing():
    text = written("The", " answer", " is", " ", "1")
    spaced = written("\u2581The", " answer", " is", " ", "1")
    spaced = replace(spaced, text=" The answer is 1")
    assert sure(spaced) == sure(text) == pytest.approx(1 / 6)


def test_a_failure_has_no_confidence():
    assert sure(written("The", " answer"), "failed") is None
