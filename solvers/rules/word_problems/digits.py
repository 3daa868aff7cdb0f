"""What digits with signs and letters at them are: numbers, times of day, dates, labels.

Not covered: scientific notation, decimal commas, ratios ("3:5"), feet and inches ("5'6").
"""

from __future__ import annotations

import re
import tomllib
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from spoonbench.solvers.numerals import MAX_DIGITS
from spoonbench.solvers.rules.word_problems.characters import Unread

_LISTS = {
    name: frozenset(words.split())
    for name, words in tomllib.loads(
        (files("spoonbench.solvers.rules.word_problems") / "numbers.toml").read_text("utf-8")
    )["words"].items()
}
_ORDINAL_TAILS = frozenset({"st", "nd", "rd", "th"})
_HALVES_OF_A_DAY = frozenset({"am", "pm"})
_DECIMAL = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})++|[0-9]*+)(?:\.[0-9]++)?")
_CLOCK = re.compile(r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?")
_DATE = re.compile(r"[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4}|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}")
_LIST = re.compile(r"[0-9]{1,2}(?:,[0-9]{1,2}){2,}+")
_DECADE = re.compile(r"(?:[0-9]{2})?[0-9]0")
_GROUP = re.compile(r"0[0-9]{2}")
_SHOWN = 40
"""Characters of refused digits that a message shows."""


class Digits(NamedTuple):
    """What digits are.

    Attributes:
        text: of the token where it is no number.
        value: of a number, else None.
        form: "number", "fraction", "word", "ordinal" or "list".
        unit: the letters after a number, as in "5kg"; else "".
        is_group: three digits that begin with 0, as a thousand's group does.
    """

    text: str
    value: Fraction | None = None
    form: str = "word"
    unit: str = ""
    is_group: bool = False


@lru_cache(maxsize=4096)
def read_digits(body: str, tail: str) -> Digits:
    """Read digits.

    Args:
        body: ASCII digits with ".", ",", ":" or "/" between them, or more than one "-".
        tail: letters in lower case directly after them, or "".

    Raises:
        Unread: they are no number, time, date or label that is known, or too long.
    """
    if len(body) > MAX_DIGITS:
        raise Unread(f"number: more than {MAX_DIGITS} digits")
    read = _read_body(body)
    if (
        len(tail) == 1
        and body.isdecimal()
        and read is not None
        and _read_tail(read, body, tail) is None
    ):
        # "Class 2B": the name of one of many.
        return Digits(body + tail)
    if read is None or (tail and (read := _read_tail(read, body, tail)) is None):
        raise Unread(f"number: {(body + tail)[:_SHOWN]!r} is no number that is read")
    return read


def _read_body(body: str) -> Digits | None:
    if body.isdecimal():
        is_group = _GROUP.fullmatch(body) is not None
        return Digits("#", Fraction(int(body)), "number", is_group=is_group)
    if _DECIMAL.fullmatch(body):
        return Digits("#", Fraction(body.replace(",", "")), "number")
    if body in _LISTS["labels"] or "-" in body or _DATE.fullmatch(body):
        return Digits(body)
    top, slash, bottom = body.partition("/")
    if slash and top.isdecimal() and bottom.isdecimal() and int(bottom):
        return Digits("#", Fraction(int(top), int(bottom)), "fraction")
    if _CLOCK.fullmatch(body):
        return Digits("clock")
    return Digits(body, form="list") if _LIST.fullmatch(body) else None


def _read_tail(read: Digits, body: str, tail: str) -> Digits | None:
    """Read digits with letters: "5th", "1/5th", "1990s", "3d", "5kg", "5pm"."""
    if tail in _ORDINAL_TAILS:
        if read.form == "number" and body.isdecimal():
            return Digits(body + tail, form="ordinal")
        return read if read.form == "fraction" else None
    if body + tail in _LISTS["labels"] or (tail == "s" and _DECADE.fullmatch(body)):
        return Digits(body + tail)
    if tail in _HALVES_OF_A_DAY and (read.form == "number" or read.text == "clock"):
        return Digits("clock")
    if tail in _LISTS["units"] and read.form in {"number", "fraction"}:
        return read._replace(unit=tail)
    return None
