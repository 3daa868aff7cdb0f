"""One form for every character: full-width forms, digits of any script, quotes, invisible marks.

Not covered: letters of other scripts that look like Latin ones; they stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

MAX_MARKS = 30
"""More combining marks than this on one character are refused, as in Unicode's stream-safe text."""

_ODD = re.compile(r"[^\x00-\x7f]|[\x00-\x08\x0e-\x1b\x7f]")
_OVERRIDES = frozenset("\u202d\u202e")
_OPENERS = frozenset("\u202a\u202b\u202d\u202e")
_POP = "\u202c"
_ZERO_WIDTH_SPACE = "\u200b"
_SAME_LENGTH = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'", "\u2032": "'", "\u0060": "'",
        "\u00b4": "'", "\u201c": '"', "\u201d": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2033": '"', "\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2212": "-", "\ufe63": "-",
        "\uff0d": "-", "\u066b": ".", "\u066c": ",", "\u2044": "/", "\u2215": "/", "\u00d7": "*",
        "\u00f7": "/", "\u066a": "%", "\u0149": "n",
    }
)  # fmt: skip
_GROUP_SPACES = frozenset("\u00a0\u2009\u202f")
_GROUP_LENGTH = 3


class Unread(Exception):
    """A text cannot be read; the message is "<kind>: <detail>"."""


class Plain(NamedTuple):
    """A text in its one form.

    Attributes:
        text: what is read.
        starts: for each character of `text`, the index in the original text of what it stands
            for; None where all indexes are the same.
        ends: the index after that.
    """

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None


def plain_text(text: str) -> Plain:
    """Bring a text into one form, in time linear in its length.

    Raises:
        Unread: a control character, a lone surrogate, digits of two scripts in one number, a
            numeral that is no decimal digit, an invisible character inside a number, or a mark
            that changes the order in which letters or digits are shown.
    """
    if text.isascii() and text.isprintable():
        return Plain(text)
    same = text.translate(_SAME_LENGTH)
    if _ODD.search(same) is None:
        return Plain(same)
    _refuse_overrides(same)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    index = 0
    while index < len(same):
        end = _cluster_end(same, index)
        piece = _plain_piece(same, index, end)
        pieces.append(piece)
        starts += [index] * len(piece)
        ends += [end] * len(piece)
        index = end
    return Plain("".join(pieces), starts, ends)


def _refuse_overrides(text: str) -> None:
    """Refuse letters and digits that are shown in another order than they are stored in."""
    if _OVERRIDES.isdisjoint(text):
        return
    scopes: list[str] = []
    overrides = 0
    for character in text:
        if character in _OPENERS:
            scopes.append(character)
            overrides += character in _OVERRIDES
        elif character == _POP and scopes:
            overrides -= scopes.pop() in _OVERRIDES
        elif character == "\n":
            scopes.clear()
            overrides = 0
        elif overrides and character.isalnum():
            raise Unread("characters: a mark changes the order in which the text is shown")


def _cluster_end(text: str, start: int) -> int:
    """End of a letter with the marks that combine with it, or of any other character."""
    end = start + 1
    if not text[start].isalnum():
        return end
    while end < len(text) and text[end] > "\u02ff" and unicodedata.combining(text[end]):
        end += 1
        if end - start > MAX_MARKS:
            raise Unread(f"characters: more than {MAX_MARKS} marks on one character")
    return end


def _plain_piece(text: str, start: int, end: int) -> str:
    if end > start + 1:
        if text[start].isnumeric():
            raise Unread("characters: a mark on a digit")
        return unicodedata.normalize("NFC", text[start:end])
    character = text[start]
    plain = _plain_character(character)
    if (not plain or character == _ZERO_WIDTH_SPACE) and _is_between_digits(text, start):
        raise Unread("characters: an invisible character inside a number")
    if character in _GROUP_SPACES and _is_group(text, start):
        return ","
    if character.isnumeric() and not "0" <= character <= "9":
        _check_numeral(text, start, plain)
        if "/" in plain:
            # "2½" is the mixed number "2 1/2".
            return f" {plain}"
    return plain


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Cs"} and not character.isspace():
        raise Unread(f"characters: {character!r} is no character of a text")
    if character == _ZERO_WIDTH_SPACE:
        return " "
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    if character.isspace():
        # An empty line ends a sentence.
        return "\n" if character == "\n" else " "
    plain = unicodedata.normalize("NFKC", character).translate(_SAME_LENGTH)
    # One character of "p.m." must not end a sentence in its middle.
    return plain.replace(".", "") if any(map(str.isalnum, plain)) else plain


def _visible_before(text: str, index: int) -> str:
    while index > 0 and unicodedata.category(text[index - 1]) == "Cf":
        index -= 1
    return text[index - 1] if index else ""


def _is_between_digits(text: str, index: int) -> bool:
    """Whether digits stand on both sides; the side after is looked at by its next character.

    A run of invisible characters is refused at its last one, so the time stays linear.
    """
    after = text[index + 1 : index + 2]
    return after.isdecimal() and _visible_before(text, index).isdecimal()


def _is_group(text: str, index: int) -> bool:
    """Whether a narrow or unbreakable space separates a digit from exactly three digits."""
    group = text[index + 1 : index + 1 + _GROUP_LENGTH]
    return (
        text[index - 1 : index].isdecimal()
        and len(group) == _GROUP_LENGTH
        and group.isdecimal()
        and not text[index + 1 + _GROUP_LENGTH : index + 2 + _GROUP_LENGTH].isdecimal()
    )


def _check_numeral(text: str, index: int, plain: str) -> None:
    """Refuse numerals that are no decimal digits, and numbers in digits of two scripts."""
    character, before, after = text[index], text[index - 1 : index], text[index + 1 : index + 2]
    if not character.isdecimal():
        is_power = character in "\u00b2\u00b3" and before.isalpha()
        if not is_power and ("/" not in plain or after.isnumeric()):
            raise Unread(f"number: {character!r} is no digit that is read")
        return
    for neighbour in (before, after):
        if neighbour.isdecimal() and _zero(neighbour) != _zero(character):
            raise Unread("number: digits of two scripts in one number")


def _zero(digit: str) -> int:
    """Code of the zero of a digit's script."""
    return ord(digit) - unicodedata.decimal(digit)
