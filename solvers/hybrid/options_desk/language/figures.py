"""Reads figures as people write them: separators of thousands, decimal signs, k and m.

A figure that means two things is not guessed at: "5.900" is 5,900 to some and 5.9 to others.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

DIGITS = r"(?:\d+(?:[.,']\d+)*|(?<![\w.])\.\d+)"
SCALES = {
    "k": 10**3, "m": 10**6, "mm": 10**6, "mn": 10**6, "mio": 10**6, "bn": 10**9,
    "thousand": 10**3, "grand": 10**3, "million": 10**6,
}  # fmt: skip
_MOST_DIGITS = 15
_PLAIN = re.compile(r"\d*\.?\d+")
_UNCLEAR = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|[1-9]\d{0,2}(?:'\d{3})+(?:\.\d+)?")
_GERMAN = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+,\d+|[1-9]\d{0,2}(?:\.\d{3}){2,}")
_LIST = re.compile(r"\d{4,}(?:,\d{4,})+")


class Figure(NamedTuple):
    """A number as it was written.

    Attributes:
        value: exact.
        is_unclear: it may mean another number as well.
    """

    value: Decimal
    is_unclear: bool = False


def read_figure(text: str) -> Figure | None:
    """A number without sign; None where it is written in no known way.

    >>> read_figure("5.900,50").value, read_figure("5'900").value
    (Decimal('5900.50'), Decimal('5900'))
    """
    if sum(character.isdigit() for character in text) > _MOST_DIGITS:
        return None
    if _UNCLEAR.fullmatch(text):
        return Figure(Decimal(text), is_unclear=True)
    if _PLAIN.fullmatch(text):
        return Figure(Decimal(text))
    if _THOUSANDS.fullmatch(text):
        return Figure(Decimal(text.replace(",", "").replace("'", "")))
    if _GERMAN.fullmatch(text):
        return Figure(Decimal(text.replace(".", "").replace(",", ".")))
    return None


def read_list(text: str) -> tuple[Decimal, ...] | None:
    """Numbers of four digits and more with commas between; None where it is no such list."""
    if _LIST.fullmatch(text) is None or len(text) > 10 * _MOST_DIGITS:
        return None
    return tuple(Decimal(part) for part in text.split(","))


def say_figure(value: Decimal) -> str:
    """A number with commas between thousands and no more decimals than it has.

    >>> say_figure(Decimal("5900.50")), say_figure(Decimal("250000"))
    ('5,900.5', '250,000')
    """
    plain = format(value, ",f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    # Three decimals could be taken for thousands.
    return f"{plain}0" if _UNCLEAR.fullmatch(plain) else plain
