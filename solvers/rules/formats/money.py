"""Amounts of money in the writing of the United States, Germany, France and Switzerland.

Sources: ISO 4217 (codes and decimals), Unicode CLDR (signs for grouping and decimals, place of the
currency). An amount has all the decimals of its currency or none.

Not covered: other currencies; amounts in words ("$3.2 million"), with a sign, with fewer decimals
("$1.5"), with zeros before or nothing before the decimals, with the currency at the other side or
otherwise apart from the number than in this writing. All of them are abstained from.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from spoonbench.solvers.formats import Fault, NotCovered, Reading, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.solvers.formats import Reader

_SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP"}
_TWO = ("AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS",
        "INR", "MXN", "NOK", "NZD", "PLN", "RON", "SEK", "SGD", "THB", "TRY", "UAH", "USD",
        "ZAR")  # fmt: skip
_NONE = ("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF")
_THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_DECIMALS = {**dict.fromkeys(_TWO, 2), **dict.fromkeys(_NONE, 0), **dict.fromkeys(_THREE, 3)}

_BEFORE = re.compile(r"(?:([$€£])|([A-Z]{3})[ \u00a0])(.+)", re.DOTALL)
_AFTER = re.compile(r"(.+)[ \u00a0](?:([$€£])|([A-Z]{3}))", re.DOTALL)
_MARK, _GAP = r"(?:[A-Za-z]{0,4}[$€£]|[A-Za-z]{1,4}\.?)", r"[ \u00a0\u202f]?"
_ANYWHERE = re.compile(rf"{_MARK}{_GAP}[0-9].*|.*[0-9]{_GAP}{_MARK}", re.DOTALL)


def _reader(group: str, decimal: str, *, is_before: bool) -> Callable[[str], Reading]:
    """A reader of one writing.

    Args:
        group: signs between groups of three digits.
        decimal: sign before the decimals.
        is_before: the currency stands before the number.
    """
    number = re.compile(
        rf"((?:0|[1-9][0-9]{{0,2}}(?:([{group}])[0-9]{{3}}(?:\2[0-9]{{3}})*+)?+|[1-9][0-9]*+))"
        rf"(?:{re.escape(decimal)}([0-9]++))?+"
    )
    unusual = _unusual(group, re.escape(decimal))

    def read(text: str) -> Reading:
        parts = _split(text, is_before=is_before)
        if parts is None and _is_otherwise_placed(text):
            return NotCovered("a sign, or a currency in another place or unknown")
        if parts is None:
            return Fault("not a currency and a number in the order of this writing")
        code, digits = parts
        if code not in _DECIMALS:
            return NotCovered(f"the currency {code} is not known here")
        match = number.fullmatch(digits)
        if match is None and unusual.fullmatch(digits):
            return NotCovered("a way of writing amounts that is not read")
        if match is None:
            return Fault("not a number in this writing")
        return _amount(re.sub(r"[^0-9]++", "", match[1]), match[3] or "", code)

    return read


def _unusual(group: str, decimal: str) -> re.Pattern[str]:
    """Numbers apart from the currency, with sign, zeros or nothing before, dash behind, words."""
    zeros = rf"(?:0[0-9]{{1,2}}(?:[{group}][0-9]{{3}})++|0[0-9]++)(?:{decimal}[0-9]++)?+"
    scale = r"[^a-zA-Z]++(?:thousand|million|billion|trillion|bn|[kKmM])"
    return re.compile(
        rf"[ \u00a0+\-\u2212].++|{decimal}[0-9]++|{zeros}|{scale}|[0-9].*[.,][-\u2013\u2014]",
        re.DOTALL,
    )


def _split(text: str, *, is_before: bool) -> tuple[str, str] | None:
    """The code of the currency, and the text of the number."""
    match = (_BEFORE if is_before else _AFTER).fullmatch(text)
    if match is None:
        return None
    symbol, code, digits = match.groups() if is_before else (match[2], match[3], match[1])
    return _SYMBOLS[symbol] if symbol else code, digits


def _is_otherwise_placed(text: str) -> bool:
    has_sign = text[:1] in {"-", "+", "(", "\N{MINUS SIGN}"}
    unknown = (unicodedata.category(c) == "Sc" and c not in _SYMBOLS for c in text)
    return has_sign or any(unknown) or _ANYWHERE.fullmatch(text) is not None


def _amount(units: str, decimals: str, code: str) -> Reading:
    n_decimals = _DECIMALS[code]
    if decimals and len(decimals) < n_decimals:
        return NotCovered(f"fewer decimals than the {n_decimals} of {code}")
    if len(decimals) > n_decimals:
        return Fault(f"{code} has {n_decimals} decimals, not {len(decimals)}")
    if not n_decimals:
        return Value(f"{units} {code}")
    return Value(f"{units}.{decimals or '0' * n_decimals} {code}")


READERS: Mapping[str, Reader] = {
    "amount of money (us writing)": _reader(",", ".", is_before=True),
    "amount of money (german writing)": _reader(".", ",", is_before=False),
    "amount of money (french writing)": _reader(" \u00a0\u202f", ",", is_before=False),
    "amount of money (swiss writing)": _reader("\u2019'", ".", is_before=True),
}
