"""Numbers written as text, read exactly.

Not covered: units, currencies, percent signs and numbers written as words.
"""

from __future__ import annotations

import re
from fractions import Fraction

# Beyond these a short text could name a number that does not fit into memory.
MOST_CHARACTERS = 400
MOST_EXPONENT = 400

_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"
_DECIMAL = re.compile(rf"([+-]?)({_DIGITS}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]{{1,4}}))?")
_FRACTION = re.compile(rf"([+-]?)({_DIGITS})\s*/\s*({_DIGITS})")


def read_number(text: str) -> Fraction | None:
    """Read an integer, a decimal (exponent allowed) or a fraction "a/b", exactly.

    Thousands may be separated by commas, and the minus may be the typographic one.

    >>> read_number("1,234.50")
    Fraction(2469, 2)
    >>> read_number("-3/4")
    Fraction(-3, 4)
    >>> read_number("about 3") is None
    True

    Returns:
        The number; None where the text is none, divides by zero, or is longer than
        `MOST_CHARACTERS`, or has an exponent beyond `MOST_EXPONENT`.
    """
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    if len(text) > MOST_CHARACTERS:
        return None
    if match := _DECIMAL.fullmatch(text):
        return _decimal(*match.groups())
    if match := _FRACTION.fullmatch(text):
        sign, top, bottom = (group.replace(",", "") for group in match.groups())
        return Fraction(int(sign + top), int(bottom)) if int(bottom) else None
    return None


def number_text(text: str) -> str | None:
    """One way to write each number: "145", "0.5" or, where it was given so, "1/3".

    >>> number_text("1,504.0"), number_text("5e-1"), number_text("2/6"), number_text("4/2")
    ('1504', '0.5', '1/3', '2')

    Returns:
        The number as text; None where `read_number` reads none.
    """
    value = read_number(text)
    if value is None:
        return None
    return str(value) if value.denominator == 1 or "/" in text else _decimal_text(value)


def _decimal(sign: str, digits: str, exponent: str | None) -> Fraction | None:
    power = int(exponent or 0)
    if abs(power) > MOST_EXPONENT:
        return None
    value = Fraction(f"{sign}{digits.replace(',', '')}")
    return value * Fraction(10) ** power if power else value


def _decimal_text(value: Fraction) -> str:
    """Write a fraction whose denominator divides a power of ten without exponent."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(abs(int(value * 10**places))).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
