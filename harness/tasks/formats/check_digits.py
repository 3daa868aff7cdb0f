r"""Identifiers with check digits, and the same with one wrong character.

Why one wrong digit always makes them invalid, whatever the others are:

- ISBN-10 (ISO 2108:1992) and ISSN (ISO 3297): the sum of digits times weights must be 0 modulo 11.
  A digit wrong by d changes it by w * d, with 0 < w < 11 and 0 < \|d\| < 11; 11 is prime, so that
  is not 0 modulo 11. "X" counts 10, in the last place only.
- ISBN-13 (ISO 2108:2017) and EAN-13 (GS1 General Specifications): modulo 10, weights 1 and 3,
  both prime to 10: w * d with 0 < \|d\| < 10 is not 0 modulo 10.
- Payment cards (ISO/IEC 7812-1, Luhn): modulo 10, every second digit is doubled and its
  digits are added, which maps 0 1 2 3 4 5 6 7 8 9 to 0 2 4 6 8 1 3 5 7 9: no two digits to one.
- IBAN (ISO 13616-1, ISO/IEC 7064 MOD 97-10): the number after letters became 10 to 35 must be 1
  modulo 97. A digit for a digit changes it by d * 10^k with 0 < \|d\| < 10, a letter for a letter
  by d * 10^k with 0 < \|d\| < 26; 97 is prime and divides neither d nor 10^k. A letter for a digit
  is no such change, and can go unnoticed: it is never drawn.

Every text is drawn evenly and the wrong character too, so that nothing but the check tells.
Countries of IBANs: some of those whose account numbers have no national check digits in the IBAN
Registry; banks may have checks of their own.

Not covered: whether a number was ever given to anybody; hyphens of ISBNs at the wrong place.
"""

from __future__ import annotations

from string import ascii_uppercase, digits
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.formats.cases import Form

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

BANK_ACCOUNTS = {
    "GB": "AAAA00000000000000",
    "IE": "AAAA00000000000000",
    "DE": "000000000000000000",
    "NL": "AAAA0000000000",
    "AT": "0000000000000000",
    "CH": "00000CCCCCCCCCCCC",
    "LI": "00000CCCCCCCCCCCC",
    "LU": "000CCCCCCCCCCCCC",
    "LV": "AAAACCCCCCCCCCCCC",
    "LT": "0000000000000000",
}
"""Country to the shape of its account numbers: A a letter, 0 a digit, C either (here: digits)."""


def iban_remainder(iban: str) -> int:
    """Modulo 97 of the number that an IBAN stands for; 1 where it is valid."""
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97


def luhn_sum(number: str) -> int:
    """Modulo 10 of the digits, every second one from the right doubled; 0 where it is valid."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled // 10 + doubled % 10
    return total % 10


def ean_sum(number: str) -> int:
    """Modulo 10 of the digits times 1, 3, 1, 3 ...; 0 where it is valid."""
    return sum(int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(number)) % 10


def descending_sum(number: str) -> int:
    """Modulo 11 of the digits times n, ..., 2, 1, "X" being 10; 0 where it is valid."""
    values = [10 if digit == "X" else int(digit) for digit in number]
    return sum(value * (len(values) - place) for place, value in enumerate(values)) % 11


def _complete(body: str, remainder: Callable[[str], int], last: str) -> str:
    """The body and the one last character with which it is valid."""
    return next(body + check for check in last if remainder(body + check) == 0)


def _draw_digits(rng: Random, n: int) -> str:
    return "".join(rng.choice(digits) for _ in range(n))


def _make_iban(rng: Random) -> tuple[str, str]:
    country = rng.choice(tuple(BANK_ACCOUNTS))
    account = "".join(
        rng.choice(ascii_uppercase if shape == "A" else digits) for shape in BANK_ACCOUNTS[country]
    )
    check = 98 - iban_remainder(f"{country}00{account}")
    iban = f"{country}{check:02d}{account}"
    grouped = " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))
    return grouped if rng.random() < 0.5 else iban, iban


def _make_isbn10(rng: Random) -> tuple[str, str]:
    # Group 0 (English), publishers 00 to 19: the hyphens are known.
    body = f"0{rng.randint(0, 19):02d}{_draw_digits(rng, 6)}"
    isbn = _complete(body, descending_sum, digits + "X")
    hyphened = f"{isbn[0]}-{isbn[1:3]}-{isbn[3:9]}-{isbn[9]}"
    return rng.choice((isbn, hyphened)), isbn


def _make_isbn13(rng: Random) -> tuple[str, str]:
    isbn = _complete(f"9780{rng.randint(0, 19):02d}{_draw_digits(rng, 6)}", ean_sum, digits)
    hyphened = f"{isbn[:3]}-{isbn[3]}-{isbn[4:6]}-{isbn[6:12]}-{isbn[12]}"
    return rng.choice((isbn, hyphened)), isbn


def _make_issn(rng: Random) -> tuple[str, str]:
    issn = _complete(_draw_digits(rng, 7), descending_sum, digits + "X")
    return f"{issn[:4]}-{issn[4:]}", f"{issn[:4]}-{issn[4:]}"


def _make_ean13(rng: Random) -> tuple[str, str]:
    ean = _complete(f"4{_draw_digits(rng, 11)}", ean_sum, digits)
    return ean, ean


def _make_card(rng: Random) -> tuple[str, str]:
    prefix = rng.choice(("4", "51", "52", "53", "54", "55"))
    card = _complete(prefix + _draw_digits(rng, 15 - len(prefix)), luhn_sum, digits)
    grouped = " ".join(card[i : i + 4] for i in range(0, 16, 4))
    return rng.choice((card, grouped, grouped.replace(" ", "-"))), card


def _never(text: str) -> str | None:
    """No text with one wrong character is valid: see the proofs above."""
    del text
    return None


def _form(
    name: str, make: Callable[[Random], tuple[str, str]], *, keep: int = 0, last: str = digits
) -> Form:
    """A form whose first `keep` characters stay right, so that prefixes tell nothing.

    Args:
        name: of the format.
        make: draws a valid text.
        keep: characters at the beginning that are never changed.
        last: what can stand in the last place.
    """

    def edit(rng: Random, text: str) -> str:
        place = rng.choice([i for i in range(keep, len(text)) if text[i].isalnum()])
        alphabet = digits if text[place].isdigit() else ascii_uppercase
        if place == len(text) - 1:
            alphabet = last
        wrong = rng.choice([character for character in alphabet if character != text[place]])
        return text[:place] + wrong + text[place + 1 :]

    return Form(name=name, make=make, judge=_never, edits=(edit,), edited_share=0.0)


FORMS = (
    _form("IBAN", _make_iban, keep=2),
    _form("ISBN-10", _make_isbn10, keep=4, last=digits + "X"),
    _form("ISBN-13", _make_isbn13, keep=8),
    _form("ISSN", _make_issn, last=digits + "X"),
    _form("EAN-13", _make_ean13, keep=1),
    _form("payment card number", _make_card, keep=2),
)
