"""Amounts of money in the writing of several countries, and near misses of them.

Sources: ISO 4217 (alphabetic codes, and how many decimals each currency has); Unicode CLDR, locales
en-US, de, fr and de-CH (signs for grouping and decimals, place of the currency). Groups have three
digits, all of them or none is separated, and an amount has all of its currency's decimals or none;
more decimals than the currency has are invalid. Fewer are left out.

Not covered: negative amounts, ranges, "$" for other dollars than that of the United States.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.formats.cases import Form, LeftOut, is_digits
from spoonbench.harness.tasks.formats.edits import drop, exchange_digit, insert, replace

if TYPE_CHECKING:
    from random import Random

MINOR_UNITS = {"USD": 2, "EUR": 2, "GBP": 2, "CHF": 2, "CAD": 2, "AUD": 2, "SEK": 2, "NOK": 2,
               "PLN": 2, "CZK": 2, "JPY": 0, "KRW": 0, "ISK": 0, "KWD": 3, "BHD": 3,
               "TND": 3}  # fmt: skip
"""Decimals of a currency, ISO 4217."""

SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP"}
_DRAWN_CODES = ("USD", "EUR", "GBP", "CHF", "SEK", "PLN", "JPY", "JPY", "KRW", "KWD", "BHD")
_SCALES = {"thousand": 3, "million": 6, "billion": 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How amounts are written somewhere.

    Attributes:
        name: as the question states it.
        group: between groups of three digits.
        decimal: before the decimals.
        is_before: the currency stands before the number.
    """

    name: str
    group: str
    decimal: str
    is_before: bool


US = Writing(name="US writing", group=",", decimal=".", is_before=True)
GERMAN = Writing(name="German writing", group=".", decimal=",", is_before=False)
FRENCH = Writing(name="French writing", group=" ", decimal=",", is_before=False)
SWISS = Writing(name="Swiss writing", group="\u2019", decimal=".", is_before=True)
WORDS = Writing(name="US writing, in words", group=",", decimal=".", is_before=True)


def canonical(units: str, decimals: str, code: str) -> str:
    """The amount with all decimals of its currency, and the code: "1234.50 USD"."""
    minor = MINOR_UNITS[code]
    point = "." if minor else ""
    return f"{int(units)}{point}{decimals.ljust(minor, '0')} {code}"


def judge(writing: Writing, text: str) -> str | None:
    """The canonical form of an amount in this writing."""
    code, number = _take_currency(writing, text)
    units, point, decimals = number.partition(writing.decimal)
    whole = _judge_units(writing, units)
    if whole is None or (decimals and not is_digits(decimals)) or (point and not decimals):
        return None
    minor = MINOR_UNITS[code]
    if len(decimals) > minor:
        return None
    if point and len(decimals) < minor:
        raise LeftOut("fewer decimals than the currency has")
    return canonical(whole, decimals, code)


def _judge_units(writing: Writing, units: str) -> str | None:
    if units != units.strip():
        raise LeftOut("white space around the number")
    pieces = units.split(writing.group)
    if not all(map(is_digits, pieces)):
        if units == "":
            raise LeftOut("nothing before the decimals")
        return None
    if any(len(piece) != 3 for piece in pieces[1:]) or (len(pieces) > 1 and len(pieces[0]) > 3):
        return None
    if units.startswith("0") and units != "0":
        raise LeftOut("a leading zero")
    return "".join(pieces)


def _take_currency(writing: Writing, text: str) -> tuple[str, str]:
    """The code of the currency, and the text of the number."""
    for mark in (*SYMBOLS, *MINOR_UNITS):
        gap = "" if writing.is_before and mark in SYMBOLS else " "
        if writing.is_before and text.startswith(mark + gap):
            return SYMBOLS.get(mark, mark), text[len(mark + gap) :]
        if not writing.is_before and text.endswith(gap + mark):
            return SYMBOLS.get(mark, mark), text[: -len(gap + mark)]
    raise LeftOut("another currency")


def judge_in_words(text: str) -> str | None:
    """The canonical form of an amount such as "USD 3.2 million"."""
    rest, _, scale = text.rpartition(" ")
    if scale not in _SCALES:
        return None
    code, number = _take_currency(WORDS, rest)
    units, point, decimals = number.partition(".")
    if units == "":
        raise LeftOut("nothing before the decimals")
    if not is_digits(units) or (point and not is_digits(decimals)):
        return None
    if (units.startswith("0") and units != "0") or len(decimals) > _SCALES[scale]:
        raise LeftOut("an unusual way to write an amount")
    amount = Decimal(f"{units}.{decimals or 0}").scaleb(_SCALES[scale])
    return canonical(str(int(amount)), "", code)


def _make(writing: Writing, rng: Random) -> tuple[str, str]:
    mark = rng.choice((*SYMBOLS, *_DRAWN_CODES))
    code = SYMBOLS.get(mark, mark)
    units = str(rng.randint(1, 10 ** rng.randint(1, 9)))
    has_decimals = MINOR_UNITS[code] > 0 and rng.random() < 0.6
    decimals = "".join(rng.choice("0123456789") for _ in range(MINOR_UNITS[code] * has_decimals))
    is_grouped = rng.random() < 0.8
    number = f"{int(units):,}".replace(",", writing.group) if is_grouped else units
    number += writing.decimal + decimals if decimals else ""
    return _place(writing, mark, number), canonical(units, decimals, code)


def _make_in_words(rng: Random) -> tuple[str, str]:
    mark = rng.choice((*SYMBOLS, *_DRAWN_CODES))
    scale = rng.choice(tuple(_SCALES))
    units, decimals = str(rng.randint(1, 999)), rng.choice(("", ".", "."))
    decimals += str(rng.randint(1, 99)) if decimals else ""
    amount = Decimal(f"{units}{decimals or '.0'}").scaleb(_SCALES[scale])
    text = f"{_place(WORDS, mark, units + decimals)} {scale}"
    return text, canonical(str(int(amount)), "", SYMBOLS.get(mark, mark))


def _place(writing: Writing, mark: str, number: str) -> str:
    if not writing.is_before:
        return f"{number} {mark}"
    return f"{mark}{number}" if mark in SYMBOLS else f"{mark} {number}"


def _form(writing: Writing) -> Form:
    signs = writing.group.strip() + writing.decimal
    return Form(
        name=f"amount of money ({writing.name})",
        make=partial(_make, writing),
        judge=partial(judge, writing),
        edits=(
            exchange_digit,
            drop("0123456789"),
            insert("0123456789", beside="0123456789" + signs),
            insert(signs, beside="0123456789"),
            replace(signs, signs),
            drop(signs),
        ),
        edited_share=0.6,
    )


FORMS = (_form(US), _form(GERMAN))
UNSEEN_FORMS = (
    _form(FRENCH),
    _form(SWISS),
    Form(
        name=f"amount of money ({WORDS.name})",
        make=_make_in_words,
        judge=judge_in_words,
        edits=(exchange_digit, drop("."), insert(".,"), replace(".", ","),
               replace("andhilo", "aeiou"), drop("dhimnlo")),
    ),
)  # fmt: skip
