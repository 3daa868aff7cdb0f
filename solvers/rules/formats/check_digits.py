"""Identifiers with check digits: IBAN, ISBN, ISSN, EAN-13, numbers of payment cards.

Sources: ISO 13616-1 and the IBAN Registry (lengths and shapes), ISO/IEC 7064 (MOD 97-10), ISO 2108
(ISBN; 979-0 is for printed music), ISO 3297 (ISSN), GS1 General Specifications (EAN-13), ISO/IEC
7812-1 (Luhn).

Not covered: IBANs of countries outside the table; check digits within national account numbers;
whether the hyphens of an ISBN stand where its publisher's range puts them; cards that begin with 0.
What would be valid with other separators, in capitals or without a name before it is left open.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.formats import Fault, NotCovered, Reading, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.formats import Reader

_SHAPES = {
    "AT": r"[0-9]{16}",
    "CH": r"[0-9]{5}[0-9A-Z]{12}",
    "DE": r"[0-9]{18}",
    "GB": r"[A-Z]{4}[0-9]{14}",
    "IE": r"[A-Z]{4}[0-9]{14}",
    "LI": r"[0-9]{5}[0-9A-Z]{12}",
    "LT": r"[0-9]{16}",
    "LU": r"[0-9]{3}[0-9A-Z]{13}",
    "LV": r"[A-Z]{4}[0-9A-Z]{13}",
    "NL": r"[A-Z]{4}[0-9]{10}",
}
"""Country to the account number that follows its two letters and the two check digits."""

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]++")
_GROUPED = re.compile(r"[0-9A-Z]{4}(?: [0-9A-Z]{4})*+(?: [0-9A-Z]{1,3})?+")
_NO_CHECK_DIGITS = frozenset({"00", "01", "99"})
"""98 less a remainder by 97 is never one of these."""

_ISBN10 = re.compile(r"[0-9]{9}[0-9X]|[0-9]{1,5}([ -])[0-9]{1,7}\1[0-9]{1,6}\1[0-9X]")
_ISBN13 = re.compile(r"97[89]-?[0-9]{10}|97[89]([ -])[0-9]{1,5}\1[0-9]{1,7}\1[0-9]{1,6}\1[0-9]")
_CARD = re.compile(
    r"[0-9]{12,19}|[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}|[0-9]{4}([ -])[0-9]{6}\2[0-9]{5}"
)
_SEPARATORS = re.compile(r"[ -]")
_NAME = re.compile(r"\s*+(?:(?:IBAN|ISBN|ISSN|EAN)(?:-1[03])?:?)?+", re.IGNORECASE)
_N_ISBN10, _N_ISBN13 = 10, 13


def _read_iban(text: str) -> Reading:
    is_written = _IBAN.fullmatch(text) or _GROUPED.fullmatch(text)
    iban = text.replace(" ", "")
    if not is_written or not _IBAN.fullmatch(iban):
        return Fault("not two letters, two digits and an account number")
    shape = _SHAPES.get(iban[:2])
    if shape is None:
        return NotCovered(f"IBANs of {iban[:2]} are not known here")
    if not re.fullmatch(shape, iban[4:]):
        return Fault(f"account numbers of {iban[:2]} have another shape")
    moved = iban[4:] + iban[:4]
    remainder = int("".join(str(int(character, 36)) for character in moved)) % 97
    if iban[2:4] in _NO_CHECK_DIGITS or remainder != 1:
        return Fault("the check digits are wrong")
    return Value(iban)


def _read_isbn10(text: str) -> Reading:
    isbn = _SEPARATORS.sub("", text)
    if not _ISBN10.fullmatch(text) or len(isbn) != _N_ISBN10:
        return Fault("not nine digits and a check digit")
    return _checked(isbn, _weighted(isbn, range(10, 0, -1)) % 11)


def _read_isbn13(text: str) -> Reading:
    isbn = _SEPARATORS.sub("", text)
    if not _ISBN13.fullmatch(text) or len(isbn) != _N_ISBN13:
        return Fault("not 978 or 979 and ten digits")
    if isbn.startswith("9790"):
        return Fault("979-0 is for printed music")
    return _checked(isbn, _weighted(isbn, (1, 3) * 6 + (1,)) % 10)


def _read_issn(text: str) -> Reading:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{3}[0-9X]", text):
        return Fault("not two groups of four")
    return _checked(text, _weighted(text.replace("-", ""), range(8, 0, -1)) % 11)


def _read_ean13(text: str) -> Reading:
    if not re.fullmatch(r"[0-9]{13}", text):
        return Fault("not 13 digits")
    return _checked(text, _weighted(text, (1, 3) * 6 + (1,)) % 10)


def _read_card(text: str) -> Reading:
    if not _CARD.fullmatch(text):
        return Fault("not 12 to 19 digits, alone or in customary groups")
    digits = _SEPARATORS.sub("", text)
    if digits.startswith("0"):
        return NotCovered("no payment card is known that begins with 0")
    doubled = (int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits)))
    return _checked(digits, sum(n // 10 + n % 10 for n in doubled) % 10)


def _checked(value: str, remainder: int) -> Reading:
    return Fault("the check digit is wrong") if remainder else Value(value)


def _weighted(digits: str, weights: range | tuple[int, ...]) -> int:
    values = (10 if digit == "X" else int(digit) for digit in digits)
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


def _or_unread(read: Reader, hyphen: int | None = None) -> Reader:
    """A reader that leaves open what would be valid if it were only written otherwise.

    Args:
        read: the reader of what is written as the standard has it.
        hyphen: where the standard has one, if anywhere.
    """

    def read_or_not(text: str) -> Reading:
        reading = read(text)
        if not isinstance(reading, Fault):
            return reading
        plain = _SEPARATORS.sub("", _NAME.sub("", text, count=1).strip()).upper()
        if hyphen is not None:
            plain = f"{plain[:hyphen]}-{plain[hyphen:]}"
        if isinstance(read(plain), Fault):
            return reading
        return NotCovered("the check digit is right, but the text is written in another way")

    return read_or_not


READERS: Mapping[str, Reader] = {
    "iban": _or_unread(_read_iban),
    "isbn-10": _or_unread(_read_isbn10),
    "isbn-13": _or_unread(_read_isbn13),
    "issn": _or_unread(_read_issn, hyphen=4),
    "ean-13": _or_unread(_read_ean13),
    "payment card number": _or_unread(_read_card),
}
