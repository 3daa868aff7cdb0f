"""From a text to sentences of tokens, numbers read exactly, in time linear in the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.numerals import find_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

_PIECE = re.compile(r"[^\W_]++(?:-[^\W\d_]++)*+|'s\b|\S")
_ORDINAL = re.compile(r"[0-9]{1,9}(?:st|nd|rd|th)")
_ENDS = frozenset(".?!")
TITLES = frozenset({"mr", "mrs", "ms", "dr", "st"})


class Unclear(Exception):
    """The text has no reading, or more than one; the message says where."""


class Token(NamedTuple):
    """A word, a number, or a sign.

    Attributes:
        text: in lower case; "#" for a number.
        value: of a number, else None.
    """

    text: str
    value: Fraction | None = None


class Sentence(NamedTuple):
    """Tokens up to a full stop, question mark or exclamation mark, which is left out.

    Attributes:
        tokens: shape (n,), n above 0.
        is_asked: it ends in a question mark.
    """

    tokens: tuple[Token, ...]
    is_asked: bool


def read_sentences(text: str) -> list[Sentence]:
    """Split a text into sentences of tokens.

    Raises:
        Unclear: digits stand in the text that are no number.
    """
    sentences: list[Sentence] = []
    tokens: list[Token] = []
    for token in _tokens(text):
        if token.text not in _ENDS:
            tokens.append(token)
        elif tokens and not (token.text == "." and tokens[-1].text in TITLES):
            sentences.append(Sentence(tuple(tokens), token.text == "?"))
            tokens = []
    if tokens:
        sentences.append(Sentence(tuple(tokens), is_asked=False))
    return sentences


def _tokens(text: str) -> Iterator[Token]:
    text = (
        text.lower()
        .replace("\u2019", "'")
        .replace("n't", " not")
        .replace("cannot", "can not")
        .replace("o'clock", "oclock")
    )
    position = 0
    for number in find_numbers(text):
        yield from _words(text[position : number.start])
        yield Token("#", number.value)
        position = number.end
    yield from _words(text[position:])


def _words(text: str) -> Iterator[Token]:
    for word in _PIECE.findall(text):
        if any(map(str.isnumeric, word)) and not _ORDINAL.fullmatch(word):
            raise Unclear(f"{word!r} holds digits but is no number that is read")
        yield Token(word)
